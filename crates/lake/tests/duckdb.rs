//! DuckDB reads the same lake through its own extension: an independent oracle for files and catalogue.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use anwang_lake::{Change, Lake};
use anwang_testkit::{TestBook, on_each_book};
use arrow_array::{Array, BooleanArray, Int64Array, RecordBatch};
use common::{append, keys_of, lake, read_all, rows, schema};

const WHEELS: [&str; 4] = [
    "duckdb==1.4.4",
    "duckdb-ext-ducklake==1.4.4.20260205",
    "duckdb-ext-sqlite==1.4.4.20260205",
    "duckdb-ext-postgres==1.4.4.20260205",
];

/// The Python that `cargo xtask test` prepared, or one made here and kept under the target folder.
fn python() -> PathBuf {
    if let Some(python) = std::env::var_os("ANWANG_PYTHON") {
        return python.into();
    }
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("duckdb-venv");
    let python = venv.join("bin/python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv));
    }
    let known = Command::new(&python)
        .args(["-m", "pip", "show", "duckdb-ext-postgres"])
        .output();
    if !known.is_ok_and(|output| output.status.success()) {
        run(Command::new(&python)
            .args(["-m", "pip", "install", "--quiet"])
            .args(WHEELS));
    }
    python
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The book in DuckLake's words, and the schema that holds the catalogue there.
fn catalogue(book: &TestBook) -> (String, String) {
    let location = book.location();
    match location.split_once("search_path%3D") {
        Some((_, schema)) => (format!("postgres:{location}"), schema.to_owned()),
        None => (location, "main".to_owned()),
    }
}

/// Answers of DuckDB, every value as text, `-` for null.
fn ask(book: &TestBook, lake: &Lake, queries: &[String]) -> Vec<Vec<Vec<String>>> {
    let (catalogue, schema) = catalogue(book);
    let data_path = format!("{}/", lake.root().display());
    let queries: Vec<String> = queries.iter().map(|query| format!("{query:?}")).collect();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attach_lake.py");
    let arguments = [catalogue, schema, data_path, format!("[{}]", queries.join(","))];
    parse(&run(Command::new(python()).arg(script).args(arguments)))
}

/// `[[["1","2"],[null,"3"]],…]` without a JSON crate: values here hold no quotes or brackets.
fn parse(answer: &str) -> Vec<Vec<Vec<String>>> {
    let inside = answer
        .trim()
        .strip_prefix("[[[")
        .and_then(|text| text.strip_suffix("]]]"))
        .unwrap();
    let value = |text: &str| text.trim().trim_matches('"').replace("null", "-");
    inside
        .split("]], [[")
        .map(|table| {
            table
                .split("], [")
                .map(|row| row.split(", ").map(value).collect())
                .collect()
        })
        .collect()
}

/// The same figures from our own reader.
fn figures(batches: &[RecordBatch]) -> Vec<String> {
    let keys = keys_of(batches);
    let amounts: Vec<i64> = batches
        .iter()
        .flat_map(|batch| {
            batch
                .column(5)
                .as_any()
                .downcast_ref::<Int64Array>()
                .unwrap()
                .iter()
                .flatten()
                .collect::<Vec<_>>()
        })
        .collect();
    let gone: usize = batches
        .iter()
        .map(|batch| {
            batch
                .column(3)
                .as_any()
                .downcast_ref::<BooleanArray>()
                .unwrap()
                .true_count()
        })
        .sum();
    let notes: usize = batches
        .iter()
        .map(|batch| batch.num_rows() - batch.column(7).null_count())
        .sum();
    vec![
        keys.len().to_string(),
        keys.iter().map(|key| u128::from(*key)).sum::<u128>().to_string(),
        amounts.iter().sum::<i64>().to_string(),
        gone.to_string(),
        notes.to_string(),
        keys.iter().min().unwrap().to_string(),
        keys.iter().max().unwrap().to_string(),
    ]
}

const FIGURES: &str =
    "SELECT count(*), sum(person::HUGEINT), sum(amount), count(*) FILTER (gone), count(note), min(person), max(person)";

#[test]
fn duckdb_reads_the_same_rows_now_and_at_every_past_snapshot() {
    on_each_book(|book| {
        let (_folder, lake) = lake(book);
        let key = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut keys: Vec<u64> = (0..70_000).map(key).collect();
        keys.sort_unstable();
        let mut snapshots = vec![append(&lake, "feed_dibao", vec![rows(&keys, 1)], 1_000).unwrap()];
        snapshots.push(append(&lake, "feed_dibao", vec![rows(&keys[..5_000], 2)], 2_000).unwrap());
        let oldest = lake.files("feed_dibao", None).unwrap().remove(0);
        let staged = lake
            .stage("feed_dibao", &schema(), [rows(&keys[10..40_000], 3)])
            .unwrap();
        let retire = Change::Retire {
            table: "feed_dibao".into(),
            file_id: oldest.file_id,
        };
        let changes = vec![retire, Change::Append(staged)];
        snapshots.push(book.transaction(|tx| lake.commit(tx, changes, 3_000, "")).unwrap());
        let compaction = lake
            .compact("feed_dibao", &["person", "record", "batch"])
            .unwrap()
            .unwrap();
        snapshots.push(
            book.transaction(|tx| lake.commit(tx, compaction.into_changes(), 4_000, ""))
                .unwrap(),
        );

        let mut queries = vec![format!("{FIGURES} FROM lake.feed_dibao")];
        queries.extend(
            snapshots
                .iter()
                .map(|at| format!("{FIGURES} FROM lake.feed_dibao AT (VERSION => {})", at.0)),
        );
        let answers = ask(book, &lake, &queries);
        assert_eq!(answers[0][0], figures(&read_all(&lake, "feed_dibao", None)), "now");
        for (answer, at) in answers[1..].iter().zip(&snapshots) {
            assert_eq!(answer[0], figures(&read_all(&lake, "feed_dibao", Some(*at))), "{at:?}");
        }
    });
}

#[test]
fn duckdb_finds_single_values_by_the_bounds_in_the_catalogue() {
    on_each_book(|book| {
        let (_folder, lake) = lake(book);
        let narrow = rows(&[1, 2, 3], 1).project(&[0, 1, 2]).unwrap();
        append(&lake, "t", vec![narrow], 0).unwrap();
        append(&lake, "t", vec![rows(&[1 << 63, u64::MAX - 3], 2)], 0).unwrap();
        append(&lake, "t", vec![rows(&[7], 3).project(&[0, 1]).unwrap()], 0).unwrap();
        let query = |text: &str| text.to_owned();
        let answers = ask(
            book,
            &lake,
            &[
                query("SELECT person, batch, amount FROM lake.t WHERE person = 2"),
                query("SELECT person, kind, since FROM lake.t WHERE person > 9223372036854775807 ORDER BY person"),
                query("SELECT count(*) FILTER (since IS NULL), count(*) FILTER (batch IS NULL) FROM lake.t"),
                query("SELECT count(*) FROM lake.t WHERE since IS NULL"),
                query("SELECT count(*) FROM lake.t WHERE batch IS NULL"),
                query("SELECT count(*) FROM lake.t WHERE since >= DATE '1900-01-01'"),
                query(
                    "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 't' AND database_name = 'lake' ORDER BY column_index",
                ),
            ],
        );
        assert_eq!(answers[0], [["2", "1", "-"]]);
        assert_eq!(answers[1].len(), 2);
        assert_eq!(answers[1][0][0], (1_u64 << 63).to_string());
        assert_eq!(answers[2], [["4", "1"]]);
        assert_eq!(answers[3], [["4"]]);
        assert_eq!(answers[4], [["1"]]);
        assert_eq!(answers[5], [["2"]]);
        let types: Vec<&str> = answers[6].iter().map(|row| row[1].as_str()).collect();
        assert_eq!(
            types,
            [
                "UBIGINT", "UBIGINT", "INTEGER", "BOOLEAN", "SMALLINT", "BIGINT", "DATE", "VARCHAR", "BLOB"
            ]
        );
    });
}
