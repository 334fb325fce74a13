//! The columns that a programme leaves in a batch of results, read once.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal64Type, Int8Type, Int64Type};
use arrow_array::{Array, BooleanArray, Decimal64Array, Int64Array, RecordBatch};

use crate::error::RegistryError;
use crate::findings::Answer;

/// A programme as the registry needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programme {
    pub name: String,
    pub unit: Unit,
    /// Ids of its conditions, by bit.
    pub conditions: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Person,
    Household,
}

/// One programme's columns in one batch of results; absent ones are what the pack does not say.
pub struct Answers<'a> {
    outcome: Vec<Answer>,
    keys: &'a [i8],
    amount: Option<&'a Decimal64Array>,
    paid: Option<&'a Decimal64Array>,
    received: Option<&'a BooleanArray>,
    missed: Option<&'a BooleanArray>,
    wrong: Option<&'a BooleanArray>,
    unmet: Option<&'a Int64Array>,
    open: Option<&'a Int64Array>,
}

impl<'a> Answers<'a> {
    pub fn of(programme: &Programme, results: &'a RecordBatch) -> Result<Self, RegistryError> {
        let column = |suffix: &str| results.column_by_name(&format!("{}_{suffix}", programme.name));
        let outcome_name = format!("{}_outcome", programme.name);
        let outcome = results
            .column_by_name(&outcome_name)
            .ok_or_else(|| RegistryError::NoColumn {
                column: outcome_name.clone(),
            })?;
        let dictionary = outcome
            .as_dictionary_opt::<Int8Type>()
            .ok_or_else(|| RegistryError::ColumnType {
                column: outcome_name,
                wanted: "Dictionary(Int8, Utf8)",
                found: outcome.data_type().to_string(),
            })?;
        let words = dictionary.values().as_string::<i32>().iter();
        let outcome = words
            .map(|word| {
                let word = word.unwrap_or_default();
                Answer::parse(word).ok_or_else(|| RegistryError::UnknownOutcome { word: word.to_owned() })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            outcome,
            keys: dictionary.keys().values(),
            amount: column("amount").and_then(|c| c.as_primitive_opt::<Decimal64Type>()),
            paid: column("paid").and_then(|c| c.as_primitive_opt::<Decimal64Type>()),
            received: column("received").and_then(|c| c.as_boolean_opt()),
            missed: column("missed").and_then(|c| c.as_boolean_opt()),
            wrong: column("wrong").and_then(|c| c.as_boolean_opt()),
            unmet: column("unmet").and_then(|c| c.as_primitive_opt::<Int64Type>()),
            open: column("open").and_then(|c| c.as_primitive_opt::<Int64Type>()),
        })
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn answer(&self, row: usize) -> Answer {
        self.outcome[self.keys[row] as usize]
    }

    /// None where the pack does not say, or cannot.
    pub fn received(&self, row: usize) -> Option<bool> {
        self.received
            .filter(|column| column.is_valid(row))
            .map(|column| column.value(row))
    }

    pub fn missed(&self, row: usize) -> bool {
        holds(self.missed, row)
    }

    pub fn wrong(&self, row: usize) -> bool {
        holds(self.wrong, row)
    }

    pub fn amount_fen(&self, row: usize) -> Option<i64> {
        fen(self.amount, row)
    }

    pub fn paid_fen(&self, row: usize) -> Option<i64> {
        fen(self.paid, row)
    }

    pub fn unmet(&self, row: usize) -> i64 {
        bits(self.unmet, row)
    }

    pub fn open(&self, row: usize) -> i64 {
        bits(self.open, row)
    }
}

fn holds(column: Option<&BooleanArray>, row: usize) -> bool {
    column.is_some_and(|column| column.is_valid(row) && column.value(row))
}

/// Money comes with four decimals of a yuan; amounts are rounded to fen by their rules.
fn fen(column: Option<&Decimal64Array>, row: usize) -> Option<i64> {
    column
        .filter(|column| column.is_valid(row))
        .map(|column| column.value(row) / 100)
}

fn bits(column: Option<&Int64Array>, row: usize) -> i64 {
    column
        .filter(|column| column.is_valid(row))
        .map_or(0, |column| column.value(row))
}
