//! Counts by county, as the map and the lists ask for them.

use anwang_store::coverage::{self, Coverage};
use anwang_store::{Book, StoreError, runs};
use serde::Deserialize;

use super::titles::Titles;
use crate::language::Language;

/// What of a programme is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Served,
    Missed,
    Wrong,
    Undecidable,
}

impl Measure {
    pub const ALL: &[Measure] = &[Measure::Served, Measure::Missed, Measure::Wrong, Measure::Undecidable];

    /// The name in an address.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Served => "served",
            Measure::Missed => "missed",
            Measure::Wrong => "wrong",
            Measure::Undecidable => "undecidable",
        }
    }

    pub(crate) fn title(self, language: Language) -> &'static str {
        match self {
            Measure::Served => language.pick("享受人数", "Served"),
            Measure::Missed => language.pick("应享未享", "Missed"),
            Measure::Wrong => language.pick("疑似错享", "Wrong"),
            Measure::Undecidable => language.pick("资料不足", "Undecidable"),
        }
    }

    pub(crate) fn of(self, coverage: &Coverage) -> i64 {
        match self {
            Measure::Served => coverage.served,
            Measure::Missed => coverage.missed,
            Measure::Wrong => coverage.wrong,
            Measure::Undecidable => coverage.undecidable,
        }
    }

    /// The list behind a count; served and undecidable people are not listed, so they lead to the missed.
    pub(crate) fn list_path(self) -> &'static str {
        match self {
            Measure::Wrong => "/wrong",
            Measure::Served | Measure::Missed | Measure::Undecidable => "/missed",
        }
    }
}

/// The counts of the last refresh; none before the first.
pub fn latest_coverage(book: &Book) -> Result<Vec<Coverage>, StoreError> {
    match runs::last_done(book, "refresh")? {
        Some(run) => coverage::of_run(book, run.run_id),
        None => Ok(Vec::new()),
    }
}

/// The programmes that occur, in the order of the pack.
pub(crate) fn programmes_of(coverage: &[Coverage], titles: &Titles) -> Vec<String> {
    let mut names: Vec<String> = coverage.iter().map(|one| one.programme.clone()).collect();
    names.sort_by_key(|name| (titles.place(name), name.clone()));
    names.dedup();
    names
}
