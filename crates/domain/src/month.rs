//! A calendar month, counted as year × 12 + (month − 1).

use std::fmt;

use crate::day::{Day, days_in_month};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

impl Month {
    pub fn new(year: i32, number: u8) -> Option<Month> {
        ((1..=9999).contains(&year) && (1..=12).contains(&number)).then(|| Month(year * 12 + i32::from(number) - 1))
    }

    /// Reads `YYYY-MM`.
    pub fn parse(text: &str) -> Option<Month> {
        let (year, number) = text.split_once('-')?;
        if year.len() != 4 || number.len() != 2 || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            return None;
        }
        Month::new(year.parse().ok()?, number.parse().ok()?)
    }

    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// 1–12
    pub fn number(self) -> u8 {
        (self.0.rem_euclid(12) + 1) as u8
    }

    pub fn add_months(self, months: i32) -> Month {
        Month(self.0 + months)
    }

    pub fn first_day(self) -> Day {
        Day::from_ymd(self.year(), self.number(), 1).expect("a month of the years 1 to 9999 has a first day")
    }

    pub fn last_day(self) -> Day {
        self.first_day()
            .add_days(i32::from(days_in_month(self.year(), self.number())) - 1)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_printed_is_read_back_the_same() {
        for number in 2020 * 12..2030 * 12 {
            let month = Month(number);
            assert_eq!(Month::parse(&month.to_string()), Some(month));
            assert_eq!(month.first_day().month(), month);
            assert_eq!(month.last_day().month(), month);
            assert_eq!(month.last_day().add_days(1), month.add_months(1).first_day());
        }
    }

    #[test]
    fn what_is_not_a_month_is_refused() {
        for text in [
            "2026",
            "2026-13",
            "2026-00",
            "2026-7",
            "26-07",
            "2026-07-01",
            "+026-07",
            "-",
        ] {
            assert_eq!(Month::parse(text), None, "{text}");
        }
    }
}
