//! Unified social credit codes by GB 32100-2015: 17 characters and a check character, without I, O, S, V and Z.

use std::fmt;

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreditCode([u8; 18]);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreditCodeFault {
    #[error("not 18 characters")]
    Length,
    #[error("holds a character that the code does not use")]
    Character,
    #[error("the check character does not fit")]
    CheckCharacter,
}

impl CreditCode {
    /// Reads 18 characters, small letters too.
    pub fn parse(text: &str) -> Result<CreditCode, CreditCodeFault> {
        let mut code: [u8; 18] = text.trim().as_bytes().try_into().map_err(|_| CreditCodeFault::Length)?;
        code.make_ascii_uppercase();
        let mut sum = 0;
        for (&byte, weight) in code.iter().zip(WEIGHTS) {
            sum += value(byte).ok_or(CreditCodeFault::Character)? * weight;
        }
        value(code[17]).ok_or(CreditCodeFault::Character)?;
        if code[17] != check_character(sum) {
            return Err(CreditCodeFault::CheckCharacter);
        }
        Ok(CreditCode(code))
    }

    /// Completes 17 characters with the check character. `None` when one of them is not of the alphabet.
    pub fn from_body(body: &str) -> Option<CreditCode> {
        let body: &[u8; 17] = body.as_bytes().try_into().ok()?;
        let mut code = [0; 18];
        code[..17].copy_from_slice(body);
        let mut sum = 0;
        for (&byte, weight) in body.iter().zip(WEIGHTS) {
            sum += value(byte)? * weight;
        }
        code[17] = check_character(sum);
        Some(CreditCode(code))
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("the alphabet is ASCII")
    }
}

fn value(byte: u8) -> Option<u32> {
    ALPHABET
        .iter()
        .position(|&letter| letter == byte)
        .map(|position| position as u32)
}

fn check_character(sum: u32) -> u8 {
    ALPHABET[((31 - sum % 31) % 31) as usize]
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CreditCode({})", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_s_example_is_valid_and_its_faults_are_named() {
        // 91350100M000100Y43 is the worked example of GB 32100-2015.
        assert_eq!(
            CreditCode::parse("91350100m000100y43").map(|code| code.to_string()),
            Ok("91350100M000100Y43".to_owned())
        );
        assert_eq!(
            CreditCode::from_body("91350100M000100Y4").unwrap().as_str(),
            "91350100M000100Y43"
        );
        assert_eq!(
            CreditCode::parse("91350100M000100Y44"),
            Err(CreditCodeFault::CheckCharacter)
        );
        assert_eq!(CreditCode::parse("91350100I000100Y43"), Err(CreditCodeFault::Character));
        assert_eq!(CreditCode::parse("9135"), Err(CreditCodeFault::Length));
    }
}
