//! Days as numbers since 1970-01-01 and their years, months and days, for kernels that run per row.
//! Where a month lacks the corresponding day, its last day completes the period (民法典 art 202): somebody born on
//! 29 February completes a year on 28 February of a common year.

/// Year, month, day of a day number (proleptic Gregorian; Howard Hinnant's `civil_from_days`).
#[inline(always)]
pub fn civil(day: i64) -> (i64, i64, i64) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let d = day_of_year - (153 * shifted + 2) / 5 + 1;
    let m = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(m <= 2), m, d)
}

/// Day number of a date; the date has to exist.
#[inline(always)]
pub fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[inline(always)]
pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Reads `2026-07-01`.
pub fn parse_day(text: &str) -> Option<i32> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |part: &str| {
        part.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| part.parse::<i64>().ok())
            .flatten()
    };
    let (year, month, day) = (
        number(text.get(0..4)?)?,
        number(text.get(5..7)?)?,
        number(text.get(8..10)?)?,
    );
    let exists = year >= 1 && (1..=12).contains(&month) && day >= 1 && day <= days_in_month(year, month);
    exists.then(|| day_number(year, month, day) as i32)
}

pub fn written(day: i64) -> String {
    let (y, m, d) = civil(day);
    format!("{y:04}-{m:02}-{d:02}")
}

/// Full years from one day to another; negative when `to` lies before `from`.
#[inline(always)]
pub fn years_between(from: i64, to: i64) -> i64 {
    let ((y1, m1, d1), (y2, m2, d2)) = (civil(from), civil(to));
    y2 - y1 - i64::from(m2 * 32 + d2 < m1 * 32 + d1.min(days_in_month(y2, m1)))
}

#[inline(always)]
pub fn months_between(from: i64, to: i64) -> i64 {
    let ((y1, m1, d1), (y2, m2, d2)) = (civil(from), civil(to));
    (y2 * 12 + m2) - (y1 * 12 + m1) - i64::from(d2 < d1.min(days_in_month(y2, m2)))
}

/// The same day so many months later; the last day of the month where that day does not exist.
#[inline(always)]
pub fn add_months(day: i64, months: i64) -> i64 {
    let (y, m, d) = civil(day);
    let month = y * 12 + m - 1 + months;
    let (y, m) = (month.div_euclid(12), month.rem_euclid(12) + 1);
    day_number(y, m, d.min(days_in_month(y, m)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> i64 {
        i64::from(parse_day(text).expect("a day"))
    }

    #[test]
    fn days_and_dates_agree_over_four_centuries() {
        for number in day("1800-01-01")..day("2200-01-01") {
            let (y, m, d) = civil(number);
            assert_eq!(day_number(y, m, d), number);
        }
        assert_eq!(day("1970-01-01"), 0);
        assert_eq!(written(day("2024-02-29")), "2024-02-29");
        assert_eq!(parse_day("2023-02-29"), None);
    }

    #[test]
    fn full_years_count_from_the_birthday() {
        let check = |from, to, years| assert_eq!(years_between(day(from), day(to)), years, "{from} {to}");
        check("1946-08-01", "2026-07-31", 79);
        check("1946-08-01", "2026-08-01", 80);
        check("2008-02-29", "2026-02-27", 17);
        check("2008-02-29", "2026-02-28", 18);
        check("2008-02-29", "2028-02-28", 19);
    }

    #[test]
    fn adding_months_stays_within_the_month() {
        assert_eq!(written(add_months(day("2024-01-31"), 1)), "2024-02-29");
        assert_eq!(written(add_months(day("2024-03-31"), -13)), "2023-02-28");
    }
}
