//! A run as record batches in the order of the lake: by person, then record.

use std::sync::Arc;

use anwang_contracts::{Contract, LakeColumn, LakeType};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Int8Array, Int16Array, Int32Array, Int64Array, RecordBatch,
    StringArray, UInt64Array, new_null_array,
};
use arrow_buffer::{BooleanBuffer, NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use super::kept::{KeptColumn, NARROW_NULL, Run};
use crate::check::texts::TextColumn;
use crate::order;
use crate::plan::NULL;

/// The lake cuts files into 64 buckets of the person key once they are this long.
const BUCKETS_FROM_ROWS: usize = 1 << 18;
const BUCKET_SHIFT: u32 = 58;
/// Rows of a batch of a short file.
const BATCH_ROWS: usize = 1 << 16;

/// Columns of a feed's table.
pub fn feed_schema(contract: &Contract) -> SchemaRef {
    let fields = contract
        .lake_columns()
        .into_iter()
        .map(|column| Field::new(column.name, data_type(column.kind), column.nullable));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Columns of the table that holds the sealed identities of all feeds.
pub fn identities_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("person", DataType::UInt64, false),
        Field::new("feed", DataType::Int16, false),
        Field::new("record", DataType::UInt64, false),
        Field::new("batch", DataType::Int32, false),
        Field::new("row", DataType::Int32, false),
        Field::new("sealed", DataType::Binary, false),
    ]))
}

fn data_type(kind: LakeType) -> DataType {
    match kind {
        LakeType::Boolean => DataType::Boolean,
        LakeType::Int8 => DataType::Int8,
        LakeType::Int16 => DataType::Int16,
        LakeType::Int32 => DataType::Int32,
        LakeType::Int64 => DataType::Int64,
        LakeType::UInt64 => DataType::UInt64,
        LakeType::Date32 => DataType::Date32,
        LakeType::Utf8 => DataType::Utf8,
    }
}

/// Entries of the run in order, without the rows that an equal or a later one replaces.
#[derive(Debug)]
pub struct Sorted(Vec<u32>);

impl Run {
    /// Sorts the run and counts what is dropped.
    pub fn sort(&mut self) -> Sorted {
        let entries = &self.entries;
        let record = |entry: usize| self.record[entries.row[entry] as usize];
        let mut order = order::by_person(&entries.person, record);
        let (mut equal, mut superseded) = (0, 0);
        let mut kept = 0;
        for at in 0..order.len() {
            let (this, next) = (order[at] as usize, order.get(at + 1).map(|&next| next as usize));
            // Of rows with one key the last of the file stands.
            let replaced_by = next.filter(|&next| {
                entries.person[next] == entries.person[this]
                    && record(next) == record(this)
                    && entries.subject[next] == entries.subject[this]
            });
            match replaced_by {
                None => {
                    order[kept] = this as u32;
                    kept += 1;
                }
                Some(_) if entries.subject[this] != 0 => {}
                Some(next) => {
                    let same = self.digest[entries.row[next] as usize] == self.digest[entries.row[this] as usize];
                    equal += u64::from(same);
                    superseded += u64::from(!same);
                }
            }
        }
        order.truncate(kept);
        self.tally.rows_equal += equal;
        self.tally.rows_superseded += superseded;
        self.tally.digest = self.digest.iter().fold(0, |sum, digest| digest.wrapping_add(sum));
        Sorted(order)
    }

    /// The feed table's batches. Long runs are cut at the buckets of the person key.
    pub fn feed_batches(
        &self,
        contract: &Contract,
        sorted: &Sorted,
    ) -> impl Iterator<Item = Result<RecordBatch, ArrowError>> {
        let schema = feed_schema(contract);
        let columns = contract.lake_columns();
        self.pieces(sorted).map(move |piece| {
            let rows: Vec<u32> = piece.iter().map(|&entry| self.entries.row[entry as usize]).collect();
            let arrays = columns.iter().map(|column| self.array(column, piece, &rows)).collect();
            RecordBatch::try_new(schema.clone(), arrays)
        })
    }

