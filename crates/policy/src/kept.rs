//! One household with every register kept, so that one can ask of each value where it comes from and, where it is
//! missing, what is missing.

use std::collections::BTreeSet;

use arrow_array::RecordBatch;

use crate::compile::instruction::{Op, Src};
use crate::compile::lowering::InputInfo;
use crate::compile::names::MEMBERS_MAX;
use crate::compile::program::Program;
use crate::kernel::execute::{Context, execute};
use crate::kernel::frame::Frame;
use crate::kernel::input::bind;
use crate::kernel::output::Columns;
use crate::run::RunError;
use crate::types::Entity;

/// The registers of one household after a run, and its outputs as batches.
pub struct Kept<'p> {
    pub(crate) program: &'p Program,
    pub(crate) frame: Frame,
    pub persons: RecordBatch,
    pub household: RecordBatch,
}

impl Program {
    /// Runs over one household, `household` having one row and `persons` one per member.
    pub fn keep(&self, persons: &RecordBatch, household: &RecordBatch) -> Result<Kept<'_>, RunError> {
        let of = |input: &InputInfo| match input.entity {
            Entity::Household => bind(input, household, &self.places),
            _ => bind(input, persons, &self.places),
        };
        let inputs = self.inputs.iter().map(of).collect::<Result<Vec<_>, _>>()?;
        let context = Context {
            plan: &self.full,
            inputs: &inputs,
            tables: &self.tables,
            places: &self.places,
        };
        let mut frame = Frame::new(self.full.slots);
        frame.enter(&[0, persons.num_rows() as u32], 0, 1, MEMBERS_MAX);
        let mut columns = Columns::new(&self.outputs, persons.num_rows(), 1);
        execute(&context, &mut frame, &mut columns);
        Ok(Kept {
            program: self,
            frame,
            persons: columns.batch(&self.outputs, Entity::Person, persons.num_rows()),
            household: columns.batch(&self.outputs, Entity::Household, 1),
        })
    }
}

impl Kept<'_> {
    /// Inputs because of which a register is missing in one row, each with its row.
    pub(crate) fn missing_inputs(&self, src: Src, row: usize) -> Vec<(u32, usize)> {
        let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
        self.trace_inputs(src, row, &mut found, &mut seen);
        found
    }

    fn trace_inputs(&self, src: Src, row: usize, found: &mut Vec<(u32, usize)>, seen: &mut BTreeSet<(u32, usize)>) {
        let Src::Reg(register) = src else { return };
        let row = self.row_of(src, row);
        if self.known(src, row) || !seen.insert((register, row)) {
            return;
        }
        match self.program.instructions[register as usize].op {
            Op::Input(number) => found.push((number, row)),
            Op::SelectInt(test, then, otherwise) | Op::SelectBool(test, then, otherwise) => {
                let next = match self.truth(test, row) {
                    None => test,
                    Some(true) => then,
                    Some(false) => otherwise,
                };
                self.trace_inputs(next, row, found, seen);
            }
            op @ (Op::SumMembers(_)
            | Op::CountMembers(_)
            | Op::AnyMember(_)
            | Op::MinMember(..)
            | Op::MaxMember(..)) => {
                for member in self.members() {
                    op.registers()
                        .for_each(|from| self.trace_inputs(Src::Reg(from), member, found, seen));
                }
            }
            op => op
                .registers()
                .for_each(|from| self.trace_inputs(Src::Reg(from), row, found, seen)),
        }
    }

    /// Names of the inputs and parameters because of which a register is missing in one row; empty where it is known.
    pub(crate) fn missing(&self, src: Src, row: usize) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        self.trace(src, row, &mut names);
        names
    }

    fn known(&self, src: Src, row: usize) -> bool {
        let row = self.row_of(src, row);
        self.frame.mask(src).is_none_or(|mask| mask[row] == 1)
    }

    /// Follows only sources that are missing themselves: what was not needed is not named.
    fn trace(&self, src: Src, row: usize, names: &mut BTreeSet<String>) {
        let Src::Reg(register) = src else { return };
        let row = self.row_of(src, row);
        if self.known(src, row) {
            return;
        }
        match self.program.instructions[register as usize].op {
            Op::Input(number) => {
                names.insert(self.program.inputs[number as usize].name.clone());
            }
            Op::Missing(number) => {
                let what = &self.program.missing[number as usize];
                if what.starts_with("param ") {
                    names.insert(what.clone());
                }
            }
            Op::Lookup(table, index) if self.known(index, row) => {
                let table = &self.program.tables[table as usize];
                let cell = self.frame.ints(index).at(row) as usize;
                let day = crate::calendar::written(i64::from(self.program.as_of.0));
                let keys = table.cell_words(cell, &self.program.places).join(", ");
                names.insert(format!("param {} ({keys}) on {day}", table.parameter));
            }
            Op::SelectInt(test, then, otherwise) | Op::SelectBool(test, then, otherwise) => {
                if !self.known(test, row) {
                    self.trace(test, row, names);
                } else if self.truth(test, row) == Some(true) {
                    self.trace(then, row, names);
                } else {
                    self.trace(otherwise, row, names);
                }
            }
            Op::Broadcast(source) => self.trace(source, self.frame.owners[row] as usize, names),
            Op::SumMembers(source) | Op::CountMembers(source) | Op::AnyMember(source) => {
                self.members().for_each(|member| self.trace(source, member, names));
            }
            Op::MinMember(value, filter) | Op::MaxMember(value, filter) => {
                for member in self.members() {
                    self.trace(value, member, names);
                    self.trace(filter, member, names);
                }
            }
            op => op
                .registers()
                .for_each(|source| self.trace(Src::Reg(source), row, names)),
        }
    }

    fn members(&self) -> std::ops::Range<usize> {
        0..self.frame.persons()
    }
}
