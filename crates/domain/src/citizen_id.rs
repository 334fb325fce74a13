//! Citizen ids by GB 11643-1999: area (6), birth date (8), sequence (3, odd for men), check digit.

use std::fmt;

use crate::day::Day;

/// A valid citizen id, packed into 57 bits: area (20) | days since 1800-01-01 (17) | sequence (10).
///
/// The check digit follows from the rest, so equal people pack equally, whether they came with 15 or 18 digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CitizenId(u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    Male,
    Female,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CitizenIdFault {
    #[error("neither 18 nor 15 characters")]
    Length,
    #[error("holds something other than digits")]
    NotDigits,
    #[error("the area does not begin with a province's code")]
    Area,
    #[error("the birth date does not exist")]
    ImpossibleDate,
    #[error("the check digit does not fit")]
    CheckDigit,
}

const WEIGHTS: [u16; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [u8; 11] = *b"10X98765432";
/// 1800-01-01, the first day that the packing can hold.
const EPOCH: i32 = -62_091;
const DAY_BITS: u32 = 17;
const SEQUENCE_BITS: u32 = 10;

impl CitizenId {
    /// Reads 18 or 15 digits, a small or full-width x, full-width digits, blanks around.
    ///
    /// The area has to begin with a province's code; the rest of it is not held against a list, because codes that were
    /// abolished stay valid in the ids issued under them.
    pub fn parse(text: &str) -> Result<CitizenId, CitizenIdFault> {
        let bytes = text.as_bytes();
        match bytes.len() {
            18 if bytes.is_ascii() && bytes[0] != b' ' && bytes[17] != b' ' => {
                Self::from_18(bytes.try_into().expect("18 bytes"))
            }
            15 if bytes.is_ascii() && bytes[0] != b' ' && bytes[14] != b' ' => {
                Self::from_15(bytes.try_into().expect("15 bytes"))
            }
            _ => Self::parse_unusual(text),
        }
    }

    /// Full-width characters and blanks: the slow road.
    fn parse_unusual(text: &str) -> Result<CitizenId, CitizenIdFault> {
        let mut buffer = [0_u8; 18];
        let mut length = 0;
        for c in text.trim().chars() {
            if length == 18 {
                return Err(CitizenIdFault::Length);
            }
            let narrow = match c {
                '\u{ff01}'..='\u{ff5e}' => {
                    char::from_u32(c as u32 - 0xfee0).expect("full-width characters mirror ASCII")
                }
                other => other,
            };
            buffer[length] = u8::try_from(narrow)
                .ok()
                .filter(u8::is_ascii)
                .ok_or(CitizenIdFault::NotDigits)?;
            length += 1;
        }
        match length {
            18 => Self::from_18(&buffer),
            15 => Self::from_15(buffer[..15].try_into().expect("15 bytes")),
            _ => Err(CitizenIdFault::Length),
        }
    }

    fn from_18(bytes: &[u8; 18]) -> Result<CitizenId, CitizenIdFault> {
        let digits = digits_of::<17>(bytes[..17].try_into().expect("17 bytes")).ok_or(CitizenIdFault::NotDigits)?;
        let check = bytes[17].to_ascii_uppercase();
        if !(check.is_ascii_digit() || check == b'X') {
            return Err(CitizenIdFault::NotDigits);
        }
        let id = Self::from_parts(
            number(&digits[..6]),
            number(&digits[6..10]),
            number(&digits[10..12]),
            number(&digits[12..14]),
            number(&digits[14..]),
        )?;
        if check != check_digit(&digits) {
            return Err(CitizenIdFault::CheckDigit);
        }
        Ok(id)
    }

    /// The 15 digits of the years before 1999: a two-digit year and no check digit. The sequences 996 to 999 were kept for
    /// those who were a hundred or older when they were given, so their century is the one before.
    fn from_15(bytes: &[u8; 15]) -> Result<CitizenId, CitizenIdFault> {
        let digits = digits_of(bytes).ok_or(CitizenIdFault::NotDigits)?;
        let sequence = number(&digits[12..]);
        let century = if sequence >= 996 { 1800 } else { 1900 };
        Self::from_parts(
            number(&digits[..6]),
            century + number(&digits[6..8]),
            number(&digits[8..10]),
            number(&digits[10..12]),
            sequence,
        )
    }

    fn from_parts(area: u32, year: u32, month: u32, day: u32, sequence: u32) -> Result<CitizenId, CitizenIdFault> {
        if !is_province(area / 10_000) {
            return Err(CitizenIdFault::Area);
        }
        let birth = Day::from_ymd(year as i32, month as u8, day as u8).ok_or(CitizenIdFault::ImpossibleDate)?;
        Self::new(area, birth, sequence).ok_or(CitizenIdFault::ImpossibleDate)
    }

    /// From its parts: a six-digit area, a birth date from 1800 to 2158, a sequence below 1000.
    pub fn new(area: u32, birth: Day, sequence: u32) -> Option<CitizenId> {
        let days = u64::try_from(birth.0 - EPOCH)
            .ok()
            .filter(|days| days >> DAY_BITS == 0)?;
        let fits = area <= 999_999 && is_province(area / 10_000) && sequence <= 999;
        fits.then_some(CitizenId(
            u64::from(area) << (DAY_BITS + SEQUENCE_BITS) | days << SEQUENCE_BITS | u64::from(sequence),
        ))
    }

    pub fn packed(self) -> u64 {
        self.0
    }

    /// `None` when the number is not what [`CitizenId::packed`] gives for some id.
    pub fn from_packed(packed: u64) -> Option<CitizenId> {
        let id = CitizenId(packed);
        CitizenId::new(
            u32::try_from(packed >> (DAY_BITS + SEQUENCE_BITS)).ok()?,
            id.birth(),
            id.sequence(),
        )
        .filter(|same| *same == id)
    }

    pub fn area(self) -> u32 {
        (self.0 >> (DAY_BITS + SEQUENCE_BITS)) as u32
    }

    pub fn birth(self) -> Day {
        Day((self.0 >> SEQUENCE_BITS & ((1 << DAY_BITS) - 1)) as i32 + EPOCH)
    }

    pub fn sex(self) -> Sex {
        if self.sequence() % 2 == 1 {
            Sex::Male
        } else {
            Sex::Female
        }
    }

    pub fn sequence(self) -> u32 {
        (self.0 & ((1 << SEQUENCE_BITS) - 1)) as u32
    }

    /// The 18 characters in clear. For the edges and the vault only.
    pub fn to_digits(self) -> [u8; 18] {
        let (year, month, day) = self.birth().ymd();
        let mut digits = [0_u8; 17];
        write_number(&mut digits[..6], self.area());
        write_number(&mut digits[6..10], year as u32);
        write_number(&mut digits[10..12], u32::from(month));
        write_number(&mut digits[12..14], u32::from(day));
        write_number(&mut digits[14..], self.sequence());
        let mut text = [0_u8; 18];
        for (byte, digit) in text.iter_mut().zip(digits) {
            *byte = b'0' + digit;
        }
        text[17] = check_digit(&digits);
        text
    }

    /// `1401**********1234`: the first four and the last four characters, as notices and reject files show an id.
    pub fn masked(self) -> String {
        let digits = self.to_digits();
        let mut text = String::with_capacity(18);
        text.extend(digits[..4].iter().map(|&b| b as char));
        text.push_str("**********");
        text.extend(digits[14..].iter().map(|&b| b as char));
        text
    }
}

/// None when one of the bytes is no digit. Written without branches, so that it is done in a few vector steps.
#[inline(always)]
fn digits_of<const N: usize>(bytes: &[u8; N]) -> Option<[u8; N]> {
    let mut digits = [0; N];
    let mut largest = 0;
    for (digit, byte) in digits.iter_mut().zip(bytes) {
        *digit = byte.wrapping_sub(b'0');
        largest = largest.max(*digit);
    }
    (largest <= 9).then_some(digits)
}

// At most six digits come in, so nothing here can overflow; saying so spares a branch per digit.
#[inline(always)]
fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0_u32, |value, &digit| {
        value.wrapping_mul(10).wrapping_add(u32::from(digit))
    })
}

