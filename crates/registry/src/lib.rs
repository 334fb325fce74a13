//! The registry: from landed feeds to people, households, relations and first conclusions.

mod aid;
mod answers;
mod bucket;
mod carried;
mod codes;
mod columns;
mod conclude;
mod conflict;
mod death;
mod duty;
mod dwelling;
mod error;
mod exchange;
mod feeds;
mod findings;
mod homes;
mod landed;
mod link_facts;
mod links;
mod marriage;
mod memory;
mod merge;
mod packed;
mod page;
mod people;
mod person_stage;
mod refresh;
mod score;
mod spine;
mod tables;
mod tally;
mod verdicts;

pub use aid::Aid;
pub use conflict::Conflict;
pub use error::RegistryError;
pub use feeds::policy_schemas;
pub use findings::{Answer, Finding};
pub use memory::Sighting;
pub use page::{
    ConcludedProgramme, FeedRecords, Field, Household, Member, PageSource, PersonPage, Record, Registered, Shown,
};
pub use refresh::{Refresh, RefreshReport, Stage};
pub use score::{Expected, Score, score};

#[cfg(test)]
mod refresh_tests;
#[cfg(test)]
mod relations_tests;
#[cfg(test)]
mod verdicts_tests;
#[cfg(test)]
mod village;
