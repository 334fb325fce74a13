//! Rows kept small while they wait: a column that nearly always says the same (not on the roster, no pension, nothing
//! known) is kept as that one value and its exceptions. Of some eighty columns of a person most are of that kind.

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, UInt32Array};
use arrow_schema::{DataType, SchemaRef};
use arrow_select::take::take;

use crate::error::RegistryError;

pub struct Packed {
    schema: SchemaRef,
    columns: Vec<Column>,
}

enum Column {
    Plain(ArrayRef),
    /// The usual value at position 0 of `values`, then the exceptions in the order of `rows`.
    Sparse {
        rows: Vec<u32>,
        values: ArrayRef,
    },
}

/// A column with fewer exceptions than one row in so many is kept sparse: below that the positions cost more
/// than they save.
const ROWS_PER_EXCEPTION: usize = 4;

impl Packed {
    pub fn pack(rows: &RecordBatch) -> Result<Self, RegistryError> {
        let columns = rows.columns().iter().map(pack_column).collect::<Result<_, _>>()?;
        Ok(Self {
            schema: rows.schema(),
            columns,
        })
    }

    pub fn bytes(&self) -> usize {
        let bytes = |column: &Column| match column {
            Column::Plain(array) => array.get_array_memory_size(),
            Column::Sparse { rows, values } => 4 * rows.len() + values.get_array_memory_size(),
        };
        self.columns.iter().map(bytes).sum()
    }

    /// The rows from `from` up to but not including `to`, in full.
    pub fn unpack(&self, from: usize, to: usize) -> Result<RecordBatch, RegistryError> {
        let columns = self
            .columns
            .iter()
            .map(|column| unpack_column(column, from, to))
            .collect::<Result<_, _>>()?;
        Ok(RecordBatch::try_new(self.schema.clone(), columns)?)
    }
}

fn pack_column(array: &ArrayRef) -> Result<Column, RegistryError> {
    let Some(words) = words(array) else {
        return Ok(Column::Plain(array.clone()));
    };
    let Some(usual) = majority(&words) else {
        return Ok(Column::Plain(array.clone()));
    };
    let exceptions = words.iter().filter(|&&word| word != words[usual]).count();
    if exceptions * ROWS_PER_EXCEPTION > words.len() {
        return Ok(Column::Plain(array.clone()));
    }
    let mut kept = Vec::with_capacity(exceptions + 1);
    kept.push(usual as u32);
    kept.extend((0..words.len() as u32).filter(|&row| words[row as usize] != words[usual]));
    let values = take(array, &UInt32Array::from(kept.clone()), None)?;
    kept.remove(0);
    Ok(Column::Sparse { rows: kept, values })
}

fn unpack_column(column: &Column, from: usize, to: usize) -> Result<ArrayRef, RegistryError> {
    match column {
        Column::Plain(array) => Ok(array.slice(from, to - from)),
        Column::Sparse { rows, values } => {
            let first = rows.partition_point(|&row| (row as usize) < from);
            let last = rows.partition_point(|&row| (row as usize) < to);
            let mut at = vec![0u32; to - from];
            for (k, &row) in rows[first..last].iter().enumerate() {
                at[row as usize - from] = (first + k + 1) as u32;
            }
            Ok(take(values, &UInt32Array::from(at), None)?)
        }
    }
}

/// Every row's value as a word that is equal exactly where the values are equal; None for types without fixed width.
fn words(array: &ArrayRef) -> Option<Vec<Option<u64>>> {
    macro_rules! primitive {
        ($kind:ty) => {
            array
                .as_primitive::<$kind>()
                .iter()
                .map(|value| value.map(|value| value as u64))
                .collect()
        };
    }
    use arrow_array::types::*;
    Some(match array.data_type() {
        DataType::Boolean => array.as_boolean().iter().map(|value| value.map(u64::from)).collect(),
        DataType::Int8 => primitive!(Int8Type),
        DataType::Int16 => primitive!(Int16Type),
        DataType::Int32 => primitive!(Int32Type),
        DataType::Int64 => primitive!(Int64Type),
        DataType::Date32 => primitive!(Date32Type),
        DataType::Decimal64(..) => primitive!(Decimal64Type),
        _ => return None,
    })
}

/// A row with the value that most rows have, if any value has a majority (Boyer and Moore's vote; the caller counts).
fn majority(words: &[Option<u64>]) -> Option<usize> {
    let (mut candidate, mut votes) = (0, 0usize);
    for (row, word) in words.iter().enumerate() {
        if votes == 0 {
            candidate = row;
            votes = 1;
        } else if *word == words[candidate] {
            votes += 1;
        } else {
            votes -= 1;
        }
    }
    (!words.is_empty()).then_some(candidate)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{BooleanArray, Int64Array, StringArray};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_unpacked_is_what_was_packed(
            values in prop::collection::vec((prop::option::weighted(0.2, -3i64..3), prop::option::weighted(0.9, prop::bool::weighted(0.1))), 1..200),
            cut in (0usize..200, 0usize..200),
        ) {
            let n = values.len();
            let (from, to) = (cut.0.min(cut.1).min(n), cut.0.max(cut.1).min(n));
            let money: ArrayRef = Arc::new(values.iter().map(|v| v.0).collect::<Int64Array>());
            let flag: ArrayRef = Arc::new(values.iter().map(|v| v.1).collect::<BooleanArray>());
            let text: ArrayRef = Arc::new(values.iter().map(|v| v.0.map(|v| v.to_string())).collect::<StringArray>());
            let rows = RecordBatch::try_from_iter([("money", money), ("flag", flag), ("text", text)]).unwrap();
            let packed = Packed::pack(&rows).unwrap();
            prop_assert_eq!(packed.unpack(from, to).unwrap(), rows.slice(from, to - from));
        }
    }
}
