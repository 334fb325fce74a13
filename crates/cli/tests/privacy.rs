//! After a full run over a sample province no citizen id, name, phone, address or account of it lies in clear in the
//! data folder, nor in anything that was printed: raw bytes as UTF-8 and UTF-16, Parquet pages and the book decoded.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anwang_contracts::{ColumnType, Contracts};
use anwang_domain::CitizenId;
use anwang_store::{Book, Value};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, UInt64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

#[derive(Default)]
struct Identities {
    ids: HashSet<String>,
    packed_ids: HashSet<u64>,
    /// Names, addresses: Chinese text, by its first three characters.
    words: HashMap<[char; 3], Vec<Vec<char>>>,
    /// Phones and accounts.
    numbers: HashSet<String>,
}

#[test]
fn a_full_run_leaves_no_identity_in_clear() {
    let folder = tempfile::tempdir().unwrap();
    let (sample, data) = (folder.path().join("departments"), folder.path().join("data"));
    let mut printed = String::new();
    let options = [
        "--population",
        "1500",
        "--seed",
        "7",
        "--as-of",
        "2026-06-30",
        "--months",
        "1",
        "--format",
        "csv",
    ];
    printed += &anwang(&[&["synth", "--out", text(&sample)], &options[..]].concat());
    printed += &anwang(&[
        "intake",
        text(&sample.join("feeds")),
        "--data",
        text(&data),
        "--as-of",
        "2026-06-30",
    ]);
    printed += &anwang(&["refresh", "--full", "--as-of", "2026-06-30", "--data", text(&data)]);
    printed += &anwang(&["status", "--data", text(&data)]);

    let identities = identities_of(&sample.join("feeds"));
    assert!(
        identities.ids.len() > 1400,
        "the sample has ids: {}",
        identities.ids.len()
    );
    assert!(
        identities.words.len() > 500,
        "the sample has names: {}",
        identities.words.len()
    );
    assert!(!identities.numbers.is_empty(), "the sample has numbers");

    identities.must_not_be_in(&printed, "what was printed");
    let files = files_below(&data);
    assert!(
        files
            .iter()
            .any(|file| file.extension().is_some_and(|one| one == "parquet")),
        "the lake has files"
    );
    for file in &files {
        identities.must_not_be_in_file(file);
    }
    identities.must_not_be_in_book(&data.join("book.sqlite"));
}

#[test]
fn the_search_itself_finds_what_it_looks_for() {
    let mut identities = Identities::default();
    identities.ids.insert("140105195010010028".to_owned());
    identities.note_word("王小明");
    identities.numbers.insert("13900001111".to_owned());
    for leak in ["x140105195010010028y", "给王小明的", "tel:13900001111;"] {
        assert!(identities.found_in(leak).is_some(), "{leak}");
        let wide: Vec<u8> = leak.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(
            readings(&wide)
                .iter()
                .any(|reading| identities.found_in(reading).is_some()),
            "{leak} in UTF-16"
        );
    }
    assert_eq!(identities.found_in("140105195010010036 王小 139000011112"), None);
}

fn anwang(words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_anwang"))
        .args(words)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .output()
        .expect("anwang starts");
    let printed = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "anwang {}: {printed}", words.join(" "));
    printed
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Every identity that the sample's files hold, by the contracts' own reading of their headers.
fn identities_of(feeds: &Path) -> Identities {
    let mut found = Identities::default();
    for file in files_below(feeds) {
        let content = std::fs::read_to_string(&file).expect("the sample is UTF-8 CSV");
        let mut lines = csv_rows(&content);
        let Some(header) = lines.next() else { continue };
        let detected = Contracts::embedded().detect(&header);
        let Some(best) = detected.first() else { continue };
        let kinds: Vec<Option<ColumnType>> = best
            .header
            .columns
            .iter()
            .map(|matched| {
                matched
                    .as_ref()
                    .map(|matched| best.contract.columns[matched.column].kind)
            })
            .collect();
        for row in lines {
            for (cell, kind) in row.iter().zip(&kinds) {
                found.note(cell, *kind);
            }
        }
    }
    found
}

/// The sample's CSV has quotes only around cells with a comma or a quote in them.
fn csv_rows(content: &str) -> impl Iterator<Item = Vec<String>> + '_ {
    content.trim_start_matches('\u{feff}').lines().map(|line| {
        let (mut cells, mut quoted) = (vec![String::new()], false);
        for one in line.chars() {
            match one {
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                _ => cells.last_mut().expect("never empty").push(one),
            }
        }
        cells
    })
}

impl Identities {
    fn note(&mut self, cell: &str, kind: Option<ColumnType>) {
        match kind {
            Some(ColumnType::CitizenId) => {
                if let Ok(id) = CitizenId::parse(cell) {
                    self.ids.insert(id.to_string());
                    self.packed_ids.insert(id.packed());
                }
            }
            // Two characters alone are as often a word or a place as a name.
            Some(ColumnType::Name | ColumnType::Address) if cell.chars().count() >= 3 => {
                self.note_word(cell);
            }
            Some(ColumnType::Phone | ColumnType::Account) if cell.len() >= 11 => {
                self.numbers.insert(cell.to_owned());
            }
            _ => {}
        }
    }

