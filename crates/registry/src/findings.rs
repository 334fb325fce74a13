//! What a refresh concludes about one person or household and one programme.

/// Why somebody stands on a list. The codes are stable; texts belong to whoever shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(i16)]
pub enum Finding {
    /// Served and eligible, or not decidable: nothing to look at.
    None = 0,
    /// Seems eligible and is not served.
    Missed = 1,
    /// Is served and seems not eligible.
    Wrong = 2,
    /// Is served and dead, by at least one department.
    Dead = 3,
    /// Is served twice: in two places or two households.
    Twice = 4,
    /// Is served although the registration was cancelled for moving away.
    MovedAway = 5,
    /// Is listed past the last day of the recognition.
    Expired = 6,
}

impl Finding {
    pub fn code(self) -> &'static str {
        match self {
            Finding::None => "none",
            Finding::Missed => "missed",
            Finding::Wrong => "wrong",
            Finding::Dead => "dead",
            Finding::Twice => "served_twice",
            Finding::MovedAway => "moved_away",
            Finding::Expired => "expired",
        }
    }

    /// Whether aid runs that perhaps should not.
    pub fn is_wrong(self) -> bool {
        matches!(
            self,
            Finding::Wrong | Finding::Dead | Finding::Twice | Finding::MovedAway | Finding::Expired
        )
    }
}

/// The three answers, and the rule not being in force on the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum Answer {
    NotEligible = 0,
    Eligible = 1,
    Undecidable = 2,
    NotInForce = 3,
}

impl Answer {
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "not_eligible" => Answer::NotEligible,
            "eligible" => Answer::Eligible,
            "undecidable" => Answer::Undecidable,
            "not_in_force" => Answer::NotInForce,
            _ => return None,
        })
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Answer::NotEligible => "not_eligible",
            Answer::Eligible => "eligible",
            Answer::Undecidable => "undecidable",
            Answer::NotInForce => "not_in_force",
        }
    }
}

/// One row of table `conclusions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// Position in the pack's list of programmes.
    pub programme: usize,
    pub home: u64,
    /// The head for a programme of households.
    pub person: u64,
    /// A member who should not be listed has a row of his own beside that of his served household.
    pub beside_household: bool,
    /// Whom it concerns: the living members of a household, or one.
    pub persons: i32,
    /// 12-digit division; 0 when unknown.
    pub place: i64,
    pub answer: Answer,
    pub served: bool,
    /// What would be due; None when the answer is not eligible or the programme pays nothing.
    pub amount_fen: Option<i64>,
    /// What the rosters say is paid.
    pub paid_fen: Option<i64>,
    pub finding: Finding,
    /// The day of death, where that is the finding (days since 1970-01-01).
    pub since: Option<i32>,
    /// Bit i: condition i of the programme fails.
    pub unmet: i64,
    /// Bit i: only a check can settle condition i.
    pub open: i64,
}
