//! The usual spellings of days and months.

/// Whether whole numbers may be a spreadsheet's day count (days since 1899-12-30).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serial {
    Allowed,
    Refused,
}

/// Days since 1970-01-01 of `2026-07-01`, `2026/7/1`, `2026.7.1`, `20260701`, `2026年7月1日`, each also followed by a time of day.
#[inline]
pub fn day(cell: &[u8], serial: Serial) -> Option<i64> {
    if let [y1, y2, y3, y4, b'-' | b'/' | b'.', m1, m2, b'-' | b'/' | b'.', d1, d2] = *cell
        && let Some(parts) = digits8([y1, y2, y3, y4, m1, m2, d1, d2])
    {
        return from_parts(parts);
    }
    if let Ok(eight) = <[u8; 8]>::try_from(cell)
        && let Some(parts) = digits8(eight)
    {
        return from_parts(parts);
    }
    spelled_day(cell, serial)
}

/// Months since year 0 (year × 12 + month − 1) of `2026-07`, `202607`, `2026/7`, `2026年7月`, or of any day in it.
#[inline]
pub fn month(cell: &[u8], serial: Serial) -> Option<i64> {
    if let [y1, y2, y3, y4, b'-' | b'/' | b'.', m1, m2] | [y1, y2, y3, y4, m1, m2] = *cell
        && let Some((year, month, _)) = digits8([y1, y2, y3, y4, m1, m2, b'0', b'1'])
    {
        return month_of(year, month);
    }
    let mut numbers = [0i64; 3];
    let found = numbers_of(date_part(cell), &mut numbers)?;
    if found == 2 && has_four_digit_year(cell) {
        return month_of(numbers[0], numbers[1]);
    }
    day(cell, serial).map(|day| {
        let (year, month, _) = civil_of(day);
        year * 12 + month - 1
    })
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar (Howard Hinnant, chrono-compatible algorithms).
pub fn days_of(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) || !(1800..=2200).contains(&year) {
        return None;
    }
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted - era * 400;
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Year, month and day of a number of days since 1970-01-01.
pub fn civil_of(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted - era * 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let part = (5 * of_year + 2) / 153;
    let month = if part < 10 { part + 3 } else { part - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * part + 2) / 5 + 1)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[inline]
fn digits8(bytes: [u8; 8]) -> Option<(i64, i64, i64)> {
    let mut number = [0i64; 8];
    for (to, byte) in number.iter_mut().zip(bytes) {
        if !byte.is_ascii_digit() {
            return None;
        }
        *to = i64::from(byte - b'0');
    }
    let [y1, y2, y3, y4, m1, m2, d1, d2] = number;
    Some((y1 * 1000 + y2 * 100 + y3 * 10 + y4, m1 * 10 + m2, d1 * 10 + d2))
}

#[inline]
fn from_parts((year, month, day): (i64, i64, i64)) -> Option<i64> {
    days_of(year, month, day)
}

fn month_of(year: i64, month: i64) -> Option<i64> {
    ((1..=12).contains(&month) && (1800..=2200).contains(&year)).then(|| year * 12 + month - 1)
}

fn spelled_day(cell: &[u8], serial: Serial) -> Option<i64> {
    let date = date_part(cell);
    let mut numbers = [0i64; 3];
    match numbers_of(date, &mut numbers)? {
        3 if has_four_digit_year(date) => from_parts((numbers[0], numbers[1], numbers[2])),
        1 if date.len() == 8 => digits8(date.try_into().ok()?).and_then(from_parts),
        // 1954-10-03 to 2119-01-10: no other number of days is meant by a date of this work.
        1 if serial == Serial::Allowed && (20_000..80_000).contains(&numbers[0]) => Some(numbers[0] - 25_569),
        _ => None,
    }
}

/// Cuts off a time of day (`2026-07-01 00:00:00`, `2026-07-01T08:30`).
fn date_part(cell: &[u8]) -> &[u8] {
    match cell.iter().position(|&byte| byte == b' ' || byte == b'T') {
        Some(at)
            if cell[at + 1..]
                .iter()
                .all(|byte| matches!(byte, b'0'..=b'9' | b':' | b'.' | b'Z' | b'+' | b' ')) =>
        {
            &cell[..at]
        }
        _ => cell,
    }
}

fn has_four_digit_year(cell: &[u8]) -> bool {
    cell.len() > 4 && cell[..4].iter().all(u8::is_ascii_digit) && !cell[4].is_ascii_digit()
}

/// The numbers between `-`, `/`, `.`, 年, 月 and 日; None if anything else stands there.
fn numbers_of(cell: &[u8], numbers: &mut [i64; 3]) -> Option<usize> {
    let mut found = 0;
    let mut in_number = false;
    let mut rest = cell;
    while let Some(&byte) = rest.first() {
        if byte.is_ascii_digit() {
            if !in_number {
                found += 1;
                in_number = true;
            }
            let number = numbers.get_mut(found - 1)?;
            *number = *number * 10 + i64::from(byte - b'0');
            if *number > 99_999_999 {
                return None;
            }
            rest = &rest[1..];
            continue;
        }
        let separator = ["-", "/", ".", "年", "月", "日"]
            .into_iter()
            .find_map(|word| rest.strip_prefix(word.as_bytes()))?;
        if !in_number {
            return None;
        }
        in_number = false;
        rest = separator;
    }
    Some(found)
}
