use std::collections::{BTreeMap, BTreeSet};

use anwang_domain::Day;

use crate::{Indicator, Running, Sighting, Subject};

/// How the signals of this night differ from those that were running.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// Seen now and not running: a new signal, quiet until the day given if its cool-down still holds.
    pub begun: Vec<(Sighting, Option<Day>)>,
    /// Running and not seen any more.
    pub ended: Vec<i64>,
    /// Running, seen again.
    pub continued: Vec<i64>,
}

/// The name under which a fact is the same fact: one indicator of one subject.
type Fact<'a> = (&'a str, Subject);

/// Holds this night's sightings against the running signals.
///
/// `last_ended` gives, per indicator and subject, the day on which an earlier signal ended; a signal that comes
/// back within the indicator's cool-down is kept but stays quiet. A sighting that occurs twice counts once.
pub fn follow(
    indicators: &BTreeMap<String, Indicator>,
    running: &[Running],
    last_ended: &BTreeMap<(String, Subject), Day>,
    sightings: &[Sighting],
) -> Followed {
    let seen: BTreeSet<Fact<'_>> = sightings.iter().map(|s| (s.indicator.as_str(), s.subject)).collect();
    let known: BTreeSet<Fact<'_>> = running.iter().map(|r| (r.indicator.as_str(), r.subject)).collect();

    let (continued, ended): (Vec<&Running>, Vec<&Running>) = running
        .iter()
        .partition(|signal| seen.contains(&(signal.indicator.as_str(), signal.subject)));

    let mut taken: BTreeSet<Fact<'_>> = BTreeSet::new();
    let mut begun: Vec<(Sighting, Option<Day>)> = sightings
        .iter()
        .filter(|s| {
            let fact = (s.indicator.as_str(), s.subject);
            !known.contains(&fact) && taken.insert(fact)
        })
        .map(|s| (s.clone(), quiet_until(indicators, last_ended, s)))
        .collect();
    begun.sort();

    Followed {
        begun,
        ended: ended.into_iter().map(|signal| signal.signal_id).collect(),
        continued: continued.into_iter().map(|signal| signal.signal_id).collect(),
    }
}

fn quiet_until(
    indicators: &BTreeMap<String, Indicator>,
    last_ended: &BTreeMap<(String, Subject), Day>,
    sighting: &Sighting,
) -> Option<Day> {
    let ended = last_ended.get(&(sighting.indicator.clone(), sighting.subject))?;
    let months = indicators.get(&sighting.indicator)?.cool_down_months;
    (months > 0).then(|| ended.add_months(i32::try_from(months).unwrap_or(i32::MAX / 12)))
}
