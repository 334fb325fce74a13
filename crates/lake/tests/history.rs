//! Any history of commits against a twin that keeps whole copies: every snapshot stays as it was.

mod common;

use std::collections::BTreeMap;

use anwang_lake::{Change, Lake, SnapshotId};
use anwang_testkit::{TestBook, on_each_book};
use common::{append, keys_of, lake, read_all, rows, schema};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

#[derive(Clone, Debug)]
enum Step {
    Append(Vec<u64>),
    /// Appends and retires the n-th live file in one commit, as a snapshot delivery does.
    Replace(Vec<u64>, prop::sample::Index),
    Retire(prop::sample::Index),
    Compact,
    /// A commit that fails at its end.
    Fail(Vec<u64>),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let keys = || {
        proptest::collection::vec(prop_oneof![any::<u64>(), 0..9_u64], 1..50).prop_map(|mut keys| {
            keys.sort_unstable();
            keys
        })
    };
    prop_oneof![
        4 => keys().prop_map(Step::Append),
        2 => (keys(), any::<prop::sample::Index>()).prop_map(|(keys, at)| Step::Replace(keys, at)),
        1 => any::<prop::sample::Index>().prop_map(Step::Retire),
        1 => Just(Step::Compact),
        1 => keys().prop_map(Step::Fail),
        1 => Just(Step::Reopen),
    ]
}

/// File id to keys.
type Files = BTreeMap<i64, Vec<u64>>;

fn play(book: &TestBook, steps: Vec<Step>) {
    let (folder, mut lake) = lake(book);
    let mut now = Files::new();
    let mut past: Vec<(SnapshotId, Files)> = Vec::new();
    let mut next_file = 0;
    for (at, step) in steps.into_iter().enumerate() {
        let batch = at as i32;
        let retire = |file_id: i64| Change::Retire {
            table: "t".into(),
            file_id,
        };
        let live = |index: prop::sample::Index, now: &Files| {
            let ids: Vec<i64> = now.keys().copied().collect();
            (!ids.is_empty()).then(|| ids[index.index(ids.len())])
        };
        let mut changes = Vec::new();
        match step {
            Step::Append(keys) => {
                append(&lake, "t", vec![rows(&keys, batch)], 0).unwrap();
                now.insert(next_file, keys);
                next_file += 1;
                past.push((lake.latest().unwrap(), now.clone()));
            }
            Step::Replace(keys, index) => {
                if let Some(old) = live(index, &now) {
                    changes.push(retire(old));
                    now.remove(&old);
                }
                changes.push(Change::Append(
                    lake.stage("t", &schema(), [rows(&keys, batch)]).unwrap(),
                ));
                now.insert(next_file, keys);
                next_file += 1;
            }
            Step::Retire(index) => {
                if let Some(old) = live(index, &now) {
                    changes.push(retire(old));
                    now.remove(&old);
                }
            }
            Step::Compact => {
                if let Some(compaction) = lake.compact("t", &["person", "record", "batch"]).unwrap() {
                    changes = compaction.into_changes();
                    let mut keys: Vec<u64> = std::mem::take(&mut now).into_values().flatten().collect();
                    keys.sort_unstable();
                    now.insert(next_file, keys);
                    next_file += 1;
                }
            }
            Step::Fail(keys) => {
                let staged = lake.stage("t", &schema(), [rows(&keys, batch)]).unwrap();
                let failed = book.transaction(|tx| lake.commit(tx, vec![Change::Append(staged), retire(-1)], 0, ""));
                assert!(failed.is_err());
            }
            Step::Reopen => {
                drop(lake);
                lake = Lake::open(&folder.path().join("lake"), book.reopen()).unwrap();
                lake.sweep().unwrap();
            }
        }
        if !changes.is_empty() {
            let snapshot = book.transaction(|tx| lake.commit(tx, changes, 0, "")).unwrap();
            past.push((snapshot, now.clone()));
        }
        for (snapshot, files) in &past {
            let expected: Vec<u64> = files.values().flatten().copied().collect();
            assert_eq!(
                keys_of(&read_all(&lake, "t", Some(*snapshot))),
                expected,
                "{snapshot:?}"
            );
        }
    }
}

#[test]
fn every_snapshot_of_any_history_stays_as_it_was() {
    on_each_book(|book| {
        let mut runner = TestRunner::new(ProptestConfig::with_cases(12));
        let steps = proptest::collection::vec(step(), 1..14);
        let fresh = || {
            book.execute("DELETE FROM ducklake_metadata", &[]).unwrap();
            for table in CATALOGUE {
                book.execute(&format!("DELETE FROM ducklake_{table}"), &[]).unwrap();
            }
        };
        runner
            .run(&steps, |steps| {
                fresh();
                play(book, steps);
                Ok(())
            })
            .unwrap();
    });
}

const CATALOGUE: [&str; 10] = [
    "snapshot",
    "snapshot_changes",
    "schema",
    "schema_versions",
    "table",
    "column",
    "data_file",
    "file_column_stats",
    "table_stats",
    "table_column_stats",
];
