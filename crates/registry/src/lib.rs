//! The registry: from landed feeds to people, households, relations and first conclusions.

mod aid;
mod answers;
mod bucket;
mod carried;
mod codes;
mod columns;
mod conflict;
mod death;
mod duty;
mod dwelling;
mod error;
mod exchange;
mod findings;
mod homes;
mod landed;
mod link_facts;
mod links;
mod marriage;
mod merge;
mod packed;
mod people;
//mod person_stage;
mod spine;
mod verdicts;

pub use error::RegistryError;

#[cfg(test)]
mod relations_tests;
#[cfg(test)]
mod verdicts_tests;
#[cfg(test)]
mod village;
