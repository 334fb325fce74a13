//! From files to the lake, on both books.

mod site;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anwang_contracts::Contracts;
use anwang_intake::{Asker, Confirmation, Outcome, workbook_of_rejects};
use anwang_store::{batches, rejects, reviews};
use anwang_testkit::{on_each_book, sqlite_book};
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use calamine::{Reader, Xlsx};
use site::{Site, sample};

/// The cells of a CSV file.
fn cells(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_path(path)
        .expect("the sample");
    reader
        .records()
        .map(|record| record.expect("a record").iter().map(str::to_owned).collect())
        .collect()
}

fn delimited(rows: &[Vec<String>], delimiter: u8) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    rows.iter().for_each(|row| writer.write_record(row).expect("memory"));
    writer.into_inner().expect("memory")
}

fn workbook(rows: &[Vec<String>]) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    // A title above the header, as departments like it.
    sheet.write_string(0, 0, "样表").expect("a cell");
    for (line, row) in rows.iter().enumerate() {
        for (at, cell) in row.iter().enumerate() {
            sheet.write_string(line as u32 + 1, at as u16, cell).expect("a cell");
        }
    }
    workbook.save_to_buffer().expect("memory")
}

fn json_lines(rows: &[Vec<String>]) -> Vec<u8> {
    let mut out = Vec::new();
    for row in &rows[1..] {
        let object: serde_json::Map<String, serde_json::Value> = rows[0]
            .iter()
            .cloned()
            .zip(row.iter().map(|cell| cell.as_str().into()))
            .collect();
        writeln!(out, "{}", serde_json::Value::from(object)).expect("memory");
    }
    out
}

fn parquet(rows: &[Vec<String>]) -> Vec<u8> {
    let columns: Vec<(&str, ArrayRef)> = rows[0]
        .iter()
        .enumerate()
        .map(|(at, name)| {
            (
                name.as_str(),
                Arc::new(StringArray::from_iter_values(rows[1..].iter().map(|row| &row[at]))) as ArrayRef,
            )
        })
        .collect();
    let batch = RecordBatch::try_from_iter(columns).expect("columns");
    let mut out = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut out, batch.schema(), None).expect("memory");
    writer.write(&batch).expect("memory");
    writer.close().expect("memory");
    out
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).expect("memory");
    writer.finish().expect("memory")
}

fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer
        .start_file(name, zip::write::SimpleFileOptions::default())
        .expect("memory");
    writer.write_all(bytes).expect("memory");
    writer.finish().expect("memory").into_inner()
}

fn utf16(bytes: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    let mut out = vec![0xFF, 0xFE];
    text.encode_utf16()
        .for_each(|unit| out.extend_from_slice(&unit.to_le_bytes()));
    out
}

