use std::collections::BTreeMap;

/// A household's alert that is not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenAlert {
    pub alert_id: i64,
    pub household: u64,
}

/// One task per household: which signals join an open alert, and for which households one is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Signal and the open alert that it joins.
    pub joined: Vec<(i64, i64)>,
    /// Household and the signals that open its alert.
    pub opened: BTreeMap<u64, Vec<i64>>,
}

/// Collects the signals that no alert has taken up yet.
///
/// A household with an open alert keeps that one, however many signals come. A closed alert is never opened again:
/// its signals stay with it, so an unchanged fact brings nobody a second visit.
pub fn collect(open: &[OpenAlert], free: impl IntoIterator<Item = (i64, u64)>) -> Collected {
    let by_household: BTreeMap<u64, i64> = open.iter().map(|alert| (alert.household, alert.alert_id)).collect();
    let mut collected = Collected::default();
    for (signal, household) in free {
        match by_household.get(&household) {
            Some(alert) => collected.joined.push((signal, *alert)),
            None => collected.opened.entry(household).or_default().push(signal),
        }
    }
    collected
}
