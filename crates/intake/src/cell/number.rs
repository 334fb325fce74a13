//! Decimal numbers as exact integers: amounts in fen, rates in 1/10,000, counts.

/// A number written as `digits` × 10^-`scale`, read from text with optional sign and thousands separators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    /// The value × 10^`places`, if it is whole and fits.
    fn at(self, places: u32) -> Option<i64> {
        let value = if places >= self.scale {
            self.digits.checked_mul(10i128.checked_pow(places - self.scale)?)?
        } else {
            let unit = 10i128.checked_pow(self.scale - places)?;
            if self.digits % unit != 0 {
                return None;
            }
            self.digits / unit
        };
        i64::try_from(value).ok()
    }
}

/// Yuan with up to two decimals (more only if they are zero), `1,234.50`, `¥12`, `12元`, `1.2万元`, as fen.
/// A unit in the cell goes before `unit`, which the header gave.
#[inline]
pub fn fen(cell: &[u8], unit: MoneyUnit) -> Result<i64, NotFen> {
    if unit == MoneyUnit::Yuan
        && let Some(fen) = plain_fen(cell)
    {
        return Ok(fen);
    }
    let (number, of_cell) = without_currency(cell);
    let places = match of_cell.unwrap_or(unit) {
        MoneyUnit::Fen => 0,
        MoneyUnit::Yuan => 2,
        MoneyUnit::TenThousandYuan => 6,
    };
    let amount = decimal(number).ok_or(NotFen::NotANumber)?;
    amount.at(places).ok_or(if amount.digits.unsigned_abs() < 1 << 62 {
        NotFen::FinerThanOneFen
    } else {
        NotFen::NotANumber
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotFen {
    NotANumber,
    FinerThanOneFen,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyUnit {
    Fen,
    Yuan,
    TenThousandYuan,
}

/// The common case without sign or separators: at most 15 digits, then nothing or one or two decimals.
#[inline]
fn plain_fen(cell: &[u8]) -> Option<i64> {
    let mut value: i64 = 0;
    let mut at = 0;
    let negative = cell.first() == Some(&b'-');
    let body = if negative { &cell[1..] } else { cell };
    if body.len() > 17 {
        return None;
    }
    while at < body.len() && body[at].is_ascii_digit() {
        value = value * 10 + i64::from(body[at] - b'0');
        at += 1;
    }
    if at == 0 || at > 15 {
        return None;
    }
    let fen = match &body[at..] {
        [] => value * 100,
        [b'.', tenths] if tenths.is_ascii_digit() => value * 100 + i64::from(tenths - b'0') * 10,
        [b'.', tenths, ones] if tenths.is_ascii_digit() && ones.is_ascii_digit() => {
            value * 100 + i64::from(tenths - b'0') * 10 + i64::from(ones - b'0')
        }
        _ => return None,
    };
    Some(if negative { -fen } else { fen })
}

fn without_currency(cell: &[u8]) -> (&[u8], Option<MoneyUnit>) {
    let mut number = cell;
    for sign in ["¥", "RMB", "CNY", "人民币"] {
        number = number.strip_prefix(sign.as_bytes()).unwrap_or(number).trim_ascii();
    }
    for (word, unit) in [
        ("万元", MoneyUnit::TenThousandYuan),
        ("万", MoneyUnit::TenThousandYuan),
        ("元/月", MoneyUnit::Yuan),
        ("元/年", MoneyUnit::Yuan),
        ("元", MoneyUnit::Yuan),
    ] {
        if let Some(rest) = number.strip_suffix(word.as_bytes()) {
            return (rest.trim_ascii(), Some(unit));
        }
    }
    (number, None)
}

/// Digits, one point, separators every three digits, a leading sign, or an accountant's parentheses.
fn decimal(cell: &[u8]) -> Option<Decimal> {
    let (cell, in_parentheses) = match cell {
        [b'(', inside @ .., b')'] => (inside, true),
        _ => (cell, false),
    };
    let (negative, body) = match cell {
        [b'-', rest @ ..] if !in_parentheses => (true, rest),
        [b'+', rest @ ..] if !in_parentheses => (false, rest),
        _ => (in_parentheses, cell),
    };
    let point = body.iter().position(|&byte| byte == b'.').unwrap_or(body.len());
    let (whole, rest) = body.split_at(point);
    let part = rest.strip_prefix(b".").unwrap_or(rest);
    if whole.is_empty() && part.is_empty() || whole.len() > 24 || part.len() > 12 || !separators_stand_right(whole) {
        return None;
    }
    let mut digits: i128 = 0;
    for &byte in whole.iter().filter(|&&byte| byte != b',').chain(part) {
        if !byte.is_ascii_digit() {
            return None;
        }
        digits = digits * 10 + i128::from(byte - b'0');
    }
    Some(Decimal {
        digits: if negative { -digits } else { digits },
        scale: part.len() as u32,
    })
}

fn separators_stand_right(whole: &[u8]) -> bool {
    let mut groups = whole.split(|&byte| byte == b',');
    let first = groups.next().unwrap_or_default();
    let mut separated = false;
    for group in groups {
        separated = true;
        if group.len() != 3 {
            return false;
        }
    }
    !separated || (1..=3).contains(&first.len())
}

/// A whole number; `3.0`, as spreadsheets write it, is 3.
#[inline]
pub fn count(cell: &[u8]) -> Option<i64> {
    if !cell.is_empty() && cell.len() <= 9 {
        let mut value: i64 = 0;
        if cell.iter().all(|&byte| {
            value = value * 10 + i64::from(byte.wrapping_sub(b'0'));
            byte.is_ascii_digit()
        }) {
            return Some(value);
        }
    }
    decimal(cell)?
        .at(0)
        .filter(|&value| value > i64::from(i32::MIN) && value <= i64::from(i32::MAX))
}

/// A rate in 1/10,000: `0.85`, `85%`, or, under a header that says %, `85`.
pub fn rate(cell: &[u8], unit: RateUnit) -> Option<i64> {
    let value = match cell.strip_suffix(b"%") {
        Some(percent) => decimal(percent.trim_ascii())?.at(2)?,
        None => decimal(cell)?.at(if unit == RateUnit::Percent { 2 } else { 4 })?,
    };
    (value > i64::from(i32::MIN) && value <= i64::from(i32::MAX)).then_some(value)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateUnit {
    One,
    Percent,
}

/// Twelve digits of a division; 2, 4, 6 and 9 digits are filled up with zeros.
#[inline]
pub fn division(cell: &[u8]) -> Option<i64> {
    let missing = match cell.len() {
        2 | 4 | 6 | 9 | 12 => 12 - cell.len() as u32,
        _ => return None,
    };
    let mut value: i64 = 0;
    for &byte in cell {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(byte - b'0');
    }
    (cell[0] != b'0').then(|| value * 10i64.pow(missing))
}
