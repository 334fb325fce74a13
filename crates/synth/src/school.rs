//! Which stage and grade a pupil is in on a day: by the school year that began on the last 1 September.

use crate::calendar::{self, Day};
use crate::person::Person;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Code of the contract: 1 kindergarten … 7 university.
    pub stage: i16,
    pub grade: i32,
    pub enrolled_on: Day,
    pub leaves_on: Day,
}

/// Stage, age at entry, years.
const STAGES: [(i16, i32, i32); 5] = [(1, 3, 3), (2, 6, 6), (3, 12, 3), (4, 15, 3), (7, 18, 4)];
/// Of those in upper secondary and higher education, some are in vocational schools and colleges.
const VOCATIONAL: i16 = 5;
const COLLEGE: i16 = 6;

/// First day of the school year in which a day lies.
pub fn year_start(day: Day) -> Day {
    let (year, month, _) = calendar::ymd(day);
    calendar::day(if month >= 9 { year } else { year - 1 }, 9, 1)
}

/// The latest term that has been reported by a day: terms are reported at the end of March and of September.
pub fn reported_term(day: Day) -> Day {
    let (year, month, date) = calendar::ymd(day);
    let end = (month, date);
    if end >= (9, 30) {
        calendar::day(year, 9, 30)
    } else if end >= (3, 31) {
        calendar::day(year, 3, 31)
    } else {
        calendar::day(year - 1, 9, 30)
    }
}

/// Where a pupil is according to the latest report before a day.
pub fn place(person: &Person, day: Day) -> Place {
    let start = year_start(reported_term(day));
    let age = calendar::age(person.born, start).max(3);
    let (mut stage, entry_age, years) = STAGES
        .into_iter()
        .rev()
        .find(|(_, entry, _)| *entry <= age)
        .unwrap_or(STAGES[0]);
    let even = person.born % 5 < 2;
    let mut years = years;
    if stage == 4 && even {
        stage = VOCATIONAL;
    } else if stage == 7 && even {
        (stage, years) = (COLLEGE, 3);
    }
    let grade = (age - entry_age + 1).min(years);
    let start_year = calendar::year(start);
    Place {
        stage,
        grade,
        enrolled_on: calendar::day(start_year - grade + 1, 9, 1),
        leaves_on: calendar::day(start_year - grade + 1 + years, 7, 10),
    }
}
