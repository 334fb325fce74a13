//! Results as Parquet files.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};
use parquet::arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::error::CliError;

/// Rows per page.
const PAGE_ROWS: usize = 65_536;
/// Rows per group: bounds what the writer holds.
const GROUP_ROWS: usize = 262_144;

/// Ids with their names, then result columns; one file.
pub struct Results {
    path: PathBuf,
    writer: ArrowWriter<File>,
    schema: SchemaRef,
}

impl Results {
    /// Money is DECIMAL(18, 4). Pages are plain and not compressed: results are read once, by many tools.
    pub fn create(path: &Path, ids: &[(&str, ArrayRef)], results: &Schema) -> Result<Results, CliError> {
        let file = File::create(path).map_err(CliError::file("write", path))?;
        let mut fields: Vec<Field> = ids
            .iter()
            .map(|(name, array)| Field::new(*name, array.data_type().clone(), false))
            .collect();
        fields.extend(results.fields().iter().map(|field| (**field).clone()));
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::UNCOMPRESSED)
            .set_dictionary_enabled(false)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_write_batch_size(PAGE_ROWS)
            .set_data_page_row_count_limit(PAGE_ROWS)
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .build();
        // Without the Arrow schema every reader sees plain Parquet types.
        let options = ArrowWriterOptions::new()
            .with_properties(properties)
            .with_skip_arrow_metadata(true);
        let writer =
            ArrowWriter::try_new_with_options(file, schema.clone(), options).map_err(|error| broken(path, &error))?;
        Ok(Results {
            path: path.to_path_buf(),
            writer,
            schema,
        })
    }

    /// Appends batches of results beside the ids of their rows.
    pub fn append(&mut self, ids: &[(&str, ArrayRef)], results: &[RecordBatch]) -> Result<(), CliError> {
        let mut row = 0;
        for batch in results {
            let mut columns: Vec<ArrayRef> = ids.iter().map(|(_, ids)| ids.slice(row, batch.num_rows())).collect();
            columns.extend(batch.columns().iter().cloned());
            row += batch.num_rows();
            let wrong =
                |error: ArrowError| CliError::refused("policy.parquet", format!("{}: {error}", self.path.display()));
            let batch = RecordBatch::try_new(self.schema.clone(), columns).map_err(wrong)?;
            self.writer.write(&batch).map_err(|error| broken(&self.path, &error))?;
        }
        Ok(())
    }

    pub fn close(self) -> Result<(), CliError> {
        let Results { path, writer, .. } = self;
        writer.close().map_err(|error| broken(&path, &error))?;
        Ok(())
    }
}

fn broken(path: &Path, error: &ParquetError) -> CliError {
    CliError::refused("policy.parquet", format!("{}: {error}", path.display()))
}
