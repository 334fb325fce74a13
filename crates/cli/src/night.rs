//! The step after a refresh: what the indicators see becomes alerts, within what the townships can do.

use std::collections::BTreeMap;

use anwang_domain::Day;
use anwang_monitoring::{
    Disposition, Group, HitRate, Indicator, Night, NightResult, Severity, Sighting, Subject, reports,
};
use anwang_policy::{IndicatorInfo, Program};
use anwang_registry::RefreshReport;
use anwang_store::Book;
use serde_json::Value;

use crate::clock;
use crate::error::CliError;

/// Follows the signals of a refresh in the book.
pub fn follow(book: &Book, program: &Program, report: &RefreshReport) -> Result<NightResult, CliError> {
    anwang_monitoring::open_tables(book)?;
    let as_of = program.as_of;
    let learned_months = whole(program, "alert_learned_months", as_of)?.cast_signed();
    let found = reports::found(book, as_of.add_months(-learned_months), as_of.add_days(1), None)?;
    let indicators = reports::learned(&indicators(program)?, &found);
    let names: Vec<&str> = program.indicators().iter().map(|info| info.name.as_str()).collect();
    let sightings: Vec<Sighting> = report
        .sightings
        .iter()
        .map(|seen| Sighting {
            indicator: names[seen.indicator].to_owned(),
            subject: Subject {
                household: seen.home,
                person: seen.person,
            },
            division: seen.division,
        })
        .collect();
    let capacity = whole(program, "alert_capacity_per_week", as_of)?;
    let deadlines = [
        (Severity::Red, whole(program, "alert_deadline_red", as_of)?),
        (Severity::Orange, whole(program, "alert_deadline_orange", as_of)?),
        (Severity::Yellow, whole(program, "alert_deadline_yellow", as_of)?),
    ];
    let deadline = |severity: Severity| {
        deadlines
            .iter()
            .find(|(known, _)| *known == severity)
            .map_or(0, |(_, days)| *days)
    };
    Ok(anwang_monitoring::night(
        book,
        &Night {
            as_of,
            at_ms: clock::now_ms(),
            indicators: &indicators,
            sightings: &sightings,
            households: None,
            weekly_capacity: &|_| capacity,
            deadline_working_days: &deadline,
        },
    )?)
}

/// The pack's indicators as the alert loop needs them.
pub fn indicators(program: &Program) -> Result<BTreeMap<String, Indicator>, CliError> {
    let floor = stated(program, "alert_hit_rate_floor", program.as_of)?;
    let floor: f64 = floor.parse().map_err(|_| not_a_number("alert_hit_rate_floor", floor))?;
    let floor_per_mille = (floor * 1000.0).round() as u32;
    let hold_months = whole(program, "alert_hold_months", program.as_of)?;
    program
        .indicators()
        .iter()
        .map(|info| Ok((info.name.clone(), indicator(info, floor_per_mille, hold_months)?)))
        .collect()
}

/// `hold_months` is how long a change stays worth a visit where its indicator does not say.
fn indicator(info: &IndicatorInfo, floor_per_mille: u32, hold_months: u32) -> Result<Indicator, CliError> {
    let word = |key: &str| {
        info.further
            .get(key)
            .and_then(Value::as_str)
            .ok_or_else(|| incomplete(info, key))
    };
    let number = |key: &str, inner: Option<&str>| {
        let value = info.further.get(key)?;
        let value = inner.map_or(Some(value), |inner| value.get(inner))?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    };
    let hits = number("prior", Some("hits")).ok_or_else(|| incomplete(info, "prior.hits"))?;
    let visits = number("prior", Some("visits")).ok_or_else(|| incomplete(info, "prior.visits"))?;
    let disposition = number("disposition", None).ok_or_else(|| incomplete(info, "disposition"))?;
    let cool_down = number("cool_down", Some("months")).ok_or_else(|| incomplete(info, "cool_down.months"))?;
    let hold = number("hold", Some("months")).map_or(hold_months, |months| months as u32);
    Ok(Indicator {
        id: info.name.clone(),
        group: Group::parse(word("group")?)?,
        severity: Severity::parse(word("severity")?)?,
        disposition: Disposition::from_number(disposition as i64)?,
        cool_down_months: cool_down as u32,
        hold_months: if info.is_change { hold } else { 0 },
        prior: HitRate { hits, visits },
        floor_per_mille,
    })
}

fn incomplete(info: &IndicatorInfo, key: &str) -> CliError {
    CliError::refused("pack.indicator", format!("indicator `{}` says no `{key}`", info.name))
}

fn stated<'p>(program: &'p Program, parameter: &str, as_of: Day) -> Result<&'p str, CliError> {
    program.pack().stated(parameter, as_of).ok_or_else(|| {
        CliError::refused(
            "pack.parameter",
            format!("the pack has no value of `{parameter}` for {as_of}"),
        )
    })
}

fn whole(program: &Program, parameter: &str, as_of: Day) -> Result<u32, CliError> {
    let text = stated(program, parameter, as_of)?;
    text.parse().map_err(|_| not_a_number(parameter, text))
}

fn not_a_number(parameter: &str, text: &str) -> CliError {
    CliError::refused(
        "pack.parameter",
        format!("`{parameter}` is {text}, which is no such number"),
    )
}
