//! The whole refresh, from staged feed tables to the book's lists, on both books.

use std::sync::Arc;

use anwang_contracts::Contracts;
use anwang_domain::Day;
use anwang_domain::places::Places;
use anwang_lake::{Change, Lake, LakeError};
use anwang_policy::{CompileOptions, Mode, Pack, Program};
use anwang_store::findings::{self, Filter, Kind};
use anwang_store::{Book, coverage, runs};
use anwang_vault::Vault;
use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use arrow_schema::DataType;

use crate::columns::{texts, uint64s};
use crate::feeds::{policy_schemas, table_schema};
use crate::refresh::{Refresh, RefreshReport};
use crate::tables;
use crate::village::*;

const PACK: &str = "
pack: village
title: {zh: 村, en: village}
version: '1'
basis: [test]
";

const RULES: &str = "
variables:
  birth_date: {of: person, type: date, source: registry, label: {zh: 出生, en: born}, basis: test}
  death_date: {of: person, type: date, source: registry, label: {zh: 去世, en: died}, basis: test}
  place: {of: household, type: place, source: registry, label: {zh: 地, en: place}, basis: test}
  area: {of: household, type: 'enum(urban, rural)', source: registry, label: {zh: 城乡, en: area}, basis: test}
  age: {of: person, type: count, unit: years, formula: 'YEARS_BETWEEN(birth_date, as_of)', label: {zh: 岁, en: age}, basis: test}
  living: {of: person, type: bool, formula: 'death_date IS NULL OR death_date > as_of', label: {zh: 健在, en: living}, basis: test}
  draws: {of: person, type: bool, feed: subsidies, any: 'kind = 3', where: 'started_on <= as_of AND ended_on IS NULL', absent: false, label: {zh: 领, en: draws}, basis: test}
  listed: {of: person, type: bool, feed: dibao, any: 'status <> 3', absent: false, label: {zh: 在册, en: listed}, basis: test}
  on_dibao: {of: household, type: bool, any: listed, over: members, label: {zh: 在册, en: listed}, basis: test}
  members: {of: household, type: count, unit: persons, count: living, over: members, label: {zh: 人, en: members}, basis: test}
  elders: {of: household, type: count, unit: persons, count: 'living AND age >= 70', over: members, label: {zh: 老, en: elders}, basis: test}
";

const OLD_AGE: &str = "
programme: old_age_allowance
title: {zh: 高龄津贴, en: old-age allowance}
of: person
layer: welfare
basis: [test]
in_force: {from: 2020-01-01}
conditions:
  - id: is_living
    test: living
    met: {zh: 健在。, en: Is living.}
    unmet: {zh: 已故。, en: Has died.}
    basis: test
  - id: old_enough
    test: age >= 80
    met: {zh: '{age}岁。', en: 'Is {age}.'}
    unmet: {zh: '{age}岁。', en: 'Is {age}.'}
    basis: test
received: draws
clocks: {}
";

const DIBAO: &str = "
programme: dibao
title: {zh: 低保, en: dibao}
of: household
layer: basic
basis: [test]
in_force: {from: 2020-01-01}
conditions:
  - id: all_old
    test: elders = members
    met: {zh: 都老。, en: All are old.}
    unmet: {zh: 不都老。, en: Not all are old.}
    basis: test
received: on_dibao
clocks: {}
";

