//! Merging the files of a table, bucket by bucket, so that memory stays bounded.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, UInt64Type};
use arrow_array::{ArrayRef, RecordBatch, UInt32Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;

use crate::columns::arrow_type;
use crate::{BUCKETS, Change, Lake, LakeError, LakeFile, StagedFile, bucket_keys};

/// A merged file and the files that it replaces.
#[derive(Debug)]
pub struct Compaction {
    pub merged: StagedFile,
    pub replaced: Vec<LakeFile>,
}

impl Compaction {
    /// For [`Lake::commit`].
    pub fn into_changes(self) -> Vec<Change> {
        let retired = self.replaced.iter().map(|file| Change::Retire {
            table: file.table.name.clone(),
            file_id: file.file_id,
        });
        let mut changes: Vec<Change> = retired.collect();
        changes.push(Change::Append(self.merged));
        changes
    }
}

pub(crate) fn compact(lake: &Lake, table: &str, order: &[&str]) -> Result<Option<Compaction>, LakeError> {
    let files = lake.files(table, None)?;
    if files.len() < 2 {
        return Ok(None);
    }
    let (schema, names) = schema_of(&files[0])?;
    let order = order
        .iter()
        .map(|name| {
            schema.index_of(name).map_err(|_| LakeError::UnknownColumn {
                table: table.to_owned(),
                column: (*name).to_owned(),
            })
        })
        .collect::<Result<Vec<usize>, LakeError>>()?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut failure = None;
    let buckets = (0..BUCKETS).map_while(
        |bucket| match merged_bucket(lake, &files, &schema, &names, &order, bucket) {
            Ok(batch) => Some(batch),
            Err(error) => {
                failure = Some(error);
                None
            }
        },
    );
    let merged = lake.stage(table, &schema, buckets)?;
    match failure {
        Some(error) => Err(error),
        None => Ok(Some(Compaction {
            merged,
            replaced: files,
        })),
    }
}

/// All columns that the table has now, whatever the single files have.
fn schema_of(file: &LakeFile) -> Result<(SchemaRef, Vec<String>), LakeError> {
    let mut fields = Vec::new();
    for (at, column) in file.table.columns.iter().enumerate() {
        let data_type = arrow_type(&column.lake_type).ok_or_else(|| LakeError::ColumnType {
            table: file.table.name.clone(),
            column: column.name.clone(),
            arrow_type: column.lake_type.clone(),
        })?;
        fields.push(Field::new(&column.name, data_type, at > 0));
    }
    let names = fields.iter().map(|field| field.name().clone()).collect();
    Ok((Arc::new(Schema::new(fields)), names))
}

fn merged_bucket(
    lake: &Lake,
    files: &[LakeFile],
    schema: &SchemaRef,
    names: &[&str],
    order: &[usize],
    bucket: u32,
) -> Result<RecordBatch, LakeError> {
    let mut parts = Vec::new();
    for file in files {
        for part in lake.read(file, names, bucket_keys(bucket))? {
            parts.push(part.with_schema(schema.clone()).map_err(|error| LakeError::Parquet {
                path: file.path.display().to_string(),
                source: error.into(),
            })?);
        }
    }
    let wrong = |error: arrow_schema::ArrowError| LakeError::Parquet {
        path: format!("{}, bucket {bucket}", files[0].table.name),
        source: error.into(),
    };
    let together = concat_batches(schema, &parts).map_err(wrong)?;
    let columns: Vec<Vec<u64>> = order
        .iter()
        .map(|at| sortable(together.column(*at)))
        .collect::<Option<_>>()
        .ok_or_else(|| LakeError::ColumnType {
            table: files[0].table.name.clone(),
            column: "order".into(),
            arrow_type: "a type that cannot be sorted by".into(),
        })?;
    let mut rows: Vec<u32> = (0..u32::try_from(together.num_rows()).unwrap_or(u32::MAX)).collect();
    rows.sort_by(|a, b| {
        columns
            .iter()
            .map(|column| column[*a as usize].cmp(&column[*b as usize]))
            .find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    take_record_batch(&together, &UInt32Array::from(rows)).map_err(wrong)
}

/// Numbers that sort as the column does.
fn sortable(column: &ArrayRef) -> Option<Vec<u64>> {
    match column.data_type() {
        DataType::UInt64 => Some(column.as_primitive::<UInt64Type>().values().to_vec()),
        DataType::Int32 => {
            let shifted = |value: &i32| u64::from(value.cast_unsigned() ^ 0x8000_0000);
            Some(
                column
                    .as_primitive::<Int32Type>()
                    .values()
                    .iter()
                    .map(shifted)
                    .collect(),
            )
        }
        _ => None,
    }
}
