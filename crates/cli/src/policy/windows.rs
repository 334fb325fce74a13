//! Files of any size in windows of whole households, so that memory does not grow with the file.

use std::path::Path;

use anwang_policy::Program;
use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use super::tables::{self, HOUSEHOLD, PERSON, Tables};
use crate::error::CliError;

/// Persons per window, about: two threads' worth of work whose results stay in reach of the caches.
pub const WINDOW_ROWS: usize = 65_536;
/// Households read at a time; with some three members each they make a window.
const HOUSEHOLD_ROWS: usize = WINDOW_ROWS / 3;

/// Households in their file's order with their persons, who have to lie in the same order.
pub struct Windows {
    persons: ParquetRecordBatchReader,
    households: ParquetRecordBatchReader,
    /// Persons read and not yet handed out.
    ahead: Vec<RecordBatch>,
}

/// What comes next. Persons out of order match no household where they stand, so they are left over at the end.
pub enum Next {
    Window(Tables),
    Done,
    /// Persons do not lie in the order of households: the files have to be read whole and sorted.
    OutOfOrder,
}

fn refused(error: ArrowError) -> CliError {
    CliError::refused("policy.parquet", error.to_string())
}

impl Windows {
    pub fn open(program: &Program, persons: &Path, households: &Path) -> Result<Windows, CliError> {
        Ok(Windows {
            persons: tables::open(persons, &program.person_inputs(), &[PERSON, HOUSEHOLD], WINDOW_ROWS)?,
            households: tables::open(households, &program.household_inputs(), &[HOUSEHOLD], HOUSEHOLD_ROWS)?,
            ahead: Vec::new(),
        })
    }

    pub fn next(&mut self) -> Result<Next, CliError> {
        let Some(households) = self.households.next().transpose().map_err(refused)? else {
            let left = self.ahead.iter().any(|batch| batch.num_rows() > 0) || self.persons.next().is_some();
            return Ok(if left { Next::OutOfOrder } else { Next::Done });
        };
        let ids = tables::household_keys(&households, "households")?;
        // Persons are read until one belongs to no household of this window.
        loop {
            let next = match self.ahead.last() {
                Some(batch) if !ids.contains(&last_owner(batch)?) => None,
                _ => self.persons.next().transpose().map_err(refused)?,
            };
            match next {
                Some(batch) if batch.num_rows() > 0 => self.ahead.push(batch),
                Some(_) => {}
                None => break,
            }
        }
        let Some(first) = self.ahead.first() else {
            let schema = arrow_array::RecordBatchReader::schema(&self.persons);
            let (persons, offsets) = (RecordBatch::new_empty(schema), vec![0; ids.len() + 1]);
            return Ok(Next::Window(Tables {
                persons,
                offsets,
                households,
                order: None,
            }));
        };
        let whole = match self.ahead.as_slice() {
            [one] => one.clone(),
            many => arrow_select::concat::concat_batches(&first.schema(), many).map_err(refused)?,
        };
        let owners = tables::household_keys(&whole, "persons")?;
        let (offsets, end) = anwang_policy::offsets_in_order(&owners, &ids);
        let rest = whole.slice(end, whole.num_rows() - end);
        self.ahead = if rest.num_rows() > 0 { vec![rest] } else { Vec::new() };
        Ok(Next::Window(Tables {
            persons: whole.slice(0, end),
            households,
            offsets,
            order: None,
        }))
    }
}

fn last_owner(batch: &RecordBatch) -> Result<i64, CliError> {
    Ok(tables::household_keys(&batch.slice(batch.num_rows() - 1, 1), "persons")?[0])
}
