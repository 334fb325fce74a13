//! Nights and visits against the book, on both databases.

use std::collections::{BTreeMap, BTreeSet};

use anwang_domain::Day;
use anwang_monitoring::alerts::{self, Actor, Filter, Outcome, Source, State, Visit};
use anwang_monitoring::{
    Disposition, Group, HitRate, Indicator, Night, NightResult, Route, Severity, Sighting, Subject, night, open_tables,
    reports,
};
use anwang_store::Book;
use proptest::prelude::*;

const VILLAGE: u64 = 140_105_001_001;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn indicators() -> BTreeMap<String, Indicator> {
    let indicator = |id: &str, severity, hits, cool_down_months, hold_months| Indicator {
        id: id.to_owned(),
        group: Group::Spending,
        severity,
        disposition: Disposition::ApplyPolicy,
        cool_down_months,
        hold_months,
        prior: HitRate { hits, visits: 100 },
        floor_per_mille: 50,
    };
    [
        indicator("bills", Severity::Orange, 30, 6, 0),
        indicator("job_lost", Severity::Yellow, 10, 3, 0),
        indicator("drop_out", Severity::Yellow, 40, 0, 0),
        indicator("alone_and_ill", Severity::Red, 60, 0, 0),
        indicator("turned_80", Severity::Yellow, 80, 12, 3),
    ]
    .into_iter()
    .map(|indicator| (indicator.id.clone(), indicator))
    .collect()
}

fn sighting(indicator: &str, household: u64, person: Option<u64>) -> Sighting {
    Sighting {
        indicator: indicator.to_owned(),
        subject: Subject { household, person },
        division: VILLAGE,
    }
}

fn run(
    book: &Book,
    as_of: Day,
    sightings: &[Sighting],
    households: Option<&BTreeSet<u64>>,
    capacity: u32,
) -> NightResult {
    let indicators = indicators();
    night(
        book,
        &Night {
            as_of,
            at_ms: i64::from(as_of.0) * 86_400_000,
            indicators: &indicators,
            sightings,
            households,
            weekly_capacity: &|_| capacity,
            deadline_working_days: &|severity| match severity {
                Severity::Red => 1,
                Severity::Orange => 3,
                Severity::Yellow => 10,
            },
        },
    )
    .unwrap()
}

fn clerk(day: Day) -> Actor<'static> {
    Actor {
        who: "clerk-7",
        at_ms: i64::from(day.0) * 86_400_000 + 1,
        day,
    }
}

fn all(book: &Book) -> Vec<alerts::Alert> {
    alerts::list(book, &Filter::default(), 0, 1_000).unwrap()
}

fn settle_first(book: &Book, on: Day, outcome: Outcome) {
    let id = all(book)
        .iter()
        .find(|alert| matches!(alert.state, State::Waiting | State::Assigned))
        .unwrap()
        .alert_id;
    let visit = Visit {
        finding: "in need",
        ..Visit::default()
    };
    alerts::visit(book, id, clerk(on), &visit).unwrap();
    alerts::settle(book, id, clerk(on), Disposition::ApplyPolicy, outcome).unwrap();
}

#[test]
fn signals_of_one_household_become_one_task_in_order_of_urgency() {
    anwang_testkit::on_each_book(|book| {
        open_tables(book).unwrap();
        let sightings = [
            sighting("bills", 1, Some(11)),
            sighting("bills", 1, Some(12)),
            sighting("job_lost", 1, Some(11)),
            sighting("drop_out", 2, Some(21)),
            sighting("alone_and_ill", 3, None),
        ];
        let result = run(book, day("2026-06-30"), &sightings, None, 10);
        assert_eq!(
            (result.begun, result.opened, result.assigned, result.waiting),
            (5, 3, 3, 0)
        );
        let alerts = all(book);
        assert_eq!(
            alerts.iter().map(|alert| alert.household).collect::<Vec<_>>(),
            [3, 1, 2]
        );
        // 1 − 0.7 × 0.9 = 0.37: the two members' bills are one cause.
        assert_eq!(alerts[1].chance_ppm, 370_000);
        assert_eq!(alerts[1].indicators, ["bills", "job_lost"]);
        assert_eq!(alerts[0].due, Some(day("2026-07-01")));
        assert_eq!(
            (alerts[0].township, alerts[0].county),
            (140_105_001_000, 140_105_000_000)
        );
        assert_eq!(Route::of(VILLAGE).county, 140_105_000_000);
    });
}

