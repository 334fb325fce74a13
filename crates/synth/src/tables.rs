//! The tables of the truth as Arrow batches.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Date32Builder, Int32Builder, StringBuilder, UInt64Builder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use crate::calendar::{Day, NEVER};
use crate::feeds::Made;
use crate::ids::IdNumber;
use crate::sheet::{AliasRow, FaultyRow};
use crate::truth::Findings;

/// Tables in `truth/`, in the order in which chunks hand them over.
pub const NAMES: [&str; 5] = ["people", "missed", "wrong", "faulty_rows", "same_persons"];

pub fn schemas() -> [SchemaRef; 5] {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let key = |name: &str| Field::new(name, DataType::UInt64, false);
    let day = |name: &str| Field::new(name, DataType::Date32, true);
    let flag = |name: &str| Field::new(name, DataType::Boolean, false);
    let whole = |name: &str| Field::new(name, DataType::Int32, false);
    let finding = || {
        vec![
            key("person"),
            text("citizen_id"),
            key("household_no"),
            text("programme"),
            flag("visible"),
            text("because"),
            text("county"),
        ]
    };
    let row = || {
        vec![
            text("feed"),
            text("file"),
            Field::new("row", DataType::UInt64, false),
            key("person"),
            text("citizen_id"),
        ]
    };
    let people = vec![
        key("person"),
        text("citizen_id"),
        key("household"),
        key("registered_household_no"),
        whole("relation"),
        day("born"),
        day("died_on"),
        day("moved_on"),
        text("class"),
        text("village"),
    ];
    let mut faulty = row();
    faulty.extend([text("fault"), text("expected_reject")]);
    let mut same = row();
    same.push(text("written_id"));
    [people, finding(), finding(), faulty, same].map(|fields| Arc::new(Schema::new(fields)) as SchemaRef)
}

/// Number of a person in the truth: chunk and place in it.
pub fn person_number(made: &Made, at: u32) -> u64 {
    u64::from(made.place.chunk.index) << 24 | u64::from(at)
}

pub fn citizen_id(id: IdNumber) -> Option<String> {
    (!id.is_none()).then(|| String::from_utf8_lossy(&id.digits()).into_owned())
}

pub fn people(made: &Made, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let (mut person, mut id, mut household) = (UInt64Builder::new(), StringBuilder::new(), UInt64Builder::new());
    let (mut register, mut relation) = (UInt64Builder::new(), Int32Builder::new());
    let (mut born, mut died, mut moved) = (Date32Builder::new(), Date32Builder::new(), Date32Builder::new());
    let (mut class, mut village) = (StringBuilder::new(), StringBuilder::new());
    let names: Vec<String> = crate::class::Class::ALL
        .iter()
        .map(|class| format!("{class:?}"))
        .collect();
    for (at, one) in made.people() {
        let home = made.home(one);
        person.append_value(person_number(made, at));
        id.append_option(citizen_id(one.id));
        household.append_value(home.number);
        register.append_value(made.register(one).number);
        relation.append_value(i32::from(one.relation));
        born.append_value(one.born);
        append_day(&mut died, one.death.map_or(NEVER, |death| death.on));
        append_day(&mut moved, one.moved_on);
        class.append_value(&names[home.class as usize]);
        village.append_value(made.village(home).code.to_string());
    }
    let columns: Vec<ArrayRef> = vec![
        Arc::new(person.finish()),
        Arc::new(id.finish()),
        Arc::new(household.finish()),
        Arc::new(register.finish()),
        Arc::new(relation.finish()),
        Arc::new(born.finish()),
        Arc::new(died.finish()),
        Arc::new(moved.finish()),
        Arc::new(class.finish()),
        Arc::new(village.finish()),
    ];
    RecordBatch::try_new(Arc::clone(schema), columns)
}

fn append_day(column: &mut Date32Builder, day: Day) {
    column.append_option((day != NEVER).then_some(day));
}

