//! Exact money: whole fen, and ten-thousandths of a yuan inside formulas.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// An amount in fen (1/100 yuan). Never a float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fen(pub i64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyFault {
    #[error("empty")]
    Empty,
    #[error("not a number")]
    NotANumber,
    #[error("finer than one fen")]
    FinerThanOneFen,
    #[error("too large")]
    TooLarge,
}

impl Fen {
    pub const ZERO: Fen = Fen(0);
    pub const PER_YUAN: i64 = 100;
    /// 万元, the unit that departments use for large sums.
    pub const PER_TEN_THOUSAND_YUAN: i64 = 1_000_000;

    pub fn from_yuan(yuan: i64) -> Fen {
        Fen(yuan * Self::PER_YUAN)
    }

    /// Reads yuan: `1,234.56`, `-5`, `+0.5`, `1234.500`. Thousands separators have to stand at every third digit.
    pub fn parse(text: &str) -> Result<Fen, MoneyFault> {
        Self::parse_in_unit(text, Self::PER_YUAN)
    }

    /// Reads a number that counts units of `fen_per_unit` fen. What would need a part of a fen is refused, not rounded.
    pub fn parse_in_unit(text: &str, fen_per_unit: i64) -> Result<Fen, MoneyFault> {
        let (digits, negative) = match text.trim().as_bytes() {
            [b'-', rest @ ..] => (rest, true),
            [b'+', rest @ ..] => (rest, false),
            rest => (rest, false),
        };
        let (mantissa, decimals) = read_decimal(digits)?;
        let scale = 10_i128.pow(decimals);
        let scaled = i128::from(mantissa) * i128::from(fen_per_unit);
        if scaled % scale != 0 {
            return Err(MoneyFault::FinerThanOneFen);
        }
        let fen = i64::try_from(scaled / scale).map_err(|_| MoneyFault::TooLarge)?;
        Ok(Fen(if negative { -fen } else { fen }))
    }

    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    pub fn abs(self) -> Fen {
        Fen(self.0.abs())
    }

    pub fn checked_add(self, other: Fen) -> Option<Fen> {
        self.0.checked_add(other.0).map(Fen)
    }

    pub fn checked_mul(self, times: i64) -> Option<Fen> {
        self.0.checked_mul(times).map(Fen)
    }

    /// The unit of formulas: 1/10,000 yuan. `None` when it does not fit.
    pub fn to_ten_thousandths(self) -> Option<i64> {
        self.0.checked_mul(100)
    }

    /// Rounds 1/10,000 yuan to fen once, half away from zero, as cash is rounded.
    pub fn from_ten_thousandths_half_up(amount: i64) -> Fen {
        let (whole, rest) = (amount / 100, amount % 100);
        Fen(match rest {
            50.. => whole + 1,
            ..=-50 => whole - 1,
            _ => whole,
        })
    }

    /// Splits a yearly value into twelve months that add up to it exactly: 7,700.00 gives 641.67, …, 641.66.
    pub fn month_of_year(self, month_of_year: u8) -> Fen {
        assert!((1..=12).contains(&month_of_year), "months run from 1 to 12");
        let upto = |months: i64| (self.0 * months * 2 + 12).div_euclid(24);
        Fen(upto(i64::from(month_of_year)) - upto(i64::from(month_of_year) - 1))
    }
}

/// Digits with separators and an optional fraction: (all digits as one number, how many of them are decimals).
fn read_decimal(bytes: &[u8]) -> Result<(i64, u32), MoneyFault> {
    if bytes.is_empty() {
        return Err(MoneyFault::Empty);
    }
    let (mut value, mut decimals, mut digits) = (0_i64, 0_u32, 0_u32);
    let mut since_comma: Option<u32> = None;
    let mut in_fraction = false;
    for &byte in bytes {
        match byte {
            b'0'..=b'9' => {
                value = value
                    .checked_mul(10)
                    .and_then(|v| v.checked_add(i64::from(byte - b'0')))
                    .ok_or(MoneyFault::TooLarge)?;
                digits += 1;
                decimals += u32::from(in_fraction);
                if let Some(count) = since_comma.as_mut() {
                    *count += u32::from(!in_fraction);
                }
            }
            b',' if !in_fraction
                && digits > 0
                && since_comma.is_none_or(|count| count == 3)
                && (since_comma.is_some() || digits <= 3) =>
            {
                since_comma = Some(0)
            }
            b'.' if !in_fraction => in_fraction = true,
            _ => return Err(MoneyFault::NotANumber),
        }
    }
    match since_comma {
        Some(count) if count != 3 => Err(MoneyFault::NotANumber),
        _ if digits == 0 => Err(MoneyFault::NotANumber),
        _ => Ok((value, decimals)),
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", magnitude / 100, magnitude % 100)
    }
}

