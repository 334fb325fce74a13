mod common;

use std::fs;

use anwang_lake::{BUCKETS, Change, Lake, LakeError, bucket_keys};
use anwang_store::{Book, StoreError};
use anwang_testkit::{on_each_book, sqlite_book};
use arrow_select::concat::concat_batches;
use common::{COLUMNS, append, keys_of, lake, read_all, rows, schema};
use proptest::prelude::*;

/// Keys as the vault spreads them.
fn spread(count: u64) -> Vec<u64> {
    let mut keys: Vec<u64> = (0..count).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn what_is_committed_is_read_back_and_nothing_before() {
    on_each_book(|book| {
        let (_folder, lake) = lake(book);
        let batch = rows(&spread(1_000), 1);
        let staged = lake.stage("feed_dibao", &schema(), [batch.clone()]).unwrap();
        assert_eq!(lake.files("feed_dibao", None).unwrap(), vec![]);
        let first = book
            .transaction(|tx| lake.commit(tx, vec![Change::Append(staged)], 0, ""))
            .unwrap();
        assert_eq!(read_all(&lake, "feed_dibao", None), vec![batch]);
        assert_eq!(lake.latest().unwrap(), first);
        assert_eq!(lake.tables(None).unwrap(), vec!["feed_dibao"]);
    });
}

#[test]
fn a_failed_transaction_shows_no_file_and_the_sweep_takes_it() {
    on_each_book(|book| {
        let (_folder, lake) = lake(book);
        let staged = lake.stage("t", &schema(), [rows(&[1, 2], 1)]).unwrap();
        let failed: Result<(), LakeError> = book.transaction(|tx| {
            lake.commit(tx, vec![Change::Append(staged)], 0, "")?;
            tx.execute("INSERT INTO nowhere VALUES (1)", &[])?;
            Ok(())
        });
        assert_eq!(failed.unwrap_err().code(), "store_statement");
        assert_eq!(lake.files("t", None).unwrap(), vec![]);
        assert_eq!(lake.sweep().unwrap(), 0, "its writer, this process, still runs");
        let root = lake.root().to_owned();
        drop(lake);
        let later = Lake::open(&root, (**book).clone()).unwrap();
        assert_eq!(later.sweep().unwrap(), 1);
        assert_eq!(later.sweep().unwrap(), 0);
    });
}

#[test]
fn a_staged_file_that_is_dropped_leaves_nothing() {
    let book = sqlite_book();
    let (_folder, lake) = lake(&book);
    drop(lake.stage("t", &schema(), [rows(&[1], 1)]).unwrap());
    assert_eq!(fs::read_dir(lake.root().join("main/t")).unwrap().count(), 0);
}

#[test]
fn past_snapshots_keep_the_files_that_were_retired() {
    on_each_book(|book| {
        let (_folder, lake) = lake(book);
        let first = append(&lake, "t", vec![rows(&[1, 2], 1)], 1_000).unwrap();
        let old = lake.files("t", None).unwrap().remove(0);
        let staged = lake.stage("t", &schema(), [rows(&[2, 3], 2)]).unwrap();
        let retire = || Change::Retire {
            table: "t".into(),
            file_id: old.file_id,
        };
        let second = book
            .transaction(|tx| lake.commit(tx, vec![retire(), Change::Append(staged)], 2_000, ""))
            .unwrap();
        assert_eq!(keys_of(&read_all(&lake, "t", None)), [2, 3]);
        assert_eq!(keys_of(&read_all(&lake, "t", Some(second))), [2, 3]);
        assert_eq!(keys_of(&read_all(&lake, "t", Some(first))), [1, 2]);
        assert_eq!(lake.snapshot_at(1_999).unwrap(), first);
        assert_eq!(lake.snapshot_at(2_000).unwrap(), second);
        let again = book.transaction(|tx| lake.commit(tx, vec![retire()], 3_000, ""));
        assert_eq!(again.unwrap_err().code(), "lake_not_live");
        assert_eq!(lake.sweep().unwrap(), 0, "a retired file belongs to the past");
    });
}

#[test]
fn a_column_that_a_contract_gains_is_null_in_older_files() {
    on_each_book(|book| {
        let (_folder, lake) = lake(book);
        let narrow = rows(&[1, 2], 1).project(&[0, 1, 2]).unwrap();
        append(&lake, "t", vec![narrow], 0).unwrap();
        append(&lake, "t", vec![rows(&[3], 2)], 0).unwrap();
        let all = read_all(&lake, "t", None);
        assert_eq!(keys_of(&all), [1, 2, 3]);
        assert_eq!(all[0].column(7).null_count(), 2);
        assert_eq!(all[1].column(7).null_count(), 0);
        let changed = rows(&[9], 1).project(&[0, 3]).unwrap();
        let renamed = arrow_array::RecordBatch::try_from_iter(vec![
            ("person", changed.column(0).clone()),
            ("amount", changed.column(1).clone()),
        ]);
        assert_eq!(
            append(&lake, "t", vec![renamed.unwrap()], 0).unwrap_err().code(),
            "lake_column_changed"
        );
    });
}

#[test]
fn rows_that_cannot_be_found_again_are_refused() {
    let book = sqlite_book();
    let (_folder, lake) = lake(&book);
    let stage =
        |batches: Vec<arrow_array::RecordBatch>| lake.stage("t", &schema(), batches).map(drop).unwrap_err().code();
    assert_eq!(stage(vec![rows(&[1, 3, 2], 1)]), "lake_not_sorted");
    assert_eq!(stage(vec![rows(&[5], 1), rows(&[4], 1)]), "lake_not_sorted");
    assert_eq!(
        stage(vec![rows(&[1], 1).project(&[0, 1]).unwrap()]),
        "lake_batch_schema"
    );
    let no_key = rows(&[1], 1).project(&[2]).unwrap();
    assert_eq!(
        lake.stage("t", &no_key.schema(), [no_key])
            .map(drop)
            .unwrap_err()
            .code(),
        "lake_sort_key"
    );
    assert_eq!(
        fs::read_dir(lake.root().join("main/t")).unwrap().count(),
        0,
        "refused files are deleted"
    );
}

#[test]
fn the_buckets_of_a_large_file_together_are_the_file() {
    let book = sqlite_book();
    let (_folder, lake) = lake(&book);
    let keys = spread(300_000);
    let whole = rows(&keys, 1);
    append(
        &lake,
        "t",
        vec![whole.slice(0, 100_001), whole.slice(100_001, 199_999)],
        0,
    )
    .unwrap();
    let file = lake.files("t", None).unwrap().remove(0);
    let parts: Vec<_> = (0..BUCKETS)
        .flat_map(|bucket| lake.read(&file, &COLUMNS, bucket_keys(bucket)).unwrap())
        .collect();
    assert!(parts.len() >= BUCKETS as usize);
    assert_eq!(concat_batches(&schema(), &parts).unwrap(), whole);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    /// Against a brute-force twin: any range of keys, repeated keys, any split into batches.
    #[test]
    fn reading_a_range_gives_exactly_its_rows(
        mut keys in proptest::collection::vec(prop_oneof![any::<u64>(), 0..40_u64], 1..9_000),
        cut in any::<prop::sample::Index>(),
        a: u64,
        b in prop_oneof![any::<u64>(), 0..40_u64],
    ) {
        let book = sqlite_book();
        let (_folder, lake) = lake(&book);
        keys.sort_unstable();
        let whole = rows(&keys, 1);
        let cut = cut.index(keys.len());
        append(&lake, "t", vec![whole.slice(0, cut), whole.slice(cut, keys.len() - cut)], 0).unwrap();
        let file = lake.files("t", None).unwrap().remove(0);
        for range in [a.min(b)..=a.max(b), b..=b, keys[0]..=keys[0], 0..=u64::MAX] {
            let found = lake.read(&file, &["note", "person", "amount"], range.clone()).unwrap();
            let start = keys.partition_point(|key| key < range.start());
            let end = keys.partition_point(|key| key <= range.end());
            let expected = whole.project(&[7, 0, 5]).unwrap().slice(start, end - start);
            prop_assert_eq!(concat_batches(&expected.schema(), &found).unwrap(), expected);
        }
    }
}

#[test]
fn compaction_changes_no_row_and_keeps_the_past_readable() {
    on_each_book(|book| {
        let (_folder, lake) = lake(book);
        assert!(lake.compact("t", &["person"]).unwrap().is_none());
        let keys = spread(3_000);
        for (at, part) in keys.chunks(1_000).enumerate() {
            append(&lake, "t", vec![rows(part, at as i32)], 0).unwrap();
        }
        append(&lake, "t", vec![rows(&keys[500..1_500], 9)], 0).unwrap();
        let before = lake.latest().unwrap();
        let mut expected = keys_of(&read_all(&lake, "t", None));
        expected.sort_unstable();
        let compaction = lake.compact("t", &["person", "record", "batch"]).unwrap().unwrap();
        book.transaction(|tx| lake.commit(tx, compaction.into_changes(), 0, "compaction"))
            .unwrap();
        let after = read_all(&lake, "t", None);
        assert_eq!(lake.files("t", None).unwrap().len(), 1);
        assert_eq!(keys_of(&after), expected);
        let batches = after[0]
            .column(2)
            .as_any()
            .downcast_ref::<arrow_array::Int32Array>()
            .unwrap();
        let keys = keys_of(&after);
        assert!(
            keys.windows(2)
                .zip(batches.values().windows(2))
                .all(|(k, b)| k[0] < k[1] || b[0] <= b[1])
        );
        assert_eq!(lake.files("t", Some(before)).unwrap().len(), 4);
    });
}

#[test]
fn two_who_commit_at_once_both_get_their_rows_in() {
    on_each_book(|book| {
        let (folder, lake) = lake(book);
        std::thread::scope(|scope| {
            for writer in 0..3_u64 {
                let book = book.reopen();
                let root = folder.path().join("lake");
                scope.spawn(move || {
                    let lake = Lake::open(&root, book).unwrap();
                    for n in 0..5 {
                        let key = writer * 100 + n;
                        // The first commit of all makes the table; whoever planned with no table plans the same ids.
                        append(&lake, "t", vec![rows(&[key], 1)], 0).unwrap();
                    }
                });
            }
        });
        let mut keys = keys_of(&read_all(&lake, "t", None));
        keys.sort_unstable();
        let expected: Vec<u64> = (0..3)
            .flat_map(|writer| (0..5).map(move |n| writer * 100 + n))
            .collect();
        assert_eq!(keys, expected);
        assert_eq!(lake.latest().unwrap().0, 15);
    });
}

#[test]
fn business_rows_and_files_commit_together_or_not_at_all() {
    on_each_book(|book| {
        let (_folder, lake) = lake(book);
        let land = |name: &str| -> Result<(), LakeError> {
            let staged = lake.stage("t", &schema(), [rows(&[1], 1)])?;
            book.transaction(|tx| {
                lake.commit(tx, vec![Change::Append(staged)], 0, "")?;
                tx.execute("INSERT INTO settings (name, value) VALUES ($1, 'x')", &[name.into()])?;
                Ok(())
            })
        };
        land("a").unwrap();
        assert!(matches!(
            land("a").unwrap_err(),
            LakeError::Store(StoreError::Conflict { .. })
        ));
        assert_eq!(lake.files("t", None).unwrap().len(), 1);
    });
}

/// Run by the test below in a process of its own: stages, says so, and waits to be killed.
#[test]
#[ignore = "the victim of the next test, not a test of its own"]
fn stages_and_hangs() {
    let Ok(location) = std::env::var("ANWANG_TEST_VICTIM_BOOK") else {
        return;
    };
    let root = std::env::var("ANWANG_TEST_VICTIM_LAKE").unwrap();
    let lake = Lake::open(root.as_ref(), Book::open(&location).unwrap()).unwrap();
    let staged = lake.stage("t", &schema(), [rows(&[7, 8], 2)]).unwrap();
    let done: Result<(), LakeError> = lake.book().transaction(|tx| {
        lake.commit(tx, vec![Change::Append(staged)], 0, "never to be seen")?;
        fs::write(format!("{root}/.ready"), "").unwrap();
        std::thread::sleep(std::time::Duration::from_secs(60));
        Ok(())
    });
    done.unwrap();
}

#[test]
fn a_run_that_is_killed_before_its_commit_leaves_nothing_visible_and_its_file_is_swept() {
    on_each_book(|book| {
        let (_folder, lake) = lake(book);
        append(&lake, "t", vec![rows(&[1, 2], 1)], 0).unwrap();
        let mut victim = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "stages_and_hangs"])
            .env("ANWANG_TEST_VICTIM_BOOK", book.location())
            .env("ANWANG_TEST_VICTIM_LAKE", lake.root())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let files = || fs::read_dir(lake.root().join("main/t")).unwrap().count();
        while !lake.root().join(".ready").exists() {
            assert!(victim.try_wait().unwrap().is_none(), "the victim ended by itself");
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert_eq!(files(), 2);
        assert_eq!(lake.sweep().unwrap(), 0, "the victim still runs");
        victim.kill().unwrap();
        victim.wait().unwrap();
        assert_eq!(keys_of(&read_all(&lake, "t", None)), [1, 2]);
        assert_eq!(lake.sweep().unwrap(), 1);
        assert_eq!(files(), 1);
        append(&lake, "t", vec![rows(&[9], 3)], 0).unwrap();
        assert_eq!(keys_of(&read_all(&lake, "t", None)), [1, 2, 9]);
    });
}
