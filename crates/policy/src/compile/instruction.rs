//! The register machine's instructions. A register is written once: its number is the number of its instruction.
//! Registers are columns of one entity: `i64` (money and rates as raw decimals, dates as days, enums as indices)
//! or `u8` (false 0, true 1), each with an optional validity mask.

use crate::source::declaration::RoundMode;
use crate::types::Entity;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Src {
    Reg(u32),
    Const(i64),
}

impl Src {
    pub const TRUE: Src = Src::Const(1);
    pub const FALSE: Src = Src::Const(0);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    Int,
    Bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// An input column, by its number among the inputs.
    Input(u32),
    /// Nothing is known; the number says what is missing.
    Missing(u32),
    Add(Src, Src),
    Subtract(Src, Src),
    Multiply(Src, Src),
    Min(Src, Src),
    Max(Src, Src),
    /// Integer division; the divisor is positive.
    Divide(Src, Src, RoundMode),
    /// The value, or 1 and missing where it is 0: makes a divisor safe.
    NonZero(Src),
    /// The first where the second is known, else missing.
    Guard(Src, Src),
    Lookup(u32, Src),
    /// Index of the nearest place at or above a division code for which parameters have values.
    PlaceSlot(Src),
    /// Whether the first division is or lies in the second.
    Within(Src, Src),
    YearsBetween(Src, Src),
    MonthsBetween(Src, Src),
    AddMonths(Src, Src),
    Year(Src),
    MonthOfYear(Src),
    Less(Src, Src),
    LessOrEqual(Src, Src),
    Equal(Src, Src),
    /// Equality of two truth values.
    Same(Src, Src),
    And(Src, Src),
    Or(Src, Src),
    Not(Src),
    SelectInt(Src, Src, Src),
    SelectBool(Src, Src, Src),
    IsMissing(Src),
    CoalesceInt(Src, Src),
    CoalesceBool(Src, Src),
    /// 0 or 1 as a number.
    Number(Src),
    /// A household's value for each of its members.
    Broadcast(Src),
    MemberCount,
    SumMembers(Src),
    CountMembers(Src),
    AnyMember(Src),
    /// Least value among members where the second holds; missing where there is none.
    MinMember(Src, Src),
    MaxMember(Src, Src),
}

#[derive(Debug, Clone, Copy)]
pub struct Instruction {
    pub op: Op,
    pub entity: Entity,
    pub class: Class,
}

impl Op {
    pub fn sources(self) -> [Option<Src>; 3] {
        use Op::*;
        match self {
            Input(_) | Missing(_) | MemberCount => [None; 3],
            NonZero(a)
            | Lookup(_, a)
            | PlaceSlot(a)
            | Year(a)
            | MonthOfYear(a)
            | Not(a)
            | IsMissing(a)
            | Number(a)
            | Broadcast(a)
            | SumMembers(a)
            | CountMembers(a)
            | AnyMember(a) => [Some(a), None, None],
            Add(a, b)
            | Subtract(a, b)
            | Multiply(a, b)
            | Min(a, b)
            | Max(a, b)
            | Divide(a, b, _)
            | Guard(a, b)
            | Within(a, b)
            | YearsBetween(a, b)
            | MonthsBetween(a, b)
            | AddMonths(a, b)
            | Less(a, b)
            | LessOrEqual(a, b)
            | Equal(a, b)
            | Same(a, b)
            | And(a, b)
            | Or(a, b)
            | CoalesceInt(a, b)
            | CoalesceBool(a, b)
            | MinMember(a, b)
            | MaxMember(a, b) => [Some(a), Some(b), None],
            SelectInt(a, b, c) | SelectBool(a, b, c) => [Some(a), Some(b), Some(c)],
        }
    }

    pub fn registers(self) -> impl Iterator<Item = u32> {
        self.sources().into_iter().flatten().filter_map(|src| match src {
            Src::Reg(reg) => Some(reg),
            Src::Const(_) => None,
        })
    }

