//! Output columns of one morsel: filled chunk by chunk, then handed over as Arrow arrays without another copy.

use std::sync::Arc;

use arrow_array::types::{Date32Type, Decimal64Type, Int8Type, Int32Type, Int64Type};
use arrow_array::{ArrayRef, BooleanArray, DictionaryArray, PrimitiveArray, RecordBatch, StringArray};
use arrow_buffer::{BooleanBuffer, MutableBuffer, NullBuffer};
use arrow_schema::{DataType, Field, Schema, SchemaRef};

use super::frame::{Frame, Ints};
use crate::compile::instruction::{Src, divide};
use crate::compile::program::OutputInfo;
use crate::compile::value::{Ratio, Value};
use crate::source::declaration::RoundMode;
use crate::types::{Entity, Type};

/// Decimals of money, rates and ratios in the output.
pub const OUTPUT_SCALE: u8 = 4;
/// 18 digits fit 64 bits.
pub const OUTPUT_PRECISION: u8 = 18;

#[derive(Debug)]
enum Values {
    Wide(Vec<i64>),
    Narrow(Vec<i32>),
    Word(Vec<i8>),
    Truth(Vec<u8>),
}

#[derive(Debug)]
struct Column {
    values: Values,
    entity: Entity,
    /// Decimals of the output.
    scale: u8,
    /// 1 where known; empty while everything is.
    mask: Vec<u8>,
}

/// All output columns of one morsel, in the order of the plan's outputs.
#[derive(Debug)]
pub struct Columns {
    columns: Vec<Column>,
}

fn decimals(ty: &Type) -> u8 {
    if matches!(ty, Type::Money(_) | Type::Rate | Type::Ratio | Type::Number) {
        OUTPUT_SCALE
    } else {
        0
    }
}

impl Columns {
    pub fn new(outputs: &[OutputInfo], persons: usize, households: usize) -> Columns {
        let column = |output: &OutputInfo| {
            let rows = if output.entity == Entity::Household {
                households
            } else {
                persons
            };
            let values = match output.ty {
                Type::Bool => Values::Truth(Vec::with_capacity(rows)),
                Type::Enum(_) => Values::Word(Vec::with_capacity(rows)),
                Type::Date | Type::Month => Values::Narrow(Vec::with_capacity(rows)),
                _ => Values::Wide(Vec::with_capacity(rows)),
            };
            Column {
                values,
                entity: output.entity,
                scale: decimals(&output.ty),
                mask: Vec::new(),
            }
        };
        Columns {
            columns: outputs.iter().map(column).collect(),
        }
    }

    /// Appends a chunk's values of one output.
    #[inline(always)]
    pub fn append(&mut self, number: usize, value: &Value, frame: &Frame) {
        let column = &mut self.columns[number];
        let rows = frame.rows(column.entity);
        match value {
            Value::Bool(src) => column.append_truth(*src, frame, rows),
            Value::Int(int) => column.append_int(frame.ints(int.src), int.scale, rows),
            Value::Ratio(ratio) => column.append_ratio(ratio, frame, rows),
            Value::Null => {}
        }
        column.append_mask(value, frame, rows);
    }

    /// The columns of one entity as a batch.
    pub fn batch(&mut self, outputs: &[OutputInfo], entity: Entity, rows: usize) -> RecordBatch {
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for (column, output) in self.columns.iter_mut().zip(outputs) {
            if output.entity == entity {
                arrays.push(column.take(&output.ty));
            }
        }
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(schema(outputs, entity), arrays, &options)
            .expect("columns have the types and lengths of the schema")
    }

    /// Raw values and mask of one output, for aggregates over records.
    pub fn raw(&self, number: usize) -> (Vec<i64>, &[u8]) {
        let column = &self.columns[number];
        let values = match &column.values {
            Values::Wide(values) => values.clone(),
            Values::Narrow(values) => values.iter().map(|value| i64::from(*value)).collect(),
            Values::Word(values) => values.iter().map(|value| i64::from(*value)).collect(),
            Values::Truth(values) => values.iter().map(|value| i64::from(*value)).collect(),
        };
        (values, &column.mask)
    }
}

