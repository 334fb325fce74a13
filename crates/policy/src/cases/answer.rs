//! What a run says of one name, as text that a case can be held against.

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal64Type, Int8Type, Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

use crate::calendar;
use crate::decimal::Decimal;

/// A value as a pack would write it; `None` where it is missing.
pub fn text(batch: &RecordBatch, column: usize, row: usize) -> Option<String> {
    let array = batch.column(column);
    if array.is_null(row) {
        return None;
    }
    Some(match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Date32 => calendar::written(i64::from(array.as_primitive::<Date32Type>().value(row))),
        DataType::Decimal64(_, scale) => {
            let raw = i128::from(array.as_primitive::<Decimal64Type>().value(row));
            Decimal {
                raw,
                scale: *scale as u8,
            }
            .to_string()
        }
        DataType::Dictionary(..) => {
            let words = array.as_dictionary::<Int8Type>();
            let key = words.keys().value(row) as usize;
            words.values().as_string::<i32>().value(key).to_owned()
        }
        other => format!("a column of {other}"),
    })
}

/// Numbers are equal whatever their decimals: 82 is 82.00.
pub fn agrees(expected: &str, found: &str) -> bool {
    match (Decimal::parse(expected), Decimal::parse(found)) {
        (Some(expected), Some(found)) => expected == found,
        _ => expected == found,
    }
}

/// Sums of numbers over months, at four decimals as outputs have them.
pub fn added(left: &str, right: &str) -> Option<String> {
    let at_four =
        |text: &str| Decimal::parse(text).map(|d| d.raw * 10i128.pow(4u32.saturating_sub(u32::from(d.scale))));
    Some(
        Decimal {
            raw: at_four(left)? + at_four(right)?,
            scale: 4,
        }
        .to_string(),
    )
}
