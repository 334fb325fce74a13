//! Unguessable values for cookies and forms, and the form in which a person key stands in a URL.

use std::fmt;

/// 128 random bits, printed as 32 hexadecimal digits.
pub struct Token([u8; 16]);

impl Token {
    pub fn random() -> Result<Token, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Token(bytes))
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Whether two secrets are equal, in a time that does not tell where they differ.
pub fn same_secret(left: &str, right: &str) -> bool {
    left.len() == right.len()
        && left
            .bytes()
            .zip(right.bytes())
            .fold(0, |difference, (a, b)| difference | (a ^ b))
            == 0
}

/// A person key as 16 hexadecimal digits: it says nothing about the person without the key ring.
pub fn person_to_url(key: u64) -> String {
    format!("{key:016x}")
}

pub fn person_from_url(text: &str) -> Option<u64> {
    let exact = text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    exact.then(|| u64::from_str_radix(text, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_key_survives_its_url_form_and_nothing_else_is_taken_for_one() {
        for key in [0, 1, 0x0123_4567_89ab_cdef, u64::MAX] {
            assert_eq!(person_from_url(&person_to_url(key)), Some(key));
        }
        for other in ["", "12", "0123456789ABCDEF", "+123456789abcdef", "140105199001011234"] {
            assert_eq!(person_from_url(other), None, "{other}");
        }
    }
}
