//! The contract of one feed, checked: every name is resolved to a column's position.

use anwang_domain::Level;

use crate::column::{Column, ColumnType};
use crate::rule::Rule;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bilingual {
    pub zh: String,
    pub en: String,
}

#[derive(Clone, Debug)]
pub struct Contract {
    /// `dibao`, `hukou` … as in table and file names.
    pub feed: String,
    /// 1–18 for the feeds of the province, higher for those added later.
    pub number: i16,
    pub title: Bilingual,
    pub owner: Bilingual,
    pub basis: Vec<String>,
    pub freshness: Freshness,
    pub delivery: Delivery,
    /// False for what is only asked on consent (社会救助法 art 40, 41, 70): it never enters a population scan.
    pub population_wide: bool,
    /// Citizen-id columns whose people the row speaks of; one lake row for each.
    pub persons: Vec<usize>,
    /// Columns that make two rows versions of one record.
    pub key: Vec<usize>,
    pub event_date: Option<usize>,
    pub household: Option<HouseholdColumn>,
    pub without_id: WithoutId,
    pub gone_when: Option<GoneWhen>,
    pub columns: Vec<Column>,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freshness {
    pub cadence: Cadence,
    /// Day of the month by which the department pushes.
    pub by_day: Option<u8>,
    pub stale_after_days: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    Daily,
    Weekly,
    Monthly,
    Termly,
    Quarterly,
    PerCase,
}

/// How a delivery is to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Everything that holds within a scope: what is missing has left. The scope is the division in `column`, cut to `level`.
    Snapshot { column: usize, level: Level },
    /// New and changed records; a record stands until it is changed or withdrawn.
    Increment,
    /// Things that happened; corrections are rows of their own.
    Events,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HouseholdColumn {
    pub column: usize,
    pub relation: Relation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    Registered,
    Living,
}

/// What becomes of a row without a usable citizen id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithoutId {
    /// The department has to correct it.
    #[default]
    Reject,
    /// People look for the person: newborns, old paper records, certificates filled in by hand.
    Review,
}

/// The code that says a record should not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoneWhen {
    pub column: usize,
    pub codes: Vec<i16>,
}

impl Contract {
    /// `feed_dibao`
    pub fn table(&self) -> String {
        format!("feed_{}", self.feed)
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Columns whose text is kept encrypted, in the order in which a row's sealed fields are written.
    pub fn sealed(&self) -> impl Iterator<Item = (usize, &Column)> {
        self.columns.iter().enumerate().filter(|(_, column)| column.is_sealed())
    }

    /// Whether the row speaks of one person, whose key is then the lake's `person` and not a column of its own.
    pub fn only_person(&self) -> Option<usize> {
        match self.persons.as_slice() {
            &[column] => Some(column),
            _ => None,
        }
    }

    pub fn citizen_ids(&self) -> impl Iterator<Item = usize> {
        self.columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.kind == ColumnType::CitizenId)
            .map(|(position, _)| position)
    }
}
