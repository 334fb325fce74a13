use std::collections::{BTreeMap, BTreeSet};

use anwang_domain::Day;

use crate::{Indicator, Running, Sighting, Subject};

/// How the signals of this night differ from those that were running.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// Seen now and not running: a new signal, quiet until the day given if its cool-down still holds.
    pub begun: Vec<(Sighting, Option<Day>)>,
    /// Running and over: a state that is not seen any more, or a change that has had its time.
    pub ended: Vec<i64>,
}

/// What a night was looked at with.
pub struct Look<'a> {
    pub as_of: Day,
    pub indicators: &'a BTreeMap<String, Indicator>,
    /// The households that were evaluated; `None` means all. The states of others are as they were.
    pub households: Option<&'a BTreeSet<u64>>,
}

impl Look<'_> {
    fn covers(&self, household: u64) -> bool {
        self.households.is_none_or(|evaluated| evaluated.contains(&household))
    }
}

/// The name under which a fact is the same fact: one indicator of one subject.
type Fact<'a> = (&'a str, Subject);

/// Holds this night's sightings against the running signals.
///
/// `last_ended` gives, per indicator and subject, the day on which an earlier signal ended; a signal that comes
/// back within the indicator's cool-down is kept but stays quiet. A sighting that occurs twice counts once.
/// An indicator of a change (somebody turned 80) sees it in one night only; its signal runs for the indicator's
/// hold, so that there is time to visit.
pub fn follow(
    look: &Look<'_>,
    running: &[Running],
    last_ended: &BTreeMap<(String, Subject), Day>,
    sightings: &[Sighting],
) -> Followed {
    let seen: BTreeSet<Fact<'_>> = sightings.iter().map(|s| (s.indicator.as_str(), s.subject)).collect();
    let known: BTreeSet<Fact<'_>> = running.iter().map(|r| (r.indicator.as_str(), r.subject)).collect();
    let mut taken: BTreeSet<Fact<'_>> = BTreeSet::new();
    let mut begun: Vec<(Sighting, Option<Day>)> = sightings
        .iter()
        .filter(|s| {
            let fact = (s.indicator.as_str(), s.subject);
            !known.contains(&fact) && taken.insert(fact)
        })
        .map(|s| (s.clone(), quiet_until(look.indicators, last_ended, s)))
        .collect();
    begun.sort();
    let ended = running
        .iter()
        .filter(|signal| !seen.contains(&(signal.indicator.as_str(), signal.subject)))
        .filter(|signal| is_over(look, signal))
        .map(|signal| signal.signal_id)
        .collect();
    Followed { begun, ended }
}

/// Whether a running signal that was not seen is over.
fn is_over(look: &Look<'_>, signal: &Running) -> bool {
    match look.indicators.get(&signal.indicator) {
        Some(indicator) if indicator.hold_months > 0 => {
            signal.since.add_months(whole_months(indicator.hold_months)) <= look.as_of
        }
        _ => look.covers(signal.subject.household),
    }
}

fn quiet_until(
    indicators: &BTreeMap<String, Indicator>,
    last_ended: &BTreeMap<(String, Subject), Day>,
    sighting: &Sighting,
) -> Option<Day> {
    let ended = last_ended.get(&(sighting.indicator.clone(), sighting.subject))?;
    let months = indicators.get(&sighting.indicator)?.cool_down_months;
    (months > 0).then(|| ended.add_months(whole_months(months)))
}

/// Months of a pack are small; more than a century is the same as for ever.
pub(crate) fn whole_months(months: u32) -> i32 {
    months.min(1_200).cast_signed()
}
