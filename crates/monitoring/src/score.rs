use std::collections::BTreeMap;

use crate::{Indicator, Severity};

/// Where an alert stands in its township's list: the most severe first, then the likelier hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score {
    pub severity: Severity,
    /// Chance in a million that a visit helps, taking the signals as independent.
    pub chance_ppm: u32,
}

/// Scores the signals of one household.
///
/// Several signals of one indicator (two members with the same warning) count once: they are one cause.
/// The chance is `1 - Π(1 - rate)` over the different indicators, each rate pulled towards its prior.
/// `None` when no signal is known to the indicators.
pub fn score<'a>(
    indicators: &BTreeMap<String, Indicator>,
    signals: impl IntoIterator<Item = &'a str>,
) -> Option<Score> {
    let mut names: Vec<&str> = signals.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    let known: Vec<&Indicator> = names.iter().filter_map(|name| indicators.get(*name)).collect();
    let severity = known.iter().map(|indicator| indicator.severity).max()?;
    let miss: f64 = known.iter().map(|indicator| 1.0 - indicator.prior.mean()).product();
    Some(Score {
        severity,
        chance_ppm: ((1.0 - miss) * 1e6).round() as u32,
    })
}