/// Missed and wrong, in that order.
pub fn findings(made: &Made, found: &Findings, schema: &SchemaRef) -> Result<[RecordBatch; 2], ArrowError> {
    let missed: Vec<_> = found
        .missed
        .iter()
        .map(|one| (one.person, one.programme, one.visible, one.because))
        .collect();
    let wrong: Vec<_> = found
        .wrong
        .iter()
        .map(|one| (one.person, one.programme, one.visible, one.because))
        .collect();
    let table = |rows: &[(u32, crate::service::Programme, bool, &'static str)]| {
        let (mut person, mut id, mut household) = (UInt64Builder::new(), StringBuilder::new(), UInt64Builder::new());
        let (mut programme, mut visible) = (StringBuilder::new(), BooleanBuilder::new());
        let (mut because, mut county) = (StringBuilder::new(), StringBuilder::new());
        for &(at, of, seen, why) in rows {
            let one = made.person(at);
            person.append_value(person_number(made, at));
            id.append_option(citizen_id(one.id));
            household.append_value(made.home(one).number);
            programme.append_value(of.name());
            visible.append_value(seen);
            because.append_value(why);
            county.append_value(made.county_division().to_string());
        }
        let columns: Vec<ArrayRef> = vec![
            Arc::new(person.finish()),
            Arc::new(id.finish()),
            Arc::new(household.finish()),
            Arc::new(programme.finish()),
            Arc::new(visible.finish()),
            Arc::new(because.finish()),
            Arc::new(county.finish()),
        ];
        RecordBatch::try_new(Arc::clone(schema), columns)
    };
    Ok([table(&missed)?, table(&wrong)?])
}

/// Where a row of a chunk lies: its feed, file, and the row before the chunk's first.
#[derive(Debug, Clone)]
pub struct Where {
    pub feed: &'static str,
    pub file: String,
    pub before: u64,
}

/// Person number and id of a row, worked out by the chunk since the writer does not see people.
#[derive(Debug, Clone)]
pub struct Marked<T> {
    pub row: T,
    pub person: u64,
    pub citizen_id: Option<String>,
}

pub fn faulty(rows: &[(Where, Vec<Marked<FaultyRow>>)], schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let mut place = PlaceColumns::default();
    let (mut fault, mut expected) = (StringBuilder::new(), StringBuilder::new());
    for (at, marked) in rows {
        for one in marked {
            place.append(at, one.row.row, one.person, one.citizen_id.as_deref());
            fault.append_value(one.row.fault.name());
            expected.append_option(one.row.fault.expected_reject());
        }
    }
    let mut columns = place.finish();
    columns.push(Arc::new(fault.finish()));
    columns.push(Arc::new(expected.finish()));
    RecordBatch::try_new(Arc::clone(schema), columns)
}

pub fn same(rows: &[(Where, Vec<Marked<AliasRow>>)], schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let mut place = PlaceColumns::default();
    let mut written = StringBuilder::new();
    for (at, marked) in rows {
        for one in marked {
            place.append(at, one.row.row, one.person, one.citizen_id.as_deref());
            written.append_value(&one.row.written);
        }
    }
    let mut columns = place.finish();
    columns.push(Arc::new(written.finish()));
    RecordBatch::try_new(Arc::clone(schema), columns)
}

#[derive(Default)]
struct PlaceColumns {
    feed: StringBuilder,
    file: StringBuilder,
    row: UInt64Builder,
    person: UInt64Builder,
    id: StringBuilder,
}

impl PlaceColumns {
    fn append(&mut self, at: &Where, row: u32, person: u64, id: Option<&str>) {
        self.feed.append_value(at.feed);
        self.file.append_value(&at.file);
        self.row.append_value(at.before + u64::from(row) + 1);
        self.person.append_value(person);
        self.id.append_option(id);
    }

    fn finish(mut self) -> Vec<ArrayRef> {
        vec![
            Arc::new(self.feed.finish()),
            Arc::new(self.file.finish()),
            Arc::new(self.row.finish()),
            Arc::new(self.person.finish()),
            Arc::new(self.id.finish()),
        ]
    }
}
