//! A few families whose situations the tests speak of, as feed tables.

use std::ops::RangeInclusive;
use std::sync::Arc;

use anwang_domain::Day;
use arrow_array::{ArrayRef, BooleanArray, Date32Array, Int16Array, Int32Array, Int64Array, RecordBatch, UInt64Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use crate::columns::uint64s;
use crate::error::RegistryError;
use crate::landed::{Landed, LandedFeed};

/// A value of a feed row.
#[derive(Clone, Copy, Debug)]
pub enum Cell {
    Key(u64),
    Code(i16),
    Date(&'static str),
    Flag(bool),
    Fen(i64),
    Division(i64),
    Nothing,
}

pub use Cell::*;

/// One feed's table: batches of rows, each (person, record, gone, cells).
pub struct Table {
    pub feed: &'static str,
    columns: Vec<(&'static str, DataType)>,
    pub batches: Vec<RecordBatch>,
}

pub type Row = (u64, u64, bool, Vec<Cell>);

impl Table {
    pub fn new(feed: &'static str, columns: &[(&'static str, DataType)]) -> Self {
        Self {
            feed,
            columns: columns.to_vec(),
            batches: Vec::new(),
        }
    }

    pub fn deliver(mut self, rows: &[Row]) -> Self {
        let batch = self.batches.len() as i32 + 1;
        let mut rows = rows.to_vec();
        rows.sort_by_key(|row| (row.0, row.1));
        let keys = |at: fn(&Row) -> u64| -> ArrayRef { Arc::new(UInt64Array::from_iter_values(rows.iter().map(at))) };
        let numbers = Int32Array::from_iter_values((0..rows.len()).map(|i| i as i32 + 2));
        let mut arrays: Vec<ArrayRef> = vec![
            keys(|row| row.0),
            keys(|row| row.1),
            Arc::new(Int32Array::from(vec![batch; rows.len()])),
            Arc::new(numbers),
            Arc::new(BooleanArray::from_iter(rows.iter().map(|row| Some(row.2)))),
        ];
        for (at, (_, kind)) in self.columns.iter().enumerate() {
            arrays.push(column(kind, rows.iter().map(|row| row.3[at])));
        }
        self.batches.push(RecordBatch::try_new(self.schema(), arrays).unwrap());
        self
    }

    pub fn schema(&self) -> SchemaRef {
        let own = [
            ("person", DataType::UInt64),
            ("record", DataType::UInt64),
            ("batch", DataType::Int32),
            ("row", DataType::Int32),
            ("gone", DataType::Boolean),
        ];
        let fields = own
            .iter()
            .chain(&self.columns)
            .map(|(name, kind)| Field::new(*name, kind.clone(), true));
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }
}

fn column(kind: &DataType, cells: impl Iterator<Item = Cell>) -> ArrayRef {
    let day = |text: &str| Day::parse(text).unwrap().0;
    macro_rules! collect {
        ($array:ty, $($pattern:pat => $value:expr),+) => {
            Arc::new(cells.map(|cell| match cell { $($pattern => Some($value),)+ Nothing => None, other => panic!("{other:?}") })
                .collect::<$array>())
        };
    }
    match kind {
        DataType::UInt64 => collect!(UInt64Array, Key(key) => key),
        DataType::Int16 => collect!(Int16Array, Code(code) => code),
        DataType::Date32 => collect!(Date32Array, Date(text) => day(text)),
        DataType::Boolean => collect!(BooleanArray, Flag(flag) => flag),
        DataType::Int64 => collect!(Int64Array, Fen(fen) => fen, Division(code) => code),
        other => panic!("no cells of {other}"),
    }
}

/// Reads the tables as the lake would.
pub fn landed<T>(tables: &[Table], work: impl FnOnce(&Landed<'_>) -> T) -> T {
    let read = |feed: &str, names: &[&str], range: RangeInclusive<u64>| -> Result<Vec<RecordBatch>, RegistryError> {
        let table = tables
            .iter()
            .find(|table| table.feed == feed)
            .expect("only landed feeds are read");
        let at: Vec<usize> = names
            .iter()
            .map(|name| table.schema().index_of(name).unwrap())
            .collect();
        table
            .batches
            .iter()
            .map(|batch| {
                let persons = uint64s(batch, "person")?.values();
                let (from, to) = (
                    persons.partition_point(|person| person < range.start()),
                    persons.partition_point(|person| person <= range.end()),
                );
                Ok(batch.slice(from, to - from).project(&at)?)
            })
            .collect()
    };
    let feeds = tables.iter().map(|table| LandedFeed {
        feed: table.feed.to_owned(),
        schema: table.schema(),
        rows: table.batches.iter().map(|batch| batch.num_rows() as u64).sum(),
    });
    work(&Landed {
        feeds: feeds.collect(),
        read: &read,
    })
}

pub const AS_OF: &str = "2026-06-30";
/// A village in Taiyuan, as a 12-digit division.
pub const VILLAGE: i64 = 140_105_001_001;

/// People spread over the whole range of keys, so that every part of a cut has some.
pub const fn person(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// A registered household.
pub const fn household(number: u64) -> u64 {
    (number + 1000).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

pub fn hukou_table() -> Table {
    Table::new(
        "hukou",
        &[
            ("sex", DataType::Int16),
            ("birth_date", DataType::Date32),
            ("household_no", DataType::UInt64),
            ("relation", DataType::Int16),
            ("division", DataType::Int64),
            ("residence_division", DataType::Int64),
            ("marital", DataType::Int16),
            ("father_id", DataType::UInt64),
            ("mother_id", DataType::UInt64),
            ("registered_on", DataType::Date32),
            ("cancelled_on", DataType::Date32),
            ("cancel_reason", DataType::Int16),
        ],
    )
}

/// A registration that stands: number of the person, birth date, number of the household, relation, parents' numbers.
pub fn registered(number: u64, born: &'static str, at: u64, relation: i16, parents: (u64, u64)) -> Row {
    let parent = |number: u64| if number == 0 { Nothing } else { Key(person(number)) };
    let cells = vec![
        Code(1 + (number % 2) as i16),
        Date(born),
        Key(household(at)),
        Code(relation),
        Division(VILLAGE),
        Nothing,
        Nothing,
        parent(parents.0),
        parent(parents.1),
        Nothing,
        Nothing,
        Nothing,
    ];
    (person(number), person(number), false, cells)
}

/// The same registration after police cancelled it.
pub fn cancelled(row: Row, on: &'static str, reason: i16) -> Row {
    let mut row = row;
    row.3[10] = Date(on);
    row.3[11] = Code(reason);
    row
}

pub fn marriage_table() -> Table {
    Table::new(
        "marriage",
        &[
            ("kind", DataType::Int16),
            ("party_a_id", DataType::UInt64),
            ("party_b_id", DataType::UInt64),
            ("registered_on", DataType::Date32),
        ],
    )
}

/// Both parties' rows of one entry.
pub fn entry(record: u64, kind: i16, parties: (u64, u64), on: &'static str) -> [Row; 2] {
    let (a, b) = (person(parties.0), person(parties.1));
    let cells = vec![Code(kind), Key(a), Key(b), Date(on)];
    [(a, record, false, cells.clone()), (b, record, false, cells)]
}

pub fn cremation_table() -> Table {
    Table::new(
        "cremation",
        &[("died_on", DataType::Date32), ("cremated_on", DataType::Date32)],
    )
}

pub fn dibao_table() -> Table {
    Table::new(
        "dibao",
        &[
            ("household_no", DataType::UInt64),
            ("is_head", DataType::Boolean),
            ("person_share", DataType::Int64),
            ("started_on", DataType::Date32),
            ("ended_on", DataType::Date32),
            ("status", DataType::Int16),
        ],
    )
}

pub fn on_dibao(number: u64, roster: u64, head: bool, since: &'static str) -> Row {
    (
        person(number),
        roster,
        false,
        vec![Key(roster), Flag(head), Fen(10_000), Date(since), Nothing, Code(1)],
    )
}
