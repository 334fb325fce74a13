//! Parquet as a delivery: row groups are the blocks, values become cell text.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use bytes::Bytes;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::file::reader::ChunkReader;

use super::ReadFault;
use crate::cell::date;
use crate::rows::{ROWS_AT_ONCE, Rows, Span};

/// Where the bytes are. What comes out of an archive stays in memory: on disk it would lie in clear after a crash.
#[derive(Clone)]
pub enum Content {
    File(PathBuf),
    Memory(Bytes),
}

pub struct ParquetBlocks {
    content: Content,
    metadata: ArrowReaderMetadata,
    next_group: usize,
    next_row: u32,
}

pub struct ParquetBlock {
    content: Content,
    metadata: ArrowReaderMetadata,
    group: usize,
    first_row: u32,
}

pub fn open(content: Content) -> Result<(Vec<Vec<String>>, ParquetBlocks), ReadFault> {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = match &content {
        Content::File(path) => ArrowReaderMetadata::load(&File::open(path)?, options),
        Content::Memory(bytes) => ArrowReaderMetadata::load(bytes, options),
    }
    .map_err(refused)?;
    let names = metadata
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    Ok((
        vec![names],
        ParquetBlocks {
            content,
            metadata,
            next_group: 0,
            next_row: 1,
        },
    ))
}

fn refused(error: impl std::fmt::Display) -> ReadFault {
    ReadFault::Parquet(error.to_string())
}

impl ParquetBlocks {
    pub fn next_block(&mut self) -> Option<ParquetBlock> {
        let groups = self.metadata.metadata().row_groups();
        let rows = groups.get(self.next_group)?.num_rows();
        let block = ParquetBlock {
            content: self.content.clone(),
            metadata: self.metadata.clone(),
            group: self.next_group,
            first_row: self.next_row,
        };
        self.next_group += 1;
        self.next_row = self.next_row.saturating_add(u32::try_from(rows).unwrap_or(u32::MAX));
        Some(block)
    }
}

impl ParquetBlock {
    pub fn rows(self, rows: &mut Rows, take: &mut impl FnMut(&[u8], &Rows)) -> Result<(), ReadFault> {
        let reader = match &self.content {
            Content::File(path) => self.reader(File::open(path)?)?,
            Content::Memory(bytes) => self.reader(bytes.clone())?,
        };
        let mut number = self.first_row;
        let mut text = Vec::new();
        let mut spans = Vec::new();
        for batch in reader {
            let batch = batch.map_err(refused)?;
            text.clear();
            rows.clear();
            write_batch(&batch, &mut text, &mut spans)?;
            for row in 0..batch.num_rows() {
                for column in 0..batch.num_columns() {
                    rows.push_span(spans[column * batch.num_rows() + row]);
                }
                rows.end_row(number, &text);
                number = number.saturating_add(1);
            }
            take(&text, rows);
        }
        Ok(())
    }
}

impl ParquetBlock {
    fn reader(&self, content: impl ChunkReader + 'static) -> Result<ParquetRecordBatchReader, ReadFault> {
        ParquetRecordBatchReaderBuilder::new_with_metadata(content, self.metadata.clone())
            .with_row_groups(vec![self.group])
            .with_batch_size(ROWS_AT_ONCE)
            .build()
            .map_err(refused)
    }
}

/// Writes each value's text behind the other, column by column; spans are column-major.
fn write_batch(batch: &RecordBatch, text: &mut Vec<u8>, spans: &mut Vec<Span>) -> Result<(), ReadFault> {
    spans.clear();
    for column in batch.columns() {
        write_column(column.as_ref(), text, spans)?;
    }
    Ok(())
}

