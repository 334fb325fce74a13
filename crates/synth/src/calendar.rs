//! Days as whole numbers since 1970-01-01, formatted without allocation: a province writes some hundred million dates.

pub type Day = i32;

/// Ids count birth days from here: 1800-01-01.
pub const EARLIEST_BIRTH: Day = -62_091;
/// Later than every day of the sample: "has not happened".
pub const NEVER: Day = Day::MAX;

/// Proleptic Gregorian, after Howard Hinnant's `civil_from_days`.
#[inline]
pub fn ymd(day: Day) -> (i32, u32, u32) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097) as u32;
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let d = doy - (153 * mp + 2) / 5 + 1;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    let y = yoe as i32 + era * 400 + i32::from(m <= 2);
    (y, m, d)
}

#[inline]
pub fn day(year: i32, month: u32, day: u32) -> Day {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let mp = (month as i32 + 9) % 12;
    let doy = (153 * mp + 2) / 5 + day as i32 - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

pub fn year(of: Day) -> i32 {
    ymd(of).0
}

/// First day of the month that `months` after the month of `of`.
pub fn month_start(of: Day, months: i32) -> Day {
    let (y, m, _) = ymd(of);
    let index = y * 12 + m as i32 - 1 + months;
    day(index.div_euclid(12), index.rem_euclid(12) as u32 + 1, 1)
}

/// The same day `months` later, the last day of the month where it is shorter.
pub fn add_months(of: Day, months: i32) -> Day {
    let (_, _, d) = ymd(of);
    let first = month_start(of, months);
    let last = month_start(of, months + 1) - 1;
    (first + d as i32 - 1).min(last)
}

/// Full years lived; someone born on 29 February is a year older on 28 February of a common year (民法典 art 202).
pub fn age(born: Day, at: Day) -> i32 {
    let (by, bm, bd) = ymd(born);
    let (y, m, d) = ymd(at);
    let bd = if (bm, bd) == (2, 29) && !leap(y) { 28 } else { bd };
    y - by - i32::from((m, d) < (bm, bd))
}

/// The day on which a person is `years` old.
pub fn birthday(born: Day, years: i32) -> Day {
    let (y, m, d) = ymd(born);
    if (m, d) == (2, 29) && !leap(y + years) {
        day(y + years, 2, 28)
    } else {
        day(y + years, m, d)
    }
}

fn leap(year: i32) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_two_centuries_comes_back() {
        for number in EARLIEST_BIRTH..30_000 {
            let (y, m, d) = ymd(number);
            assert_eq!(day(y, m, d), number);
        }
        assert_eq!(ymd(EARLIEST_BIRTH), (1800, 1, 1));
    }

    #[test]
    fn months_clamp_and_birthdays_on_leap_days_move_to_the_end_of_february() {
        assert_eq!(add_months(day(2024, 1, 31), 1), day(2024, 2, 29));
        assert_eq!(month_start(day(2026, 1, 20), -1), day(2025, 12, 1));
        assert_eq!(birthday(day(2008, 2, 29), 18), day(2026, 2, 28));
        assert_eq!(age(day(2008, 2, 29), day(2026, 2, 27)), 17);
        assert_eq!(age(day(2008, 2, 29), day(2026, 2, 28)), 18);
    }
}
