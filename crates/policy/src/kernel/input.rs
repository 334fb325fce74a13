//! Input columns: Arrow arrays bound to a program's inputs, copied chunk by chunk into registers with their bounds
//! checked.

use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::DataType;
use rustc_hash::FxHashMap;

use super::frame::Slot;
use crate::compile::lowering::InputInfo;
use crate::compile::parameters::PlaceIndex;
use crate::run::RunError;
use crate::types::Type;

/// An input's values as they lie in memory.
#[derive(Debug)]
pub enum Bound {
    /// Nothing was given.
    Absent,
    Constant(i64),
    Int64(arrow_buffer::ScalarBuffer<i64>),
    Int32(arrow_buffer::ScalarBuffer<i32>),
    Bits(BooleanBuffer),
}

#[derive(Debug)]
pub struct BoundInput {
    pub values: Bound,
    pub nulls: Option<NullBuffer>,
    /// Multiplies raw values to the input's decimals.
    pub factor: i64,
    pub low: i64,
    pub high: i64,
    /// How many values lay out of bounds, and the first such row.
    pub faults: AtomicU64,
    pub first_fault: AtomicU64,
}

/// Finds an input's column, by name or with the suffix `_fen`, and checks its type.
pub fn bind(input: &InputInfo, batch: &RecordBatch, places: &PlaceIndex) -> Result<BoundInput, RunError> {
    let column = batch.column_by_name(&input.name).or_else(|| {
        matches!(input.ty, Type::Money(_))
            .then(|| batch.column_by_name(&format!("{}_fen", input.name)))
            .flatten()
    });
    let bound = |values: Bound, nulls: Option<NullBuffer>, factor: i64| BoundInput {
        values,
        nulls: nulls.filter(|nulls| nulls.null_count() > 0),
        factor,
        low: input.low,
        high: input.high,
        faults: AtomicU64::new(0),
        first_fault: AtomicU64::new(u64::MAX),
    };
    let Some(column) = column else {
        let values = input.scan.map_or(Bound::Absent, Bound::Constant);
        return Ok(bound(values, None, 1));
    };
    let wrong = || RunError::ColumnType {
        column: input.name.clone(),
        expected: input.ty.to_string(),
        found: column.data_type().to_string(),
    };
    let nulls = column.logical_nulls();
    let (values, factor) = match (&input.ty, column.data_type()) {
        (_, DataType::Null) => (Bound::Absent, 1),
        (Type::Bool, DataType::Boolean) => (Bound::Bits(column.as_boolean().values().clone()), 1),
        (
            Type::Enum(_) | Type::Place,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..),
        ) => {
            let (codes, unknown) = words(column, input, places).ok_or_else(wrong)?;
            let nulls = if unknown {
                NullBuffer::union(nulls.as_ref(), Some(&known(&codes)))
            } else {
                nulls
            };
            return Ok(bound(Bound::Int32(codes.into()), nulls, 1));
        }
        (Type::Money(_), DataType::Decimal128(_, scale)) => (rescaled(column, *scale, input).ok_or_else(wrong)?, 1),
        (Type::Rate | Type::Ratio, DataType::Decimal128(_, scale)) => {
            (rescaled(column, *scale, input).ok_or_else(wrong)?, 1)
        }
        (Type::Money(_) | Type::Rate | Type::Ratio, DataType::Decimal64(_, scale))
            if (0..=input.scale as i8).contains(scale) =>
        {
            let factor = 10i64.pow(u32::from(input.scale) - *scale as u32);
            (
                Bound::Int64(column.as_primitive::<Decimal64Type>().values().clone()),
                factor,
            )
        }
        (Type::Date, DataType::Date32) => (Bound::Int32(column.as_primitive::<Date32Type>().values().clone()), 1),
        (Type::Date | Type::Bool | Type::Text | Type::Unknown, _) => return Err(wrong()),
        (_, DataType::Int64) => (Bound::Int64(column.as_primitive::<Int64Type>().values().clone()), 1),
        (_, DataType::Int32) => (Bound::Int32(column.as_primitive::<Int32Type>().values().clone()), 1),
        (_, DataType::Int16) => {
            let values: Vec<i32> = column
                .as_primitive::<Int16Type>()
                .values()
                .iter()
                .map(|v| i32::from(*v))
                .collect();
            (Bound::Int32(values.into()), 1)
        }
        (_, DataType::Int8) => {
            let values: Vec<i32> = column
                .as_primitive::<Int8Type>()
                .values()
                .iter()
                .map(|v| i32::from(*v))
                .collect();
            (Bound::Int32(values.into()), 1)
        }
        _ => return Err(wrong()),
    };
    Ok(bound(values, nulls, factor))
}

fn known(codes: &[i32]) -> NullBuffer {
    NullBuffer::from(codes.iter().map(|code| *code >= 0).collect::<Vec<bool>>())
}

