//! Division codes: 12 digits, province (2), city (2), county (2), township (3), village (3).

use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DivisionCode(pub u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Province,
    City,
    County,
    Township,
    Village,
}

impl Level {
    /// How many trailing digits lie below this level.
    fn lower(self) -> u64 {
        match self {
            Level::Province => 10_000_000_000,
            Level::City => 100_000_000,
            Level::County => 1_000_000,
            Level::Township => 1_000,
            Level::Village => 1,
        }
    }

    pub fn above(self) -> Option<Level> {
        match self {
            Level::Province => None,
            Level::City => Some(Level::Province),
            Level::County => Some(Level::City),
            Level::Township => Some(Level::County),
            Level::Village => Some(Level::Township),
        }
    }
}

impl DivisionCode {
    /// Reads 12 digits, or the 2, 4, 6 or 9 of a higher level, which are filled with zeros.
    pub fn parse(text: &str) -> Option<DivisionCode> {
        let text = text.trim();
        if !matches!(text.len(), 2 | 4 | 6 | 9 | 12) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let value = text.bytes().fold(0, |value, byte| value * 10 + u64::from(byte - b'0'))
            * 10_u64.pow(12 - text.len() as u32);
        (value >= 110_000_000_000).then_some(DivisionCode(value))
    }

    pub fn level(self) -> Level {
        [Level::Province, Level::City, Level::County, Level::Township]
            .into_iter()
            .find(|level| self.0.is_multiple_of(level.lower()))
            .unwrap_or(Level::Village)
    }

    /// This division, or the one of the wanted level above it, by its digits. For villages that two lists place in
    /// different townships, [`crate::Places`] knows better.
    pub fn at(self, level: Level) -> DivisionCode {
        DivisionCode(self.0 / level.lower() * level.lower())
    }

    pub fn county(self) -> DivisionCode {
        self.at(Level::County)
    }

    pub fn parent(self) -> Option<DivisionCode> {
        self.level().above().map(|above| self.at(above))
    }

    /// From the parent up to the province.
    pub fn ancestors(self) -> impl Iterator<Item = DivisionCode> {
        std::iter::successors(self.parent(), |code| code.parent())
    }

    /// Whether `other` is this division or lies in it.
    pub fn contains(self, other: DivisionCode) -> bool {
        other.at(self.level()) == self
    }
}

impl fmt::Display for DivisionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_village_knows_its_ancestors_by_its_digits() {
        let village = DivisionCode::parse("140105001001").unwrap();
        let names: Vec<String> = village.ancestors().map(|code| code.to_string()).collect();
        assert_eq!(names, ["140105001000", "140105000000", "140100000000", "140000000000"]);
        assert_eq!(village.level(), Level::Village);
        assert_eq!(village.county().to_string(), "140105000000");
    }

    #[test]
    fn a_division_contains_itself_and_what_lies_below_it() {
        let code = |text: &str| DivisionCode::parse(text).unwrap();
        for (outer, inner, expected) in [
            ("14", "140105001001", true),
            ("1401", "140105", true),
            ("140105", "140105", true),
            ("140105", "140106001001", false),
            ("140105001", "140105", false),
        ] {
            assert_eq!(code(outer).contains(code(inner)), expected, "{outer} {inner}");
        }
    }

    #[test]
    fn what_is_not_a_division_code_is_refused() {
        for text in [
            "",
            "1",
            "14010",
            "14010500100",
            "1401050010011",
            "14010500100a",
            "000000000000",
            "-40105000000",
        ] {
            assert_eq!(DivisionCode::parse(text), None, "{text}");
        }
    }
}
