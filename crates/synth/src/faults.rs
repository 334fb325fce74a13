//! The faults that departments' files have, at stated rates, and what a check should say of each.

use crate::random::{Quota, Rng};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    CheckDigit,
    ImpossibleBirth,
    ShortId,
    MissingName,
    UnknownCode,
    BadDate,
    BadMoney,
    /// One cell too many.
    WideRow,
    /// The same row twice.
    Duplicate,
    /// A yearly amount in a monthly column.
    AnnualAsMonthly,
    /// A character of the same sound or look; the row is legal.
    NameMistyped,
    /// On a roster after death.
    DeadListed,
    /// Recognition or certificate run out, still listed as active.
    ExpiredListed,
    GraduateListed,
    /// Settled elsewhere and reported a month or more later.
    LateSettlement,
    /// A negative row that takes an earlier one back.
    Reversal,
    /// Head and members by agriculture's definition, not by the register's.
    HouseholdDiffers,
    /// The household's head marked on another member, or on none.
    WrongHead,
    /// The same cause helped twice within the year.
    CauseRepeated,
    /// The fault of this row is already in an earlier cell.
    Taken,
}

impl Fault {
    pub fn name(self) -> &'static str {
        match self {
            Fault::CheckDigit => "id_check_digit",
            Fault::ImpossibleBirth => "id_impossible_date",
            Fault::ShortId => "id_too_short",
            Fault::MissingName => "name_missing",
            Fault::UnknownCode => "unknown_code",
            Fault::BadDate => "impossible_date",
            Fault::BadMoney => "amount_in_words",
            Fault::WideRow => "cell_too_many",
            Fault::Duplicate => "row_repeated",
            Fault::AnnualAsMonthly => "annual_as_monthly",
            Fault::NameMistyped => "name_mistyped",
            Fault::DeadListed => "dead_still_listed",
            Fault::ExpiredListed => "expired_still_listed",
            Fault::GraduateListed => "graduate_still_listed",
            Fault::LateSettlement => "late_settlement",
            Fault::Reversal => "reversal",
            Fault::HouseholdDiffers => "household_defined_otherwise",
            Fault::WrongHead => "wrong_head",
            Fault::CauseRepeated => "cause_repeated",
            Fault::Taken => "taken",
        }
    }

    /// The code with which a check should keep the row aside; none where the row is legal, however wrong.
    pub fn expected_reject(self) -> Option<&'static str> {
        match self {
            Fault::CheckDigit => Some("id_check_digit"),
            Fault::ImpossibleBirth => Some("id_impossible_date"),
            Fault::ShortId => Some("id_length"),
            Fault::MissingName => Some("missing"),
            Fault::UnknownCode => Some("unknown_code"),
            Fault::BadDate => Some("not_a_date"),
            Fault::BadMoney => Some("not_money"),
            Fault::WideRow => Some("too_many_columns"),
            Fault::AnnualAsMonthly => Some("out_of_range"),
            _ => None,
        }
    }

    /// Whether it is made by a cell of its kind; that cell then leaves `Taken` behind.
    pub fn needs_a_cell(self) -> bool {
        use Fault::{AnnualAsMonthly, BadDate, BadMoney, CheckDigit, ImpossibleBirth, MissingName};
        use Fault::{NameMistyped, ShortId, UnknownCode};
        matches!(
            self,
            CheckDigit | ImpossibleBirth | ShortId | UnknownCode | BadDate | BadMoney
        ) || matches!(self, AnnualAsMonthly | NameMistyped | MissingName)
    }

    /// Whether a typed container can hold it.
    fn fits_parquet(self) -> bool {
        !matches!(
            self,
            Fault::UnknownCode | Fault::BadDate | Fault::BadMoney | Fault::WideRow | Fault::Duplicate | Fault::Taken
        )
    }
}

/// Draws the structural faults of one sheet at the rates of its feed.
#[derive(Debug)]
pub struct FaultPlan {
    rates: &'static [(Fault, f64)],
    total: f64,
    quota: Quota,
    rng: Rng,
}

impl FaultPlan {
    pub fn new(rates: &'static [(Fault, f64)], mut rng: Rng) -> Self {
        Self {
            rates,
            total: rates.iter().map(|(_, rate)| rate).sum(),
            quota: Quota::new(&mut rng),
            rng,
        }
    }

    #[inline]
    pub fn draw(&mut self, parquet: bool) -> Option<Fault> {
        if !self.quota.draw(self.total) {
            return None;
        }
        let mut left = self.rng.unit() * self.total;
        for &(fault, rate) in self.rates {
            left -= rate;
            if left < 0.0 {
                return (!parquet || fault.fits_parquet()).then_some(fault);
            }
        }
        None
    }
}
