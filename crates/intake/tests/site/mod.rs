//! A data folder for one test: lake, vault, book.
#![allow(dead_code, reason = "each test file uses its part")]

use std::fs;
use std::path::{Path, PathBuf};

use anwang_contracts::Contracts;
use anwang_domain::{Day, Places};
use anwang_intake::{Confirmation, Delivery, Intake, IntakeError, Outcome, Report};
use anwang_lake::Lake;
use anwang_store::Book;
use anwang_vault::Vault;
use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use tempfile::TempDir;

pub const DELIVERED: &str = "2026-10-31";

pub struct Site {
    pub folder: TempDir,
    pub lake: Lake,
    pub vault: Vault,
}

impl Site {
    pub fn new(book: Book) -> Site {
        let folder = TempDir::new().expect("a folder");
        let vault = Vault::create(&folder.path().join("keys")).expect("a vault");
        let lake = Lake::open(&folder.path().join("lake"), book).expect("a lake");
        Site { folder, lake, vault }
    }

    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join("in").join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, content).expect("a file");
        path
    }

    pub fn take_in(&self, path: &Path, confirmation: Confirmation) -> Vec<Report> {
        self.try_take_in(path, None, confirmation).expect("intake itself works")
    }

    pub fn try_take_in(
        &self,
        path: &Path,
        feed: Option<&str>,
        confirmation: Confirmation,
    ) -> Result<Vec<Report>, IntakeError> {
        let intake = Intake::new(Contracts::embedded(), Places::shanxi(), &self.lake, &self.vault)?;
        let as_of = Day::parse(DELIVERED).expect("a date");
        intake.take_in(
            &Delivery {
                path,
                feed,
                as_of,
                received_at_ms: 1_793_000_000_000,
                confirmation,
                threads: 2,
            },
            &|_| {},
        )
    }

    /// The only report's outcome.
    pub fn outcome(&self, path: &Path, confirmation: Confirmation) -> Outcome {
        let mut reports = self.take_in(path, confirmation);
        assert_eq!(reports.len(), 1, "{reports:?}");
        reports.remove(0).outcome
    }

    /// Every live row of a table as text, without the columns that say where it came from.
    pub fn rows(&self, table: &str) -> Vec<String> {
        let mut rows = Vec::new();
        for file in self.lake.files(table, None).expect("the catalogue") {
            let names: Vec<String> = file
                .table
                .columns
                .iter()
                .map(|column| column.name.clone())
                .filter(|name| !["batch", "row"].contains(&name.as_str()))
                .collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            for batch in self.lake.read(&file, &names, 0..=u64::MAX).expect("the file") {
                rows.extend((0..batch.num_rows()).map(|row| text_of(&batch, row)));
            }
        }
        rows.sort();
        rows
    }
}

fn text_of(batch: &RecordBatch, row: usize) -> String {
    let cells: Vec<String> = batch
        .columns()
        .iter()
        .map(|column| cell(column.as_ref(), row))
        .collect();
    cells.join("|")
}

fn cell(column: &dyn Array, row: usize) -> String {
    if column.is_null(row) {
        return "∅".to_owned();
    }
    match column.data_type() {
        DataType::UInt64 => column.as_primitive::<UInt64Type>().value(row).to_string(),
        DataType::Int8 => column.as_primitive::<Int8Type>().value(row).to_string(),
        DataType::Int16 => column.as_primitive::<Int16Type>().value(row).to_string(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Date32 => Day(column.as_primitive::<Date32Type>().value(row)).to_string(),
        DataType::Boolean => column.as_boolean().value(row).to_string(),
        DataType::Utf8 => column.as_string::<i32>().value(row).to_owned(),
        // Sealed with a fresh nonce each time, so only its being there can be compared.
        DataType::Binary => "sealed".to_owned(),
        other => panic!("no lake column has type {other}"),
    }
}

pub fn sample(feed: &str, file: &str) -> PathBuf {
    let contract = Contracts::embedded().by_name(feed).expect("a feed");
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../contracts/{:02}-{feed}/{file}", contract.number))
}