/// The Arrow type of an output.
pub fn arrow_type(ty: &Type) -> DataType {
    match ty {
        Type::Bool => DataType::Boolean,
        Type::Date => DataType::Date32,
        Type::Month => DataType::Int32,
        Type::Enum(_) => DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8)),
        ty if decimals(ty) > 0 => DataType::Decimal64(OUTPUT_PRECISION, OUTPUT_SCALE as i8),
        _ => DataType::Int64,
    }
}

pub fn schema(outputs: &[OutputInfo], entity: Entity) -> SchemaRef {
    let fields: Vec<Field> = outputs
        .iter()
        .filter(|output| output.entity == entity)
        .map(|output| Field::new(&output.name, arrow_type(&output.ty), true))
        .collect();
    Arc::new(Schema::new(fields))
}

impl Column {
    #[inline(always)]
    fn append_truth(&mut self, src: Src, frame: &Frame, rows: usize) {
        let Values::Truth(to) = &mut self.values else { return };
        match src {
            Src::Reg(slot) => to.extend_from_slice(&frame.slots[slot as usize].bools),
            Src::Const(value) => to.resize(to.len() + rows, value as u8),
        }
    }

    #[inline(always)]
    fn append_int(&mut self, ints: Ints<'_>, scale: u8, rows: usize) {
        let own = self.scale;
        match (&mut self.values, ints) {
            (Values::Wide(to), Ints::Column(values)) if scale <= own => {
                let factor = 10i64.pow(u32::from(own - scale));
                to.extend(values[..rows].iter().map(|value| value.wrapping_mul(factor)));
            }
            (Values::Wide(to), Ints::One(value)) if scale <= own => {
                to.resize(to.len() + rows, value.wrapping_mul(10i64.pow(u32::from(own - scale))));
            }
            (Values::Wide(to), ints) => {
                let step = 10i64.pow(u32::from(scale - own));
                to.extend((0..rows).map(|row| divide(ints.at(row), step, RoundMode::HalfUp)));
            }
            (Values::Narrow(to), ints) => to.extend((0..rows).map(|row| ints.at(row) as i32)),
            (Values::Word(to), ints) => to.extend((0..rows).map(|row| ints.at(row) as i8)),
            (Values::Truth(_), _) => {}
        }
    }

    /// Rounded half up to the output's decimals: only what is shown is rounded.
    #[inline(always)]
    fn append_ratio(&mut self, ratio: &Ratio, frame: &Frame, rows: usize) {
        let Values::Wide(to) = &mut self.values else { return };
        let shift = i32::from(self.scale) + i32::from(ratio.den.scale) - i32::from(ratio.num.scale);
        let factor = 10i128.pow(shift.unsigned_abs());
        let (by_num, by_den) = if shift >= 0 { (factor, 1) } else { (1, factor) };
        let (num, den) = (frame.ints(ratio.num.src), frame.ints(ratio.den.src));
        let most = ratio
            .num
            .high
            .max(-ratio.num.low)
            .saturating_mul(by_num)
            .max(ratio.den.high.saturating_mul(by_den));
        if most <= i128::from(i64::MAX) {
            let (by_num, by_den) = (by_num as i64, by_den as i64);
            let rounded = |row: usize| {
                divide(
                    num.at(row).wrapping_mul(by_num),
                    den.at(row).wrapping_mul(by_den),
                    RoundMode::HalfUp,
                )
            };
            to.extend((0..rows).map(rounded));
        } else {
            let rounded = |row: usize| {
                let (num, den) = (i128::from(num.at(row)) * by_num, i128::from(den.at(row)) * by_den);
                let half = if num >= 0 { den / 2 } else { (den - 1) / 2 };
                (num + half).div_euclid(den) as i64
            };
            to.extend((0..rows).map(rounded));
        }
    }

    #[inline(always)]
    fn append_mask(&mut self, value: &Value, frame: &Frame, rows: usize) {
        let masks = match value {
            Value::Bool(src) => [frame.mask(*src), None],
            Value::Int(int) => [frame.mask(int.src), None],
            Value::Ratio(ratio) => [frame.mask(ratio.num.src), frame.mask(ratio.den.src)],
            Value::Null => [None, None],
        };
        let after = self.len();
        if masks.iter().all(Option::is_none) {
            if !self.mask.is_empty() {
                self.mask.resize(after, 1);
            }
            return;
        }
        self.mask.resize(after - rows, 1);
        let known = |row: usize| masks.iter().all(|mask| mask.is_none_or(|mask| mask[row] == 1));
        self.mask.extend((0..rows).map(|row| u8::from(known(row))));
    }

