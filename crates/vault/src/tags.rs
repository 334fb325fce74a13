//! Tags: keyed 64-bit hashes, so that equal names or phones can be found without being readable.
//!
//! SipHash-2-4 is a keyed function made for this; HMAC-SM3 costs twenty times as much
//! (`cargo run -p anwang-vault --example cost`) and a tag is cut to 64 bits either way.

use std::borrow::Cow;

use hmac::{Hmac, KeyInit, Mac};
use siphasher::sip::SipHasher24;
use sm3::Sm3;

use crate::keyring::Key;

/// What a tag is of; the same text under two kinds has two unrelated tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Name,
    Phone,
    Address,
    Account,
    Household,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Name, Self::Phone, Self::Address, Self::Account, Self::Household];

    fn label(self) -> &'static [u8] {
        match self {
            Self::Name => b"name",
            Self::Phone => b"phone",
            Self::Address => b"address",
            Self::Account => b"account",
            Self::Household => b"household",
        }
    }
}

pub(crate) struct Tags([SipHasher24; Kind::ALL.len()]);

impl Tags {
    pub(crate) fn new(key: &Key) -> Self {
        Self(Kind::ALL.map(|kind| {
            let mut mac = Hmac::<Sm3>::new_from_slice(&key.0).expect("HMAC takes keys of any length");
            mac.update(kind.label());
            let derived = mac.finalize().into_bytes();
            let (low, high) = (word(&derived[0..8]), word(&derived[8..16]));
            SipHasher24::new_with_keys(low, high)
        }))
    }

    pub(crate) fn tag(&self, kind: Kind, text: &str) -> u64 {
        self.0[kind as usize].hash(normalised(kind, text).as_bytes())
    }
}

fn word(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// Departments write the same name or number in several ways; what carries no meaning is left out:
/// spaces, full-width forms, hyphens in numbers, the case of letters, the country prefix of a mobile number.
fn normalised(kind: Kind, text: &str) -> Cow<'_, str> {
    let plain = match kind {
        Kind::Phone | Kind::Account | Kind::Household => text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()),
        // Chinese characters of the basic block are three bytes that begin with e4 … e9.
        Kind::Name | Kind::Address => text.as_bytes().chunks(3).all(|bytes| (0xe4..=0xe9).contains(&bytes[0])),
    };
    let text = if plain {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().filter_map(folded).collect())
    };
    match kind {
        Kind::Phone => without_country(text),
        _ => text,
    }
}

/// One character as it counts, or nothing.
fn folded(character: char) -> Option<char> {
    let character = match character {
        // The dot in names of minorities is written in many ways, one of them full-width.
        '．' => '·',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0)?,
        '•' | '・' | '‧' | '∙' => '·',
        other => other,
    };
    match character {
        ' ' | '\t' | '\u{3000}' | '\u{a0}' | '\u{feff}' | '\u{200b}' | '-' => None,
        letter => Some(letter.to_ascii_uppercase()),
    }
}

fn without_country(text: Cow<'_, str>) -> Cow<'_, str> {
    let rest = text
        .strip_prefix("+86")
        .or_else(|| text.strip_prefix("0086"))
        .or_else(|| {
            let rest = text.strip_prefix("86")?;
            (rest.len() == 11).then_some(rest)
        });
    match rest {
        Some(rest) => Cow::Owned(rest.to_owned()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, spellings: &[&str], other: &str) {
        let tags = Tags::new(&Key([3; 16]));
        for spelling in spellings {
            assert_eq!(tags.tag(kind, spelling), tags.tag(kind, spellings[0]), "{spelling}");
        }
        assert_ne!(tags.tag(kind, other), tags.tag(kind, spellings[0]), "{other}");
    }

    #[test]
    fn spellings_that_mean_the_same_have_one_tag() {
        check(
            Kind::Name,
            &["王小明", " 王小明 ", "王 小明", "王\u{3000}小明"],
            "王小朋",
        );
        check(
            Kind::Name,
            &["阿依古丽·买买提", "阿依古丽•买买提", "阿依古丽．买买提"],
            "阿依古丽买买提",
        );
        check(
            Kind::Phone,
            &[
                "13800000000",
                "138-0000-0000",
                "+86 13800000000",
                "8613800000000",
                "１３８００００００００",
            ],
            "13800000001",
        );
        check(Kind::Account, &["6222AB", "6222 ab", "6222-AB"], "6222AC");
        check(
            Kind::Address,
            &["坞城街道3号", "坞城街道３号", "坞城街道 3号"],
            "坞城街道4号",
        );
    }

    #[test]
    fn the_same_text_has_another_tag_as_another_kind_or_under_another_key() {
        let tags = Tags::new(&Key([3; 16]));
        assert_ne!(tags.tag(Kind::Account, "123"), tags.tag(Kind::Household, "123"));
        assert_ne!(
            tags.tag(Kind::Account, "123"),
            Tags::new(&Key([4; 16])).tag(Kind::Account, "123")
        );
    }
}
