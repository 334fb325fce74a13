//! How the installation stands: feeds and their freshness, the last refresh, what it found.

use std::collections::BTreeMap;

use anwang_domain::Day;
use anwang_intake::newest_days;
use anwang_store::batches::{self, Batch};
use anwang_store::coverage::{self, Coverage};
use anwang_store::runs::{self, Run};
use anwang_store::{Book, StoreError};
use serde::Serialize;

use super::titles::{FeedTitle, Title, Titles};

/// So many runs are shown; older ones stay in the book.
const RUNS_SHOWN: i64 = 8;

#[derive(Debug, Serialize)]
pub struct Overview {
    pub feeds: Vec<FeedStatus>,
    pub programmes: Vec<ProgrammeTotals>,
    /// Newest first.
    pub runs: Vec<RunStatus>,
    /// The refresh that the figures come from.
    pub refresh: Option<RunStatus>,
}

#[derive(Debug, Serialize)]
pub struct FeedStatus {
    pub feed: String,
    pub number: i16,
    pub title: Title,
    pub owner: Title,
    pub freshness: Freshness,
    /// ISO date: the day that the newest landed delivery speaks of.
    pub data_until: Option<String>,
    pub batches: i64,
    pub batches_held: i64,
    pub rows_landed: i64,
    pub rows_rejected: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    Fresh,
    /// The newest data are older than the contract allows.
    Stale,
    /// Nothing has come yet.
    Absent,
}

/// A programme over the whole province. The counts are persons.
#[derive(Debug, Default, Serialize)]
pub struct ProgrammeTotals {
    pub programme: String,
    pub served: i64,
    pub missed: i64,
    pub wrong: i64,
    pub undecidable: i64,
    pub amount_fen_per_month: i64,
}

#[derive(Debug, Clone, Serialize)]
pub struct RunStatus {
    pub run_id: i64,
    pub kind: String,
    pub state: &'static str,
    pub as_of: Option<String>,
    pub pack_version: Option<String>,
    pub started_at_ms: i64,
    pub took_ms: Option<i64>,
    pub snapshot_id: Option<i64>,
    /// Counts and timings as the run wrote them.
    pub detail: serde_json::Value,
}

/// Reads the overview; `today` decides what is stale. A sample stands still, so it is judged on the day it speaks of.
pub fn overview(book: &Book, titles: &Titles, today: Day) -> Result<Overview, StoreError> {
    let all = batches::all(book)?;
    let refresh = runs::last_done(book, "refresh")?;
    let as_of = refresh.as_ref().and_then(|run| Day::parse(run.as_of.as_deref()?));
    let judged_on = as_of.filter(|_| titles.is_sample).unwrap_or(today);
    // Before the first delivery the book has no table of deliveries.
    let newest: BTreeMap<String, Day> = if all.is_empty() {
        BTreeMap::new()
    } else {
        newest_days(book)?.into_iter().collect()
    };
    let counts = match &refresh {
        Some(run) => coverage::of_run(book, run.run_id)?,
        None => Vec::new(),
    };
    Ok(Overview {
        feeds: titles
            .feeds
            .iter()
            .map(|feed| feed_status(feed, &all, newest.get(&feed.feed).copied(), judged_on))
            .collect(),
        programmes: totals(titles, &counts),
        runs: runs::latest(book, RUNS_SHOWN)?.iter().map(run_status).collect(),
        refresh: refresh.as_ref().map(run_status),
    })
}

fn feed_status(feed: &FeedTitle, all: &[Batch], data_until: Option<Day>, judged_on: Day) -> FeedStatus {
    let of_feed = || all.iter().filter(|batch| batch.feed == feed.feed);
    let landed = || of_feed().filter(|batch| matches!(batch.state, batches::State::Landed | batches::State::Confirmed));
    FeedStatus {
        feed: feed.feed.clone(),
        number: feed.number,
        title: feed.title.clone(),
        owner: feed.owner.clone(),
        freshness: freshness(data_until, feed.stale_after_days, judged_on),
        data_until: data_until.map(|day| day.to_string()),
        batches: landed().count() as i64,
        batches_held: of_feed().filter(|batch| batch.state == batches::State::Held).count() as i64,
        rows_landed: landed().map(|batch| batch.rows_landed).sum(),
        rows_rejected: landed().map(|batch| batch.rows_rejected).sum(),
    }
}

fn freshness(data_until: Option<Day>, stale_after_days: i32, judged_on: Day) -> Freshness {
    match data_until {
        None => Freshness::Absent,
        Some(day) if day.add_days(stale_after_days) < judged_on => Freshness::Stale,
        Some(_) => Freshness::Fresh,
    }
}

/// In the order of the pack; programmes that nobody has anything to do with are left out.
fn totals(titles: &Titles, counts: &[Coverage]) -> Vec<ProgrammeTotals> {
    let mut by_name: BTreeMap<&str, ProgrammeTotals> = BTreeMap::new();
    for count in counts {
        let total = by_name.entry(&count.programme).or_insert_with(|| ProgrammeTotals {
            programme: count.programme.clone(),
            ..ProgrammeTotals::default()
        });
        total.served += count.served;
        total.missed += count.missed;
        total.wrong += count.wrong;
        total.undecidable += count.undecidable;
        total.amount_fen_per_month += count.amount_fen_per_month;
    }
    let concerns_someone = |one: &ProgrammeTotals| one.served + one.missed + one.wrong + one.undecidable > 0;
    let mut totals: Vec<ProgrammeTotals> = by_name.into_values().filter(concerns_someone).collect();
    totals.sort_by_key(|total| titles.place(&total.programme));
    totals
}

fn run_status(run: &Run) -> RunStatus {
    RunStatus {
        run_id: run.run_id,
        kind: run.kind.clone(),
        state: match run.state {
            runs::State::Running => "running",
            runs::State::Done => "done",
            runs::State::Failed => "failed",
        },
        as_of: run.as_of.clone(),
        pack_version: run.pack_version.clone(),
        started_at_ms: run.started_at_ms,
        took_ms: run.finished_at_ms.map(|end| end - run.started_at_ms),
        snapshot_id: run.snapshot_id,
        detail: serde_json::from_str(&run.detail).unwrap_or(serde_json::Value::Null),
    }
}
