//! The feed tables as the refresh reads them: slices of persons, columns by name.

use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};

use crate::bucket::Bucket;
use crate::error::RegistryError;
use crate::merge::{MERGE_COLUMNS, latest_rows};

/// Reads a feed's rows of a range of person keys, with these columns, as batches each sorted by (person, record, batch).
pub type ReadRows<'a> =
    dyn Fn(&str, &[&str], RangeInclusive<u64>) -> Result<Vec<RecordBatch>, RegistryError> + Sync + 'a;

pub struct Landed<'a> {
    /// Feeds that have landed at least once.
    pub feeds: Vec<LandedFeed>,
    pub read: &'a ReadRows<'a>,
}

pub struct LandedFeed {
    pub feed: String,
    /// All columns of the feed's table.
    pub schema: SchemaRef,
    /// Rows in the table, superseded ones included.
    pub rows: u64,
}

/// Which columns are wanted of which feed.
#[derive(Clone, Debug, Default)]
pub struct Wanted(Vec<(String, Vec<String>)>);

impl Wanted {
    pub fn add(&mut self, feed: &str, columns: impl IntoIterator<Item = impl AsRef<str>>) {
        let at = self.0.iter().position(|(known, _)| known == feed).unwrap_or_else(|| {
            self.0.push((feed.to_owned(), Vec::new()));
            self.0.len() - 1
        });
        for column in columns {
            let column = column.as_ref();
            if !self.0[at].1.iter().any(|known| known == column) {
                self.0[at].1.push(column.to_owned());
            }
        }
    }

    pub fn of(needs: &[(&str, &[&str])]) -> Self {
        let mut wanted = Self::default();
        for (feed, columns) in needs {
            wanted.add(feed, *columns);
        }
        wanted
    }
}

impl Landed<'_> {
    /// All rows of all feeds, superseded ones included.
    pub fn rows(&self) -> u64 {
        self.feeds.iter().map(|feed| feed.rows).sum()
    }

    /// What the wanted feeds say now of a range of persons, or of those in `only` (ascending) alone.
    pub fn bucket(
        &self,
        wanted: &Wanted,
        range: RangeInclusive<u64>,
        only: Option<&[u64]>,
    ) -> Result<Bucket, RegistryError> {
        let mut feeds = Vec::with_capacity(wanted.0.len());
        for (feed, columns) in &wanted.0 {
            let Some(landed) = self.feeds.iter().find(|landed| landed.feed == *feed) else {
                continue;
            };
            let names: Vec<&str> = (MERGE_COLUMNS.into_iter())
                .chain(
                    columns
                        .iter()
                        .map(String::as_str)
                        .filter(|name| !MERGE_COLUMNS.contains(name)),
                )
                .collect();
            let schema = project(&landed.schema, &names)?;
            let batches = (self.read)(feed, &names, range.clone())?;
            feeds.push((feed.clone(), latest_rows(&schema, &batches, only)?));
        }
        Bucket::of(feeds)
    }
}

fn project(schema: &SchemaRef, names: &[&str]) -> Result<SchemaRef, RegistryError> {
    let field = |name: &&str| {
        schema
            .field_with_name(name)
            .cloned()
            .map_err(|_| RegistryError::NoColumn {
                column: (*name).to_owned(),
            })
    };
    Ok(Arc::new(Schema::new(
        names.iter().map(field).collect::<Result<Vec<_>, _>>()?,
    )))
}

/// The ranges of person keys that `parts` (a power of two, at most 64) cut the population into, ascending.
pub fn ranges(parts: usize) -> Vec<RangeInclusive<u64>> {
    let width = u64::MAX / parts as u64;
    (0..parts as u64)
        .map(|part| {
            let start = if part == 0 {
                0
            } else {
                part << (64 - parts.trailing_zeros())
            };
            start..=start + width
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranges_cover_every_key_once() {
        for parts in [1usize, 2, 16, 64] {
            let ranges = ranges(parts);
            assert_eq!(
                (*ranges[0].start(), *ranges[parts - 1].end()),
                (0, u64::MAX),
                "{parts} parts"
            );
            for pair in ranges.windows(2) {
                assert_eq!(pair[0].end() + 1, *pair[1].start(), "{parts} parts");
            }
        }
    }
}