    fn len(&self) -> usize {
        match &self.values {
            Values::Wide(values) => values.len(),
            Values::Narrow(values) => values.len(),
            Values::Word(values) => values.len(),
            Values::Truth(values) => values.len(),
        }
    }

    fn take(&mut self, ty: &Type) -> ArrayRef {
        let mask = std::mem::take(&mut self.mask);
        let nulls = (!mask.is_empty()).then(|| NullBuffer::new(packed(&mask)));
        match std::mem::replace(&mut self.values, Values::Truth(Vec::new())) {
            Values::Truth(values) => Arc::new(BooleanArray::new(packed(&values), nulls)),
            Values::Word(keys) => {
                let words = match ty {
                    Type::Enum(words) => StringArray::from_iter_values(words.iter()),
                    _ => StringArray::from_iter_values(std::iter::empty::<&str>()),
                };
                let keys = PrimitiveArray::<Int8Type>::new(keys.into(), nulls);
                Arc::new(DictionaryArray::new(keys, Arc::new(words)))
            }
            Values::Narrow(values) if *ty == Type::Date => {
                Arc::new(PrimitiveArray::<Date32Type>::new(values.into(), nulls))
            }
            Values::Narrow(values) => Arc::new(PrimitiveArray::<Int32Type>::new(values.into(), nulls)),
            Values::Wide(values) if self.scale > 0 => {
                let array = PrimitiveArray::<Decimal64Type>::new(values.into(), nulls);
                Arc::new(array.with_data_type(arrow_type(ty)))
            }
            Values::Wide(values) => Arc::new(PrimitiveArray::<Int64Type>::new(values.into(), nulls)),
        }
    }
}

/// Bytes of 0 and 1 as bits: eight at a time by a multiplication that gathers the lowest bit of every byte.
fn packed(truths: &[u8]) -> BooleanBuffer {
    let mut bits = MutableBuffer::with_capacity(truths.len().div_ceil(8));
    let (eights, rest) = truths.as_chunks::<8>();
    for eight in eights {
        let bytes = u64::from_le_bytes(*eight);
        bits.push((bytes.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8);
    }
    if !rest.is_empty() {
        bits.push(
            rest.iter()
                .enumerate()
                .fold(0u8, |byte, (at, truth)| byte | (truth << at)),
        );
    }
    BooleanBuffer::new(bits.into(), 0, truths.len())
}

/// The Arrow type in which an input of a type is handed to a program: what the feed stage gives and the main stage
/// reads.
pub fn input_type(ty: &Type) -> DataType {
    match ty {
        Type::Bool => DataType::Boolean,
        Type::Date => DataType::Date32,
        Type::Month => DataType::Int32,
        Type::Enum(_) => DataType::Int8,
        _ => DataType::Int64,
    }
}

pub fn input_schema(outputs: &[OutputInfo]) -> SchemaRef {
    let fields: Vec<Field> = outputs
        .iter()
        .map(|output| Field::new(&output.name, input_type(&output.ty), true))
        .collect();
    Arc::new(Schema::new(fields))
}

/// Raw values (money in fen, rates in 1/10,000) as an input column.
pub fn array(ty: &Type, values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    match ty {
        Type::Bool => Arc::new(
            values
                .map(|value| value.map(|value| value != 0))
                .collect::<BooleanArray>(),
        ),
        Type::Date => Arc::new(
            values
                .map(|v| v.map(|v| v as i32))
                .collect::<PrimitiveArray<Date32Type>>(),
        ),
        Type::Month => Arc::new(
            values
                .map(|v| v.map(|v| v as i32))
                .collect::<PrimitiveArray<Int32Type>>(),
        ),
        Type::Enum(_) => Arc::new(values.map(|v| v.map(|v| v as i8)).collect::<PrimitiveArray<Int8Type>>()),
        _ => Arc::new(values.collect::<PrimitiveArray<Int64Type>>()),
    }
}
