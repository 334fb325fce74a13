use anwang_domain::Day;

/// Whom an indicator speaks of: a household, or one person in it. Keys are the vault's, never ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    pub household: u64,
    pub person: Option<u64>,
}

/// An indicator that holds for a subject in this night's refresh.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sighting {
    pub indicator: String,
    pub subject: Subject,
    /// 12-digit division code of the place of residence, or of hukou where residence is unknown.
    pub division: u64,
}

/// A signal that has been seen without a break since a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    pub signal_id: i64,
    pub indicator: String,
    pub subject: Subject,
    pub since: Day,
    /// The alert that took it up, while a cool-down does not keep it quiet.
    pub alert_id: Option<i64>,
    /// Until this day the signal is kept and shown, and opens nothing.
    pub quiet_until: Option<Day>,
}
