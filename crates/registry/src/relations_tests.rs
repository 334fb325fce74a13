//! Relations, deaths and contradictions of a few families, through the same two passes that a refresh takes.

use anwang_domain::Day;
use arrow_array::Array;

use crate::bucket::OWN_NEEDS;
use crate::columns::{dates, int32s, uint64s};
use crate::conflict::Conflict;
use crate::duty::years_before;
use crate::landed::{Wanted, ranges};
use crate::link_facts::{LINK_NEEDS, link_facts};
use crate::links::{Links, own_home};
use crate::people::{Born, People};
use crate::village::*;

const HEAD: i16 = 1;
const SPOUSE: i16 = 10;
const SON: i16 = 20;
const DAUGHTER: i16 = 30;
const MARRIAGE: i16 = 1;
const DIVORCE: i16 = 2;
const ROSTER: u64 = 77;

struct Found {
    person: u64,
    home: u64,
    died_on: Option<i32>,
    relatives_liable: Option<i32>,
    conflicts: Vec<Conflict>,
}

fn describe(tables: &[Table], parts: usize) -> Vec<Found> {
    let as_of = Day::parse(AS_OF).unwrap().0;
    landed(tables, |landed| {
        let buckets = |wanted: &Wanted| -> Vec<_> {
            ranges(parts)
                .into_iter()
                .map(|range| landed.bucket(wanted, range, None).unwrap())
                .collect()
        };
        let grown = years_before(as_of, 18);
        let facts = buckets(&Wanted::of(LINK_NEEDS))
            .iter()
            .map(|b| link_facts(b, as_of, grown).unwrap())
            .collect();
        let links = Links::resolve(facts);
        let mut found = Vec::new();
        for bucket in buckets(&Wanted::of(OWN_NEEDS)) {
            let identify = |_: u64| Some(Born { on: 0, sex: 1 });
            let rows = People::describe(&bucket, &links, as_of, &identify)
                .unwrap()
                .to_rows()
                .unwrap();
            let died = dates(&rows, "died_on").unwrap();
            let liable = int32s(&rows, "relatives_liable").unwrap();
            for i in 0..rows.num_rows() {
                found.push(Found {
                    person: uint64s(&rows, "person").unwrap().value(i),
                    home: uint64s(&rows, "home").unwrap().value(i),
                    died_on: died.is_valid(i).then(|| died.value(i)),
                    relatives_liable: liable.is_valid(i).then(|| liable.value(i)),
                    conflicts: Conflict::of(int32s(&rows, "conflicts").unwrap().value(i)),
                });
            }
        }
        found
    })
}

fn of(found: &[Found], number: u64) -> &Found {
    found
        .iter()
        .find(|found| found.person == person(number))
        .expect("a person of the village")
}

/// Parents 1 and 2 with son 3; the son's wife 4 is registered with her parents 5 and 6; the divorced 7 and 8 share a
/// registration; 9 was cremated and is still registered; 10 is on a roster and nowhere registered.
fn village() -> Vec<Table> {
    let hukou = hukou_table().deliver(&[
        registered(1, "1950-01-01", 1, HEAD, (0, 0)),
        registered(2, "1952-01-01", 1, SPOUSE, (0, 0)),
        registered(3, "1980-01-01", 3, HEAD, (1, 2)),
        registered(4, "1982-01-01", 5, DAUGHTER, (5, 6)),
        registered(5, "1955-01-01", 5, HEAD, (0, 0)),
        registered(6, "1956-01-01", 5, SPOUSE, (0, 0)),
        registered(7, "1970-01-01", 7, HEAD, (0, 0)),
        registered(8, "1971-01-01", 7, SPOUSE, (0, 0)),
        registered(9, "1940-01-01", 9, HEAD, (0, 0)),
        registered(11, "2015-01-01", 3, SON, (3, 4)),
    ]);
    let entries = [
        entry(1, MARRIAGE, (1, 2), "1975-05-01"),
        entry(2, MARRIAGE, (3, 4), "2010-05-01"),
        entry(3, MARRIAGE, (7, 8), "1995-05-01"),
        entry(4, DIVORCE, (7, 8), "2020-05-01"),
    ];
    vec![
        hukou,
        marriage_table().deliver(&entries.concat()),
        cremation_table().deliver(&[(person(9), 1, false, vec![Date("2026-03-01"), Date("2026-03-03")])]),
        dibao_table().deliver(&[
            on_dibao(1, ROSTER, true, "2025-01-01"),
            on_dibao(10, ROSTER, false, "2025-01-01"),
        ]),
    ]
}

#[test]
fn spouses_join_the_divorced_leave_and_rosters_keep_together() {
    let found = describe(&village(), 1);
    let home = |number: u64| of(&found, number).home;
    assert_eq!(home(4), household(3), "the wife lives with her husband, who is head");
    assert_eq!((home(5), home(6)), (household(5), household(5)), "her parents stay");
    assert_eq!(
        (home(7), home(8)),
        (household(7), own_home(person(8))),
        "the divorced wife has left"
    );
    assert_eq!(
        (home(1), home(2)),
        (household(1), household(1)),
        "one roster member keeps the home together"
    );
    assert_eq!(
        home(10),
        household(1),
        "who is on the roster lives where its head is registered"
    );
}

#[test]
fn support_is_owed_across_households() {
    let found = describe(&village(), 1);
    let liable = |number: u64| of(&found, number).relatives_liable;
    assert_eq!(liable(1), Some(2), "his wife and the grown son who lives elsewhere");
    assert_eq!(liable(11), Some(2), "both parents of a minor");
    assert_eq!(liable(8), Some(0), "a divorced woman without children");
    assert_eq!(liable(9), Some(0));
    assert_eq!(liable(10), None, "nothing is known of who is not registered");
}

#[test]
fn a_cremated_person_is_dead_although_police_do_not_know() {
    let found = describe(&village(), 1);
    assert_eq!(of(&found, 9).died_on, Some(Day::parse("2026-03-01").unwrap().0));
    assert_eq!(of(&found, 9).conflicts, vec![Conflict::DeadButRegistered]);
    assert_eq!(of(&found, 10).conflicts, vec![Conflict::NotRegistered]);
}

#[test]
fn the_number_of_parts_changes_nothing() {
    let summary = |parts| -> Vec<_> {
        describe(&village(), parts)
            .iter()
            .map(|f| (f.person, f.home, f.died_on, f.relatives_liable))
            .collect()
    };
    assert_eq!(summary(1), summary(16));
}

#[test]
fn who_moved_away_lives_alone_and_is_not_dead() {
    let moved = cancelled(registered(1, "1950-01-01", 1, HEAD, (0, 0)), "2026-01-01", 2);
    let found = describe(
        &[hukou_table()
            .deliver(&[registered(1, "1950-01-01", 1, HEAD, (0, 0))])
            .deliver(&[moved])],
        1,
    );
    assert_eq!(of(&found, 1).home, own_home(person(1)));
    assert_eq!(of(&found, 1).died_on, None);
}
