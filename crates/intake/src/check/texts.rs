//! Text that stays text while it is checked: names, numbers of things, addresses.

use anwang_contracts::{ColumnType, RejectCode};
use anwang_domain::{CitizenId, CreditCode};

use crate::cell::tidy;

/// Longest text of a cell in bytes, about 600 Chinese characters: remarks fit, a swallowed file does not.
const TEXT_LIMIT_BYTES: usize = 2_000;
const ADDRESS_LIMIT_BYTES: usize = 600;
const NUMBER_LIMIT_BYTES: usize = 64;
/// Foreign and minority names are long; sentences are longer.
const NAME_LIMIT_CHARACTERS: usize = 60;

/// A column of short texts, one behind the other. An empty text is a missing one.
#[derive(Debug, Default)]
pub struct TextColumn {
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

impl TextColumn {
    pub fn clear(&mut self) {
        self.ends.clear();
        self.bytes.clear();
    }

    /// Makes room for `rows` texts of `bytes` each on average.
    pub fn reserve(&mut self, rows: usize, bytes: usize) {
        self.ends.reserve(rows);
        self.bytes.reserve(rows * bytes);
    }

    pub fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len() as u32);
    }

    #[inline]
    pub fn get(&self, row: usize) -> &[u8] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] as usize };
        &self.bytes[start..self.ends[row] as usize]
    }

    pub fn get_str(&self, row: usize) -> &str {
        // Only text that passed `clean` is pushed.
        std::str::from_utf8(self.get(row)).unwrap_or_default()
    }

    pub fn text_bytes(&self) -> usize {
        self.bytes.len()
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// The trimmed, half-width cell; borrowed where nothing had to change.
pub fn clean<'a>(cell: &'a [u8], buffer: &'a mut Vec<u8>) -> Result<&'a [u8], RejectCode> {
    let cell = tidy::trim(cell);
    if tidy::is_nothing(cell) {
        return Ok(&[]);
    }
    if cell.is_ascii() && !cell.contains(&b'\t') {
        return Ok(cell);
    }
    // EF begins full-width letters, marks and U+FFFD; E2, E3 and C2 begin invisible marks and blanks.
    let unusual = cell
        .iter()
        .any(|byte| matches!(byte, 0xEF | 0xE2 | 0xE3 | 0xC2 | b'\t'));
    if !unusual {
        return if std::str::from_utf8(cell).is_ok() {
            Ok(cell)
        } else {
            Err(RejectCode::NotUtf8)
        };
    }
    if tidy::to_half_width(cell, buffer) {
        Ok(buffer)
    } else {
        Err(RejectCode::NotUtf8)
    }
}

/// Whether a clean text is what the column holds.
pub fn check(kind: ColumnType, text: &[u8]) -> Result<(), RejectCode> {
    match kind {
        ColumnType::Text => {
            if text.len() > TEXT_LIMIT_BYTES {
                Err(RejectCode::TextTooLong)
            } else if holds_citizen_id(text) {
                Err(RejectCode::IdentityInText)
            } else {
                Ok(())
            }
        }
        ColumnType::CreditCode => {
            let valid = std::str::from_utf8(text).is_ok_and(|text| CreditCode::parse(text).is_ok());
            if valid { Ok(()) } else { Err(RejectCode::NotACreditCode) }
        }
        ColumnType::HouseholdNo => {
            if is_number_of_a_thing(text) {
                Ok(())
            } else {
                Err(RejectCode::NotAHouseholdNo)
            }
        }
        ColumnType::Name => {
            if is_name(text) {
                Ok(())
            } else {
                Err(RejectCode::NotAName)
            }
        }
        ColumnType::Phone => {
            if is_phone(text) {
                Ok(())
            } else {
                Err(RejectCode::NotAPhone)
            }
        }
        ColumnType::Account => {
            if is_number_of_a_thing(text) {
                Ok(())
            } else {
                Err(RejectCode::NotAnAccount)
            }
        }
        ColumnType::Address => {
            if text.len() <= ADDRESS_LIMIT_BYTES {
                Ok(())
            } else {
                Err(RejectCode::TextTooLong)
            }
        }
        _ => Ok(()),
    }
}

/// Letters of any script; digits make no name.
fn is_name(text: &[u8]) -> bool {
    let letters = text.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
    letters <= NAME_LIMIT_CHARACTERS && !text.iter().any(u8::is_ascii_digit)
}

/// 7 to 12 digits, with country code, hyphens, blanks and brackets as written.
fn is_phone(text: &[u8]) -> bool {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    (7..=15).contains(&digits)
        && text
            .iter()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b' ' | b'(' | b')' | b'*'))
}

/// Account, plate, certificate and household numbers differ by office: letters, digits and a few marks.
fn is_number_of_a_thing(text: &[u8]) -> bool {
    text.len() <= NUMBER_LIMIT_BYTES
        && text.iter().all(|byte| {
            byte.is_ascii_alphanumeric()
                || *byte >= 0x80
                || matches!(byte, b'-' | b' ' | b'/' | b'_' | b'(' | b')' | b'.' | b'#')
        })
}

/// A valid citizen id among other text would lie in clear in the lake.
fn holds_citizen_id(text: &[u8]) -> bool {
    let mut start = 0;
    while start < text.len() {
        if !text[start].is_ascii_digit() {
            start += 1;
            continue;
        }
        let mut end = start;
        while end < text.len() && text[end].is_ascii_digit() {
            end += 1;
        }
        if end - start >= 17 {
            let with_x = end + usize::from(text.get(end).is_some_and(|byte| matches!(byte, b'x' | b'X')));
            let run = &text[start..with_x];
            if run
                .windows(18)
                .any(|window| std::str::from_utf8(window).is_ok_and(|digits| CitizenId::parse(digits).is_ok()))
            {
                return true;
            }
        }
        start = end + 1;
    }
    false
}
