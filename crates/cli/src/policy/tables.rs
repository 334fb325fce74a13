//! Persons and households as Parquet files: read by column, joined by household, written back with results.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use anwang_policy::InputInfo;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, UInt32Array};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use rustc_hash::FxHashMap;

use crate::error::CliError;

pub const PERSON: &str = "person_id";
pub const HOUSEHOLD: &str = "household_id";

/// Persons and households with whose is whose.
pub struct Tables {
    pub persons: RecordBatch,
    pub households: RecordBatch,
    /// Persons of household `h` are rows `offsets[h]..offsets[h + 1]`.
    pub offsets: Vec<u32>,
    /// Where each person of `persons` stood in the file, if they did not lie by household.
    pub order: Option<UInt32Array>,
}

fn broken(path: &Path) -> impl FnOnce(parquet::errors::ParquetError) -> CliError {
    let path = path.display().to_string();
    move |error| CliError::refused("policy.parquet", format!("{path}: {error}"))
}

/// A file's rows as batches of so many, with the columns that a program reads and the ids.
pub fn open(
    path: &Path,
    inputs: &[&InputInfo],
    ids: &[&str],
    rows_per_batch: usize,
) -> Result<ParquetRecordBatchReader, CliError> {
    let file = File::open(path).map_err(CliError::file("read", path))?;
    let plain = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(broken(path))?;
    let wanted = |name: &str| {
        ids.contains(&name)
            || inputs
                .iter()
                .any(|input| name == input.name || name.strip_suffix("_fen").is_some_and(|bare| bare == input.name))
    };
    // Words come as dictionaries: a few words and a number per row.
    let fields: Vec<Field> = plain
        .schema()
        .fields()
        .iter()
        .map(|field| as_dictionary(field))
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let options = ArrowReaderOptions::new().with_schema(schema);
    let metadata = ArrowReaderMetadata::load(&file, options).map_err(broken(path))?;
    let fields = metadata.schema().fields().iter().enumerate();
    let roots: Vec<usize> = fields
        .filter(|(_, field)| wanted(field.name()))
        .map(|(at, _)| at)
        .collect();
    let mask = ProjectionMask::roots(metadata.parquet_schema(), roots);
    ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
        .with_projection(mask)
        .with_batch_size(rows_per_batch)
        .build()
        .map_err(broken(path))
}

/// All rows and columns of a file.
pub fn read_all(path: &Path) -> Result<RecordBatch, CliError> {
    let file = File::open(path).map_err(CliError::file("read", path))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(broken(path))?;
    let reader = reader.with_batch_size(usize::MAX >> 1).build().map_err(broken(path))?;
    whole(path, reader)
}

/// All rows of a file in one batch.
pub fn read(path: &Path, inputs: &[&InputInfo], ids: &[&str]) -> Result<RecordBatch, CliError> {
    whole(path, open(path, inputs, ids, usize::MAX >> 1)?)
}

fn whole(path: &Path, reader: ParquetRecordBatchReader) -> Result<RecordBatch, CliError> {
    let schema = arrow_array::RecordBatchReader::schema(&reader);
    let refused = |error: ArrowError| CliError::refused("policy.parquet", format!("{}: {error}", path.display()));
    let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>().map_err(refused)?;
    match batches.as_slice() {
        [one] => Ok(one.clone()),
        many => arrow_select::concat::concat_batches(&schema, many).map_err(refused),
    }
}

fn as_dictionary(field: &Field) -> Field {
    match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 if field.name() != PERSON && field.name() != HOUSEHOLD => {
            let words = Box::new(field.data_type().clone());
            field
                .clone()
                .with_data_type(DataType::Dictionary(Box::new(DataType::Int32), words))
        }
        _ => field.clone(),
    }
}

/// Puts persons beside their households.
pub fn join(persons: RecordBatch, households: RecordBatch) -> Result<Tables, CliError> {
    let owners = household_keys(&persons, "persons")?;
    let ids = household_keys(&households, "households")?;
    if let Some(offsets) = lying_together(&owners, &ids) {
        return Ok(Tables {
            persons,
            households,
            offsets,
            order: None,
        });
    }
    let (order, offsets) = by_household(&owners, &ids)?;
    let columns = persons
        .columns()
        .iter()
        .map(|column| arrow_select::take::take(column, &order, None));
    let columns = columns
        .collect::<Result<Vec<ArrayRef>, _>>()
        .map_err(|error| CliError::refused("policy.order", error.to_string()))?;
    let persons = RecordBatch::try_new(persons.schema(), columns)
        .map_err(|error| CliError::refused("policy.order", error.to_string()))?;
    Ok(Tables {
        persons,
        households,
        offsets,
        order: Some(order),
    })
}

/// The household of every row.
pub fn household_keys(batch: &RecordBatch, file: &str) -> Result<Vec<i64>, CliError> {
    match batch.column_by_name(HOUSEHOLD) {
        Some(column) => keys(column),
        None => {
            let message = format!("the {file} file has no column {HOUSEHOLD}");
            Err(CliError::refused("policy.no_household_id", message))
        }
    }
}

/// Ids of any type as numbers that are equal where the ids are.
fn keys(column: &ArrayRef) -> Result<Vec<i64>, CliError> {
    if column.null_count() > 0 {
        return Err(CliError::refused(
            "policy.no_household_id",
            format!("a row has no {HOUSEHOLD}"),
        ));
    }
    match column.data_type() {
        DataType::Int64 => Ok(column.as_primitive::<Int64Type>().values().to_vec()),
        DataType::Int32 => Ok(column
            .as_primitive::<Int32Type>()
            .values()
            .iter()
            .map(|id| i64::from(*id))
            .collect()),
        DataType::UInt64 => {
            let values = column.as_primitive::<arrow_array::types::UInt64Type>().values();
            Ok(values.iter().map(|id| *id as i64).collect())
        }
        other => Err(CliError::refused(
            "policy.household_id_type",
            format!("{HOUSEHOLD} is {other}; whole numbers are read"),
        )),
    }
}

/// Offsets, if all persons lie in the order of their households. With repeated or missing ids some would be left over.
fn lying_together(owners: &[i64], ids: &[i64]) -> Option<Vec<u32>> {
    let (offsets, end) = anwang_policy::offsets_in_order(owners, ids);
    (end == owners.len()).then_some(offsets)
}

fn by_household(owners: &[i64], ids: &[i64]) -> Result<(UInt32Array, Vec<u32>), CliError> {
    let index: FxHashMap<i64, u32> = ids.iter().zip(0..).map(|(id, at)| (*id, at)).collect();
    if index.len() != ids.len() {
        return Err(CliError::refused(
            "policy.household_twice",
            format!("a {HOUSEHOLD} stands twice among households"),
        ));
    }
    let mut counts = vec![0u32; ids.len() + 1];
    let mut homes = Vec::with_capacity(owners.len());
    for owner in owners {
        let Some(home) = index.get(owner) else {
            let message = format!("a person has {HOUSEHOLD} {owner}, which is not among households");
            return Err(CliError::refused("policy.no_such_household", message));
        };
        counts[*home as usize + 1] += 1;
        homes.push(*home);
    }
    for at in 0..ids.len() {
        counts[at + 1] += counts[at];
    }
    let offsets = counts.clone();
    let mut order = vec![0u32; owners.len()];
    for (row, home) in homes.iter().enumerate() {
        order[counts[*home as usize] as usize] = row as u32;
        counts[*home as usize] += 1;
    }
    Ok((order.into(), offsets))
}