#[test]
fn the_same_rows_land_alike_from_every_kind_of_file() {
    for feed in ["dibao", "hukou", "marriage"] {
        let rows = cells(&sample(feed, "good.csv"));
        let csv = delimited(&rows, b',');
        let mut marked = vec![0xEF, 0xBB, 0xBF];
        marked.extend_from_slice(&csv);
        let files: Vec<(&str, Vec<u8>)> = vec![
            ("a.csv", csv.clone()),
            ("marked.csv", marked),
            ("tab.txt", delimited(&rows, b'\t')),
            ("semicolon.csv", delimited(&rows, b';')),
            (
                "gb18030.csv",
                encoding_rs::GB18030
                    .encode(std::str::from_utf8(&csv).expect("UTF-8"))
                    .0
                    .into_owned(),
            ),
            ("utf16.txt", utf16(&delimited(&rows, b'\t'))),
            (
                "crlf.csv",
                String::from_utf8(csv.clone())
                    .expect("UTF-8")
                    .replace('\n', "\r\n")
                    .into_bytes(),
            ),
            ("a.xlsx", workbook(&rows)),
            ("a.ndjson", json_lines(&rows)),
            ("a.parquet", parquet(&rows)),
            ("a.csv.gz", gz(&csv)),
            ("a.parquet.gz", gz(&parquet(&rows))),
            ("a.zip", zip("样本/a.csv", &csv)),
            ("b.zip", zip("a.xlsx", &workbook(&rows))),
        ];
        let mut first: Option<(Vec<String>, Vec<String>)> = None;
        // Keys are drawn per vault, so one vault serves all; each file gets a lake of its own.
        let vault_site = Site::new(sqlite_book().reopen());
        for (name, content) in files {
            let book = sqlite_book();
            let lake_folder = tempfile::tempdir().expect("a folder");
            let lake = anwang_lake::Lake::open(lake_folder.path(), book.reopen()).expect("a lake");
            let site = Site {
                folder: tempfile::tempdir().expect("a folder"),
                lake,
                vault: anwang_vault::Vault::open(&vault_site.folder.path().join("keys")).expect("a vault"),
            };
            let path = site.file(name, content);
            match site.outcome(&path, Confirmation::Missing) {
                Outcome::Landed { counts, .. } => assert_eq!(
                    (counts.rejected, counts.landed),
                    (0, rows.len() as u64 - 1),
                    "{feed} {name}"
                ),
                other => panic!("{feed} {name}: {other:?}"),
            }
            let landed = (site.rows(&format!("feed_{feed}")), site.rows("identities"));
            match &first {
                None => first = Some(landed),
                Some(first) => assert_eq!(&landed, first, "{feed} {name}"),
            }
        }
    }
}

#[test]
fn the_same_file_twice_changes_nothing() {
    on_each_book(|book| {
        let site = Site::new(book.reopen());
        let path = sample("hukou", "good.csv");
        assert!(matches!(
            site.outcome(&path, Confirmation::Missing),
            Outcome::Landed { .. }
        ));
        let before = (
            site.rows("feed_hukou"),
            site.lake.latest().expect("a snapshot"),
            batches::all(book).expect("the book"),
        );
        for confirmation in [Confirmation::Missing, Confirmation::Given] {
            assert!(matches!(site.outcome(&path, confirmation), Outcome::AlreadyIn { .. }));
        }
        assert_eq!(
            (
                site.rows("feed_hukou"),
                site.lake.latest().expect("a snapshot"),
                batches::all(book).expect("the book")
            ),
            before
        );
        // The same rows in another kind of file are held, and land only when somebody insists.
        let again = site.file("again.xlsx", workbook(&cells(&path)));
        match site.outcome(&again, Confirmation::Missing) {
            Outcome::Held { reason, .. } => assert_eq!(reason.code(), "same_rows"),
            other => panic!("{other:?}"),
        }
        assert_eq!(site.rows("feed_hukou"), before.0);
        assert!(matches!(
            site.outcome(&again, Confirmation::Missing),
            Outcome::StillHeld { .. }
        ));
    });
}

#[test]
fn a_snapshot_takes_the_place_of_the_one_before_and_half_of_it_is_held() {
    on_each_book(|book| {
        let site = Site::new(book.reopen());
        let rows = cells(&sample("dibao", "good.csv"));
        assert!(rows.len() > 6, "the sample is long enough for halves");
        let june = site.file("2026-06-30/dibao.csv", delimited(&rows, b','));
        let july = site.file("2026-07-31/dibao.csv", delimited(&rows[..rows.len() - 1], b','));
        let august = site.file("2026-08-31/dibao.csv", delimited(&rows[..3], b','));
        let late = site.file("2026-05-31/dibao.csv", delimited(&rows[..rows.len() - 2], b','));
        assert!(matches!(
            site.outcome(&june, Confirmation::Missing),
            Outcome::Landed { .. }
        ));
        let before = site.lake.latest().expect("a snapshot");
        assert!(matches!(
            site.outcome(&july, Confirmation::Missing),
            Outcome::Landed { .. }
        ));
        assert_eq!(site.rows("feed_dibao").len(), rows.len() - 2);
        assert_eq!(
            site.lake
                .files("feed_dibao", Some(before))
                .expect("the past")
                .iter()
                .map(|file| file.rows)
                .sum::<u64>(),
            rows.len() as u64 - 1
        );
        let held = |path: &Path, code: &str| match site.outcome(path, Confirmation::Missing) {
            Outcome::Held { reason, .. } => assert_eq!(reason.code(), code),
            other => panic!("{code}: {other:?}"),
        };
        held(&late, "older_than_last");
        held(&august, "too_few_rows");
        assert_eq!(site.rows("feed_dibao").len(), rows.len() - 2);
        assert!(matches!(
            site.outcome(&august, Confirmation::Given),
            Outcome::Landed { .. }
        ));
        assert_eq!(site.rows("feed_dibao").len(), 2);
        let states: Vec<&str> = batches::all(book)
            .expect("the book")
            .iter()
            .map(|batch| batch.state.as_str())
            .collect();
        assert_eq!(states, ["confirmed", "held", "landed", "landed"]);
    });
}

