//! What a batch holds, counted while it is read; tallies of runs add up.

use rustc_hash::FxHashMap;

use crate::plan::NULL;

/// Fewer than this are kept whatever happens; a batch with more rejects than this and no confirmation is not read to its end.
pub const REJECTS_BEFORE_HOLDING: u64 = 100_000;

#[derive(Debug, Default)]
pub struct Tally {
    pub rows_in_file: u64,
    /// Rows of the file that are in the lake; a row with two subjects counts once.
    pub rows_passed: u64,
    pub rows_rejected: u64,
    /// Rows without a usable id that went to the review list only.
    pub rows_to_review: u64,
    /// Rows of which an equal one is in the batch.
    pub rows_equal: u64,
    /// Rows that a later row of the batch with the same key replaces.
    pub rows_superseded: u64,
    pub rows_gone: u64,
    /// Sum of the rows' digests: equal for equal rows in any order and any kind of file.
    pub digest: u64,
    pub first_event: Option<i64>,
    pub last_event: Option<i64>,
    /// Rows per county, for snapshots.
    pub counties: FxHashMap<i64, u64>,
    /// Rows per rule that only gives notice.
    pub notices: FxHashMap<usize, u64>,
    /// Per rule and group: rows that carry the flag of an exactly-one rule.
    pub flagged: FxHashMap<(usize, u64), u32>,
}

impl Tally {
    pub fn add_event(&mut self, day: i64) {
        if day != NULL {
            self.first_event = Some(self.first_event.map_or(day, |first| first.min(day)));
            self.last_event = Some(self.last_event.map_or(day, |last| last.max(day)));
        }
    }

    pub fn add(&mut self, other: Tally) {
        self.rows_in_file += other.rows_in_file;
        self.rows_passed += other.rows_passed;
        self.rows_rejected += other.rows_rejected;
        self.rows_to_review += other.rows_to_review;
        self.rows_equal += other.rows_equal;
        self.rows_superseded += other.rows_superseded;
        self.rows_gone += other.rows_gone;
        self.digest = self.digest.wrapping_add(other.digest);
        for day in [other.first_event, other.last_event].into_iter().flatten() {
            self.add_event(day);
        }
        for (county, rows) in other.counties {
            *self.counties.entry(county).or_default() += rows;
        }
        for (rule, rows) in other.notices {
            *self.notices.entry(rule).or_default() += rows;
        }
        for (group, rows) in other.flagged {
            *self.flagged.entry(group).or_default() += rows;
        }
    }

    /// Notices per rule, the exactly-one rules among them: groups without a flagged row or with several.
    pub fn all_notices(&self) -> FxHashMap<usize, u64> {
        let mut notices = self.notices.clone();
        for (&(rule, _), &rows) in &self.flagged {
            if rows != 1 {
                *notices.entry(rule).or_default() += 1;
            }
        }
        notices
    }
}
