//! A column: what it is called, what it holds, how far it may reach, how it is kept.

use rustc_hash::FxHashMap;

use crate::contract::Bilingual;
use crate::spelling::normalise_value;

#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    pub zh: String,
    pub en: String,
    pub synonyms: Vec<String>,
    /// Name, both titles and synonyms, normalised once: a header is held against every column of every feed.
    pub(crate) titles: Vec<String>,
    pub kind: ColumnType,
    pub required: bool,
    pub unit: Option<Unit>,
    pub range: Option<Range>,
    /// Of columns of type code; empty for others.
    pub codes: Codes,
    pub sensitivity: Sensitivity,
    pub keep: Keep,
    pub meaning: Bilingual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    CitizenId,
    Name,
    Phone,
    Address,
    /// Any number that names a person or an account: bank account, certificate, plate.
    Account,
    Text,
    Code,
    /// Fen in the lake.
    Money,
    /// Days since 1970-01-01 in the lake.
    Date,
    /// Year × 12 + (month − 1) in the lake.
    Month,
    Count,
    /// Ten-thousandths in the lake.
    Rate,
    Division,
    CreditCode,
    HouseholdNo,
    Flag,
}

impl ColumnType {
    /// Kept only as keyed tag, or sealed; never in clear.
    pub fn is_identity(self) -> bool {
        matches!(
            self,
            ColumnType::Name | ColumnType::Phone | ColumnType::Address | ColumnType::Account
        )
    }

    /// Whether a range may be said of it.
    pub fn is_ordered(self) -> bool {
        matches!(
            self,
            ColumnType::Money | ColumnType::Date | ColumnType::Month | ColumnType::Count | ColumnType::Rate
        )
    }
}

/// Smallest and largest value that may occur, in the lake's unit (fen, days, months, ten-thousandths).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub low: i64,
    pub high: i64,
}

impl Range {
    pub fn contains(self, value: i64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Yuan,
    YuanPerMonth,
    YuanPerYear,
    Share,
    Months,
    Vehicles,
    Sqm,
    Mu,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Says nothing of a person by itself.
    Open,
    Personal,
    /// Names or reaches a person.
    Identity,
    /// Health, disability, children: 个人信息保护法 art 28.
    Special,
}

/// How an identity column is kept. Of other columns: `Clear`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    Clear,
    /// A keyed tag: equal values can be found, the value cannot be read back.
    Tag,
    /// A tag, and the value encrypted.
    Seal,
}

impl Column {
    pub fn is_sealed(&self) -> bool {
        self.keep == Keep::Seal
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    pub code: i16,
    /// Stable English word, as policy packs write it.
    pub name: String,
    pub zh: String,
    pub en: String,
    pub also: Vec<String>,
}

/// A code list with every spelling that departments use.
#[derive(Clone, Debug, Default)]
pub struct Codes {
    list: Vec<Code>,
    by_spelling: FxHashMap<String, i16>,
}

impl Codes {
    /// The second spelling of one text for two codes is the fault that comes back.
    pub(crate) fn new(list: Vec<Code>) -> Result<Codes, String> {
        let mut by_spelling = FxHashMap::default();
        for code in &list {
            let number = code.code.to_string();
            for spelling in [&number, &code.name, &code.zh, &code.en].into_iter().chain(&code.also) {
                let spelling = normalise_value(spelling);
                let taken = by_spelling.insert(spelling.clone(), code.code);
                if taken.is_some_and(|other| other != code.code) {
                    return Err(spelling);
                }
            }
        }
        Ok(Codes { list, by_spelling })
    }

    pub fn list(&self) -> &[Code] {
        &self.list
    }

    pub fn get(&self, code: i16) -> Option<&Code> {
        self.list.iter().find(|entry| entry.code == code)
    }

    pub fn by_name(&self, name: &str) -> Option<&Code> {
        self.list.iter().find(|entry| entry.name == name)
    }

    /// Reads a number (leading zeros allowed), a name, a Chinese or English label, or one of the other spellings.
    pub fn resolve(&self, text: &str) -> Option<i16> {
        if let Some(&code) = self.by_spelling.get(text) {
            return Some(code);
        }
        let spelling = normalise_value(text);
        if let Some(&code) = self.by_spelling.get(&spelling) {
            return Some(code);
        }
        let digits = spelling.strip_prefix('0')?.trim_start_matches('0');
        self.by_spelling
            .get(if digits.is_empty() { "0" } else { digits })
            .copied()
    }
}