    /// The batches of sealed identities, in the same order.
    pub fn identity_batches(
        &self,
        contract: &Contract,
        sorted: &Sorted,
    ) -> impl Iterator<Item = Result<RecordBatch, ArrowError>> {
        let schema = identities_schema();
        let feed = contract.number;
        self.pieces(sorted).filter_map(move |piece| {
            let entries: Vec<u32> = piece
                .iter()
                .copied()
                .filter(|&entry| !self.sealed.get(self.entries.row[entry as usize] as usize).is_empty())
                .collect();
            if entries.is_empty() {
                return None;
            }
            let rows: Vec<u32> = entries.iter().map(|&entry| self.entries.row[entry as usize]).collect();
            let (offsets, bytes) = gather_text(&self.sealed, &rows);
            let arrays: Vec<ArrayRef> = vec![
                self.persons(&entries),
                Arc::new(Int16Array::from_iter_values(rows.iter().map(|_| feed))),
                self.records(&rows),
                Arc::new(Int32Array::from_iter_values(rows.iter().map(|_| self.batch_id))),
                self.row_numbers(&rows),
                Arc::new(BinaryArray::new(offsets, bytes.into(), None)),
            ];
            Some(RecordBatch::try_new(schema.clone(), arrays))
        })
    }

    fn pieces<'s>(&self, sorted: &'s Sorted) -> impl Iterator<Item = &'s [u32]> {
        let long = sorted.0.len() >= BUCKETS_FROM_ROWS;
        let bucket = move |entry: &u32| {
            if long {
                self.entries.person[*entry as usize] >> BUCKET_SHIFT
            } else {
                0
            }
        };
        let mut ends = Vec::new();
        let mut start = 0;
        for piece in sorted.0.chunk_by(|a, b| bucket(a) == bucket(b)) {
            let end = start + piece.len();
            while end - start > BATCH_ROWS {
                ends.push(start..start + BATCH_ROWS);
                start += BATCH_ROWS;
            }
            ends.push(start..end);
            start = end;
        }
        ends.into_iter().map(|range| &sorted.0[range])
    }

    fn array(&self, column: &LakeColumn, entries: &[u32], rows: &[u32]) -> ArrayRef {
        let Some(at) = column.column else {
            return self.own_array(&column.name, entries, rows);
        };
        match &self.columns[at] {
            KeptColumn::Wide(values) => wide_array(column.kind, values, rows),
            KeptColumn::Narrow(values) => narrow_array(column.kind, values, rows),
            KeptColumn::Texts(texts) if texts.text_bytes() == 0 => new_null_array(&DataType::Utf8, rows.len()),
            KeptColumn::Texts(texts) => {
                let (offsets, bytes) = gather_text(texts, rows);
                let nulls = nulls_where(rows, |row| texts.get(row).is_empty());
                // Only checked UTF-8 is kept, so this cannot fail.
                Arc::new(StringArray::try_new(offsets, bytes.into(), nulls).expect("kept text is UTF-8"))
            }
        }
    }

    /// The columns that every feed table begins with.
    fn own_array(&self, name: &str, entries: &[u32], rows: &[u32]) -> ArrayRef {
        match name {
            "person" => self.persons(entries),
            "record" => self.records(rows),
            "batch" => Arc::new(Int32Array::from_iter_values(rows.iter().map(|_| self.batch_id))),
            "row" => self.row_numbers(rows),
            "gone" => Arc::new(BooleanArray::new(
                BooleanBuffer::collect_bool(rows.len(), |at| self.gone[rows[at] as usize]),
                None,
            )),
            "subject" => Arc::new(Int8Array::from_iter_values(
                entries.iter().map(|&entry| self.entries.subject[entry as usize]),
            )),
            other => unreachable!("contracts added a column {other} that intake does not know"),
        }
    }

    fn persons(&self, entries: &[u32]) -> ArrayRef {
        Arc::new(UInt64Array::from_iter_values(
            entries.iter().map(|&entry| self.entries.person[entry as usize]),
        ))
    }

    fn records(&self, rows: &[u32]) -> ArrayRef {
        Arc::new(UInt64Array::from_iter_values(
            rows.iter().map(|&row| self.record[row as usize]),
        ))
    }

    fn row_numbers(&self, rows: &[u32]) -> ArrayRef {
        Arc::new(Int32Array::from_iter_values(
            rows.iter().map(|&row| self.numbers[row as usize] as i32),
        ))
    }
}

