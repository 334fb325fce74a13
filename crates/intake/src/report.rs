//! What became of a delivered table, for people and machines.

use anwang_contracts::Contract;

use crate::hold::HoldReason;
use crate::run::Tally;
use crate::source::ReadFault;

#[derive(Debug)]
pub struct Report {
    pub file: String,
    pub feed: Option<String>,
    pub outcome: Outcome,
}

#[derive(Debug)]
pub enum Outcome {
    Landed {
        batch_id: i64,
        snapshot: i64,
        counts: Counts,
    },
    /// It waits for `--confirm`.
    Held {
        batch_id: i64,
        reason: HoldReason,
        counts: Counts,
    },
    /// The same file was held before and nobody has confirmed it.
    StillHeld {
        batch_id: i64,
        reason: String,
        detail: String,
    },
    /// The same file landed before; nothing changed.
    AlreadyIn {
        batch_id: i64,
    },
    /// No feed could be told, so nothing was read.
    NotRecognised(HoldReason),
    Unreadable(ReadFault),
}

impl Outcome {
    /// Stable word for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Outcome::Landed { .. } => "landed",
            Outcome::Held { .. } | Outcome::StillHeld { .. } => "held",
            Outcome::AlreadyIn { .. } => "already_in",
            Outcome::NotRecognised(_) => "not_recognised",
            Outcome::Unreadable(_) => "unreadable",
        }
    }
}

/// Rows by what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub rows: u64,
    pub landed: u64,
    pub rejected: u64,
    /// Without a usable id, for people to look at; they are not among the rejected.
    pub to_review: u64,
    pub equal: u64,
    pub superseded: u64,
    pub gone: u64,
    /// Rule and how many rows or groups break it, for rules that only give notice.
    pub notices: Vec<(String, u64)>,
}

impl Counts {
    pub fn of(tally: &Tally, contract: &Contract) -> Counts {
        let mut notices: Vec<(String, u64)> = tally
            .all_notices()
            .into_iter()
            .map(|(rule, rows)| (contract.rules[rule].id.clone(), rows))
            .collect();
        notices.sort();
        Counts {
            rows: tally.rows_in_file,
            landed: tally.rows_passed - tally.rows_equal - tally.rows_superseded,
            rejected: tally.rows_rejected,
            to_review: tally.rows_to_review,
            equal: tally.rows_equal,
            superseded: tally.rows_superseded,
            gone: tally.rows_gone,
            notices,
        }
    }
}
