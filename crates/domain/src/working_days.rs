//! Working days by the State Council's yearly announcements, 2004–2026.
//!
//! A make-up Saturday or Sunday is a working day. A year that has not been announced is an error, never a guess.

use std::sync::OnceLock;

use crate::day::Day;

const HOLIDAYS: &str = include_str!("../../../places/holidays.csv");

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The State Council announces the holidays of a year near the end of the year before it.
    #[error("the holidays of {year} are not published; the calendar covers {first} to {last}")]
    YearNotPublished { year: i32, first: i32, last: i32 },
}

/// One bit per day of the covered years, set where the day is worked.
#[derive(Debug)]
pub struct Calendar {
    first: Day,
    years: (i32, i32),
    worked: Vec<u64>,
    days: usize,
}

impl Calendar {
    /// The calendar that ships with the project.
    pub fn published() -> &'static Calendar {
        static PUBLISHED: OnceLock<Calendar> = OnceLock::new();
        PUBLISHED.get_or_init(|| Calendar::from_csv(HOLIDAYS))
    }

    fn from_csv(text: &str) -> Calendar {
        let exceptions: Vec<(Day, bool)> = text
            .lines()
            .skip(1)
            .map(|line| {
                let (day, kind) = line.split_once(',').expect("holidays.csv has two columns");
                (Day::parse(day).expect("holidays.csv holds ISO days"), kind == "workday")
            })
            .collect();
        let years = (exceptions[0].0.ymd().0, exceptions[exceptions.len() - 1].0.ymd().0);
        let first = Day::from_ymd(years.0, 1, 1).expect("a year of the file");
        let last = Day::from_ymd(years.1, 12, 31).expect("a year of the file");
        let days = (last.0 - first.0 + 1) as usize;
        let mut calendar = Calendar {
            first,
            years,
            worked: vec![0; days.div_ceil(64)],
            days,
        };
        for index in 0..days {
            calendar.set(index, first.add_days(index as i32).weekday() < 5);
        }
        for (day, worked) in exceptions {
            calendar.set((day.0 - first.0) as usize, worked);
        }
        calendar
    }

    fn set(&mut self, index: usize, worked: bool) {
        let bit = 1_u64 << (index % 64);
        match worked {
            true => self.worked[index / 64] |= bit,
            false => self.worked[index / 64] &= !bit,
        }
    }

    pub fn is_working(&self, day: Day) -> Result<bool, CalendarError> {
        let index = i64::from(day.0) - i64::from(self.first.0);
        if index < 0 || index as usize >= self.days {
            let (first, last) = self.years;
            return Err(CalendarError::YearNotPublished {
                year: day.ymd().0,
                first,
                last,
            });
        }
        Ok(self.worked[index as usize / 64] >> (index % 64) & 1 == 1)
    }

    /// The day that ends a term of `working_days` working days; the day it starts on is not counted (民法典 art 201).
    /// Zero gives the day itself.
    pub fn add_working_days(&self, start: Day, working_days: u32) -> Result<Day, CalendarError> {
        let mut day = start;
        let mut left = working_days;
        while left > 0 {
            day = day.add_days(1);
            left -= u32::from(self.is_working(day)?);
        }
        Ok(day)
    }

    /// Working days after `start`, up to and including `end`; zero when `end` is not after `start`.
    pub fn working_days_between(&self, start: Day, end: Day) -> Result<u32, CalendarError> {
        let mut count = 0;
        for number in start.0 + 1..=end.0 {
            count += u32::from(self.is_working(Day(number))?);
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap_or_else(|| panic!("{text} is not a day"))
    }

    #[test]
    fn announced_holidays_and_make_up_days_hold() {
        let calendar = Calendar::published();
        // 国办发明电: National Day 2025 ran from 1 to 8 October; 28 September and 11 October were worked.
        for (text, worked) in [
            ("2025-10-01", false),
            ("2025-10-08", false),
            ("2025-10-09", true),
            ("2025-09-28", true),
            ("2025-10-11", true),
            ("2025-10-12", false),
            ("2026-01-01", false),
            ("2026-11-21", false),
        ] {
            assert_eq!(calendar.is_working(day(text)), Ok(worked), "{text}");
        }
    }

    #[test]
    fn every_year_has_the_working_days_that_chinesecalendar_counts() {
        // Counted by PyPI chinesecalendar 1.11.0 (`get_workdays` over the year), another reading of the same announcements.
        let oracle = include_str!("../tests/data/working_days_per_year.csv");
        let mut years = 0;
        for line in oracle.lines().skip(1) {
            let mut fields = line
                .split(',')
                .map(|field| field.parse::<i32>().expect("the oracle holds numbers"));
            let (year, count, checksum) = (fields.next().unwrap(), fields.next().unwrap(), fields.next().unwrap());
            let worked: Vec<i32> = (Day::from_ymd(year, 1, 1).unwrap().0..=Day::from_ymd(year, 12, 31).unwrap().0)
                .filter(|&number| Calendar::published().is_working(Day(number)) == Ok(true))
                .collect();
            assert_eq!(worked.len() as i32, count, "{year}");
            let start = Day::from_ymd(year, 1, 1).unwrap().0;
            assert_eq!(
                worked.iter().map(|number| number - start + 1).sum::<i32>(),
                checksum,
                "{year}"
            );
            years += 1;
        }
        assert_eq!(years, 23);
    }

    #[test]
    fn a_year_that_is_not_published_is_an_error_that_says_so() {
        let calendar = Calendar::published();
        let error = calendar.is_working(day("2027-01-04")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the holidays of 2027 are not published; the calendar covers 2004 to 2026"
        );
        assert!(calendar.is_working(day("2003-12-31")).is_err());
        assert!(calendar.add_working_days(day("2026-12-30"), 5).is_err());
    }

    #[test]
    fn thirty_working_days_from_acceptance_skip_the_spring_festival() {
        assert_eq!(
            Calendar::published().add_working_days(day("2026-02-02"), 0),
            Ok(day("2026-02-02"))
        );
        assert_eq!(
            Calendar::published().add_working_days(day("2025-09-30"), 1),
            Ok(day("2025-10-09"))
        );
    }

    proptest! {
        #[test]
        fn a_longer_term_never_ends_earlier_and_counts_back(start in 12_500_i32..19_000, days in 0_u32..200) {
            let calendar = Calendar::published();
            let start = Day(start);
            let (shorter, longer) = (calendar.add_working_days(start, days).unwrap(), calendar.add_working_days(start, days + 1).unwrap());
            prop_assert!(shorter < longer);
            prop_assert_eq!(calendar.working_days_between(start, longer).unwrap(), days + 1);
            prop_assert!(calendar.is_working(longer).unwrap());
        }
    }
}
