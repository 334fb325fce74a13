//! A process that is killed while it takes files in loses nothing and lands nothing twice.

mod site;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anwang_contracts::Contracts;
use anwang_domain::{CitizenId, Day, Places};
use anwang_intake::{Confirmation, Delivery, Intake, Outcome};
use anwang_lake::Lake;
use anwang_store::{Book, batches};
use anwang_vault::Vault;

const FOLDER: &str = "ANWANG_KILL_TEST_FOLDER";
const FILES: usize = 4;
const ROWS: usize = 20_000;

struct Opened {
    lake: Lake,
    vault: Vault,
}

fn open(folder: &Path) -> Opened {
    let keys = folder.join("keys");
    let vault = if keys.exists() {
        Vault::open(&keys).expect("keys")
    } else {
        Vault::create(&keys).expect("keys")
    };
    let book = Book::open(&folder.join("book.sqlite").display().to_string()).expect("a book");
    Opened {
        lake: Lake::open(&folder.join("lake"), book).expect("a lake"),
        vault,
    }
}

fn take_in(opened: &Opened, path: &Path) -> Outcome {
    let intake = Intake::new(Contracts::embedded(), Places::shanxi(), &opened.lake, &opened.vault).expect("intake");
    let as_of = Day::parse("2026-10-31").expect("a date");
    let delivery = Delivery {
        path,
        feed: None,
        as_of,
        received_at_ms: 0,
        confirmation: Confirmation::Missing,
        threads: 2,
    };
    intake
        .take_in(&delivery, &|_| {})
        .expect("intake works")
        .remove(0)
        .outcome
}

fn file(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("cremation-{number}.csv"))
}

/// Cremations of people who differ from file to file.
fn write_files(folder: &Path) {
    let header = csv_header();
    for number in 0..FILES {
        let mut text = header.clone();
        for row in 0..ROWS {
            let birth = Day::parse("1930-01-01").expect("a date").add_days((row % 9_000) as i32);
            let id = CitizenId::new(140_105, birth, (number * 100 + row / 9_000) as u32 + 1).expect("an id");
            text.push_str(&format!(
                "C{number}-{row},{id},王小明,2026-05-02,2026-05-04,140105000000\n"
            ));
        }
        std::fs::write(file(folder, number), text).expect("a file");
    }
}

fn csv_header() -> String {
    let contract = Contracts::embedded().by_name("cremation").expect("a feed");
    let zh = |name: &str| {
        contract
            .column(name)
            .map(|column| column.zh.clone())
            .unwrap_or_else(|| panic!("cremation has no {name}"))
    };
    format!(
        "{}\n",
        ["cremation_no", "id_no", "name", "died_on", "cremated_on", "division"]
            .map(zh)
            .join(",")
    )
}

/// Runs in a process of its own, which the test below kills; does nothing otherwise.
#[test]
fn takes_files_in_when_the_kill_test_starts_it() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = PathBuf::from(folder);
    println!("started");
    let opened = open(&folder);
    for number in 0..FILES {
        take_in(&opened, &file(&folder, number));
    }
    println!("finished");
}

#[test]
fn killed_at_any_moment_intake_loses_nothing_and_lands_nothing_twice() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = place.path();
    write_files(folder);
    let mut finished = 0;
    for attempt in 0..40u64 {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["takes_files_in_when_the_kill_test_starts_it", "--exact", "--nocapture"])
            .env(FOLDER, folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a process");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        lines
            .by_ref()
            .find(|line| line.as_ref().is_ok_and(|line| line.contains("started")));
        // Moments spread over the whole run, the same in every run of the test.
        thread::sleep(Duration::from_millis(attempt * 37 % 400));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        finished += usize::from(lines.any(|line| line.is_ok_and(|line| line.contains("finished"))));
        check_what_is_there(folder);
        if finished > 2 {
            break;
        }
    }
    let opened = open(folder);
    for number in 0..FILES {
        assert!(matches!(
            take_in(&opened, &file(folder, number)),
            Outcome::Landed { .. } | Outcome::AlreadyIn { .. }
        ));
    }
    assert_eq!(check_what_is_there(folder), FILES);
    opened.lake.sweep().expect("orphans can be swept");
    let kept = opened.lake.files("feed_cremation", None).expect("the catalogue").len();
    let on_disk = std::fs::read_dir(opened.lake.root().join("main/feed_cremation"))
        .expect("the table's folder")
        .count();
    assert_eq!(on_disk, kept, "files of killed runs are swept");
}

/// Every batch that the book knows is whole in the lake, and nothing else is; says how many.
fn check_what_is_there(folder: &Path) -> usize {
    let opened = open(folder);
    let landed = batches::all(opened.lake.book()).expect("the book");
    assert!(
        landed.iter().all(|batch| batch.rows_landed as usize == ROWS),
        "{landed:?}"
    );
    let files = opened.lake.files("feed_cremation", None).expect("the catalogue");
    let mut records: Vec<u64> = Vec::new();
    for file in &files {
        for batch in opened.lake.read(file, &["record"], 0..=u64::MAX).expect("a whole file") {
            use arrow_array::cast::AsArray;
            records.extend(
                batch
                    .column(0)
                    .as_primitive::<arrow_array::types::UInt64Type>()
                    .values(),
            );
        }
    }
    assert_eq!(records.len(), landed.len() * ROWS);
    records.sort_unstable();
    records.dedup();
    assert_eq!(records.len(), landed.len() * ROWS, "no record lands twice");
    landed.len()
}