fn write_number(digits: &mut [u8], mut value: u32) {
    for digit in digits.iter_mut().rev() {
        *digit = (value % 10) as u8;
        value /= 10;
    }
}

#[inline(always)]
fn check_digit(digits: &[u8; 17]) -> u8 {
    let sum = digits.iter().zip(WEIGHTS).fold(0_u16, |sum, (&digit, weight)| {
        sum.wrapping_add(u16::from(digit).wrapping_mul(weight))
    });
    CHECKS[usize::from(sum % 11)]
}

/// Provinces of GB/T 2260, with 81–83 for residents of Hong Kong, Macao and Taiwan, and 91 for permanent residents from abroad.
fn is_province(code: u32) -> bool {
    const PROVINCES: u128 = {
        let codes = [
            11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61,
            62, 63, 64, 65, 71, 81, 82, 83, 91,
        ];
        let (mut mask, mut at) = (0, 0);
        while at < codes.len() {
            mask |= 1 << codes[at];
            at += 1;
        }
        mask
    };
    code < 128 && PROVINCES >> code & 1 == 1
}

impl fmt::Display for CitizenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.to_digits();
        f.write_str(std::str::from_utf8(&digits).expect("digits are ASCII"))
    }
}

/// Debug output ends up in logs and test reports, so it is masked.
impl fmt::Debug for CitizenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CitizenId({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, CitizenIdFault>) {
        assert_eq!(
            CitizenId::parse(text).map(|id| id.to_string()),
            expected.map(str::to_owned),
            "{text:?}"
        );
    }

    #[test]
    fn ids_are_read_in_every_usual_spelling_or_refused_with_the_reason() {
        // The example ids of GB 11643-1999, and one of the ministry's own forms.
        check("11010519491231002X", Ok("11010519491231002X"));
        check("11010519491231002x", Ok("11010519491231002X"));
        check("440524188001010014", Ok("440524188001010014"));
        check(" 11010519491231002X\t", Ok("11010519491231002X"));
        check("１１０１０５１９４９１２３１００２Ｘ", Ok("11010519491231002X"));
        check("110105491231002", Ok("11010519491231002X"));
        check("110105491231997", Ok("110105184912319973"));
        check("110105194912310021", Err(CitizenIdFault::CheckDigit));
        check("11010519490231002X", Err(CitizenIdFault::ImpossibleDate));
        check("110105190002290029", Err(CitizenIdFault::ImpossibleDate));
        check("99010519491231002X", Err(CitizenIdFault::Area));
        check("1101051949123100", Err(CitizenIdFault::Length));
        check("", Err(CitizenIdFault::Length));
        check("1101051949123100222", Err(CitizenIdFault::Length));
        check("11010519491231O02X", Err(CitizenIdFault::NotDigits));
        check("无身份证", Err(CitizenIdFault::NotDigits));
        check("11010549123100X", Err(CitizenIdFault::NotDigits));
    }

    #[test]
    fn an_abolished_area_stays_valid() {
        // 142401 was 榆次市 until 1999.
        let id = CitizenId::new(142_401, Day::parse("1970-05-01").unwrap(), 13).unwrap();
        assert_eq!(CitizenId::parse(&id.to_string()), Ok(id));
    }

    #[test]
    fn sex_birth_and_mask_come_from_the_digits() {
        let id = CitizenId::parse("11010519491231002X").unwrap();
        assert_eq!(
            (id.sex(), id.birth().to_string(), id.area()),
            (Sex::Female, "1949-12-31".to_owned(), 110_105)
        );
        assert_eq!(id.masked(), "1101**********002X");
        assert_eq!(format!("{id:?}"), "CitizenId(1101**********002X)");
    }

    #[test]
    fn a_number_that_is_no_packed_id_is_refused() {
        for packed in [u64::MAX, 0, 1 << 60, (110_105 << 27) | 1023] {
            assert_eq!(CitizenId::from_packed(packed), None, "{packed}");
        }
    }

    fn any_id() -> impl Strategy<Value = CitizenId> {
        (
            0_u32..10_000,
            EPOCH..50_000,
            0_u32..1_000,
            prop::sample::select(vec![11_u32, 14, 37, 54, 65, 81, 91]),
        )
            .prop_map(|(rest, birth, sequence, province)| {
                CitizenId::new(province * 10_000 + rest, Day(birth), sequence).expect("parts in range")
            })
    }

    proptest! {
        #[test]
        fn an_id_survives_printing_and_packing(id in any_id()) {
            prop_assert_eq!(CitizenId::parse(&id.to_string()), Ok(id));
            prop_assert_eq!(CitizenId::from_packed(id.packed()), Some(id));
            prop_assert!(id.packed() < 1 << 57);
        }

        #[test]
        fn every_single_wrong_digit_and_every_swap_of_neighbours_is_caught(id in any_id(), at in 0_usize..17, by in 1_u8..10) {
            let mut wrong = id.to_digits();
            wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
            prop_assert!(CitizenId::parse(std::str::from_utf8(&wrong).unwrap()).is_err());
            let mut swapped = id.to_digits();
            swapped.swap(at, at.saturating_sub(1));
            if swapped != id.to_digits() {
                prop_assert!(CitizenId::parse(std::str::from_utf8(&swapped).unwrap()).is_err());
            }
        }

        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,30}") {
            let _ = CitizenId::parse(&text);
        }
    }
}