    fn found_in(&self, text: &str) -> Option<String> {
        let digits = text
            .split(|one: char| !one.is_ascii_digit() && one != 'X')
            .filter(|run| run.len() >= 11);
        for run in digits {
            if self.numbers.contains(run) || windows(run, 18).any(|window| self.ids.contains(window)) {
                return Some(run.to_owned());
            }
        }
        text.split(|one: char| one.is_ascii()).find_map(|run| self.word_in(run))
    }

    fn note_word(&mut self, word: &str) {
        let characters: Vec<char> = word.chars().collect();
        let known = self
            .words
            .entry([characters[0], characters[1], characters[2]])
            .or_default();
        if !known.contains(&characters) {
            known.push(characters);
        }
    }

    fn word_in(&self, run: &str) -> Option<String> {
        let characters: Vec<char> = run.chars().collect();
        characters.windows(3).enumerate().find_map(|(at, start)| {
            let words = self.words.get(&[start[0], start[1], start[2]])?;
            words
                .iter()
                .find(|word| characters[at..].starts_with(word))
                .map(|word| word.iter().collect())
        })
    }

    fn must_not_be_in(&self, text: &str, place: &str) {
        if let Some(leak) = self.found_in(text) {
            panic!("{place} holds {leak} in clear");
        }
    }

    fn must_not_be_in_file(&self, file: &Path) {
        let place = file.display().to_string();
        self.must_not_be_in(&place, "a file's name");
        for reading in readings(&std::fs::read(file).expect("a file of the data folder")) {
            self.must_not_be_in(&reading, &place);
        }
        if file.extension().is_some_and(|extension| extension == "parquet") {
            let open = std::fs::File::open(file).expect("a file of the lake");
            let rows = ParquetRecordBatchReaderBuilder::try_new(open)
                .expect("Parquet")
                .build()
                .expect("Parquet");
            for batch in rows {
                self.must_not_be_in_rows(&batch.expect("rows"), &place);
            }
        }
    }

    fn must_not_be_in_rows(&self, rows: &RecordBatch, place: &str) {
        for column in rows.columns() {
            match column.data_type() {
                DataType::Utf8 => {
                    column
                        .as_string::<i32>()
                        .iter()
                        .flatten()
                        .for_each(|cell| self.must_not_be_in(cell, place));
                }
                DataType::Binary => column
                    .as_binary::<i32>()
                    .iter()
                    .flatten()
                    .flat_map(readings)
                    .for_each(|cell| self.must_not_be_in(&cell, place)),
                DataType::UInt64 => self.no_packed_id(column.as_primitive::<UInt64Type>().iter().flatten(), place),
                DataType::Int64 => {
                    let cells = column.as_primitive::<Int64Type>().iter().flatten();
                    self.no_packed_id(cells.map(i64::cast_unsigned), place);
                }
                _ => {}
            }
        }
    }

    /// An id that is only packed into a number is as good as in clear.
    fn no_packed_id(&self, cells: impl Iterator<Item = u64>, place: &str) {
        for cell in cells {
            assert!(!self.packed_ids.contains(&cell), "{place} holds a packed id");
        }
    }

    fn must_not_be_in_book(&self, path: &Path) {
        let book = Book::open(&format!("sqlite:{}", path.display())).expect("the book opens");
        let tables = book
            .query("SELECT name FROM sqlite_master WHERE type = 'table'", &[])
            .expect("tables");
        for table in tables {
            let table = table.text(0).expect("a name").to_owned();
            for row in book.query(&format!("SELECT * FROM \"{table}\""), &[]).expect("rows") {
                for value in &row.0 {
                    match value {
                        Value::Text(cell) => self.must_not_be_in(cell, &table),
                        Value::Blob(cell) => readings(cell).iter().for_each(|cell| self.must_not_be_in(cell, &table)),
                        Value::Int(cell) => self.no_packed_id(std::iter::once(cell.cast_unsigned()), &table),
                        Value::Real(_) | Value::Null => {}
                    }
                }
            }
        }
    }
}

fn windows(run: &str, length: usize) -> impl Iterator<Item = &str> {
    (0..(run.len() + 1).saturating_sub(length)).map(move |from| &run[from..from + length])
}

/// Bytes as the texts that they could be.
fn readings(bytes: &[u8]) -> Vec<String> {
    let wide = |from: usize, read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[from.min(bytes.len())..]
            .chunks_exact(2)
            .map(|pair| read([pair[0], pair[1]]))
            .collect();
        String::from_utf16_lossy(&units)
    };
    vec![
        String::from_utf8_lossy(bytes).into_owned(),
        wide(0, u16::from_le_bytes),
        wide(1, u16::from_le_bytes),
        wide(0, u16::from_be_bytes),
        wide(1, u16::from_be_bytes),
    ]
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
    {
        if entry.is_dir() {
            files.extend(files_below(&entry));
        } else {
            files.push(entry);
        }
    }
    files
}