fn program() -> Program {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let pack = Pack::load(vec![
        file("village/pack.yaml", PACK),
        file("village/variables/all.yaml", RULES),
        file("village/programmes/old_age_allowance/rules.yaml", OLD_AGE),
        file("village/programmes/dibao/rules.yaml", DIBAO),
    ])
    .unwrap_or_else(|faults| panic!("{faults:#?}"));
    let as_of = Day::parse(AS_OF).unwrap();
    let feeds = policy_schemas(Contracts::embedded());
    pack.compile(&CompileOptions {
        as_of,
        mode: Mode::Scan,
        feeds: &feeds,
    })
    .unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// Appends a table's batches, with the columns that the test does not speak of as nulls.
fn land(lake: &Lake, book: &Book, table: &Table) {
    let contract = Contracts::embedded().by_name(table.feed).unwrap();
    let schema = table_schema(contract);
    let mut changes = Vec::new();
    for batch in &table.batches {
        let columns = schema.fields().iter().map(|field| -> ArrayRef {
            match batch.column_by_name(field.name()) {
                Some(column) => column.clone(),
                None => new_null_array(field.data_type(), batch.num_rows()),
            }
        });
        let rows = RecordBatch::try_new(Arc::clone(&schema), columns.collect()).unwrap();
        changes.push(Change::Append(lake.stage(&contract.table(), &schema, [rows]).unwrap()));
    }
    book.transaction(|tx| lake.commit(tx, changes, 0, "test").map(drop))
        .unwrap_or_else(|e: LakeError| panic!("{e}"));
}

fn subsidies_table() -> Table {
    Table::new(
        "subsidies",
        &[
            ("kind", DataType::Int16),
            ("started_on", DataType::Date32),
            ("ended_on", DataType::Date32),
        ],
    )
}

fn refresh(lake: &Lake, vault: &Vault, folder: &std::path::Path) -> RefreshReport {
    Refresh {
        lake,
        vault,
        contracts: Contracts::embedded(),
        program: &program(),
        places: Places::shanxi(),
        spill_folder: folder,
        exchange_bytes: 1 << 20,
        progress: &|_, _, _| {},
        clock: &|| 1_000,
    }
    .full()
    .unwrap()
}

/// 1 and 2 are old and on no list; 3, who died, and 4 draw the allowance; 4 is too young. 5 and the child 6 are on dibao.
fn families() -> Vec<Table> {
    let hukou = hukou_table().deliver(&[
        registered(1, "1940-01-01", 1, 1, (0, 0)),
        registered(2, "1941-01-01", 1, 10, (0, 0)),
        registered(3, "1930-01-01", 3, 1, (0, 0)),
        registered(4, "1960-01-01", 3, 20, (3, 0)),
        registered(5, "1985-01-01", 5, 1, (0, 0)),
        registered(6, "2015-01-01", 5, 20, (5, 0)),
    ]);
    let draws = |number: u64| {
        (
            person(number),
            number,
            false,
            vec![Code(3), Date("2020-01-01"), Nothing],
        )
    };
    vec![
        hukou,
        cremation_table().deliver(&[(person(3), 1, false, vec![Date("2026-02-01"), Date("2026-02-03")])]),
        subsidies_table().deliver(&[draws(3), draws(4)]),
        dibao_table().deliver(&[
            on_dibao(5, 50, true, "2025-01-01"),
            on_dibao(6, 50, false, "2025-01-01"),
        ]),
        marriage_table().deliver(&[]),
    ]
}

fn list(book: &Book, kind: Kind) -> Vec<(String, u64, String)> {
    let rows = findings::page(
        book,
        &Filter {
            kind,
            county: None,
            programme: None,
        },
        None,
        100,
    )
    .unwrap();
    let mut rows: Vec<_> = rows
        .into_iter()
        .map(|row| (row.programme, row.person, row.reason))
        .collect();
    rows.sort();
    rows
}

#[test]
fn a_refresh_finds_the_missed_the_wrong_and_the_dead() {
    anwang_testkit::on_each_book(|book| {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(&folder.path().join("lake"), book.reopen()).unwrap();
        let vault = Vault::create(&folder.path().join("keys")).unwrap();
        families().iter().for_each(|table| land(&lake, lake.book(), table));
        let report = refresh(&lake, &vault, folder.path());
        assert_eq!(
            (report.people, report.households, report.deaths, report.in_aid),
            (6, 3, 1, 2)
        );

        let row =
            |programme: &str, number: u64, reason: &str| (programme.to_owned(), person(number), reason.to_owned());
        let mut missed = vec![
            row("old_age_allowance", 1, "old_enough"),
            row("old_age_allowance", 2, "old_enough"),
            row("dibao", 1, "all_old"),
        ];
        missed.sort();
        assert_eq!(list(lake.book(), Kind::Missed), missed);
        let mut wrong = vec![
            row("old_age_allowance", 3, "dead"),
            row("old_age_allowance", 4, "old_enough"),
            row("dibao", 5, "all_old"),
        ];
        wrong.sort();
        assert_eq!(list(lake.book(), Kind::Wrong), wrong);

        let live: Vec<_> = lake.files(tables::MEMBERS, None).unwrap();
        assert_eq!(
            live.iter().map(|file| file.rows).sum::<u64>(),
            report.people,
            "everybody lives somewhere"
        );

        let run = runs::last_done(lake.book(), "refresh").unwrap().unwrap();
        assert_eq!((run.run_id, run.snapshot_id), (report.run_id, Some(report.snapshot)));
        let counts = coverage::of_run(lake.book(), run.run_id).unwrap();
        let dibao = counts.iter().find(|row| row.programme == "dibao").unwrap();
        assert_eq!((dibao.served, dibao.missed, dibao.wrong), (2, 2, 2));
    });
}

#[test]
fn a_second_refresh_replaces_the_tables_and_the_first_stays_readable() {
    let book = anwang_testkit::sqlite_book();
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(&folder.path().join("lake"), book.reopen()).unwrap();
    let vault = Vault::create(&folder.path().join("keys")).unwrap();
    families().iter().for_each(|table| land(&lake, lake.book(), table));
    let first = refresh(&lake, &vault, folder.path());
    // Person 1 now draws the allowance.
    let now = subsidies_table().deliver(&[(person(1), 1, false, vec![Code(3), Date("2026-06-01"), Nothing])]);
    land(&lake, lake.book(), &now);
    let second = refresh(&lake, &vault, folder.path());
    let findings_at = |at: i64| {
        let mut found = Vec::new();
        for file in lake
            .files(tables::CONCLUSIONS, Some(anwang_lake::SnapshotId(at)))
            .unwrap()
        {
            for batch in lake.read(&file, &["person", "finding"], 0..=u64::MAX).unwrap() {
                let (persons, texts) = (uint64s(&batch, "person").unwrap(), texts(&batch, "finding").unwrap());
                found.extend((0..batch.num_rows()).map(|i| (persons.value(i), texts.value(i).to_owned())));
            }
        }
        found.iter().filter(|(_, finding)| finding == "missed").count()
    };
    assert_eq!((findings_at(first.snapshot), findings_at(second.snapshot)), (3, 2));
    assert_eq!(first.people, second.people);
}