fn write_column(column: &dyn Array, text: &mut Vec<u8>, spans: &mut Vec<Span>) -> Result<(), ReadFault> {
    let mut each = |write: &mut dyn FnMut(usize, &mut Vec<u8>)| {
        for row in 0..column.len() {
            let start = text.len();
            if !column.is_null(row) {
                write(row, text);
            }
            spans.push(Span::in_text(start, text.len()));
        }
    };
    match column.data_type() {
        DataType::Utf8 => {
            let values = column.as_string::<i32>();
            each(&mut |row, out| out.extend_from_slice(values.value(row).as_bytes()));
        }
        DataType::LargeUtf8 => {
            let values = column.as_string::<i64>();
            each(&mut |row, out| out.extend_from_slice(values.value(row).as_bytes()));
        }
        DataType::Binary => {
            let values = column.as_binary::<i32>();
            each(&mut |row, out| out.extend_from_slice(values.value(row)));
        }
        DataType::Boolean => {
            let values = column.as_boolean();
            each(&mut |row, out| out.push(if values.value(row) { b'1' } else { b'0' }));
        }
        DataType::Int8 => integers(column.as_primitive::<Int8Type>(), &mut each),
        DataType::Int16 => integers(column.as_primitive::<Int16Type>(), &mut each),
        DataType::Int32 => integers(column.as_primitive::<Int32Type>(), &mut each),
        DataType::Int64 => integers(column.as_primitive::<Int64Type>(), &mut each),
        DataType::UInt8 => integers(column.as_primitive::<UInt8Type>(), &mut each),
        DataType::UInt16 => integers(column.as_primitive::<UInt16Type>(), &mut each),
        DataType::UInt32 => integers(column.as_primitive::<UInt32Type>(), &mut each),
        DataType::UInt64 => integers(column.as_primitive::<UInt64Type>(), &mut each),
        DataType::Float32 => {
            let values = column.as_primitive::<Float32Type>();
            each(&mut |row, out| write_text(out, values.value(row)));
        }
        DataType::Float64 => {
            let values = column.as_primitive::<Float64Type>();
            each(&mut |row, out| write_text(out, values.value(row)));
        }
        DataType::Date32 => {
            let values = column.as_primitive::<Date32Type>();
            each(&mut |row, out| write_day(out, i64::from(values.value(row))));
        }
        DataType::Decimal128(_, scale) => {
            let (values, scale) = (column.as_primitive::<Decimal128Type>(), *scale);
            each(&mut |row, out| write_decimal(out, values.value(row), scale));
        }
        DataType::Decimal64(_, scale) => {
            let (values, scale) = (column.as_primitive::<Decimal64Type>(), *scale);
            each(&mut |row, out| write_decimal(out, i128::from(values.value(row)), scale));
        }
        DataType::Decimal32(_, scale) => {
            let (values, scale) = (column.as_primitive::<Decimal32Type>(), *scale);
            each(&mut |row, out| write_decimal(out, i128::from(values.value(row)), scale));
        }
        DataType::Timestamp(unit, _) => {
            let per_day: i64 = 86_400
                * match unit {
                    TimeUnit::Second => 1,
                    TimeUnit::Millisecond => 1_000,
                    TimeUnit::Microsecond => 1_000_000,
                    TimeUnit::Nanosecond => 1_000_000_000,
                };
            // All four hold an i64 of their unit, so one look at the raw values serves.
            let data = column.to_data();
            let values = data.buffer::<i64>(0);
            each(&mut |row, out| write_day(out, values[row].div_euclid(per_day)));
        }
        other => return Err(ReadFault::Parquet(format!("a column of type {other} cannot be read"))),
    }
    Ok(())
}

fn integers<T>(values: &arrow_array::PrimitiveArray<T>, each: &mut impl FnMut(&mut dyn FnMut(usize, &mut Vec<u8>)))
where
    T: ArrowPrimitiveType,
    T::Native: std::fmt::Display,
    i128: From<T::Native>,
{
    each(&mut |row, out| write_integer(out, i128::from(values.value(row))));
}

fn write_text(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    // Writing to memory does not fail.
    let _ = write!(out, "{value}");
}

fn write_integer(out: &mut Vec<u8>, value: i128) {
    let mut digits = [0u8; 40];
    let mut at = digits.len();
    let mut rest = value.unsigned_abs();
    if let Ok(mut small) = u64::try_from(rest) {
        loop {
            at -= 1;
            digits[at] = b'0' + (small % 10) as u8;
            small /= 10;
            if small == 0 {
                break;
            }
        }
    } else {
        while rest > 0 {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

fn write_decimal(out: &mut Vec<u8>, value: i128, scale: i8) {
    let Ok(places) = usize::try_from(scale) else {
        return write_integer(out, value * 10i128.pow(u32::from(scale.unsigned_abs())));
    };
    let start = out.len();
    write_integer(out, value.abs());
    let digits = out.len() - start;
    if digits <= places {
        let zeros = places + 1 - digits;
        out.splice(start..start, std::iter::repeat_n(b'0', zeros));
    }
    if places > 0 {
        out.insert(out.len() - places, b'.');
    }
    if value < 0 {
        out.insert(start, b'-');
    }
}

fn write_day(out: &mut Vec<u8>, days: i64) {
    let (year, month, day) = date::civil_of(days);
    if !(0..=9999).contains(&year) {
        return write_text(out, format_args!("{year}-{month:02}-{day:02}"));
    }
    let digit = |number: i64| b'0' + (number % 10) as u8;
    out.extend_from_slice(&[
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        b'-',
        digit(month / 10),
        digit(month),
        b'-',
        digit(day / 10),
        digit(day),
    ]);
}
