//! The feed stage: records of one feed to one value per person and variable.

use arrow_array::RecordBatch;
use rayon::prelude::*;

use crate::compile::feeds::{CompiledAggregate, FeedProgram};
use crate::compile::program::{OutputInfo, Program};
use crate::compile::value::Value;
use crate::kernel::execute::{Context, execute};
use crate::kernel::frame::Frame;
use crate::kernel::input::{BoundInput, bind};
use crate::kernel::output::Columns;
use crate::run::RunError;
use crate::source::declaration::How;
use crate::types::{Entity, Type};

const CHUNK_ROWS: usize = 1024;

/// One aggregate's state per person.
struct Totals {
    value: Vec<i64>,
    /// Day of the newest or oldest record so far.
    order: Vec<i64>,
    state: Vec<u8>,
}

const NO_RECORD: u8 = 0;
const KNOWN: u8 = 1;
/// A record counts whose value is missing.
const MISSING: u8 = 2;

impl Program {
    /// Aggregates the records of one feed. `group[r]` is the index of the person of row `r`, below `groups`. `None` for
    /// `rows` says that the feed never landed: then all is missing, whatever `absent:` says.
    /// Gives one row per person, one column per variable.
    pub fn run_feed(
        &self,
        feed: &str,
        rows: Option<&RecordBatch>,
        group: &[u32],
        groups: usize,
    ) -> Result<RecordBatch, RunError> {
        let Some(program) = self.feeds.iter().find(|known| known.feed == feed) else {
            return Err(RunError::NoSuchFeed { feed: feed.to_owned() });
        };
        let outputs: Vec<OutputInfo> = program
            .aggregates
            .iter()
            .map(|aggregate| OutputInfo {
                name: aggregate.name.clone(),
                entity: Entity::Person,
                ty: aggregate.ty.clone(),
            })
            .collect();
        let Some(rows) = rows else {
            return Ok(columns(&program.aggregates, None, groups, &outputs));
        };
        if group.len() != rows.num_rows() || group.iter().any(|person| *person as usize >= groups) {
            return Err(RunError::Groups {
                groups,
                rows: rows.num_rows(),
            });
        }
        let inputs = program
            .inputs
            .iter()
            .map(|input| bind(input, rows, &self.places))
            .collect::<Result<Vec<_>, _>>()?;
        let evaluated = self.records(program, &inputs, rows.num_rows());
        let totals: Vec<Totals> = program
            .aggregates
            .par_iter()
            .map(|aggregate| total(aggregate, &evaluated, group, groups))
            .collect();
        Ok(columns(&program.aggregates, Some(totals), groups, &outputs))
    }

    /// Values, filters and orders of all records.
    fn records(&self, program: &FeedProgram, inputs: &[BoundInput], rows: usize) -> Columns {
        let context = Context {
            plan: &program.plan,
            inputs,
            tables: &program.tables,
            places: &self.places,
        };
        let infos: Vec<OutputInfo> = program.plan.outputs.iter().map(record_output).collect();
        let mut frame = Frame::new(program.plan.slots);
        let mut columns = Columns::new(&infos, rows, 0);
        let mut from = 0;
        while from < rows {
            let to = (from + CHUNK_ROWS).min(rows);
            frame.enter_rows(from, to);
            execute(&context, &mut frame, &mut columns);
            from = to;
        }
        columns
    }
}

/// Records' values keep their raw integers; only the class matters.
fn record_output(value: &Value) -> OutputInfo {
    let ty = if matches!(value, Value::Bool(_)) {
        Type::Bool
    } else {
        Type::Count(None)
    };
    OutputInfo {
        name: String::new(),
        entity: Entity::Row,
        ty,
    }
}

fn total(aggregate: &CompiledAggregate, evaluated: &Columns, group: &[u32], groups: usize) -> Totals {
    let (values, known) = evaluated.raw(aggregate.value);
    let (holds, decided) = evaluated.raw(aggregate.filter);
    let order = aggregate.order.map(|output| evaluated.raw(output));
    let is = |mask: &[u8], row: usize| mask.is_empty() || mask[row] == 1;
    let mut totals = Totals {
        value: vec![0; groups],
        order: vec![0; groups],
        state: vec![NO_RECORD; groups],
    };
    for (row, person) in group.iter().enumerate() {
        let person = *person as usize;
        // A record of which it is not known whether it counts leaves the person's value unknown.
        if !is(decided, row) {
            totals.state[person] = MISSING;
            continue;
        }
        if holds[row] == 0 {
            continue;
        }
        let known = is(known, row);
        let day = match &order {
            Some((days, mask)) if is(mask, row) => days[row],
            Some(_) => continue,
            None => 0,
        };
        totals.add(aggregate.how, person, values[row], known, day);
    }
    totals
}

impl Totals {
    fn add(&mut self, how: How, person: usize, value: i64, known: bool, day: i64) {
        let (total, state) = (&mut self.value[person], &mut self.state[person]);
        let first = *state == NO_RECORD;
        match how {
            How::Latest | How::Earliest => {
                let newer = if how == How::Latest {
                    day >= self.order[person]
                } else {
                    day < self.order[person]
                };
                if first || newer {
                    *total = value;
                    self.order[person] = day;
                    *state = if known { KNOWN } else { MISSING };
                }
                return;
            }
            // One record that holds (or fails) settles the matter, whatever the others say.
            How::Any | How::All => {
                let settles = i64::from(how == How::Any);
                if known && value == settles {
                    *total = settles + 2;
                    *state = KNOWN;
                } else if *total < 2 {
                    *total = 1 - settles;
                    *state = if known && *state != MISSING { KNOWN } else { MISSING };
                }
                return;
            }
            _ => {}
        }
        if !known {
            *state = MISSING;
            return;
        }
        *total = match how {
            How::Sum | How::Count => total.wrapping_add(value),
            How::Min if !first => (*total).min(value),
            How::Max if !first => (*total).max(value),
            _ => value,
        };
        if first {
            *state = KNOWN;
        }
    }
}

fn columns(
    aggregates: &[CompiledAggregate],
    totals: Option<Vec<Totals>>,
    groups: usize,
    outputs: &[OutputInfo],
) -> RecordBatch {
    let mut columns = Vec::new();
    for (at, aggregate) in aggregates.iter().enumerate() {
        let totals = totals.as_ref().map(|totals| &totals[at]);
        let settled = |value: i64| if value >= 2 { value - 2 } else { value };
        let truth = matches!(aggregate.how, How::Any | How::All);
        let value = |person: usize| -> Option<i64> {
            let totals = totals?;
            match totals.state[person] {
                KNOWN if truth => Some(settled(totals.value[person])),
                KNOWN => Some(totals.value[person]),
                NO_RECORD => aggregate.absent,
                _ => None,
            }
        };
        columns.push(crate::kernel::output::array(&aggregate.ty, (0..groups).map(value)));
    }
    let schema = crate::kernel::output::input_schema(outputs);
    let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(groups));
    RecordBatch::try_new_with_options(schema, columns, &options)
        .expect("columns have the types and lengths of the schema")
}
