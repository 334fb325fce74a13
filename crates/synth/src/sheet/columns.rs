//! A sheet's rows as Arrow columns, for departments that deliver Parquet.

use std::sync::Arc;

use anwang_contracts::ColumnType;
use arrow_array::builder::{BooleanBuilder, Date32Builder, Decimal128Builder, Int32Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

#[derive(Debug)]
pub enum ColumnBuffer {
    Text(StringBuilder),
    Whole(Int32Builder),
    Flag(BooleanBuilder),
    Date(Date32Builder),
    /// Yuan with two decimals.
    Money(Decimal128Builder),
    /// Shares with four decimals.
    Rate(Decimal128Builder),
}

pub fn data_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Code | ColumnType::Count => DataType::Int32,
        ColumnType::Flag => DataType::Boolean,
        ColumnType::Date => DataType::Date32,
        ColumnType::Money => DataType::Decimal128(18, 2),
        ColumnType::Rate => DataType::Decimal128(9, 4),
        _ => DataType::Utf8,
    }
}

pub fn schema(columns: &[(String, ColumnType)]) -> SchemaRef {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, kind)| Field::new(name, data_type(*kind), true))
        .collect();
    Arc::new(Schema::new(fields))
}

impl ColumnBuffer {
    pub fn new(kind: ColumnType) -> Self {
        match data_type(kind) {
            DataType::Int32 => Self::Whole(Int32Builder::new()),
            DataType::Boolean => Self::Flag(BooleanBuilder::new()),
            DataType::Date32 => Self::Date(Date32Builder::new()),
            kind @ DataType::Decimal128(_, 2) => Self::Money(Decimal128Builder::new().with_data_type(kind)),
            kind @ DataType::Decimal128(..) => Self::Rate(Decimal128Builder::new().with_data_type(kind)),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    pub fn null(&mut self) {
        match self {
            Self::Text(column) => column.append_null(),
            Self::Whole(column) => column.append_null(),
            Self::Flag(column) => column.append_null(),
            Self::Date(column) => column.append_null(),
            Self::Money(column) | Self::Rate(column) => column.append_null(),
        }
    }

    pub fn text(&mut self, value: &str) {
        match self {
            Self::Text(column) => column.append_value(value),
            other => other.null(),
        }
    }

    pub fn whole(&mut self, value: i32) {
        match self {
            Self::Whole(column) => column.append_value(value),
            Self::Date(column) => column.append_value(value),
            other => other.null(),
        }
    }

    pub fn flag(&mut self, value: bool) {
        match self {
            Self::Flag(column) => column.append_value(value),
            other => other.null(),
        }
    }

    /// Fen of a money column, ten-thousandths of a rate: both are the unscaled number.
    pub fn scaled(&mut self, value: i64) {
        match self {
            Self::Money(column) | Self::Rate(column) => column.append_value(i128::from(value)),
            other => other.null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(column) => Arc::new(column.finish()),
            Self::Whole(column) => Arc::new(column.finish()),
            Self::Flag(column) => Arc::new(column.finish()),
            Self::Date(column) => Arc::new(column.finish()),
            Self::Money(column) | Self::Rate(column) => Arc::new(column.finish()),
        }
    }
}

pub fn batch(schema: &SchemaRef, buffers: &mut [ColumnBuffer]) -> Result<RecordBatch, ArrowError> {
    RecordBatch::try_new(
        Arc::clone(schema),
        buffers.iter_mut().map(ColumnBuffer::finish).collect(),
    )
}
