//! When a batch looks wrong as a whole, it waits for a person.

use std::fmt;

use anwang_contracts::{Contract, Delivery};

use crate::run::Tally;

/// More rejected rows than this share of the batch, in percent, hold it.
const REJECTED_PERCENT: u64 = 20;
/// Fewer rejected rows are no sign of a wrong batch.
const REJECTED_AT_LEAST: u64 = 50;
/// Increments and events vary by themselves; only batches from this size on are held against the last one.
const COMPARABLE_ROWS: u64 = 1_000;

/// Why a batch is held: the facts, under a stable code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldReason {
    /// No contract fits the header.
    UnknownHeader {
        best: String,
        score: u32,
    },
    /// The header is that of another feed than was said, or lacks required columns.
    WrongFeed {
        feed: String,
        missing: Vec<String>,
        looks_like: Option<String>,
    },
    /// Two feeds fit equally well.
    Ambiguous {
        feeds: Vec<String>,
    },
    TooManyRejects {
        rejected: u64,
        rows: u64,
    },
    NoRows,
    /// Fewer than half the rows of the last batch.
    TooFewRows {
        rows: u64,
        last: u64,
        last_batch: i64,
    },
    /// The same rows as a batch that is in, perhaps as another kind of file.
    SameRows {
        batch_id: i64,
    },
    /// A snapshot older than the one that is in.
    OlderThanLast {
        as_of: String,
        last: String,
        last_batch: i64,
    },
    /// A snapshot of a part of what the last one covered: the rest would seem to have left.
    NarrowerThanLast {
        scope: String,
        last: String,
        last_batch: i64,
    },
}

impl HoldReason {
    pub fn code(&self) -> &'static str {
        match self {
            HoldReason::UnknownHeader { .. } => "unknown_header",
            HoldReason::WrongFeed { .. } => "wrong_feed",
            HoldReason::Ambiguous { .. } => "ambiguous_feed",
            HoldReason::TooManyRejects { .. } => "too_many_rejects",
            HoldReason::NoRows => "no_rows",
            HoldReason::TooFewRows { .. } => "too_few_rows",
            HoldReason::SameRows { .. } => "same_rows",
            HoldReason::OlderThanLast { .. } => "older_than_last",
            HoldReason::NarrowerThanLast { .. } => "narrower_than_last",
        }
    }

    /// Whether a person may let it land as it is. Without its required columns no row could.
    pub fn can_be_confirmed(&self) -> bool {
        !matches!(
            self,
            HoldReason::UnknownHeader { .. }
                | HoldReason::WrongFeed { .. }
                | HoldReason::Ambiguous { .. }
                | HoldReason::NoRows
        )
    }
}

impl fmt::Display for HoldReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HoldReason::UnknownHeader { best, score } => {
                write!(out, "no feed has this header (nearest: {best}, {score} of 1000)")
            }
            HoldReason::WrongFeed {
                feed,
                missing,
                looks_like,
            } => {
                write!(out, "not a file of {feed}: columns missing: {}", missing.join(", "))?;
                looks_like
                    .as_ref()
                    .map_or(Ok(()), |other| write!(out, "; it looks like {other}"))
            }
            HoldReason::Ambiguous { feeds } => write!(
                out,
                "the header fits {} alike; say which with --feed",
                feeds.join(" and ")
            ),
            HoldReason::TooManyRejects { rejected, rows } => write!(out, "{rejected} of {rows} rows are rejected"),
            HoldReason::NoRows => write!(out, "there are no rows below the header"),
            HoldReason::TooFewRows { rows, last, last_batch } => {
                write!(out, "{rows} rows, fewer than half of the {last} of batch {last_batch}")
            }
            HoldReason::SameRows { batch_id } => write!(out, "the same rows as batch {batch_id}"),
            HoldReason::OlderThanLast {
                as_of,
                last,
                last_batch,
            } => write!(out, "as of {as_of}, older than batch {last_batch} as of {last}"),
            HoldReason::NarrowerThanLast {
                scope,
                last,
                last_batch,
            } => write!(out, "covers {scope}, batch {last_batch} covered {last}"),
        }
    }
}

/// A batch that is in, as far as a new one is held against it.
#[derive(Debug, Clone)]
pub struct Earlier {
    pub batch_id: i64,
    pub scope: String,
    pub rows: u64,
    pub as_of_day: i64,
    pub snapshot_id: Option<i64>,
    /// Whether it came with the feed's first delivery, which is full where later ones hold changes only.
    pub is_first: bool,
}

/// Held against itself: are its rows rows of this feed?
pub fn by_its_rows(contract: &Contract, tally: &Tally, given_up: bool) -> Option<HoldReason> {
    let (rejected, rows) = (tally.rows_rejected, tally.rows_in_file);
    if rows == 0 {
        // "Nothing new" is an answer, "nobody is on the roster" hardly one.
        return matches!(contract.delivery, Delivery::Snapshot { .. }).then_some(HoldReason::NoRows);
    }
    let many = rejected >= REJECTED_AT_LEAST || rejected == rows;
    (given_up || many && rejected * 100 > rows * REJECTED_PERCENT)
        .then_some(HoldReason::TooManyRejects { rejected, rows })
}

/// Held against the batches before it, the latest first.
pub fn by_its_past(
    contract: &Contract,
    scope: &str,
    as_of_day: i64,
    tally: &Tally,
    earlier: &[Earlier],
) -> Option<HoldReason> {
    let rows = tally.rows_passed;
    let snapshot = matches!(contract.delivery, Delivery::Snapshot { .. });
    if snapshot {
        if let Some(wider) = earlier
            .iter()
            .find(|batch| batch.as_of_day < as_of_day && batch.scope != scope && contains(&batch.scope, scope))
        {
            return Some(HoldReason::NarrowerThanLast {
                scope: scope.to_owned(),
                last: wider.scope.clone(),
                last_batch: wider.batch_id,
            });
        }
        if let Some(newer) = earlier
            .iter()
            .find(|batch| contains(scope, &batch.scope) && batch.as_of_day > as_of_day)
        {
            let day = |day: i64| anwang_domain::Day(day as i32).to_string();
            return Some(HoldReason::OlderThanLast {
                as_of: day(as_of_day),
                last: day(newer.as_of_day),
                last_batch: newer.batch_id,
            });
        }
    }
    // A large delivery comes in several files; the last of them may be small.
    // Files of one day are parts of one delivery and are not held against each other.
    let last = earlier
        .iter()
        .find(|batch| batch.scope == scope && batch.as_of_day < as_of_day)?;
    let comparable = snapshot || !last.is_first && last.rows >= COMPARABLE_ROWS;
    (comparable && rows * 2 < last.rows).then_some(HoldReason::TooFewRows {
        rows,
        last: last.rows,
        last_batch: last.batch_id,
    })
}

/// Whether the division `outer` holds `inner`; both are 12 digits cut to province, city or county.
pub fn contains(outer: &str, inner: &str) -> bool {
    let stem = outer.trim_end_matches("00");
    !outer.is_empty() && inner.starts_with(stem)
}

/// The smallest division that holds all counties of a batch.
pub fn scope_of(tally: &Tally) -> String {
    let mut counties = tally.counties.keys().copied();
    let Some(first) = counties.next() else {
        return String::new();
    };
    let rest: Vec<i64> = counties.collect();
    const CUTS: [i64; 3] = [1_000_000, 100_000_000, 10_000_000_000];
    for cut in CUTS {
        if rest.iter().all(|county| county / cut == first / cut) {
            return format!("{:012}", first / cut * cut);
        }
    }
    // Several provinces: the whole country.
    "000000000000".to_owned()
}
