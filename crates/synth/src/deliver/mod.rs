//! From rows to files: what each worker encodes, and the one writer that puts the pieces in order.

pub mod gb18030;
pub mod plan;
pub mod writer;

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;

use crate::sheet::Rows;
use crate::sheet::dialect::{CELL, Container, Encoding, ROW};
use crate::sheet::layout::Layout;

/// A piece of a file, encoded by the worker that made its rows.
#[derive(Debug)]
pub enum Piece {
    Bytes(Vec<u8>),
    /// Cells in UTF-8 between `CELL` and `ROW` marks, for a spreadsheet.
    Cells(Vec<u8>),
    RowGroup(Vec<ArrowColumnChunk>),
}

pub fn encode(rows: Rows, layout: &Layout) -> Result<Piece, ParquetError> {
    let text = match rows {
        Rows::Batch(batch) => return Ok(Piece::RowGroup(row_group(&batch)?)),
        Rows::Text(text) => text,
    };
    match layout.dialect.container {
        Container::Xlsx => Ok(Piece::Cells(text)),
        Container::NdJson => Ok(Piece::Bytes(json_lines(&text, &layout.headers))),
        _ if layout.dialect.encoding == Encoding::Gb18030 => {
            let text = String::from_utf8(text).expect("cells are written as text");
            Ok(Piece::Bytes(gb18030::encode(&text)))
        }
        _ => Ok(Piece::Bytes(text)),
    }
}

pub fn properties() -> Arc<WriterProperties> {
    let level = ZstdLevel::try_new(1).expect("level 1 exists");
    Arc::new(
        WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .build(),
    )
}

pub fn row_group(batch: &RecordBatch) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
    let schema = batch.schema();
    let file = file_writer(Vec::new(), &schema)?;
    let writers = ArrowRowGroupWriterFactory::new(&file, Arc::clone(&schema)).create_column_writers(0)?;
    let mut chunks = Vec::with_capacity(writers.len());
    // Every column is flat, so columns and leaves are the same.
    for ((mut writer, array), field) in writers.into_iter().zip(batch.columns()).zip(schema.fields()) {
        for leaf in compute_leaves(field, array)? {
            writer.write(&leaf)?;
        }
        chunks.push(writer.close()?);
    }
    Ok(chunks)
}

pub fn file_writer<W: std::io::Write + Send>(
    out: W,
    schema: &SchemaRef,
) -> Result<SerializedFileWriter<W>, ParquetError> {
    let parquet_schema = ArrowSchemaConverter::new().convert(schema)?;
    SerializedFileWriter::new(out, parquet_schema.root_schema_ptr(), properties())
}

fn json_lines(text: &[u8], headers: &[String]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() * 2);
    for row in text.split(|&byte| byte == ROW).filter(|row| !row.is_empty()) {
        out.push(b'{');
        let mut first = true;
        for (header, cell) in headers.iter().zip(row.split(|&byte| byte == CELL)) {
            if cell.is_empty() {
                continue;
            }
            if !first {
                out.push(b',');
            }
            first = false;
            // Cells hold no quotes, backslashes or control characters.
            out.push(b'"');
            out.extend_from_slice(header.as_bytes());
            out.extend_from_slice(b"\":\"");
            out.extend_from_slice(cell);
            out.push(b'"');
        }
        out.extend_from_slice(b"}\n");
    }
    out
}
