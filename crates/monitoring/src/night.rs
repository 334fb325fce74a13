use std::collections::{BTreeMap, BTreeSet};

use anwang_domain::{Calendar, Day, DivisionCode, Level, Places};
use anwang_store::{Book, Row, StoreError, Tx, Value};

use crate::alerts::{Actor, Source, note};
use crate::follow::whole_months;
use crate::{
    Candidate, Collected, Indicator, Look, MonitoringError, OpenAlert, Running, Score, Severity, Sighting, Subject,
    allot, collect, follow, score,
};

/// What a night needs to know besides the book.
pub struct Night<'a> {
    pub as_of: Day,
    pub at_ms: i64,
    pub indicators: &'a BTreeMap<String, Indicator>,
    /// Everything that the indicators see as of the day, in any order.
    pub sightings: &'a [Sighting],
    /// The households that were looked at; `None` means all. Signals of others are left as they are.
    pub households: Option<&'a BTreeSet<u64>>,
    /// Visits that a township can make in a week, by its 12-digit code.
    pub weekly_capacity: &'a dyn Fn(u64) -> u32,
    /// Working days until a visit is due.
    pub deadline_working_days: &'a dyn Fn(Severity) -> u32,
}

/// What a night changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct NightResult {
    pub sightings: u64,
    pub begun: u64,
    pub ended: u64,
    pub quiet: u64,
    pub joined: u64,
    pub opened: u64,
    pub lapsed: u64,
    pub assigned: u64,
    pub raised: u64,
    pub waiting: u64,
}

/// Creates the tables of this crate in the book, or brings them up to date.
pub fn open_tables(book: &Book) -> Result<(), StoreError> {
    book.migrate("monitoring", &[(1, include_str!("../migrations/0001.sql"))])
}

/// Follows one refresh: signals begin and end, alerts open, the week's visits are handed out, late ones rise.
///
/// All in one transaction; the same night twice changes nothing the second time.
pub fn night(book: &Book, night: &Night<'_>) -> Result<NightResult, MonitoringError> {
    if let Some(unknown) = night
        .sightings
        .iter()
        .find(|s| !night.indicators.contains_key(&s.indicator))
    {
        return Err(MonitoringError::UnknownIndicator(unknown.indicator.clone()));
    }
    book.transaction(|tx| {
        tx.lock("monitoring")?;
        refuse_backwards(tx, night.as_of)?;
        let mut result = NightResult {
            sightings: night.sightings.len() as u64,
            ..NightResult::default()
        };
        follow_signals(tx, night, &mut result)?;
        collect_signals(tx, night, &mut result)?;
        lapse(tx, night, &mut result)?;
        rescore(tx, night)?;
        hand_out(tx, night, &mut result)?;
        raise_late(tx, night, &mut result)?;
        write_night(tx, night, &result)?;
        Ok(result)
    })
}

/// Where an alert goes: the township of residence, or of hukou where residence is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    pub division: u64,
    pub township: u64,
    pub county: u64,
}

impl Route {
    /// A division that the tree does not know is routed by its digits: its county is the safer guess than nobody.
    pub fn of(division: u64) -> Self {
        let code = DivisionCode(division);
        let at = |level: Level| {
            let known = Places::shanxi().at(code, level).map(|place| place.code);
            known.unwrap_or_else(|| code.at(level)).0
        };
        Self {
            division,
            township: at(Level::Township),
            county: at(Level::County),
        }
    }
}

pub(crate) struct NewAlert {
    pub household: u64,
    pub route: Route,
    pub source: Source,
    pub severity: Severity,
    pub chance_ppm: u32,
    pub opened: Day,
}

pub(crate) fn open_alert(tx: &mut Tx<'_>, alert: &NewAlert) -> Result<i64, StoreError> {
    let rows = tx.query(
        "INSERT INTO alerts (household, division, township, county, source, severity, chance_ppm, state, opened_day)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8) RETURNING alert_id",
        &[
            alert.household.into(),
            alert.route.division.into(),
            alert.route.township.into(),
            alert.route.county.into(),
            alert.source.as_str().into(),
            alert.severity.as_str().into(),
            alert.chance_ppm.into(),
            days(alert.opened),
        ],
    )?;
    rows[0].int(0)
}

