//! Latest wins: the rows of one feed in one bucket of persons, as they hold now.
//!
//! A feed table is appended to, batch by batch. A record (same person, same record key) that comes again replaces
//! what was said before; `gone` withdraws it. What is left is what the department says today.

use arrow_array::{Array, BooleanArray, Int32Array, RecordBatch, RecordBatchOptions, UInt32Array, UInt64Array};
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;
use arrow_select::take::take_record_batch;

use crate::columns::{flags, int32s, uint64s};
use crate::error::RegistryError;

/// The columns of every feed table that decide which row holds now.
pub const MERGE_COLUMNS: [&str; 5] = ["person", "record", "batch", "row", "gone"];

/// The rows that hold, sorted by (person, record), of batches that are each sorted by (person, record, batch).
///
/// `only` keeps the rows of these persons (ascending), for a refresh by the changes.
pub fn latest_rows(
    schema: &SchemaRef,
    batches: &[RecordBatch],
    only: Option<&[u64]>,
) -> Result<RecordBatch, RegistryError> {
    let all = match batches {
        [] => return Ok(RecordBatch::new_empty(schema.clone())),
        [one] => one.clone(),
        many => concat_batches(&many[0].schema(), many)?,
    };
    let all = match only {
        Some(persons) => rows_of(&all, persons)?,
        None => all,
    };
    let keys = Keys::of(&all)?;
    if keys.are_sorted() {
        let keep = keys.last_of_each_record();
        return if keep.true_count() == all.num_rows() {
            Ok(all)
        } else {
            Ok(filter_record_batch(&all, &keep)?)
        };
    }
    let order = keys.merged_order();
    if all.num_columns() == 0 {
        let options = RecordBatchOptions::new().with_row_count(Some(order.len()));
        return Ok(RecordBatch::try_new_with_options(all.schema(), vec![], &options)?);
    }
    Ok(take_record_batch(&all, &UInt32Array::from(order))?)
}

/// The rows whose person occurs in `persons` (ascending).
fn rows_of(rows: &RecordBatch, persons: &[u64]) -> Result<RecordBatch, RegistryError> {
    let keep: BooleanArray = uint64s(rows, "person")?
        .values()
        .iter()
        .map(|person| Some(persons.binary_search(person).is_ok()))
        .collect();
    Ok(filter_record_batch(rows, &keep)?)
}

/// Person and record.
type RecordKey = (u64, u64);
/// Batch and row: the later one wins.
type Version = (i32, i32);

struct Keys<'a> {
    person: &'a [u64],
    record: &'a [u64],
    batch: &'a [i32],
    row: &'a [i32],
    gone: &'a BooleanArray,
}

impl<'a> Keys<'a> {
    fn of(rows: &'a RecordBatch) -> Result<Self, RegistryError> {
        let person: &UInt64Array = uint64s(rows, "person")?;
        let record: &UInt64Array = uint64s(rows, "record")?;
        let batch: &Int32Array = int32s(rows, "batch")?;
        let row: &Int32Array = int32s(rows, "row")?;
        Ok(Self {
            person: person.values(),
            record: record.values(),
            batch: batch.values(),
            row: row.values(),
            gone: flags(rows, "gone")?,
        })
    }

    fn at(&self, i: usize) -> (u64, u64, i32, i32) {
        (self.person[i], self.record[i], self.batch[i], self.row[i])
    }

    fn are_sorted(&self) -> bool {
        (1..self.person.len()).all(|i| self.at(i - 1) <= self.at(i))
    }

    fn holds(&self, i: usize) -> bool {
        !(self.gone.is_valid(i) && self.gone.value(i))
    }

    fn last_of_each_record(&self) -> BooleanArray {
        let n = self.person.len();
        let last =
            |i: usize| i + 1 == n || self.person[i] != self.person[i + 1] || self.record[i] != self.record[i + 1];
        BooleanArray::new(
            arrow_buffer::BooleanBuffer::collect_bool(n, |i| last(i) && self.holds(i)),
            None,
        )
    }

    /// The files lie one behind the other, each sorted: the standard sort finds these runs and merges them.
    fn merged_order(&self) -> Vec<u32> {
        let mut order: Vec<(RecordKey, Version, u32)> = (0..self.person.len())
            .map(|i| {
                let (person, record, batch, row) = self.at(i);
                ((person, record), (batch, row), i as u32)
            })
            .collect();
        order.sort();
        let n = order.len();
        (0..n)
            .filter(|&i| i + 1 == n || order[i].0 != order[i + 1].0)
            .map(|i| order[i].2)
            .filter(|&i| self.holds(i as usize))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use arrow_schema::{DataType, Field, Schema};
    use proptest::prelude::*;

    use super::*;

    type Row = (u64, u64, i32, i32, bool);

    fn batch(rows: &[Row]) -> RecordBatch {
        let field = |name: &str, kind| Field::new(name, kind, false);
        let schema = Schema::new(vec![
            field("person", DataType::UInt64),
            field("record", DataType::UInt64),
            field("batch", DataType::Int32),
            field("row", DataType::Int32),
            field("gone", DataType::Boolean),
        ]);
        RecordBatch::try_new(
            Arc::new(schema),
            vec![
                Arc::new(UInt64Array::from_iter_values(rows.iter().map(|r| r.0))),
                Arc::new(UInt64Array::from_iter_values(rows.iter().map(|r| r.1))),
                Arc::new(Int32Array::from_iter_values(rows.iter().map(|r| r.2))),
                Arc::new(Int32Array::from_iter_values(rows.iter().map(|r| r.3))),
                Arc::new(BooleanArray::from(rows.iter().map(|r| r.4).collect::<Vec<_>>())),
            ],
        )
        .unwrap()
    }

    /// What a map from record to its latest row would hold.
    fn twin(files: &[Vec<Row>], only: Option<&[u64]>) -> Vec<(u64, u64, i32, i32)> {
        let mut latest: BTreeMap<(u64, u64), (i32, i32, bool)> = BTreeMap::new();
        for &(person, record, batch, row, gone) in files.iter().flatten() {
            if only.is_some_and(|persons| !persons.contains(&person)) {
                continue;
            }
            let now = latest.entry((person, record)).or_insert((batch, row, gone));
            if (now.0, now.1) <= (batch, row) {
                *now = (batch, row, gone);
            }
        }
        latest
            .into_iter()
            .filter(|(_, v)| !v.2)
            .map(|((p, r), v)| (p, r, v.0, v.1))
            .collect()
    }

    proptest! {
        #[test]
        fn of_each_record_the_latest_row_stays_unless_it_is_gone(
            rows in prop::collection::vec((0u64..6, 0u64..4, 0i32..5, any::<bool>()), 0..60),
            files in 1usize..4,
            only in prop::option::of(prop::collection::btree_set(0u64..6, 0..4)),
        ) {
            let mut split: Vec<Vec<Row>> = vec![Vec::new(); files];
            for (i, &(person, record, batch, gone)) in rows.iter().enumerate() {
                split[i % files].push((person, record, batch, i as i32, gone));
            }
            for file in &mut split {
                file.sort_unstable();
            }
            let only: Option<Vec<u64>> = only.map(|set| set.into_iter().collect());
            let batches: Vec<RecordBatch> = split.iter().map(|rows| batch(rows)).collect();
            let found = latest_rows(&batches[0].schema(), &batches, only.as_deref()).unwrap();
            let found = Keys::of(&found).unwrap();
            let found: Vec<_> = (0..found.person.len()).map(|i| found.at(i)).collect();
            prop_assert_eq!(found, twin(&split, only.as_deref()));
        }
    }
}