#[test]
fn what_does_not_fit_into_the_week_waits_and_is_shown() {
    anwang_testkit::on_each_book(|book| {
        open_tables(book).unwrap();
        let sightings: Vec<Sighting> = (1..=5)
            .map(|household| sighting("bills", household, None))
            .chain([sighting("alone_and_ill", 9, None)])
            .collect();
        let monday = day("2026-06-29");
        let result = run(book, monday, &sightings, None, 2);
        assert_eq!((result.assigned, result.waiting), (2, 4));
        let again = run(book, monday, &sightings, None, 2);
        assert_eq!((again.begun, again.opened, again.assigned, again.waiting), (0, 0, 0, 4));
        assert_eq!(run(book, monday.add_days(7), &sightings, None, 2).assigned, 2);
        assert_eq!(run(book, monday.add_days(14), &sightings, None, 2).waiting, 0);
        let late = run(book, monday.add_days(21), &sightings, None, 2);
        assert_eq!(
            late.raised, 2,
            "the last two rise to the county; the others rose before"
        );
    });
}

#[test]
fn a_closed_alert_is_not_reopened_by_an_unchanged_fact_nor_within_the_cool_down() {
    anwang_testkit::on_each_book(|book| {
        open_tables(book).unwrap();
        let sightings = [sighting("bills", 1, Some(11))];
        run(book, day("2026-01-05"), &sightings, None, 5);
        settle_first(book, day("2026-01-06"), Outcome::Nothing);
        assert_eq!(
            run(book, day("2026-02-05"), &sightings, None, 5).opened,
            0,
            "the fact is unchanged"
        );
        assert_eq!(run(book, day("2026-03-05"), &[], None, 5).ended, 1);
        let back = run(book, day("2026-04-05"), &sightings, None, 5);
        assert_eq!(
            (back.begun, back.quiet, back.opened),
            (1, 1, 0),
            "it came back within six months"
        );
        let after = run(book, day("2026-09-05"), &sightings, None, 5);
        assert_eq!(after.opened, 1, "the cool-down is over and the fact still holds");
    });
}

#[test]
fn a_signal_that_nobody_visited_lapses_and_starts_no_cool_down() {
    anwang_testkit::on_each_book(|book| {
        open_tables(book).unwrap();
        run(book, day("2026-01-05"), &[sighting("bills", 1, None)], None, 5);
        let gone = run(book, day("2026-02-05"), &[], None, 5);
        assert_eq!((gone.ended, gone.lapsed), (1, 1));
        assert_eq!(all(book)[0].state, State::Lapsed);
        let back = run(book, day("2026-03-05"), &[sighting("bills", 1, None)], None, 5);
        assert_eq!((back.quiet, back.opened), (0, 1));
    });
}

#[test]
fn a_change_that_is_seen_once_leaves_time_to_visit() {
    anwang_testkit::on_each_book(|book| {
        open_tables(book).unwrap();
        run(book, day("2026-01-05"), &[sighting("turned_80", 1, Some(11))], None, 5);
        let next = run(book, day("2026-01-06"), &[], None, 5);
        assert_eq!((next.ended, next.lapsed), (0, 0));
        let later = run(book, day("2026-04-05"), &[], None, 5);
        assert_eq!((later.ended, later.lapsed), (1, 1));
    });
}

#[test]
fn a_clue_from_the_grid_enters_the_same_loop() {
    anwang_testkit::on_each_book(|book| {
        open_tables(book).unwrap();
        run(book, day("2026-01-05"), &[sighting("bills", 1, None)], None, 0);
        let known = alerts::clue(
            book,
            clerk(day("2026-01-06")),
            Source::Grid,
            Route::of(VILLAGE),
            1,
            "ill at home",
        )
        .unwrap();
        let new = alerts::clue(
            book,
            clerk(day("2026-01-06")),
            Source::Hotline,
            Route::of(VILLAGE),
            2,
            "no food",
        )
        .unwrap();
        assert_eq!(all(book).len(), 2);
        assert_ne!(known, new);
        // Signals end, but somebody saw the household: its task stays.
        assert_eq!(run(book, day("2026-01-07"), &[], None, 0).lapsed, 0);
        let (alert, events) = alerts::show(book, new).unwrap();
        assert_eq!((alert.severity, alert.source), (Severity::Red, Source::Hotline));
        assert_eq!(
            events.iter().map(|event| event.action.as_str()).collect::<Vec<_>>(),
            ["clue", "assigned"]
        );
    });
}

