//! Two homes and one programme of each kind: what is concluded from which answer.

use std::sync::Arc;

use anwang_domain::Day;
use anwang_domain::places::Places;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal64Array, DictionaryArray, Int8Array, Int16Array, Int32Array,
    Int64Array, RecordBatch, StringArray, UInt64Array,
};

use crate::aid::Aid;
use crate::answers::{Programme, Unit};
use crate::carried;
use crate::findings::{Answer, Finding};
use crate::homes::Homes;
use crate::verdicts::{Verdicts, verdicts};
use crate::village::{AS_OF, VILLAGE};

/// A person's row: home, person, aids, aids twice, died on, registration cancelled.
type Person = (u64, u64, i32, i32, Option<&'static str>, bool);

fn homes(persons: &[Person]) -> Homes {
    let day = |text: &str| Day::parse(text).unwrap().0;
    let n = persons.len();
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            carried::PERSON,
            Arc::new(UInt64Array::from_iter_values(persons.iter().map(|p| p.1))),
        ),
        (
            carried::HOME,
            Arc::new(UInt64Array::from_iter_values(persons.iter().map(|p| p.0))),
        ),
        (
            carried::RELATION,
            Arc::new(Int16Array::from_iter_values(
                (0..n).map(|i| if i % 2 == 0 { 1 } else { 20 }),
            )),
        ),
        (carried::PLACE, Arc::new(Int64Array::from(vec![VILLAGE; n]))),
        (
            carried::DIED_ON,
            Arc::new(Date32Array::from_iter(persons.iter().map(|p| p.4.map(day)))),
        ),
        (
            carried::CANCELLED,
            Arc::new(BooleanArray::from_iter(persons.iter().map(|p| Some(p.5)))),
        ),
        (
            carried::AIDS,
            Arc::new(Int32Array::from_iter_values(persons.iter().map(|p| p.2))),
        ),
        (
            carried::AIDS_TWICE,
            Arc::new(Int32Array::from_iter_values(persons.iter().map(|p| p.3))),
        ),
        (carried::AIDS_EXPIRED, Arc::new(Int32Array::from(vec![0; n]))),
        (carried::CATEGORY_SINCE, Arc::new(Date32Array::new_null(n))),
    ];
    let rows = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, a)| (name, a, true))).unwrap();
    Homes::of(rows, Places::shanxi()).unwrap()
}

/// A programme's columns: (outcome, received, amount in yuan, unmet).
fn results(programme: &str, rows: &[(&str, bool, i64, i64)]) -> RecordBatch {
    let words = ["not_eligible", "eligible", "undecidable", "not_in_force"];
    let keys = rows
        .iter()
        .map(|row| words.iter().position(|word| *word == row.0).unwrap() as i8);
    let outcome = DictionaryArray::new(
        Int8Array::from_iter_values(keys),
        Arc::new(StringArray::from(words.to_vec())),
    );
    let flag = |of: fn(&(&str, bool, i64, i64)) -> bool| -> ArrayRef {
        Arc::new(BooleanArray::from_iter(rows.iter().map(|row| Some(of(row)))))
    };
    let amount = Decimal64Array::from_iter_values(rows.iter().map(|row| row.2 * 10_000));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("outcome", Arc::new(outcome)),
        ("amount", Arc::new(amount.with_precision_and_scale(18, 4).unwrap())),
        ("received", flag(|row| row.1)),
        ("missed", flag(|row| row.0 == "eligible" && !row.1)),
        ("wrong", flag(|row| row.0 == "not_eligible" && row.1)),
        (
            "unmet",
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.3))),
        ),
    ];
    RecordBatch::try_from_iter(columns.into_iter().map(|(name, a)| (format!("{programme}_{name}"), a))).unwrap()
}

fn programme(name: &str, unit: Unit) -> Programme {
    Programme {
        name: name.to_owned(),
        unit,
        conditions: vec!["first".to_owned()],
    }
}

fn judge(unit: Unit, name: &str, persons: &[Person], rows: &[(&str, bool, i64, i64)]) -> Verdicts {
    let batch = [results(name, rows)];
    let (of_persons, of_households): (&[_], &[_]) = match unit {
        Unit::Person => (&batch, &[]),
        Unit::Household => (&[], &batch),
    };
    let as_of = Day::parse(AS_OF).unwrap();
    verdicts(
        &[programme(name, unit)],
        &homes(persons),
        of_persons,
        of_households,
        as_of,
    )
    .unwrap()
}

fn findings(verdicts: &Verdicts) -> Vec<(u64, Finding)> {
    verdicts.conclusions.iter().map(|c| (c.person, c.finding)).collect()
}

#[test]
fn eligible_and_not_served_is_missed_served_and_not_eligible_is_wrong() {
    let aid = Aid::OldAge.bit();
    let found = judge(
        Unit::Person,
        "old_age_allowance",
        &[
            (1, 11, 0, 0, None, false),
            (1, 12, aid, 0, None, false),
            (2, 21, aid, 0, None, false),
            (2, 22, 0, 0, None, false),
        ],
        &[
            ("eligible", false, 50, 0),
            ("not_eligible", true, 0, 1),
            ("eligible", true, 50, 0),
            ("not_eligible", false, 0, 1),
        ],
    );
    assert_eq!(
        findings(&found),
        vec![(11, Finding::Missed), (12, Finding::Wrong), (21, Finding::None)]
    );
    assert_eq!(found.conclusions[0].amount_fen, Some(5_000));
    assert_eq!(found.conclusions[1].unmet, 1);
}

#[test]
fn the_dead_are_found_by_the_registers_whatever_the_policy_answers() {
    let aid = Aid::OldAge.bit();
    let died = |on| (1, 11, aid, 0, Some(on), false);
    let check = |person: Person, expected: Finding| {
        let found = judge(
            Unit::Person,
            "old_age_allowance",
            &[person],
            &[("undecidable", true, 0, 0)],
        );
        assert_eq!(findings(&found), vec![(11, expected)]);
    };
    check(died("2026-05-31"), Finding::Dead);
    check(died("2026-06-02"), Finding::None);
    check((1, 11, aid, aid, None, false), Finding::Twice);
    check((1, 11, aid, 0, None, true), Finding::MovedAway);
}

#[test]
fn a_household_is_judged_once_and_its_dead_member_by_himself() {
    let aid = Aid::Dibao.bit();
    let found = judge(
        Unit::Household,
        "dibao",
        &[
            (1, 11, aid, 0, None, false),
            (1, 12, aid, 0, Some("2026-01-01"), false),
            (2, 21, 0, 0, None, false),
        ],
        &[("eligible", true, 700, 0), ("eligible", false, 300, 0)],
    );
    assert_eq!(
        findings(&found),
        vec![(11, Finding::None), (12, Finding::Dead), (21, Finding::Missed)]
    );
}

#[test]
fn nobody_is_missed_or_wrong_while_data_is_missing() {
    let found = judge(
        Unit::Person,
        "tekun",
        &[(1, 11, 0, 0, None, false)],
        &[("undecidable", false, 0, 0)],
    );
    assert!(found.conclusions.is_empty());
    assert_eq!(found.undecided, vec![(0, VILLAGE)]);
    let served = judge(
        Unit::Person,
        "tekun",
        &[(1, 11, Aid::Tekun.bit(), 0, None, false)],
        &[("undecidable", true, 0, 0)],
    );
    assert_eq!(findings(&served), vec![(11, Finding::None)]);
    assert_eq!(served.conclusions[0].answer, Answer::Undecidable);
}