fn refuse_backwards(tx: &mut Tx<'_>, as_of: Day) -> Result<(), MonitoringError> {
    let last = tx.query_one("SELECT max(as_of_day) FROM nights", &[])?;
    let last = last.map(|row| row.optional_int(0)).transpose()?.flatten();
    match last {
        Some(last) if last > i64::from(as_of.0) => Err(MonitoringError::Backwards {
            last: Day(last as i32).to_string(),
            asked: as_of.to_string(),
        }),
        _ => Ok(()),
    }
}

fn follow_signals(tx: &mut Tx<'_>, night: &Night<'_>, result: &mut NightResult) -> Result<(), MonitoringError> {
    let running = running_signals(tx)?;
    let last_ended = visited_and_ended(tx, night)?;
    let look = Look {
        as_of: night.as_of,
        indicators: night.indicators,
        households: night.households,
    };
    let followed = follow(&look, &running, &last_ended, night.sightings);
    for signal in &followed.ended {
        tx.execute(
            "UPDATE signals SET ended_day = $2 WHERE signal_id = $1",
            &[(*signal).into(), days(night.as_of)],
        )?;
    }
    let rows = followed.begun.iter().map(|(sighting, quiet_until)| {
        vec![
            sighting.indicator.as_str().into(),
            sighting.subject.household.into(),
            sighting.subject.person.into(),
            sighting.division.into(),
            days(night.as_of),
            quiet_until.map(|day| i64::from(day.0)).into(),
        ]
    });
    let columns = [
        "indicator",
        "household",
        "person",
        "division",
        "since_day",
        "quiet_until_day",
    ];
    result.begun = tx.insert_many("signals", &columns, rows)?;
    result.ended = followed.ended.len() as u64;
    result.quiet = followed
        .begun
        .iter()
        .filter(|(_, until)| until.is_some_and(|day| day > night.as_of))
        .count() as u64;
    Ok(())
}

fn running_signals(tx: &mut Tx<'_>) -> Result<Vec<Running>, StoreError> {
    let rows = tx.query(
        "SELECT signal_id, indicator, household, person, since_day, alert_id, quiet_until_day FROM signals WHERE ended_day IS NULL",
        &[],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Running {
                signal_id: row.int(0)?,
                indicator: row.text(1)?.to_owned(),
                subject: subject(row, 2)?,
                since: Day(row.int(4)? as i32),
                alert_id: row.optional_int(5)?,
                quiet_until: row.optional_int(6)?.map(|day| Day(day as i32)),
            })
        })
        .collect()
}

/// When the last signal of an indicator and subject ended that somebody had visited for. Signals that lapsed or
/// never fitted into a week start no cool-down: nobody was there.
fn visited_and_ended(tx: &mut Tx<'_>, night: &Night<'_>) -> Result<BTreeMap<(String, Subject), Day>, StoreError> {
    let longest = night
        .indicators
        .values()
        .map(|indicator| indicator.cool_down_months)
        .max()
        .unwrap_or(0);
    let from = night.as_of.add_months(-whole_months(longest));
    let rows = tx.query(
        "SELECT s.indicator, s.household, s.person, max(s.ended_day) FROM signals s
         JOIN alerts a ON a.alert_id = s.alert_id
         WHERE s.ended_day >= $1 AND a.finding IS NOT NULL GROUP BY s.indicator, s.household, s.person",
        &[days(from)],
    )?;
    rows.iter()
        .map(|row| Ok(((row.text(0)?.to_owned(), subject(row, 1)?), Day(row.int(3)? as i32))))
        .collect()
}

fn subject(row: &Row, column: usize) -> Result<Subject, StoreError> {
    Ok(Subject {
        household: row.key(column)?,
        person: row.optional_int(column + 1)?.map(i64::cast_unsigned),
    })
}

