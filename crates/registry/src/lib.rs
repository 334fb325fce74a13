//! The registry: from landed feeds to people, households, relations and first conclusions.

mod aid;
mod bucket;
mod codes;
mod columns;
mod conflict;
mod death;
mod duty;
mod dwelling;
mod error;
mod exchange;
mod landed;
mod link_facts;
mod links;
mod marriage;
mod merge;
mod people;
mod spine;

pub use error::RegistryError;

#[cfg(test)]
mod relations_tests;
#[cfg(test)]
mod village;
