//! What the typed modules write, they read back, on both databases.

use anwang_store::batches::{self, Batch};
use anwang_store::rejects::{self, Reject, Tally};
use anwang_store::reviews::{self, Decision, Review};
use anwang_store::{Book, StoreError, runs};
use anwang_testkit::on_each_book;

fn batch(book: &Book, feed: &str, content: &[u8], state: batches::State) -> Batch {
    Batch {
        batch_id: batches::reserve_id(book).unwrap(),
        feed: feed.into(),
        content_hash: content.to_vec(),
        file_name: "低保名册202606.csv".into(),
        scope: "140105000000".into(),
        state,
        held_reason: (state == batches::State::Held).then(|| "half_of_last_month".into()),
        held_detail: None,
        rows_in_file: 10,
        rows_landed: 9,
        rows_rejected: 1,
        data_from: Some("2026-06-01".into()),
        data_until: None,
        received_at_ms: 1_782_871_234_567,
        snapshot_id: None,
    }
}

fn insert(book: &Book, batch: &Batch) -> Result<(), StoreError> {
    book.transaction(|tx| batches::insert(tx, batch))
}

#[test]
fn the_same_bytes_land_once_per_feed() {
    on_each_book(|book| {
        let first = batch(book, "dibao", b"one", batches::State::Landed);
        insert(book, &first).unwrap();
        let twin = batch(book, "dibao", b"one", batches::State::Landed);
        assert!(twin.batch_id > first.batch_id, "numbers are never given twice");
        assert_eq!(insert(book, &twin).unwrap_err().code(), "store_conflict");
        insert(book, &batch(book, "tekun", b"one", batches::State::Landed)).unwrap();
        assert_eq!(batches::by_content(book, "dibao", b"one").unwrap(), Some(first.clone()));
        assert_eq!(batches::by_id(book, first.batch_id).unwrap(), Some(first));
        assert_eq!(batches::by_content(book, "dibao", b"two").unwrap(), None);
        assert_eq!(batches::all(book).unwrap().len(), 2);
    });
}

#[test]
fn a_held_batch_counts_as_landed_only_once_it_is_confirmed() {
    on_each_book(|book| {
        let landed = batch(book, "dibao", b"may", batches::State::Landed);
        let held = batch(book, "dibao", b"june", batches::State::Held);
        insert(book, &landed).unwrap();
        insert(book, &held).unwrap();
        let last = || {
            batches::last_landed(book, "dibao", "140105000000")
                .unwrap()
                .map(|batch| batch.batch_id)
        };
        assert_eq!(last(), Some(landed.batch_id));
        let confirmed = Batch {
            state: batches::State::Confirmed,
            snapshot_id: Some(3),
            ..held
        };
        let decide = || book.transaction(|tx| batches::decide(tx, &confirmed));
        decide().unwrap();
        assert_eq!(last(), Some(confirmed.batch_id));
        assert_eq!(decide().unwrap_err().code(), "store_content", "it is not held any more");
        assert_eq!(
            batches::last_landed(book, "dibao", "140106000000").unwrap(),
            None,
            "another county"
        );
    });
}

#[test]
fn rejects_come_back_in_the_order_of_the_file_and_are_counted() {
    on_each_book(|book| {
        let landed = batch(book, "dibao", b"x", batches::State::Landed);
        insert(book, &landed).unwrap();
        let reject = |row_number, column: &str, code: &str| Reject {
            batch_id: landed.batch_id,
            row_number,
            column_name: column.into(),
            code: code.into(),
            masked_value: "1401**********1234".into(),
            hint: "检查校验位".into(),
            sealed_row: (row_number == 2).then(|| vec![0, 255, 7]),
        };
        let given = [
            reject(9, "id_no", "id_length"),
            reject(2, "id_no", "id_length"),
            reject(2, "amount", "bad_money"),
        ];
        assert_eq!(book.transaction(|tx| rejects::insert(tx, given.clone())).unwrap(), 3);
        let [last, second, first] = given;
        assert_eq!(rejects::of_batch(book, landed.batch_id).unwrap(), [first, second, last]);
        let tally = |column: &str, code: &str, rows| Tally {
            batch_id: landed.batch_id,
            column_name: column.into(),
            code: code.into(),
            rows,
        };
        assert_eq!(
            rejects::tally(book).unwrap(),
            [tally("id_no", "id_length", 2), tally("amount", "bad_money", 1)]
        );
    });
}

#[test]
fn a_review_is_decided_once() {
    on_each_book(|book| {
        let review = |feed: &str, row_number| Review {
            review_id: 0,
            feed: feed.into(),
            batch_id: 1,
            row_number,
            reason: "no_id".into(),
            candidates: "[]".into(),
            sealed_row: Some(vec![1, 2, 3]),
            decision: None,
            decided_by: None,
            decided_at_ms: None,
        };
        let given = [review("cremation", 2), review("cremation", 3), review("medical", 4)];
        book.transaction(|tx| reviews::insert(tx, given)).unwrap();
        assert_eq!(reviews::open(book, Some("cremation"), 0, 10).unwrap().len(), 2);
        let all = reviews::open(book, None, 0, 10).unwrap();
        assert_eq!(all.len(), 3);
        assert_eq!(reviews::open(book, None, all[0].review_id, 1).unwrap(), all[1..2]);
        let decide = |decision| book.transaction(|tx| reviews::decide(tx, all[0].review_id, decision, "li", 5));
        assert_eq!(decide(Decision::Matched { person: u64::MAX }).unwrap(), Some(()));
        assert_eq!(decide(Decision::Dismissed).unwrap(), None);
        assert_eq!(reviews::open(book, None, 0, 10).unwrap(), all[1..]);
    });
}

#[test]
fn the_last_run_that_ended_well_is_found_behind_one_that_failed() {
    on_each_book(|book| {
        let good = runs::start(book, "refresh", Some("2026-06-30"), Some("shanxi 3"), 1).unwrap();
        book.transaction(|tx| runs::finish(tx, good, runs::State::Done, 2, Some(7), "{}"))
            .unwrap();
        let bad = runs::start(book, "refresh", None, None, 3).unwrap();
        book.transaction(|tx| runs::finish(tx, bad, runs::State::Failed, 4, None, "{}"))
            .unwrap();
        let found = runs::last_done(book, "refresh").unwrap().unwrap();
        assert_eq!(
            (found.run_id, found.snapshot_id, found.finished_at_ms),
            (good, Some(7), Some(2))
        );
        let latest: Vec<_> = runs::latest(book, 10)
            .unwrap()
            .iter()
            .map(|run| (run.run_id, run.state))
            .collect();
        assert_eq!(latest, [(bad, runs::State::Failed), (good, runs::State::Done)]);
        assert_eq!(runs::last_done(book, "compaction").unwrap(), None);
    });
}