fn collect_signals(tx: &mut Tx<'_>, night: &Night<'_>, result: &mut NightResult) -> Result<(), MonitoringError> {
    let open = tx
        .query("SELECT alert_id, household FROM alerts WHERE closed_day IS NULL", &[])?
        .iter()
        .map(|row| {
            Ok(OpenAlert {
                alert_id: row.int(0)?,
                household: row.key(1)?,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    let free = tx.query(
        "SELECT signal_id, household, indicator, division FROM signals
         WHERE ended_day IS NULL AND alert_id IS NULL AND (quiet_until_day IS NULL OR quiet_until_day <= $1) ORDER BY signal_id",
        &[days(night.as_of)],
    )?;
    let mut signals = BTreeMap::new();
    for row in &free {
        signals.insert(row.int(0)?, (row.key(1)?, row.text(2)?.to_owned(), row.key(3)?));
    }
    let Collected { joined, opened } = collect(&open, signals.iter().map(|(id, (household, ..))| (*id, *household)));
    let night_actor = actor(night);
    for (signal, alert) in &joined {
        attach(tx, *signal, *alert)?;
        note(
            tx,
            *alert,
            night_actor,
            "signal",
            &serde_json::json!({"indicator": signals[signal].1}),
        )?;
    }
    for (household, ids) in &opened {
        let names: Vec<&str> = ids.iter().map(|id| signals[id].1.as_str()).collect();
        let Some(Score { severity, chance_ppm }) = score(night.indicators, names.iter().copied()) else {
            continue;
        };
        let alert = NewAlert {
            household: *household,
            route: Route::of(signals[&ids[0]].2),
            source: Source::Signals,
            severity,
            chance_ppm,
            opened: night.as_of,
        };
        let alert_id = open_alert(tx, &alert)?;
        for id in ids {
            attach(tx, *id, alert_id)?;
        }
        note(
            tx,
            alert_id,
            night_actor,
            "opened",
            &serde_json::json!({"indicators": names}),
        )?;
    }
    result.joined = joined.len() as u64;
    result.opened = opened.len() as u64;
    Ok(())
}

fn attach(tx: &mut Tx<'_>, signal: i64, alert: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE signals SET alert_id = $2 WHERE signal_id = $1",
        &[signal.into(), alert.into()],
    )?;
    Ok(())
}

/// Alerts that only signals opened, that nobody visited and of which no signal runs any more.
fn lapse(tx: &mut Tx<'_>, night: &Night<'_>, result: &mut NightResult) -> Result<(), MonitoringError> {
    let rows = tx.query(
        "UPDATE alerts SET state = 'lapsed', closed_day = $1
         WHERE closed_day IS NULL AND state IN ('waiting', 'assigned') AND source = 'signals'
           AND NOT EXISTS (SELECT 1 FROM alert_events e WHERE e.alert_id = alerts.alert_id AND e.action = 'clue')
           AND NOT EXISTS (SELECT 1 FROM signals s WHERE s.alert_id = alerts.alert_id AND s.ended_day IS NULL)
         RETURNING alert_id",
        &[days(night.as_of)],
    )?;
    for row in &rows {
        note(
            tx,
            row.int(0)?,
            actor(night),
            "lapsed",
            &serde_json::json!({"because": "every signal ended"}),
        )?;
    }
    result.lapsed = rows.len() as u64;
    Ok(())
}

/// Signals join and end while an alert waits, and rates are learned: its place in the list follows.
fn rescore(tx: &mut Tx<'_>, night: &Night<'_>) -> Result<(), MonitoringError> {
    let rows = tx.query(
        "SELECT a.alert_id, a.severity, a.chance_ppm, s.indicator FROM alerts a JOIN signals s ON s.alert_id = a.alert_id
         WHERE a.state IN ('waiting', 'assigned') AND a.source = 'signals' AND s.ended_day IS NULL ORDER BY a.alert_id",
        &[],
    )?;
    let mut alerts: BTreeMap<i64, (Severity, i64, Vec<&str>)> = BTreeMap::new();
    for row in &rows {
        let severity = Severity::parse(row.text(1)?)?;
        let entry = alerts.entry(row.int(0)?).or_insert((severity, row.int(2)?, Vec::new()));
        entry.2.push(row.text(3)?);
    }
    for (alert, (severity, chance, indicators)) in alerts {
        let Some(now) = score(night.indicators, indicators) else {
            continue;
        };
        if (now.severity, i64::from(now.chance_ppm)) != (severity, chance) {
            tx.execute(
                "UPDATE alerts SET severity = $2, chance_ppm = $3 WHERE alert_id = $1",
                &[alert.into(), now.severity.as_str().into(), now.chance_ppm.into()],
            )?;
        }
    }
    Ok(())
}

fn hand_out(tx: &mut Tx<'_>, night: &Night<'_>, result: &mut NightResult) -> Result<(), MonitoringError> {
    let rows = tx.query(
        "SELECT alert_id, township, severity, chance_ppm, opened_day FROM alerts WHERE state = 'waiting'",
        &[],
    )?;
    let mut candidates = Vec::with_capacity(rows.len());
    for row in &rows {
        candidates.push(Candidate {
            alert_id: row.int(0)?,
            township: row.key(1)?,
            score: Score {
                severity: Severity::parse(row.text(2)?)?,
                chance_ppm: row.int(3)? as u32,
            },
            opened: Day(row.int(4)? as i32),
        });
    }
    let places_left = places_left(tx, night, candidates.iter().map(|candidate| candidate.township))?;
    let chosen = allot(&candidates, &places_left);
    let severities: BTreeMap<i64, Severity> = candidates.iter().map(|c| (c.alert_id, c.score.severity)).collect();
    for alert in &chosen {
        let due = due_day(night, severities[alert]);
        tx.execute(
            "UPDATE alerts SET state = 'assigned', assigned_day = $2, due_day = $3 WHERE alert_id = $1",
            &[
                (*alert).into(),
                days(night.as_of),
                due.map(|day| i64::from(day.0)).into(),
            ],
        )?;
        note(
            tx,
            *alert,
            actor(night),
            "assigned",
            &serde_json::json!({"due": due.map(|day| day.to_string())}),
        )?;
    }
    result.assigned = chosen.len() as u64;
    result.waiting = (candidates.len() - chosen.len()) as u64;
    Ok(())
}

/// A deadline in a year whose holidays are not published is left open rather than guessed.
fn due_day(night: &Night<'_>, severity: Severity) -> Option<Day> {
    Calendar::published()
        .add_working_days(night.as_of, (night.deadline_working_days)(severity))
        .ok()
}

fn places_left(
    tx: &mut Tx<'_>,
    night: &Night<'_>,
    townships: impl Iterator<Item = u64>,
) -> Result<BTreeMap<u64, u32>, StoreError> {
    let monday = night.as_of.add_days(-i32::from(night.as_of.weekday()));
    let rows = tx.query(
        "SELECT township, count(*) FROM alerts WHERE assigned_day >= $1 AND assigned_day < $2 GROUP BY township",
        &[days(monday), days(monday.add_days(7))],
    )?;
    let mut used = BTreeMap::new();
    for row in &rows {
        used.insert(row.key(0)?, row.int(1)? as u32);
    }
    Ok(townships
        .map(|township| {
            let used = used.get(&township).copied().unwrap_or(0);
            (township, (night.weekly_capacity)(township).saturating_sub(used))
        })
        .collect())
}

fn raise_late(tx: &mut Tx<'_>, night: &Night<'_>, result: &mut NightResult) -> Result<(), MonitoringError> {
    let rows = tx.query(
        "UPDATE alerts SET raised_day = $1 WHERE state = 'assigned' AND due_day < $1 AND raised_day IS NULL RETURNING alert_id",
        &[days(night.as_of)],
    )?;
    for row in &rows {
        note(
            tx,
            row.int(0)?,
            actor(night),
            "raised",
            &serde_json::json!({"to": "county"}),
        )?;
    }
    result.raised = rows.len() as u64;
    Ok(())
}

fn write_night(tx: &mut Tx<'_>, night: &Night<'_>, result: &NightResult) -> Result<(), StoreError> {
    tx.execute("DELETE FROM nights WHERE as_of_day = $1", &[days(night.as_of)])?;
    let values = [
        days(night.as_of),
        night.at_ms.into(),
        (result.sightings as i64).into(),
        (result.begun as i64).into(),
        (result.ended as i64).into(),
        (result.opened as i64).into(),
        (result.assigned as i64).into(),
        (result.waiting as i64).into(),
    ];
    tx.execute(
        "INSERT INTO nights (as_of_day, at_ms, sightings, begun, ended, opened, assigned, waiting)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &values,
    )?;
    Ok(())
}

fn actor<'a>(night: &Night<'a>) -> Actor<'a> {
    Actor {
        who: "anwang",
        at_ms: night.at_ms,
        day: night.as_of,
    }
}

fn days(day: Day) -> Value {
    i64::from(day.0).into()
}