#[test]
fn steps_out_of_order_are_refused_with_the_state() {
    anwang_testkit::on_each_book(|book| {
        open_tables(book).unwrap();
        run(book, day("2026-01-05"), &[sighting("bills", 1, None)], None, 5);
        let id = all(book)[0].alert_id;
        let refused = alerts::settle(
            book,
            id,
            clerk(day("2026-01-05")),
            Disposition::ApplyPolicy,
            Outcome::Case,
        )
        .unwrap_err();
        assert_eq!(refused.code(), "monitoring.wrong_state");
        assert_eq!(alerts::show(book, 999).unwrap_err().code(), "monitoring.no_such_alert");
        settle_first(book, day("2026-01-05"), Outcome::Case);
        let again = alerts::visit(book, id, clerk(day("2026-01-05")), &Visit::default()).unwrap_err();
        assert_eq!(again.code(), "monitoring.wrong_state");
    });
}

#[test]
fn hit_rates_are_learned_from_settled_alerts_only() {
    anwang_testkit::on_each_book(|book| {
        open_tables(book).unwrap();
        let sightings: Vec<Sighting> = (1..=3).map(|household| sighting("drop_out", household, None)).collect();
        run(book, day("2026-01-05"), &sightings, None, 5);
        settle_first(book, day("2026-01-06"), Outcome::Case);
        settle_first(book, day("2026-01-06"), Outcome::Nothing);
        let found = reports::found(book, day("2026-01-01"), day("2026-02-01"), None).unwrap();
        assert_eq!(found["drop_out"], HitRate { hits: 1, visits: 2 });
        let learned = reports::learned(&indicators(), &found);
        assert_eq!(learned["drop_out"].prior, HitRate { hits: 41, visits: 102 });
        let open = reports::open(book, day("2026-01-08")).unwrap();
        assert_eq!(
            (open[&140_105_000_000].assigned, open[&140_105_000_000].oldest_days),
            (1, 3)
        );
    });
}

/// What a history of nights leaves in the book, without numbers that depend on the order of insertion.
fn state_of(book: &Book) -> Vec<(u64, String, String, u32, Vec<String>, Day)> {
    let mut alerts: Vec<_> = all(book)
        .into_iter()
        .map(|a| {
            (
                a.household,
                a.state.as_str().to_owned(),
                a.severity.as_str().to_owned(),
                a.chance_ppm,
                a.indicators,
                a.opened,
            )
        })
        .collect();
    alerts.sort();
    alerts
}

const NAMES: [&str; 5] = ["bills", "job_lost", "drop_out", "alone_and_ill", "turned_80"];

fn histories() -> impl Strategy<Value = Vec<BTreeSet<(usize, u64)>>> {
    prop::collection::vec(prop::collection::btree_set((0..5_usize, 1..6_u64), 0..8), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn following_only_the_changed_households_equals_following_all(history in histories(), capacity in 0..4_u32) {
        let (full, by_changes) = (anwang_testkit::sqlite_book(), anwang_testkit::sqlite_book());
        open_tables(&full).unwrap();
        open_tables(&by_changes).unwrap();
        let mut before: BTreeSet<(usize, u64)> = BTreeSet::new();
        for (index, seen) in history.iter().enumerate() {
            let as_of = day("2026-01-05").add_days(7 * index as i32);
            let sightings: Vec<Sighting> = seen.iter().map(|(i, h)| sighting(NAMES[*i], *h, None)).collect();
            run(&full, as_of, &sightings, None, capacity);
            let changed: BTreeSet<u64> = before.symmetric_difference(seen).map(|(_, household)| *household).collect();
            let some: Vec<Sighting> = sightings.into_iter().filter(|s| changed.contains(&s.subject.household)).collect();
            run(&by_changes, as_of, &some, Some(&changed), capacity);
            prop_assert_eq!(state_of(&full), state_of(&by_changes));
            before.clone_from(seen);
        }
    }

    #[test]
    fn no_signal_is_lost_and_no_household_has_two_open_tasks(history in histories(), capacity in 0..3_u32) {
        let book = anwang_testkit::sqlite_book();
        open_tables(&book).unwrap();
        for (index, seen) in history.iter().enumerate() {
            let as_of = day("2026-01-05").add_days(7 * index as i32);
            let sightings: Vec<Sighting> = seen.iter().map(|(i, h)| sighting(NAMES[*i], *h, None)).collect();
            run(&book, as_of, &sightings, None, capacity);
            let open: Vec<alerts::Alert> = all(&book).into_iter().filter(|alert| alert.closed.is_none()).collect();
            let households: BTreeSet<u64> = open.iter().map(|alert| alert.household).collect();
            prop_assert_eq!(open.len(), households.len());
            for (indicator, household) in seen {
                let task = open.iter().find(|alert| alert.household == *household);
                prop_assert!(task.is_some_and(|alert| alert.indicators.iter().any(|name| name == NAMES[*indicator])));
            }
            let ordinary = open.iter().filter(|a| a.assigned == Some(as_of) && a.severity != Severity::Red).count();
            prop_assert!(ordinary <= capacity as usize);
        }
    }
}