/// Picks the rows' values. They are gathered once, in the order of the lake, and everything else looks at what was gathered.
fn wide_array(kind: LakeType, values: &[i64], rows: &[u32]) -> ArrayRef {
    let picked: Vec<i64> = rows.iter().map(|&row| values[row as usize]).collect();
    let nulls = match nulls_of(&picked, NULL) {
        Nulls::All => return new_null_array(&data_type(kind), picked.len()),
        Nulls::Some(nulls) => Some(nulls),
        Nulls::None => None,
    };
    match kind {
        LakeType::Int64 => Arc::new(Int64Array::new(picked.into(), nulls)),
        LakeType::UInt64 => Arc::new(UInt64Array::new(
            picked.iter().map(|&value| value as u64).collect(),
            nulls,
        )),
        other => unreachable!("columns of type {other:?} are kept narrow"),
    }
}

fn narrow_array(kind: LakeType, values: &[i32], rows: &[u32]) -> ArrayRef {
    let picked: Vec<i32> = rows.iter().map(|&row| values[row as usize]).collect();
    let nulls = match nulls_of(&picked, NARROW_NULL) {
        Nulls::All => return new_null_array(&data_type(kind), picked.len()),
        Nulls::Some(nulls) => Some(nulls),
        Nulls::None => None,
    };
    match kind {
        LakeType::Boolean => Arc::new(BooleanArray::new(
            BooleanBuffer::collect_bool(picked.len(), |at| picked[at] == 1),
            nulls,
        )),
        LakeType::Int8 => Arc::new(Int8Array::new(picked.iter().map(|&value| value as i8).collect(), nulls)),
        LakeType::Int16 => Arc::new(Int16Array::new(
            picked.iter().map(|&value| value as i16).collect(),
            nulls,
        )),
        LakeType::Int32 => Arc::new(Int32Array::new(picked.into(), nulls)),
        LakeType::Date32 => Arc::new(Date32Array::new(picked.into(), nulls)),
        other => unreachable!("columns of type {other:?} are kept wide"),
    }
}

enum Nulls {
    None,
    Some(NullBuffer),
    All,
}

fn nulls_of<T: Copy + PartialEq>(values: &[T], null: T) -> Nulls {
    match values.iter().filter(|&&value| value == null).count() {
        0 => Nulls::None,
        all if all == values.len() => Nulls::All,
        _ => Nulls::Some(NullBuffer::new(BooleanBuffer::collect_bool(values.len(), |at| {
            values[at] != null
        }))),
    }
}

fn nulls_where(rows: &[u32], is_null: impl Fn(usize) -> bool) -> Option<NullBuffer> {
    let present = BooleanBuffer::collect_bool(rows.len(), |at| !is_null(rows[at] as usize));
    let nulls = NullBuffer::new(present);
    (nulls.null_count() > 0).then_some(nulls)
}

fn gather_text(texts: &TextColumn, rows: &[u32]) -> (OffsetBuffer<i32>, Vec<u8>) {
    let mut bytes = Vec::with_capacity(rows.iter().map(|&row| texts.get(row as usize).len()).sum());
    let mut offsets = Vec::with_capacity(rows.len() + 1);
    offsets.push(0i32);
    for &row in rows {
        bytes.extend_from_slice(texts.get(row as usize));
        offsets.push(bytes.len() as i32);
    }
    (OffsetBuffer::new(offsets.into()), bytes)
}