    pub fn with_sources(self, of: impl Fn(Src) -> Src) -> Op {
        use Op::*;
        match self {
            Input(_) | Missing(_) | MemberCount => self,
            NonZero(a) => NonZero(of(a)),
            Lookup(t, a) => Lookup(t, of(a)),
            PlaceSlot(a) => PlaceSlot(of(a)),
            Year(a) => Year(of(a)),
            MonthOfYear(a) => MonthOfYear(of(a)),
            Not(a) => Not(of(a)),
            IsMissing(a) => IsMissing(of(a)),
            Number(a) => Number(of(a)),
            Broadcast(a) => Broadcast(of(a)),
            SumMembers(a) => SumMembers(of(a)),
            CountMembers(a) => CountMembers(of(a)),
            AnyMember(a) => AnyMember(of(a)),
            Add(a, b) => Add(of(a), of(b)),
            Subtract(a, b) => Subtract(of(a), of(b)),
            Multiply(a, b) => Multiply(of(a), of(b)),
            Min(a, b) => Min(of(a), of(b)),
            Max(a, b) => Max(of(a), of(b)),
            Divide(a, b, mode) => Divide(of(a), of(b), mode),
            Guard(a, b) => Guard(of(a), of(b)),
            Within(a, b) => Within(of(a), of(b)),
            YearsBetween(a, b) => YearsBetween(of(a), of(b)),
            MonthsBetween(a, b) => MonthsBetween(of(a), of(b)),
            AddMonths(a, b) => AddMonths(of(a), of(b)),
            Less(a, b) => Less(of(a), of(b)),
            LessOrEqual(a, b) => LessOrEqual(of(a), of(b)),
            Equal(a, b) => Equal(of(a), of(b)),
            Same(a, b) => Same(of(a), of(b)),
            And(a, b) => And(of(a), of(b)),
            Or(a, b) => Or(of(a), of(b)),
            CoalesceInt(a, b) => CoalesceInt(of(a), of(b)),
            CoalesceBool(a, b) => CoalesceBool(of(a), of(b)),
            MinMember(a, b) => MinMember(of(a), of(b)),
            MaxMember(a, b) => MaxMember(of(a), of(b)),
            SelectInt(a, b, c) => SelectInt(of(a), of(b), of(c)),
            SelectBool(a, b, c) => SelectBool(of(a), of(b), of(c)),
        }
    }

    pub fn class(self, of_input: Class) -> Class {
        use Op::*;
        match self {
            Input(_) | Missing(_) => of_input,
            Within(..) | Less(..) | LessOrEqual(..) | Equal(..) | Same(..) | And(..) | Or(..) | Not(_)
            | SelectBool(..) | IsMissing(_) | CoalesceBool(..) | AnyMember(_) => Class::Bool,
            Guard(..) | Broadcast(_) => of_input,
            _ => Class::Int,
        }
    }
}

/// `num / den` rounded; `den > 0`. Rows whose value is missing hold any number, often 0: their quotient is masked.
#[inline(always)]
pub fn divide(num: i64, den: i64, mode: RoundMode) -> i64 {
    let den = den.max(1);
    let (quotient, rest) = (num.wrapping_div_euclid(den), num.wrapping_rem_euclid(den));
    match mode {
        RoundMode::Floor => quotient,
        RoundMode::Ceil => quotient + i64::from(rest != 0),
        // Half away from zero: a negative half stays with the floor. `rest >= den - rest` avoids doubling.
        RoundMode::HalfUp => {
            let up = if num >= 0 {
                rest >= den - rest
            } else {
                rest > den - rest
            };
            quotient + i64::from(up)
        }
    }
}

/// Whether a 12-digit division code equals another or lies below it.
#[inline(always)]
pub fn within(code: i64, other: i64) -> bool {
    code - code % division_step(other) == other
}

/// How many villages' worth of codes a division spans: its code is a multiple of this.
#[inline(always)]
pub fn division_step(code: i64) -> i64 {
    match code {
        c if c % 10_000_000_000 == 0 => 10_000_000_000,
        c if c % 100_000_000 == 0 => 100_000_000,
        c if c % 1_000_000 == 0 => 1_000_000,
        c if c % 1_000 == 0 => 1_000,
        _ => 1,
    }
}

/// The division above, or 0 above a province.
pub fn parent_division(code: i64) -> i64 {
    for step in [1_000, 1_000_000, 100_000_000, 10_000_000_000] {
        if code % step != 0 {
            return code - code % step;
        }
    }
    0
}
