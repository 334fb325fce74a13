//! A contract made ready to read one file: which cell goes to which column, and how it is read.

use anwang_contracts::{Codes, Column, ColumnType, Contract, HeaderMatch, WrittenUnit};
use anwang_domain::{Level, Places};
use rustc_hash::FxHashSet;

use crate::cell::date::Serial;
use crate::cell::number::{MoneyUnit, RateUnit};
use crate::source::Shape;

/// Marks a missing value among integers. No amount, date or code can be this; a key is so with a chance of 1 in 2^64.
pub const NULL: i64 = i64::MIN;

/// How one file of a feed is read.
#[derive(Debug)]
pub struct Plan<'c> {
    pub contract: &'c Contract,
    /// Per column of the contract.
    pub columns: Vec<ColumnPlan<'c>>,
    /// Row number of the header; rows up to it hold no data.
    pub header_row: u32,
    pub divisions: &'c KnownDivisions,
}

#[derive(Debug)]
pub struct ColumnPlan<'c> {
    pub column: &'c Column,
    /// Place in the file; None if the file does not have the column.
    pub cell: Option<usize>,
    pub parser: Parser<'c>,
}

#[derive(Debug)]
pub enum Parser<'c> {
    CitizenId,
    Code(CodeTable<'c>),
    Money(MoneyUnit),
    Date(Serial),
    Month(Serial),
    Count,
    Rate(RateUnit),
    Division,
    Flag,
    /// Text, numbers of things, names: stays text while the row is checked.
    Text,
}

impl<'c> Plan<'c> {
    pub fn new(
        contract: &'c Contract,
        header: &HeaderMatch,
        header_row: u32,
        shape: Shape,
        divisions: &'c KnownDivisions,
    ) -> Plan<'c> {
        let serial = if shape == Shape::Sheet {
            Serial::Allowed
        } else {
            Serial::Refused
        };
        let columns = contract
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let cell = header
                    .columns
                    .iter()
                    .position(|matched| matched.is_some_and(|matched| matched.column == at));
                let unit = cell
                    .and_then(|cell| header.columns[cell])
                    .map_or(WrittenUnit::AsTheContractSays, |matched| matched.unit);
                ColumnPlan {
                    column,
                    cell,
                    parser: Parser::of(column, unit, serial),
                }
            })
            .collect();
        Plan {
            contract,
            columns,
            header_row,
            divisions,
        }
    }
}

impl<'c> Parser<'c> {
    fn of(column: &'c Column, unit: WrittenUnit, serial: Serial) -> Parser<'c> {
        match column.kind {
            ColumnType::CitizenId => Parser::CitizenId,
            ColumnType::Code => Parser::Code(CodeTable::new(&column.codes)),
            ColumnType::Money => Parser::Money(match unit {
                WrittenUnit::Fen => MoneyUnit::Fen,
                WrittenUnit::TenThousandYuan => MoneyUnit::TenThousandYuan,
                WrittenUnit::AsTheContractSays | WrittenUnit::Percent => MoneyUnit::Yuan,
            }),
            ColumnType::Date => Parser::Date(serial),
            ColumnType::Month => Parser::Month(serial),
            ColumnType::Count => Parser::Count,
            ColumnType::Rate => Parser::Rate(if unit == WrittenUnit::Percent {
                RateUnit::Percent
            } else {
                RateUnit::One
            }),
            ColumnType::Division => Parser::Division,
            ColumnType::Flag => Parser::Flag,
            ColumnType::Name
            | ColumnType::Phone
            | ColumnType::Address
            | ColumnType::Account
            | ColumnType::Text
            | ColumnType::CreditCode
            | ColumnType::HouseholdNo => Parser::Text,
        }
    }

    pub fn is_text(&self) -> bool {
        matches!(self, Parser::Text)
    }
}

/// A code list with the codes of one and two digits in a table, because nearly all are written so.
#[derive(Debug)]
pub struct CodeTable<'c> {
    /// `0`–`9` at 0–9, `00`–`99` at 10–109; NULL where there is none.
    short: Vec<i64>,
    codes: &'c Codes,
}

impl<'c> CodeTable<'c> {
    fn new(codes: &'c Codes) -> CodeTable<'c> {
        let find = |text: String| codes.resolve(&text).map_or(NULL, i64::from);
        let short = (0..10)
            .map(|digit| find(digit.to_string()))
            .chain((0..100).map(|number| find(format!("{number:02}"))))
            .collect();
        CodeTable { short, codes }
    }

    #[inline]
    pub fn find(&self, word: &[u8]) -> Option<i64> {
        let place = match *word {
            [a] if a.is_ascii_digit() => usize::from(a - b'0'),
            [a, b] if a.is_ascii_digit() && b.is_ascii_digit() => {
                10 + usize::from(a - b'0') * 10 + usize::from(b - b'0')
            }
            _ => return self.codes.resolve(std::str::from_utf8(word).ok()?).map(i64::from),
        };
        let code = self.short[place];
        (code != NULL).then_some(code)
    }
}

/// Divisions of the provinces whose list is at hand. Codes of other provinces are held to their form only.
#[derive(Debug)]
pub struct KnownDivisions {
    codes: FxHashSet<i64>,
    provinces: FxHashSet<i64>,
    /// Counties that were renamed or merged: the codes below them are on no list any more, but stand in old records.
    counties_of_old: FxHashSet<i64>,
}

const PROVINCE: i64 = 10_000_000_000;
const COUNTY: i64 = 1_000_000;

impl KnownDivisions {
    pub fn of(places: &Places) -> KnownDivisions {
        let levels = [
            Level::Province,
            Level::City,
            Level::County,
            Level::Township,
            Level::Village,
        ];
        let mut codes: FxHashSet<i64> = levels
            .into_iter()
            .flat_map(|level| places.of_level(level))
            .map(|place| place.code.0 as i64)
            .collect();
        codes.extend(places.changes().iter().map(|change| change.old_code.0 as i64));
        let provinces = codes.iter().map(|code| code / PROVINCE).collect();
        let counties_of_old = places
            .changes()
            .iter()
            .map(|change| change.old_code.0 as i64 / COUNTY)
            .collect();
        KnownDivisions {
            codes,
            provinces,
            counties_of_old,
        }
    }

    #[inline]
    pub fn may_be(&self, code: i64) -> bool {
        self.codes.contains(&code)
            || !self.provinces.contains(&(code / PROVINCE))
            || self.counties_of_old.contains(&(code / COUNTY))
    }
}
