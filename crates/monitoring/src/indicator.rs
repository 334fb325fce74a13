use crate::{HitRate, MonitoringError};

/// How urgent a warning is. No authority has fixed colours or deadlines, so the deadlines are values of the pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Yellow,
    Orange,
    Red,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Orange => "orange",
            Self::Yellow => "yellow",
        }
    }

    pub fn parse(text: &str) -> Result<Self, MonitoringError> {
        [Self::Red, Self::Orange, Self::Yellow]
            .into_iter()
            .find(|severity| severity.as_str() == text)
            .ok_or_else(|| MonitoringError::Word {
                wanted: "a severity (red, orange, yellow)",
                found: text.to_owned(),
            })
    }
}

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    Spending,
    Income,
    Person,
    Assets,
    PolicyGap,
    Payment,
}

impl Group {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spending => "spending",
            Self::Income => "income",
            Self::Person => "person",
            Self::Assets => "assets",
            Self::PolicyGap => "policy_gap",
            Self::Payment => "payment",
        }
    }

    pub fn parse(text: &str) -> Result<Self, MonitoringError> {
        [
            Self::Spending,
            Self::Income,
            Self::Person,
            Self::Assets,
            Self::PolicyGap,
            Self::Payment,
        ]
        .into_iter()
        .find(|group| group.as_str() == text)
        .ok_or_else(|| MonitoringError::Word {
            wanted: "an indicator group",
            found: text.to_owned(),
        })
    }
}

/// The four ways in which a checked warning is settled (国办发〔2023〕39号).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Disposition {
    /// 1: a policy is not applied yet; apply it.
    ApplyPolicy,
    /// 2: perhaps eligible; push to the owning department.
    PushToDepartment,
    /// 3: complex; the county discusses the case by itself.
    CountyDiscussion,
    /// 4: perhaps no longer eligible; check, hear the person, then end by procedure.
    CheckAndHear,
}

impl Disposition {
    pub const ALL: [Self; 4] = [
        Self::ApplyPolicy,
        Self::PushToDepartment,
        Self::CountyDiscussion,
        Self::CheckAndHear,
    ];

    pub fn number(self) -> i64 {
        match self {
            Self::ApplyPolicy => 1,
            Self::PushToDepartment => 2,
            Self::CountyDiscussion => 3,
            Self::CheckAndHear => 4,
        }
    }

    pub fn from_number(number: i64) -> Result<Self, MonitoringError> {
        Self::ALL
            .into_iter()
            .find(|disposition| disposition.number() == number)
            .ok_or_else(|| MonitoringError::Word {
                wanted: "a disposition (1 to 4)",
                found: number.to_string(),
            })
    }
}

/// What following and ranking need to know of an indicator; its condition stays in the policy pack.
#[derive(Clone, Debug, PartialEq)]
pub struct Indicator {
    pub id: String,
    pub group: Group,
    pub severity: Severity,
    pub disposition: Disposition,
    /// After a signal has ended, the same indicator opens nothing for the same subject for so long.
    pub cool_down_months: u32,
    /// How long the signal of a change runs; 0 for a state, which runs as long as it is seen.
    pub hold_months: u32,
    /// Visits and hits known from elsewhere, so that a new indicator does not start at certainty.
    pub prior: HitRate,
    /// Below this share of hits (per mille) the indicator is proposed for retirement.
    pub floor_per_mille: u32,
}