/// A decimal column at the input's decimals. What has more decimals than the input is out of its bounds.
fn rescaled(column: &ArrayRef, scale: i8, input: &InputInfo) -> Option<Bound> {
    let values = column.as_primitive::<Decimal128Type>().values();
    let scale = u32::try_from(scale).ok()?;
    let own = u32::from(input.scale);
    let outside = i64::MIN;
    let at = |raw: i128| -> i64 {
        let raw = if own >= scale {
            raw.checked_mul(10i128.pow(own - scale))
        } else {
            let step = 10i128.pow(scale - own);
            (raw % step == 0).then_some(raw / step)
        };
        raw.and_then(|raw| i64::try_from(raw).ok()).unwrap_or(outside)
    };
    Some(Bound::Int64(
        values.iter().map(|raw| at(*raw)).collect::<Vec<i64>>().into(),
    ))
}

/// Words as indices of the enum or of the pack's places; −1 and `true` where a word is none of them.
fn words(column: &ArrayRef, input: &InputInfo, places: &PlaceIndex) -> Option<(Vec<i32>, bool)> {
    let declared: &[String] = match &input.ty {
        Type::Enum(values) => values,
        _ => &places.words,
    };
    let index: FxHashMap<&str, i32> = declared.iter().zip(0..).map(|(word, at)| (word.as_str(), at)).collect();
    let code = |word: &str| match (index.get(word), &input.ty) {
        (Some(code), _) => *code,
        // Division codes written as text.
        _ => -1,
    };
    let of = |words: &mut dyn Iterator<Item = Option<&str>>| -> Vec<i32> {
        let mut last: Option<(&str, i32)> = None;
        let mut codes = Vec::with_capacity(column.len());
        for word in words {
            let word = word.unwrap_or("");
            let value = match last {
                Some((same, value)) if same == word => value,
                _ => code(word),
            };
            last = Some((word, value));
            codes.push(value);
        }
        codes
    };
    let codes = match column.data_type() {
        DataType::Utf8 => of(&mut column.as_string::<i32>().iter()),
        DataType::LargeUtf8 => of(&mut column.as_string::<i64>().iter()),
        DataType::Utf8View => of(&mut column.as_string_view().iter()),
        DataType::Dictionary(..) => {
            let dictionary = column.as_any_dictionary();
            let (values, _) = words(dictionary.values(), input, places)?;
            let keys = dictionary.normalized_keys();
            if values.is_empty() {
                vec![-1; column.len()]
            } else {
                keys.into_iter().map(|key| values[key]).collect()
            }
        }
        _ => return None,
    };
    let unknown = codes.contains(&-1);
    Some((codes, unknown))
}

impl BoundInput {
    /// Copies rows into a register. A value out of bounds is counted, and missing.
    #[inline(always)]
    pub fn load(&self, slot: &mut Slot, first: usize, rows: usize, is_bool: bool) {
        slot.masked = false;
        if let Bound::Absent = self.values {
            slot.ints_mut(if is_bool { 0 } else { rows }).fill(self.low.max(0));
            slot.bools_mut(if is_bool { rows } else { 0 }).fill(0);
            slot.mask_all(rows).fill(0);
            return;
        }
        let (low, high) = (self.low, self.high);
        let mut outside = false;
        match &self.values {
            Bound::Bits(bits) => {
                let out = slot.bools_mut(rows);
                for (row, out) in out.iter_mut().enumerate() {
                    *out = u8::from(bits.value(first + row));
                }
            }
            Bound::Constant(value) if is_bool => slot.bools_mut(rows).fill(*value as u8),
            Bound::Constant(value) => slot.ints_mut(rows).fill(*value),
            Bound::Int64(values) => {
                let (out, factor) = (slot.ints_mut(rows), self.factor);
                for (out, value) in out.iter_mut().zip(&values[first..first + rows]) {
                    *out = value.wrapping_mul(factor);
                    outside |= (*out < low) | (*out > high);
                }
            }
            Bound::Int32(values) => {
                let out = slot.ints_mut(rows);
                for (out, value) in out.iter_mut().zip(&values[first..first + rows]) {
                    *out = i64::from(*value);
                    outside |= (*out < low) | (*out > high);
                }
            }
            Bound::Absent => {}
        }
        if self.nulls.is_some() || outside {
            self.mask_out(slot, first, rows, is_bool);
        }
    }

    #[cold]
    fn mask_out(&self, slot: &mut Slot, first: usize, rows: usize, is_bool: bool) {
        slot.mask_all(rows);
        for row in 0..rows {
            let null = self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(first + row));
            let outside = !is_bool && !null && !(self.low..=self.high).contains(&slot.ints[row]);
            if outside {
                self.faults.fetch_add(1, Ordering::Relaxed);
                self.first_fault.fetch_min((first + row) as u64, Ordering::Relaxed);
            }
            if null || outside {
                slot.mask[row] = 0;
                // What is missing still lies within its bounds, so that nothing after it can overflow.
                if is_bool {
                    slot.bools[row] = 0;
                } else {
                    slot.ints[row] = 0i64.clamp(self.low, self.high);
                }
            }
        }
        slot.settle_mask();
    }
}
