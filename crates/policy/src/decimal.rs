//! Exact decimals as written in packs: `0.30` is 3 tenths, never a float.

use std::fmt;

/// `raw / 10^scale`, trailing zeros dropped, so equal numbers are equal values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    pub raw: i128,
    pub scale: u8,
}

/// More digits than this are a mistake in a pack (10^18 fen is ten quadrillion yuan).
const DIGITS_MAX: usize = 18;

impl Decimal {
    pub fn whole(raw: i64) -> Decimal {
        Decimal {
            raw: i128::from(raw),
            scale: 0,
        }
    }

    /// Reads `-1,234.50`; underscores and thousands commas are allowed between digits.
    pub fn parse(text: &str) -> Option<Decimal> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mut raw, mut scale, mut seen, mut fraction) = (0i128, 0u8, 0usize, false);
        for c in digits.chars() {
            match c {
                '0'..='9' => {
                    raw = raw * 10 + i128::from(c as u8 - b'0');
                    seen += 1;
                    scale += u8::from(fraction);
                    if seen > DIGITS_MAX {
                        return None;
                    }
                }
                '.' if !fraction => fraction = true,
                '_' | ',' if seen > 0 && !fraction => {}
                _ => return None,
            }
        }
        (seen > 0).then(|| {
            Decimal {
                raw: if negative { -raw } else { raw },
                scale,
            }
            .trimmed()
        })
    }

    fn trimmed(mut self) -> Decimal {
        while self.scale > 0 && self.raw % 10 == 0 {
            self.raw /= 10;
            self.scale -= 1;
        }
        self
    }

    /// The raw value at a wider scale.
    pub fn at_scale(self, scale: u8) -> i128 {
        self.raw * 10i128.pow(u32::from(scale.saturating_sub(self.scale)))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&written(self.raw, self.scale, 0))
    }
}

/// `raw / 10^scale` in digits, with at least `least` decimals and no further trailing zeros.
pub fn written(raw: i128, scale: u8, least: u8) -> String {
    let mut digits = raw.unsigned_abs().to_string();
    while digits.len() <= usize::from(scale) {
        digits.insert(0, '0');
    }
    let point = digits.len() - usize::from(scale);
    let (whole, fraction) = digits.split_at(point);
    let mut fraction = fraction.trim_end_matches('0').to_owned();
    while fraction.len() < usize::from(least) {
        fraction.push('0');
    }
    let sign = if raw < 0 { "-" } else { "" };
    if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(
            Decimal::parse(text).map(|d| d.to_string()).as_deref(),
            expected,
            "{text}"
        );
    }

    #[test]
    fn decimals_are_read_as_written_and_nothing_else_is_a_number() {
        check("0.30", Some("0.3"));
        check("-1,234.50", Some("-1234.5"));
        check("669", Some("669"));
        check("0.005", Some("0.005"));
        check("1.2.3", None);
        check("", None);
        check("12e3", None);
        check("1234567890123456789", None);
    }

    #[test]
    fn money_is_written_with_its_two_decimals() {
        assert_eq!(written(41_250, 2, 2), "412.50");
        assert_eq!(written(-5, 3, 2), "-0.005");
    }
}