impl Add for Fen {
    type Output = Fen;
    fn add(self, other: Fen) -> Fen {
        Fen(self.0 + other.0)
    }
}

impl Sub for Fen {
    type Output = Fen;
    fn sub(self, other: Fen) -> Fen {
        Fen(self.0 - other.0)
    }
}

impl Neg for Fen {
    type Output = Fen;
    fn neg(self) -> Fen {
        Fen(-self.0)
    }
}

impl AddAssign for Fen {
    fn add_assign(&mut self, other: Fen) {
        self.0 += other.0;
    }
}

impl SubAssign for Fen {
    fn sub_assign(&mut self, other: Fen) {
        self.0 -= other.0;
    }
}

impl Sum for Fen {
    fn sum<I: Iterator<Item = Fen>>(amounts: I) -> Fen {
        amounts.fold(Fen::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: Result<i64, MoneyFault>) {
        assert_eq!(Fen::parse(text), expected.map(Fen), "{text:?}");
    }

    #[test]
    fn spellings_of_yuan_are_read_to_the_fen_or_refused() {
        check("1,234.56", Ok(123_456));
        check("1234.5", Ok(123_450));
        check(" 0.07 ", Ok(7));
        check(".5", Ok(50));
        check("5.", Ok(500));
        check("-12", Ok(-1_200));
        check("+3.00", Ok(300));
        check("1,234,567", Ok(123_456_700));
        check("12.3400", Ok(1_234));
        check("", Err(MoneyFault::Empty));
        check("-", Err(MoneyFault::Empty));
        check("12,34", Err(MoneyFault::NotANumber));
        check("1234,567", Err(MoneyFault::NotANumber));
        check(",123", Err(MoneyFault::NotANumber));
        check("1.2.3", Err(MoneyFault::NotANumber));
        check("1e5", Err(MoneyFault::NotANumber));
        check("十元", Err(MoneyFault::NotANumber));
        check("0.005", Err(MoneyFault::FinerThanOneFen));
        check("99999999999999999999", Err(MoneyFault::TooLarge));
    }

    #[test]
    fn ten_thousand_yuan_is_read_exactly() {
        assert_eq!(
            Fen::parse_in_unit("1.234567", Fen::PER_TEN_THOUSAND_YUAN),
            Ok(Fen(1_234_567))
        );
        assert_eq!(
            Fen::parse_in_unit("0.0000001", Fen::PER_TEN_THOUSAND_YUAN),
            Err(MoneyFault::FinerThanOneFen)
        );
    }

    #[test]
    fn seven_thousand_seven_hundred_a_year_is_641_67_a_month_and_adds_up() {
        let year = Fen::from_yuan(7_700);
        assert_eq!(year.month_of_year(1), Fen(64_167));
        assert_eq!((1..=12).map(|m| year.month_of_year(m)).sum::<Fen>(), year);
    }

    #[test]
    fn half_a_fen_rounds_away_from_zero() {
        for (amount, fen) in [(50, 1), (49, 0), (-50, -1), (-49, 0), (150, 2), (6_416_666, 64_167)] {
            assert_eq!(Fen::from_ten_thousandths_half_up(amount), Fen(fen), "{amount}");
        }
    }

    proptest! {
        #[test]
        fn money_printed_is_read_back_the_same(fen in -i64::MAX / 2..i64::MAX / 2) {
            prop_assert_eq!(Fen::parse(&Fen(fen).to_string()), Ok(Fen(fen)));
        }

        #[test]
        fn twelve_months_add_up_to_the_year(fen in -1_000_000_000_i64..1_000_000_000) {
            let months: Vec<Fen> = (1..=12).map(|m| Fen(fen).month_of_year(m)).collect();
            prop_assert_eq!(months.iter().copied().sum::<Fen>(), Fen(fen));
            let (least, most) = (months.iter().min().unwrap().0, months.iter().max().unwrap().0);
            prop_assert!(most - least <= 1);
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,40}") {
            let _ = Fen::parse(&text);
        }
    }
}
