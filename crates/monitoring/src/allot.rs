use std::collections::BTreeMap;

use anwang_domain::Day;

use crate::Score;

/// An alert that waits for a place in a township's week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub alert_id: i64,
    pub township: u64,
    pub score: Score,
    pub opened: Day,
}

/// Hands out a week's visits: in each township the most urgent first, then the likeliest, then the longest waiting,
/// up to the places left. What does not fit is not in the answer and goes on waiting.
///
/// Red warnings are handed out even where no place is left: a life-threatening case does not wait for next week.
pub fn allot(candidates: &[Candidate], places_left: &BTreeMap<u64, u32>) -> Vec<i64> {
    let mut ranked: Vec<&Candidate> = candidates.iter().collect();
    ranked.sort_by(|a, b| {
        b.score
            .cmp(&a.score)
            .then(a.opened.cmp(&b.opened))
            .then(a.alert_id.cmp(&b.alert_id))
    });
    let mut left = places_left.clone();
    ranked
        .into_iter()
        .filter(|candidate| {
            let places = left.entry(candidate.township).or_insert(0);
            let fits = *places > 0;
            *places = places.saturating_sub(1);
            fits || candidate.score.severity == crate::Severity::Red
        })
        .map(|candidate| candidate.alert_id)
        .collect()
}
