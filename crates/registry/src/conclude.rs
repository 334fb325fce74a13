//! The household stage: the policy's program over the homes of one part of the population.

use std::sync::Arc;

use anwang_domain::places::Places;
use anwang_policy::{InputInfo, Program};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema};

use crate::answers::Programme;
use crate::error::RegistryError;
use crate::homes::Homes;
use crate::memory::{self, Memory, Sighting};
use crate::verdicts::{Verdicts, verdicts};

pub struct Concluded {
    pub homes: Homes,
    pub verdicts: Verdicts,
    pub sightings: Vec<Sighting>,
    /// For the next refresh's indicators: rows of people and of homes.
    pub kept: (Option<RecordBatch>, Option<RecordBatch>),
}

/// Decides all programmes for the homes that lie in `rows`, which are sorted by (home, person).
pub fn conclude(
    program: &Program,
    programmes: &[Programme],
    rows: RecordBatch,
    places: &Places,
    memory: &Memory<'_>,
) -> Result<Concluded, RegistryError> {
    let homes = Homes::of(rows, places)?;
    let people_before = memory.of_people(&homes, program)?;
    let homes_before = memory.of_homes(&homes, program)?;
    let persons = given(program.person_inputs(), homes.rows.num_rows(), |name| {
        homes
            .rows
            .column_by_name(name)
            .cloned()
            .or_else(|| named(&people_before, name))
    })?;
    let households = given(program.household_inputs(), homes.len(), |name| {
        homes.policy_input(name).or_else(|| named(&homes_before, name))
    })?;
    let outcome = program.run(&persons, &households, &homes.offsets)?;
    let verdicts = verdicts(programmes, &homes, &outcome.persons, &outcome.households, program.as_of)?;
    let sightings = memory::sightings(program, &homes, &outcome)?;
    let kept = memory::kept(program, &homes, &outcome)?;
    Ok(Concluded {
        homes,
        verdicts,
        sightings,
        kept,
    })
}

fn named(columns: &[(String, ArrayRef)], name: &str) -> Option<ArrayRef> {
    columns
        .iter()
        .find(|(column, _)| column == name)
        .map(|(_, array)| array.clone())
}

/// Inputs that nobody gives stay away: the program takes them as missing, or as its scan value.
fn given(
    inputs: Vec<&InputInfo>,
    rows: usize,
    column: impl Fn(&str) -> Option<ArrayRef>,
) -> Result<RecordBatch, RegistryError> {
    let given: Vec<(&str, ArrayRef)> = inputs
        .into_iter()
        .filter_map(|input| Some((input.name.as_str(), column(&input.name)?)))
        .collect();
    let fields: Vec<Field> = given
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true))
        .collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let arrays = given.into_iter().map(|(_, array)| array).collect();
    Ok(RecordBatch::try_new_with_options(
        Arc::new(Schema::new(fields)),
        arrays,
        &options,
    )?)
}
