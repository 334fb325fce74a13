//! Records of a feed become one value per person: exact in fen, by filter, window and newest record.

use std::sync::Arc;

use anwang_domain::Day;
use anwang_policy::{CompileOptions, FeedColumn, FeedSchema, Mode, Pack, Program};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int64Type};
use arrow_array::{Array, ArrayRef, Date32Array, Int16Array, Int64Array, RecordBatch};

const HEAD: &str = "pack: small\ntitle: {zh: 小, en: small}\nversion: \"1\"\n";
const VARIABLES: &str = "
variables:
  paid: {of: person, type: money/month, feed: roster, sum: amount, absent: 0, label: {zh: 已领, en: paid}, basis: a}
  paid_of_kind: {of: person, type: money/month, feed: roster, sum: amount, where: kind = 2, absent: 0, label: {zh: 已领, en: paid}, basis: a}
  newest: {of: person, type: money/month, feed: roster, latest: amount, by: started_on, label: {zh: 最新, en: newest}, basis: a}
  recent: {of: person, type: money, feed: roster, sum: amount, window: {months: 12, by: started_on}, absent: 0, label: {zh: 近年, en: recent}, basis: a}
  served: {of: person, type: bool, feed: roster, any: kind = 1, absent: false, label: {zh: 在册, en: served}, basis: a}
  rows: {of: person, type: count, feed: roster, count: records, absent: 0, label: {zh: 行数, en: rows}, basis: a}
  since: {of: person, type: date, feed: roster, min: started_on, label: {zh: 始于, en: since}, basis: a}
";

fn program() -> Program {
    let files = [("p/pack.yaml", HEAD), ("p/variables/roster.yaml", VARIABLES)];
    let files = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    let pack = Pack::load(files).unwrap_or_else(|diagnostics| panic!("{}", diagnostics[0]));
    let columns = vec![
        ("kind".to_owned(), FeedColumn::Code(Vec::new())),
        ("amount".to_owned(), FeedColumn::Money),
        ("started_on".to_owned(), FeedColumn::Date),
    ];
    let feeds = [FeedSchema {
        feed: "roster".to_owned(),
        columns,
    }];
    let options = CompileOptions {
        as_of: Day::from_ymd(2026, 8, 1).expect("a day"),
        mode: Mode::Scan,
        feeds: &feeds,
    };
    pack.compile(&options)
        .unwrap_or_else(|diagnostics| panic!("{}", diagnostics[0]))
}

/// Rows of (person, kind, fen, day) over three persons; the third has none.
fn run(rows: &[(u32, i16, Option<i64>, &str)]) -> RecordBatch {
    let group: Vec<u32> = rows.iter().map(|row| row.0).collect();
    let day = |text: &str| Day::parse(text).expect("a day").0;
    let kind: ArrayRef = Arc::new(rows.iter().map(|row| Some(row.1)).collect::<Int16Array>());
    let amount: ArrayRef = Arc::new(rows.iter().map(|row| row.2).collect::<Int64Array>());
    let started: ArrayRef = Arc::new(rows.iter().map(|row| Some(day(row.3))).collect::<Date32Array>());
    let batch = RecordBatch::try_from_iter([("kind", kind), ("amount", amount), ("started_on", started)]);
    let batch = batch.expect("columns of one length");
    program()
        .run_feed("roster", Some(&batch), &group, 3)
        .expect("the feed fits")
}

/// Money in fen, as the main stage reads it.
fn money(batch: &RecordBatch, name: &str) -> Vec<Option<i64>> {
    batch
        .column_by_name(name)
        .expect(name)
        .as_primitive::<Int64Type>()
        .iter()
        .collect()
}

const ROWS: [(u32, i16, Option<i64>, &str); 4] = [
    (0, 1, Some(370_510), "2018-09-09"),
    (0, 2, Some(1), "2026-03-01"),
    (1, 2, Some(99_999), "2025-08-01"),
    (1, 2, Some(50), "2025-08-02"),
];

#[test]
fn sums_keep_every_fen() {
    let batch = run(&ROWS);
    assert_eq!(money(&batch, "paid"), [Some(370_511), Some(100_049), Some(0)]);
}

#[test]
fn a_filter_takes_only_its_records() {
    assert_eq!(money(&run(&ROWS), "paid_of_kind"), [Some(1), Some(100_049), Some(0)]);
}

#[test]
fn the_newest_record_counts_and_no_record_is_missing() {
    assert_eq!(money(&run(&ROWS), "newest"), [Some(1), Some(50), None]);
}

#[test]
fn a_window_of_twelve_months_leaves_out_its_first_day() {
    // 2025-08-01 is exactly twelve months before 2026-08-01 and lies outside.
    assert_eq!(money(&run(&ROWS), "recent"), [Some(1), Some(50), Some(0)]);
}

#[test]
fn a_value_missing_in_a_record_is_missing_in_the_sum() {
    let batch = run(&[(0, 1, None, "2026-01-01"), (0, 1, Some(100), "2026-01-01")]);
    assert_eq!(money(&batch, "paid"), [None, Some(0), Some(0)]);
}

#[test]
fn truth_counts_and_days_come_as_they_are() {
    let batch = run(&ROWS);
    let served = batch
        .column_by_name("served")
        .expect("served")
        .as_boolean()
        .iter()
        .collect::<Vec<_>>();
    assert_eq!(served, [Some(true), Some(false), Some(false)]);
    let rows = batch
        .column_by_name("rows")
        .expect("rows")
        .as_primitive::<Int64Type>()
        .iter()
        .collect::<Vec<_>>();
    assert_eq!(rows, [Some(2), Some(2), Some(0)]);
    let since = batch
        .column_by_name("since")
        .expect("since")
        .as_primitive::<Date32Type>();
    assert_eq!(since.value(0), Day::parse("2018-09-09").expect("a day").0);
    assert!(since.is_null(2));
}

#[test]
fn a_feed_that_never_landed_is_missing_whatever_absent_says() {
    let batch = program().run_feed("roster", None, &[], 2).expect("no rows");
    assert_eq!(money(&batch, "paid"), [None, None]);
}
