//! One person across all feeds: what the registry made of them, who lives with them, what was concluded, and the
//! records behind it. Reads only what lies under one key of each sorted table.

mod record;
mod registered;

use anwang_contracts::Contracts;
use anwang_lake::{Lake, LakeFile, SnapshotId};
use anwang_vault::Vault;
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::error::RegistryError;
use crate::merge::latest_rows;

pub use record::{FeedRecords, Field, Record, Shown};
pub use registered::{ConcludedProgramme, Household, Member, Registered};

/// Everything on one person's page. Identities are masked already.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PersonPage {
    /// The person key, as 16 hexadecimal digits.
    pub person: String,
    /// `1401**********1234`; absent for a key that belongs to no citizen id.
    pub masked_id: Option<String>,
    /// `王**`, where a feed seals the name.
    pub masked_name: Option<String>,
    /// What the last refresh made of the person; absent before the first.
    pub registered: Option<Registered>,
    pub household: Option<Household>,
    pub conclusions: Vec<ConcludedProgramme>,
    /// By feed in the order of their numbers; feeds that say nothing are left out.
    pub feeds: Vec<FeedRecords>,
}

/// What a page is read from. `at` is the snapshot of the refresh, so that records and conclusions agree.
pub struct PageSource<'a> {
    pub lake: &'a Lake,
    pub vault: &'a Vault,
    pub contracts: &'a Contracts,
    pub at: Option<SnapshotId>,
}

impl PageSource<'_> {
    /// The page of one person. Whoever calls has noted the purpose in the audit chain.
    pub fn page(&self, person: u64) -> Result<PersonPage, RegistryError> {
        let registered = registered::registered(self, person)?;
        let home = registered.as_ref().map(|found| found.home);
        Ok(PersonPage {
            person: key_text(person),
            masked_id: self.vault.reveal(person).map(|id| id.masked()),
            masked_name: record::masked_name(self, person)?,
            household: home
                .map(|home| registered::household(self, home))
                .transpose()?
                .flatten(),
            conclusions: match home {
                Some(home) => registered::conclusions(self, home, person)?,
                None => Vec::new(),
            },
            registered,
            feeds: record::feeds(self, person)?,
        })
    }

    /// Rows of a table under one key of its first column, all columns.
    fn rows(&self, table: &str, key: u64) -> Result<Option<RecordBatch>, RegistryError> {
        let Some(batches) = self.batches(table, key)? else {
            return Ok(None);
        };
        let rows = arrow_select::concat::concat_batches(&batches.schema, &batches.parts)?;
        Ok((rows.num_rows() > 0).then_some(rows))
    }

    /// As [`rows`](Self::rows), but what a department said before and withdrew is left out.
    fn latest(&self, table: &str, key: u64) -> Result<Option<RecordBatch>, RegistryError> {
        let Some(batches) = self.batches(table, key)? else {
            return Ok(None);
        };
        let rows = latest_rows(&batches.schema, &batches.parts, None)?;
        Ok((rows.num_rows() > 0).then_some(rows))
    }

    fn batches(&self, table: &str, key: u64) -> Result<Option<Batches>, RegistryError> {
        let files: Vec<LakeFile> = self
            .lake
            .files(table, self.at)?
            .into_iter()
            .filter(|file| holds(file, key))
            .collect();
        let Some(first) = files.first() else {
            return Ok(None);
        };
        let names: Vec<&str> = first.table.columns.iter().map(|column| column.name.as_str()).collect();
        let mut parts = Vec::new();
        for file in &files {
            parts.extend(self.read_file(file, &names, key)?);
        }
        Ok(parts
            .first()
            .map(|part| part.schema())
            .map(|schema| Batches { schema, parts }))
    }

    /// Most files hold others only: their key column tells, before any other column is decoded.
    fn read_file(&self, file: &LakeFile, columns: &[&str], key: u64) -> Result<Vec<RecordBatch>, RegistryError> {
        let found = self.lake.read(file, &columns[..1], key..=key)?;
        if found.iter().all(|rows| rows.num_rows() == 0) {
            return Ok(Vec::new());
        }
        Ok(self.lake.read(file, columns, key..=key)?)
    }
}

struct Batches {
    schema: SchemaRef,
    parts: Vec<RecordBatch>,
}

fn holds(file: &LakeFile, key: u64) -> bool {
    file.keys.contains(&key)
}

fn key_text(key: u64) -> String {
    format!("{key:016x}")
}