#[test]
fn a_file_of_another_feed_is_not_taken_for_what_it_is_said_to_be() {
    let book = sqlite_book();
    let site = Site::new(book.reopen());
    let report = site
        .try_take_in(&sample("dibao", "good.csv"), Some("medical"), Confirmation::Given)
        .expect("intake works")
        .remove(0);
    match report.outcome {
        Outcome::NotRecognised(reason) => {
            assert_eq!(reason.code(), "wrong_feed");
            assert!(reason.to_string().contains("dibao"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    let stranger = site.file("x.csv", "苹果,梨\n1,2\n");
    match site.outcome(&stranger, Confirmation::Missing) {
        Outcome::NotRecognised(reason) => assert_eq!(reason.code(), "unknown_header"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn rejected_rows_are_kept_masked_and_come_back_as_a_spreadsheet() {
    on_each_book(|book| {
        let site = Site::new(book.reopen());
        let mut rows = cells(&sample("dibao", "good.csv"));
        let id_at = rows[0]
            .iter()
            .position(|title| title == "公民身份号码")
            .expect("the id's column");
        let good = rows[1][id_at].clone();
        let last = if good.ends_with('1') { '2' } else { '1' };
        let mistyped = format!("{}{last}", &good[..17]);
        let mut bad = rows[1].clone();
        bad[id_at] = mistyped.clone();
        rows.push(bad.clone());
        let path = site.file("dibao.csv", delimited(&rows, b','));
        let Outcome::Landed { batch_id, counts, .. } = site.outcome(&path, Confirmation::Missing) else {
            panic!("it lands")
        };
        assert_eq!(counts.rejected, 1);
        let kept = rejects::of_batch(book, batch_id).expect("the book");
        assert_eq!(
            (
                kept.len(),
                kept[0].code.as_str(),
                kept[0].column_name.as_str(),
                kept[0].row_number
            ),
            (1, "id_check_digit", "id_no", rows.len() as i64)
        );
        assert_eq!(
            kept[0].masked_value,
            format!("{}**********{}", &mistyped[..4], &mistyped[14..])
        );
        assert!(!kept[0].hint.is_empty());
        // Nobody can be named by the row, so people may look for the person.
        assert_eq!(reviews::open(book, None, 0, 10).expect("the book").len(), 1);
        let asker = Asker {
            who: "tester",
            purpose: "return to the department",
            at_ms: 1,
        };
        let bytes =
            workbook_of_rejects(book, &site.vault, Contracts::embedded(), batch_id, &asker).expect("a workbook");
        let mut workbook: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).expect("a workbook");
        let sheet = workbook.worksheet_range_at(0).expect("a sheet").expect("a range");
        let lines: Vec<Vec<String>> = sheet
            .rows()
            .map(|row| row.iter().map(ToString::to_string).collect())
            .collect();
        assert_eq!(lines[0][..rows[0].len()], rows[0]);
        assert_eq!(lines[1][..bad.len()], bad);
        assert_eq!(lines[1][bad.len() + 2], "id_check_digit");
        let report = site.vault.verify_audit(book).expect("the chain").expect("whole");
        assert_eq!(report.entries, 1);
    });
}

#[test]
fn no_identity_lies_in_clear_in_lake_or_book() {
    let book = sqlite_book();
    let site = Site::new(book.reopen());
    let mut secrets: Vec<String> = Vec::new();
    for contract in Contracts::embedded().iter() {
        for file in ["good.csv", "bad.csv"] {
            let path = sample(&contract.feed, file);
            site.try_take_in(&path, Some(&contract.feed), Confirmation::Given)
                .expect("intake works");
            let rows = cells(&path);
            let matched = contract.match_header(&rows[0]);
            for (at, column) in matched
                .columns
                .iter()
                .enumerate()
                .filter_map(|(at, matched)| Some((at, &contract.columns[matched.as_ref()?.column])))
            {
                if column.kind.is_identity() || column.kind == anwang_contracts::ColumnType::CitizenId {
                    secrets.extend(
                        rows[1..]
                            .iter()
                            .filter_map(|row| row.get(at))
                            .filter(|cell| cell.chars().count() >= 3)
                            .cloned(),
                    );
                }
            }
        }
    }
    secrets.sort();
    secrets.dedup();
    assert!(secrets.len() > 20, "the samples name people");
    let book_folder = Path::new(book.location().trim_start_matches("sqlite:"))
        .parent()
        .expect("a folder")
        .to_owned();
    let mut searched = 0;
    for folder in [site.lake.root().to_owned(), book_folder] {
        for file in all_files(&folder) {
            let bytes = fs::read(&file).expect("a file");
            searched += bytes.len();
            for secret in &secrets {
                assert!(
                    memchr::memmem::find(&bytes, secret.as_bytes()).is_none(),
                    "{secret} lies in {}",
                    file.display()
                );
            }
        }
    }
    assert!(searched > 10_000, "there is something to search");
}

fn all_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(all_files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[test]
fn an_unchanged_roster_of_the_next_month_lands_and_an_empty_increment_too() {
    let book = sqlite_book();
    let site = Site::new(book.reopen());
    let rows = cells(&sample("dibao", "good.csv"));
    let june = site.file("2026-06-30/dibao.csv", delimited(&rows, b','));
    let july = site.file("2026-07-31/dibao.xlsx", workbook(&rows));
    let august = site.file("2026-08-31/dibao.csv", delimited(&rows, b','));
    let again = site.file("2026-08-31/again.csv", delimited(&rows, b'\t'));
    for path in [&june, &july, &august] {
        assert!(matches!(
            site.outcome(path, Confirmation::Missing),
            Outcome::Landed { .. }
        ));
        assert_eq!(site.rows("feed_dibao").len(), rows.len() - 1);
    }
    match site.outcome(&again, Confirmation::Missing) {
        Outcome::Held { reason, .. } => assert_eq!(reason.code(), "same_rows"),
        other => panic!("{other:?}"),
    }
    let header = delimited(&cells(&sample("hukou", "good.csv"))[..1], b',');
    let empty = site.file("2026-07-31/hukou.csv", header);
    assert!(matches!(site.outcome(&empty, Confirmation::Missing), Outcome::Landed { counts, .. } if counts.rows == 0));
}

#[test]
fn a_withdrawn_record_stays_and_is_marked_gone_by_its_later_version() {
    let book = sqlite_book();
    let site = Site::new(book.reopen());
    let mut rows = cells(&sample("hukou", "good.csv"));
    if !rows[0].iter().any(|title| title == "变更类型") {
        rows[0].push("变更类型".to_owned());
        rows[1..].iter_mut().for_each(|row| row.push("新增".to_owned()));
    }
    let change = rows[0].iter().position(|title| title == "变更类型").expect("just made");
    let mut withdrawn = rows[1].clone();
    withdrawn[change] = "撤销".to_owned();
    site.outcome(
        &site.file("2026-06-30/hukou.csv", delimited(&rows, b',')),
        Confirmation::Missing,
    );
    let second = site.outcome(
        &site.file("2026-07-31/hukou.csv", delimited(&[rows[0].clone(), withdrawn], b',')),
        Confirmation::Missing,
    );
    assert!(matches!(second, Outcome::Landed { counts, .. } if counts.gone == 1));
    let landed = site.rows("feed_hukou");
    assert_eq!(
        landed.len(),
        rows.len(),
        "nothing is taken away; the later version says that the record is gone"
    );
    // person|record|gone|…: the withdrawn row has the identity of the first one.
    let gone: Vec<&String> = landed
        .iter()
        .filter(|row| row.split('|').nth(2) == Some("true"))
        .collect();
    assert_eq!(gone.len(), 1);
    let identity = |row: &str| row.split('|').take(2).collect::<Vec<_>>().join("|");
    assert_eq!(
        landed.iter().filter(|row| identity(row) == identity(gone[0])).count(),
        2
    );
}

#[test]
fn equal_rows_land_once_and_of_one_key_the_last_stands() {
    let book = sqlite_book();
    let site = Site::new(book.reopen());
    let mut rows = cells(&sample("hukou", "good.csv"));
    let vehicles = rows[0]
        .iter()
        .position(|title| title == "名下机动车数")
        .expect("a column for it");
    let mut other = rows[2].clone();
    other[vehicles] = "7".to_owned();
    rows.push(rows[1].clone());
    rows.push(other);
    let Outcome::Landed { counts, .. } =
        site.outcome(&site.file("hukou.csv", delimited(&rows, b',')), Confirmation::Missing)
    else {
        panic!("it lands")
    };
    assert_eq!(
        (counts.equal, counts.superseded, counts.landed),
        (1, 1, rows.len() as u64 - 3)
    );
    assert_eq!(site.rows("feed_hukou").len(), rows.len() - 3);
    assert_eq!(
        site.rows("feed_hukou").iter().filter(|row| row.contains("|7|")).count(),
        1
    );
}

#[test]
fn a_roster_in_two_files_of_one_day_is_whole_and_the_next_days_takes_its_place() {
    let book = sqlite_book();
    let site = Site::new(book.reopen());
    let rows = cells(&sample("dibao", "good.csv"));
    let half = rows.len() / 2;
    let part = |body: &[Vec<String>]| delimited(&[&rows[..1], body].concat(), b',');
    let parts = [
        site.file("2026-06-30/dibao-1.csv", part(&rows[1..half])),
        site.file("2026-06-30/dibao-2.csv", part(&rows[half..])),
    ];
    for path in &parts {
        assert!(matches!(
            site.outcome(path, Confirmation::Missing),
            Outcome::Landed { .. }
        ));
    }
    assert_eq!(site.rows("feed_dibao").len(), rows.len() - 1);
    let whole = site.file("2026-07-31/dibao.csv", delimited(&rows, b','));
    assert!(matches!(
        site.outcome(&whole, Confirmation::Missing),
        Outcome::Landed { .. }
    ));
    assert_eq!(site.rows("feed_dibao").len(), rows.len() - 1);
}

#[test]
fn a_file_that_begins_in_plain_ascii_is_still_known_as_gb18030() {
    let book = sqlite_book();
    let site = Site::new(book.reopen());
    let columns = ["cremation_no", "id_no", "name", "died_on", "cremated_on", "division"];
    let mut text = columns.join(",") + "\n";
    for row in 0..8_000 {
        let birth = anwang_domain::Day(-10_000 + row);
        let id = anwang_domain::CitizenId::new(140_105, birth, 1).expect("an id");
        // What is looked at to recognise the file ends before the first Chinese name.
        let name = if row < 7_000 { "Zhang" } else { "张小明" };
        text.push_str(&format!("C{row},{id},{name},2026-05-02,2026-05-04,140105000000\n"));
    }
    let Outcome::Landed { counts, .. } = site.outcome(&site.file("a.csv", &text), Confirmation::Missing) else {
        panic!("it lands")
    };
    assert_eq!((counts.landed, counts.rejected), (8_000, 0));
    // Known as the same rows, so every name was read alike.
    let in_gb18030 = site.file("b.csv", encoding_rs::GB18030.encode(&text).0);
    match site.outcome(&in_gb18030, Confirmation::Missing) {
        Outcome::Held { reason, .. } => assert_eq!(reason.code(), "same_rows"),
        other => panic!("{other:?}"),
    }
}
