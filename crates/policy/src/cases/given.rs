//! A case's values as Arrow columns at the types and decimals of a program's inputs.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Date32Array, Int64Array, RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema};

use super::read::Given;
use crate::compile::lowering::{InputInfo, Mode};
use crate::compile::program::{Program, input_raw};
use crate::nearest::nearest;
use crate::types::{Entity, Type};

/// Rows of one entity as a batch; the error says which value is wrong.
pub fn batch(program: &Program, entity: Entity, rows: &[&Given]) -> Result<RecordBatch, String> {
    let inputs: Vec<&InputInfo> = program.inputs.iter().filter(|input| input.entity == entity).collect();
    known_names(&inputs, rows)?;
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for input in inputs {
        let values = rows
            .iter()
            .map(|row| value(program, input, row))
            .collect::<Result<Vec<_>, _>>()?;
        if values.iter().all(Option::is_none) {
            continue;
        }
        let array: ArrayRef = match input.ty {
            Type::Bool => Arc::new(values.iter().map(|v| v.map(|v| v == 1)).collect::<BooleanArray>()),
            Type::Date => Arc::new(values.iter().map(|v| v.map(|v| v as i32)).collect::<Date32Array>()),
            _ => Arc::new(values.into_iter().collect::<Int64Array>()),
        };
        fields.push(Field::new(&input.name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
        .map_err(|error| error.to_string())
}

/// Whoever is not asked in a scan has the stated value, also beside members of whom something is known.
fn value(program: &Program, input: &InputInfo, row: &Given) -> Result<Option<i64>, String> {
    match row.get(&input.name) {
        Some(Some(text)) => input_raw(program, input, text)
            .map(Some)
            .map_err(|why| format!("{}: {why}", input.name)),
        _ if program.mode == Mode::Scan => Ok(input.scan),
        _ => Ok(None),
    }
}

fn known_names(inputs: &[&InputInfo], rows: &[&Given]) -> Result<(), String> {
    for name in rows.iter().flat_map(|row| row.keys()) {
        if !inputs.iter().any(|input| input.name == *name) {
            let near = nearest(name, inputs.iter().map(|input| input.name.as_str()));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(format!("`{name}` is no input of the pack{near}"));
        }
    }
    Ok(())
}
