//! One bucket of persons: what each feed says of them now, and the spine that all hang on.

use arrow_array::{Array, Date32Array, Int16Array, Int64Array, RecordBatch, UInt64Array};

use crate::columns;
use crate::error::RegistryError;
use crate::spine::{groups, union};

/// The feeds that the registry itself reads, and which of their columns; policy packs may want more.
pub const OWN_NEEDS: &[(&str, &[&str])] = &[
    ("dibao", &["household_no", "is_head", "started_on", "ended_on"]),
    ("edge_rigid", &["household_no", "is_head", "started_on", "ended_on"]),
    ("tekun", &["started_on", "ended_on"]),
    ("marriage", &["kind", "party_a_id", "party_b_id", "registered_on"]),
    ("cremation", &["died_on", "cremated_on"]),
    ("serious_illness", &["died_on"]),
    ("disability_card", &["kind", "level", "valid_to"]),
    (
        "hukou",
        &[
            "sex",
            "birth_date",
            "household_no",
            "relation",
            "division",
            "residence_division",
            "marital",
            "father_id",
            "mother_id",
            "registered_on",
            "cancelled_on",
            "cancel_reason",
        ],
    ),
];

pub struct Bucket {
    /// Every person that a feed of this bucket names, ascending.
    pub spine: Vec<u64>,
    pub feeds: Vec<FeedRows>,
}

/// The rows of one feed that hold now, sorted by (person, record).
pub struct FeedRows {
    pub feed: String,
    pub rows: RecordBatch,
    /// Index into the spine, one per row.
    pub group: Vec<u32>,
}

impl Bucket {
    /// `feeds` holds only feeds that have landed; their rows hold now and are sorted by person.
    pub fn of(feeds: Vec<(String, RecordBatch)>) -> Result<Self, RegistryError> {
        let persons: Vec<&[u64]> = feeds
            .iter()
            .map(|(_, rows)| columns::uint64s(rows, "person").map(|c| &c.values()[..]))
            .collect::<Result<_, _>>()?;
        let spine = union(&persons);
        let group: Vec<Vec<u32>> = persons.iter().map(|persons| groups(persons, &spine)).collect();
        let feeds = feeds
            .into_iter()
            .zip(group)
            .map(|((feed, rows), group)| FeedRows { feed, rows, group })
            .collect();
        Ok(Self { spine, feeds })
    }

    pub fn feed(&self, feed: &str) -> Option<&FeedRows> {
        self.feeds.iter().find(|rows| rows.feed == feed)
    }
}

impl FeedRows {
    pub fn len(&self) -> usize {
        self.group.len()
    }

    pub fn date(&self, column: &str) -> Result<&Date32Array, RegistryError> {
        columns::dates(&self.rows, column)
    }

    pub fn code(&self, column: &str) -> Result<&Int16Array, RegistryError> {
        columns::int16s(&self.rows, column)
    }

    pub fn key(&self, column: &str) -> Result<&UInt64Array, RegistryError> {
        columns::uint64s(&self.rows, column)
    }

    pub fn division(&self, column: &str) -> Result<&Int64Array, RegistryError> {
        columns::int64s(&self.rows, column)
    }

    /// Which rows run on this day: started, and not ended before or on it.
    pub fn running(&self, as_of: i32) -> Result<impl Fn(usize) -> bool + '_, RegistryError> {
        let (started, ended) = (self.date("started_on")?, self.date("ended_on")?);
        Ok(move |i: usize| {
            let begun = started.is_null(i) || started.value(i) <= as_of;
            let over = ended.is_valid(i) && ended.value(i) <= as_of;
            begun && !over
        })
    }
}
