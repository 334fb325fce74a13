//! Typed views of a record batch's columns: a missing column or another type is an error that names it.

use arrow_array::{
    Array, BooleanArray, Date32Array, Int8Array, Int16Array, Int32Array, Int64Array, RecordBatch, StringArray,
    UInt64Array,
};

use crate::error::RegistryError;

fn typed<'a, A: Array + 'static>(
    rows: &'a RecordBatch,
    name: &str,
    wanted: &'static str,
) -> Result<&'a A, RegistryError> {
    let column = rows.column_by_name(name).ok_or_else(|| RegistryError::NoColumn {
        column: name.to_owned(),
    })?;
    column
        .as_any()
        .downcast_ref::<A>()
        .ok_or_else(|| RegistryError::ColumnType {
            column: name.to_owned(),
            wanted,
            found: column.data_type().to_string(),
        })
}

macro_rules! views {
    ($($function:ident -> $array:ty, $wanted:literal;)*) => {$(
        pub fn $function<'a>(rows: &'a RecordBatch, name: &str) -> Result<&'a $array, RegistryError> {
            typed(rows, name, $wanted)
        }
    )*};
}

views! {
    uint64s -> UInt64Array, "UInt64";
    int64s -> Int64Array, "Int64";
    int32s -> Int32Array, "Int32";
    int16s -> Int16Array, "Int16";
    int8s -> Int8Array, "Int8";
    dates -> Date32Array, "Date32";
    flags -> BooleanArray, "Boolean";
    texts -> StringArray, "Utf8";
}
