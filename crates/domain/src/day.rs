//! A calendar day as the number of days since 1970-01-01 (Arrow's Date32).

use std::fmt;

use crate::month::Month;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// `None` for a day that does not exist, or a year outside 1–9999.
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Day> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
            return None;
        }
        Some(Day(days_from_civil(year, month, day)))
    }

    /// (year, month 1–12, day 1–31)
    pub fn ymd(self) -> (i32, u8, u8) {
        civil_from_days(self.0)
    }

    /// Reads `YYYY-MM-DD` and nothing else. Other spellings are the business of intake.
    pub fn parse(text: &str) -> Option<Day> {
        let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text.as_bytes() else {
            return None;
        };
        let two = |a: u8, b: u8| (a.is_ascii_digit() && b.is_ascii_digit()).then(|| (a - b'0') * 10 + (b - b'0'));
        let year = i32::from(two(y0, y1)?) * 100 + i32::from(two(y2, y3)?);
        Day::from_ymd(year, two(m0, m1)?, two(d0, d1)?)
    }

    pub fn add_days(self, days: i32) -> Day {
        Day(self.0 + days)
    }

    /// The corresponding day, or the last day of a month that has none (民法典 art 202).
    pub fn add_months(self, months: i32) -> Day {
        let (_, _, day) = self.ymd();
        let month = self.month().add_months(months);
        let (year, number) = (month.year(), month.number());
        Day(days_from_civil(year, number, day.min(days_in_month(year, number))))
    }

    /// Full years since `earlier`; negative before it. Someone born on 29 February completes a year on 28 February of a
    /// common year, because a month without the corresponding day ends the term on its last day (民法典 art 202).
    pub fn years_since(self, earlier: Day) -> i32 {
        self.months_since(earlier).div_euclid(12)
    }

    /// Full months since `earlier`; negative before it. The rule of month ends is that of [`Day::years_since`].
    pub fn months_since(self, earlier: Day) -> i32 {
        let whole = self.month().0 - earlier.month().0;
        let (_, _, due) = earlier.ymd();
        let (year, month, day) = self.ymd();
        let reached = day >= due.min(days_in_month(year, month));
        whole - i32::from(!reached)
    }

    pub fn month(self) -> Month {
        let (year, month, _) = self.ymd();
        Month(year * 12 + i32::from(month) - 1)
    }

    /// 0 = Monday … 6 = Sunday
    pub fn weekday(self) -> u8 {
        // 1970-01-01 was a Thursday.
        (self.0 + 3).rem_euclid(7) as u8
    }
}

pub(crate) fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: i32) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

// Both conversions are Howard Hinnant's (chrono-compatible low-level date algorithms), in which the year starts in March.
fn days_from_civil(year: i32, month: u8, day: u8) -> i32 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((i32::from(month) + 9) % 12) + 2) / 5 + i32::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i32) -> (i32, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    (year, month as u8, day as u8)
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Datelike, Months, NaiveDate};
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap_or_else(|| panic!("{text} is not a day"))
    }

    #[test]
    fn only_the_iso_spelling_of_an_existing_day_is_read() {
        for text in ["2026-07-01", "2024-02-29", "1900-01-01", "9999-12-31"] {
            assert_eq!(day(text).to_string(), text);
        }
        for text in [
            "2026-7-1",
            "2025-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "2026/01/01",
            "",
            "2026-01-011",
            "0000-01-01",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn someone_born_on_29_february_is_a_year_older_on_28_february_of_a_common_year() {
        let born = day("2008-02-29");
        assert_eq!(day("2026-02-27").years_since(born), 17);
        assert_eq!(day("2026-02-28").years_since(born), 18);
        assert_eq!(day("2028-02-28").years_since(born), 19);
        assert_eq!(day("2028-02-29").years_since(born), 20);
    }

    #[test]
    fn adding_months_stops_at_the_end_of_a_short_month() {
        assert_eq!(day("2026-01-31").add_months(1), day("2026-02-28"));
        assert_eq!(day("2024-01-31").add_months(1), day("2024-02-29"));
        assert_eq!(day("2026-03-31").add_months(-13), day("2025-02-28"));
    }

    proptest! {
        #[test]
        fn days_agree_with_chrono(days in -700_000_i32..2_900_000) {
            let date = NaiveDate::from_num_days_from_ce_opt(days + 719_163).unwrap();
            prop_assume!((1..=9999).contains(&date.year()));
            let ymd = (date.year(), date.month() as u8, date.day() as u8);
            prop_assert_eq!(Day(days).ymd(), ymd);
            prop_assert_eq!(Day::from_ymd(ymd.0, ymd.1, ymd.2), Some(Day(days)));
            prop_assert_eq!(u32::from(Day(days).weekday()), date.weekday().num_days_from_monday());
            prop_assert_eq!(Day(days).to_string(), date.to_string());
        }

        #[test]
        fn added_months_agree_with_chrono(days in -50_000_i32..50_000, months in 0_u32..1_500) {
            let date = NaiveDate::from_num_days_from_ce_opt(days + 719_163).unwrap().checked_add_months(Months::new(months)).unwrap();
            prop_assert_eq!(Day(days).add_months(months as i32).to_string(), date.to_string());
        }

        #[test]
        fn full_months_are_the_most_that_can_be_added_without_passing(from in -40_000_i32..40_000, to in -40_000_i32..40_000) {
            let (from, to) = (Day(from), Day(to));
            let months = to.months_since(from);
            prop_assert!(from.add_months(months) <= to);
            prop_assert!(from.add_months(months + 1) > to);
        }
    }
}
