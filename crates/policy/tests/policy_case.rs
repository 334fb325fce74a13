//! The pack of bench/policy-case against its expected answers, to the last unit.

use std::fs::File;
use std::path::{Path, PathBuf};

use anwang_domain::Day;
use anwang_policy::{CompileOptions, Mode, Outcome, Pack, Program};
use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal64Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

fn case() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench/policy-case")
}

fn files_below(folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("the folder of the pack") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files_below(&path, files);
        } else {
            files.push((
                path.display().to_string(),
                std::fs::read_to_string(&path).expect("a text"),
            ));
        }
    }
}

fn program() -> Program {
    let mut files = Vec::new();
    files_below(&case().join("pack"), &mut files);
    let shown = |diagnostics: Vec<anwang_policy::Diagnostic>| {
        diagnostics
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let pack = Pack::load(files).map_err(shown).unwrap_or_else(|text| panic!("{text}"));
    let options = CompileOptions {
        as_of: Day::from_ymd(2024, 11, 30).expect("a day"),
        mode: Mode::Case,
        feeds: &[],
    };
    pack.compile(&options)
        .map_err(shown)
        .unwrap_or_else(|text| panic!("{text}"))
}

fn read(file: &str) -> RecordBatch {
    let file = File::open(case().join("sample").join(file)).expect("the sample");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .expect("Parquet")
        .with_batch_size(1 << 20);
    reader
        .build()
        .expect("a reader")
        .next()
        .expect("one batch")
        .expect("rows")
}

fn offsets(persons: &RecordBatch, households: &RecordBatch) -> Vec<u32> {
    let owner = persons["household_id"].as_primitive::<Int64Type>().values();
    let ids = households["household_id"].as_primitive::<Int64Type>().values();
    let mut offsets: Vec<u32> = ids.iter().map(|id| owner.partition_point(|o| o < id) as u32).collect();
    offsets.push(owner.len() as u32);
    offsets
}

/// A cell as the case writes it: money in 1/10,000 yuan, truths and counts as numbers, words as they are.
fn cell(array: &dyn Array, row: usize) -> String {
    use arrow_schema::DataType::*;
    assert!(array.is_valid(row), "a value is missing");
    match array.data_type() {
        Decimal64(..) => array.as_primitive::<Decimal64Type>().value(row).to_string(),
        Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        Boolean => array.as_boolean().value(row).to_string(),
        LargeUtf8 => array.as_string::<i64>().value(row).to_owned(),
        Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let words = dictionary.values().as_string::<i32>();
            words.value(dictionary.normalized_keys()[row]).to_owned()
        }
        other => panic!("unexpected {other}"),
    }
}

fn compare(expected: &RecordBatch, found: &[RecordBatch]) -> usize {
    let mut compared = 0;
    for field in expected.schema().fields() {
        let Some(name) = field.name().strip_prefix("x_") else {
            continue;
        };
        let name = name.strip_suffix("_e4").unwrap_or(name);
        let mut row = 0;
        for batch in found {
            let column = batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
            for at in 0..batch.num_rows() {
                let expected = cell(&expected[field.name()], row);
                assert_eq!(cell(column, at), expected, "{name} of row {row}");
                row += 1;
                compared += 1;
            }
        }
        assert_eq!(row, expected.num_rows(), "{name}");
    }
    compared
}

fn run(persons: &RecordBatch, households: &RecordBatch) -> Outcome {
    program()
        .run(persons, households, &offsets(persons, households))
        .expect("a run")
}

#[test]
fn every_expected_value_of_the_sample_is_met_to_the_last_unit() {
    let (persons, households) = (read("persons.parquet"), read("households.parquet"));
    let outcome = run(&persons, &households);
    assert_eq!(outcome.faults, vec![]);
    let compared = compare(&persons, &outcome.persons) + compare(&households, &outcome.households);
    assert_eq!(compared, 9 * persons.num_rows() + 20 * households.num_rows());
}
