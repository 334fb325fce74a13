//! Running a program over any number of households that lie together.

use std::sync::atomic::Ordering;

use arrow_array::RecordBatch;
use rayon::prelude::*;

use crate::compile::lowering::InputInfo;
use crate::compile::names::MEMBERS_MAX;
use crate::compile::program::Program;
use crate::kernel::execute::{Context, execute};
use crate::kernel::frame::Frame;
use crate::kernel::input::{BoundInput, bind};
use crate::kernel::output::Columns;
use crate::types::Entity;

/// Persons per chunk: registers of 8 KiB, some twenty of them alive, stay in the second-level cache.
const CHUNK_ROWS: usize = 1024;
/// Persons per morsel: what one thread does before it looks for more; also the size of output batches.
const MORSEL_ROWS: usize = 16_384;

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RunError {
    #[error("column `{column}` should be {expected}, it is {found}")]
    ColumnType {
        column: String,
        expected: String,
        found: String,
    },
    #[error("offsets do not cut {persons} persons into {households} households")]
    Offsets { persons: usize, households: usize },
    #[error("no variable aggregates feed `{feed}`")]
    NoSuchFeed { feed: String },
    #[error("{groups} groups for {rows} rows do not fit together")]
    Groups { groups: usize, rows: usize },
}

impl RunError {
    pub fn code(&self) -> &'static str {
        match self {
            RunError::ColumnType { .. } => "policy.column_type",
            RunError::Offsets { .. } => "policy.offsets",
            RunError::NoSuchFeed { .. } => "policy.no_such_feed",
            RunError::Groups { .. } => "policy.groups",
        }
    }
}

/// What a run gives: batches in the order of the rows given, whole households per batch.
#[derive(Debug)]
pub struct Outcome {
    pub persons: Vec<RecordBatch>,
    pub households: Vec<RecordBatch>,
    /// Inputs with values out of their bounds; those values were taken as missing.
    pub faults: Vec<InputFault>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFault {
    pub input: String,
    pub values: u64,
    pub first_row: u64,
}

/// A program with its input columns: what can be run any number of times.
pub struct BoundProgram<'p> {
    program: &'p Program,
    inputs: Vec<BoundInput>,
    offsets: &'p [u32],
}

impl Program {
    /// Runs over households that lie together: the persons of household `h` are rows `offsets[h]..offsets[h + 1]` of
    /// `persons`. Columns carry the names of inputs; an absent column is missing (in a scan: its `scan:` value).
    pub fn run(&self, persons: &RecordBatch, households: &RecordBatch, offsets: &[u32]) -> Result<Outcome, RunError> {
        Ok(self.bind(persons, households, offsets)?.run())
    }

    pub fn bind<'p>(
        &'p self,
        persons: &RecordBatch,
        households: &RecordBatch,
        offsets: &'p [u32],
    ) -> Result<BoundProgram<'p>, RunError> {
        let fits = offsets.len() == households.num_rows() + 1
            && offsets.first() == Some(&0)
            && offsets.last().map(|last| *last as usize) == Some(persons.num_rows())
            && offsets.is_sorted();
        if !fits {
            return Err(RunError::Offsets {
                persons: persons.num_rows(),
                households: households.num_rows(),
            });
        }
        let of = |input: &InputInfo| match input.entity {
            Entity::Household => bind(input, households, &self.places),
            _ => bind(input, persons, &self.places),
        };
        let inputs = self.inputs.iter().map(of).collect::<Result<_, _>>()?;
        Ok(BoundProgram {
            program: self,
            inputs,
            offsets,
        })
    }
}

impl Program {
    /// No rows, with the columns that a run gives.
    pub fn empty_results(&self, entity: Entity) -> RecordBatch {
        RecordBatch::new_empty(crate::kernel::output::schema(&self.outputs, entity))
    }
}

impl BoundProgram<'_> {
    pub fn run(&self) -> Outcome {
        let morsels = cut(self.offsets, MORSEL_ROWS);
        let batches: Vec<(RecordBatch, RecordBatch)> = morsels
            .into_par_iter()
            .map(|(from, to)| self.morsel(from, to))
            .collect();
        let (persons, households) = batches.into_iter().unzip();
        Outcome {
            persons,
            households,
            faults: self.faults(),
        }
    }

    fn morsel(&self, from: usize, to: usize) -> (RecordBatch, RecordBatch) {
        let program = self.program;
        let context = Context {
            plan: &program.plan,
            inputs: &self.inputs,
            tables: &program.tables,
            places: &program.places,
        };
        let (persons, households) = ((self.offsets[to] - self.offsets[from]) as usize, to - from);
        let mut frame = Frame::new(program.plan.slots);
        let mut columns = Columns::new(&program.outputs, persons, households);
        for (first, last) in cut(&self.offsets[from..=to], CHUNK_ROWS) {
            frame.enter(self.offsets, from + first, from + last, MEMBERS_MAX);
            execute(&context, &mut frame, &mut columns);
        }
        (
            columns.batch(&program.outputs, Entity::Person, persons),
            columns.batch(&program.outputs, Entity::Household, households),
        )
    }

    fn faults(&self) -> Vec<InputFault> {
        let fault = |(bound, info): (&BoundInput, &InputInfo)| {
            // A second run counts the same values again; taking the count resets it.
            let values = bound.faults.swap(0, Ordering::Relaxed);
            let first_row = bound.first_fault.load(Ordering::Relaxed);
            (values > 0).then(|| InputFault {
                input: info.name.clone(),
                values,
                first_row,
            })
        };
        self.inputs.iter().zip(&self.program.inputs).filter_map(fault).collect()
    }
}

/// Cuts households into runs of about so many rows, persons or households, whichever are more.
pub(crate) fn cut(offsets: &[u32], rows: usize) -> Vec<(usize, usize)> {
    let mut cuts = Vec::new();
    let households = offsets.len() - 1;
    let mut from = 0;
    while from < households {
        let limit = offsets[from] as usize + rows;
        let fits = offsets[from..].partition_point(|end| *end as usize <= limit) - 1;
        let to = (from + fits.clamp(1, rows)).min(households);
        cuts.push((from, to));
        from = to;
    }
    cuts
}

/// First person of each household where persons follow the order of households, and the row where that ends.
pub fn offsets_in_order(owners: &[i64], households: &[i64]) -> (Vec<u32>, usize) {
    let mut offsets = Vec::with_capacity(households.len() + 1);
    let mut at = 0;
    for household in households {
        offsets.push(at as u32);
        while owners.get(at) == Some(household) {
            at += 1;
        }
    }
    offsets.push(at as u32);
    (offsets, at)
}
