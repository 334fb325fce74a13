//! Figures of the loop: hit rates per indicator, open tasks per place and age.

use std::collections::BTreeMap;

use anwang_domain::Day;
use anwang_store::{Book, StoreError};

use crate::{HitRate, Indicator};

/// What visits found of one indicator. An alert with several signals counts for each of its indicators.
#[derive(Clone, Debug, PartialEq)]
pub struct IndicatorReport {
    pub indicator: String,
    pub found: HitRate,
    /// Share of hits and its 95 % interval, from the visits alone.
    pub interval: Option<(f64, f64)>,
    /// Proposed for retirement: even the upper end of the interval lies below the indicator's floor.
    pub propose_retirement: bool,
}

/// Visits and hits per indicator among alerts settled in `[from, to)`, in counties `>= place.0 && < place.1`.
pub fn found(
    book: &Book,
    from: Day,
    to: Day,
    place: Option<(u64, u64)>,
) -> Result<BTreeMap<String, HitRate>, StoreError> {
    let rows = book.query(
        "SELECT s.indicator, CAST(sum(a.hit) AS BIGINT), count(*) FROM alerts a
         JOIN (SELECT DISTINCT alert_id, indicator FROM signals WHERE alert_id IS NOT NULL) s ON s.alert_id = a.alert_id
         WHERE a.state = 'closed' AND a.closed_day >= $1 AND a.closed_day < $2
           AND (CAST($3 AS BIGINT) IS NULL OR (a.township >= $3 AND a.township < $4))
         GROUP BY s.indicator",
        &[
            i64::from(from.0).into(),
            i64::from(to.0).into(),
            place.map(|(low, _)| low).into(),
            place.map_or(0, |(_, high)| high).into(),
        ],
    )?;
    rows.iter()
        .map(|row| {
            let rate = HitRate {
                hits: row.int(1)? as u64,
                visits: row.int(2)? as u64,
            };
            Ok((row.text(0)?.to_owned(), rate))
        })
        .collect()
}

/// One line per indicator of the pack, with what its visits found.
pub fn indicators(indicators: &BTreeMap<String, Indicator>, found: &BTreeMap<String, HitRate>) -> Vec<IndicatorReport> {
    indicators
        .values()
        .map(|indicator| {
            let rate = found.get(&indicator.id).copied().unwrap_or_default();
            IndicatorReport {
                indicator: indicator.id.clone(),
                found: rate,
                interval: rate.interval(),
                propose_retirement: rate.lies_below(indicator.floor_per_mille),
            }
        })
        .collect()
}

/// The same indicators with their priors brought up to what visits found: this is all that is learned.
pub fn learned(
    indicators: &BTreeMap<String, Indicator>,
    found: &BTreeMap<String, HitRate>,
) -> BTreeMap<String, Indicator> {
    indicators
        .iter()
        .map(|(id, indicator)| {
            let mut indicator = indicator.clone();
            indicator.prior = indicator.prior.with(found.get(id).copied().unwrap_or_default());
            (id.clone(), indicator)
        })
        .collect()
}

/// Open tasks of a county.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Open {
    pub waiting: i64,
    pub assigned: i64,
    pub visited: i64,
    /// Assigned and past their deadline.
    pub late: i64,
    /// Days since the oldest open task was opened.
    pub oldest_days: i64,
}

/// Open tasks per county as of a day.
pub fn open(book: &Book, as_of: Day) -> Result<BTreeMap<u64, Open>, StoreError> {
    let rows = book.query(
        "SELECT county, sum(CASE state WHEN 'waiting' THEN 1 ELSE 0 END), sum(CASE state WHEN 'assigned' THEN 1 ELSE 0 END),
                sum(CASE state WHEN 'visited' THEN 1 ELSE 0 END),
                sum(CASE WHEN state = 'assigned' AND due_day < $1 THEN 1 ELSE 0 END), min(opened_day)
         FROM alerts WHERE closed_day IS NULL GROUP BY county",
        &[i64::from(as_of.0).into()],
    )?;
    rows.iter()
        .map(|row| {
            let open = Open {
                waiting: row.int(1)?,
                assigned: row.int(2)?,
                visited: row.int(3)?,
                late: row.int(4)?,
                oldest_days: i64::from(as_of.0) - row.int(5)?,
            };
            Ok((row.key(0)?, open))
        })
        .collect()
}
