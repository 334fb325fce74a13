//! One value of one row, exact, and how a clerk writes it.

use crate::compile::instruction::{Op, Src};
use crate::compile::value::{Int, Value};
use crate::decimal::written;
use crate::kept::Kept;
use crate::types::{Entity, Type};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    Truth(bool),
    /// `num / 10^num_scale` divided by `den / 10^den_scale`.
    Number {
        num: i64,
        num_scale: u8,
        den: i64,
        den_scale: u8,
    },
    Missing,
}

impl Kept<'_> {
    /// The household's registers have one row, whoever asks.
    pub(crate) fn row_of(&self, src: Src, row: usize) -> usize {
        match src {
            Src::Reg(reg) if self.program.instructions[reg as usize].entity == Entity::Household => 0,
            _ => row,
        }
    }

    pub(crate) fn truth(&self, src: Src, row: usize) -> Option<bool> {
        let row = self.row_of(src, row);
        let known = self.frame.mask(src).is_none_or(|mask| mask[row] == 1);
        known.then(|| self.frame.bools(src).at(row) == 1)
    }

    fn int(&self, int: &Int, row: usize) -> Option<i64> {
        let row = self.row_of(int.src, row);
        let known = self.frame.mask(int.src).is_none_or(|mask| mask[row] == 1);
        known.then(|| self.frame.ints(int.src).at(row))
    }

    pub(crate) fn cell(&self, value: &Value, row: usize) -> Cell {
        match value {
            Value::Bool(src) => self.truth(*src, row).map_or(Cell::Missing, Cell::Truth),
            Value::Int(int) => match self.int(int, row) {
                Some(num) => Cell::Number {
                    num,
                    num_scale: int.scale,
                    den: 1,
                    den_scale: 0,
                },
                None => Cell::Missing,
            },
            Value::Ratio(ratio) => match (self.int(&ratio.num, row), self.int(&ratio.den, row)) {
                (Some(num), Some(den)) => Cell::Number {
                    num,
                    num_scale: ratio.num.scale,
                    den,
                    den_scale: ratio.den.scale,
                },
                _ => Cell::Missing,
            },
            Value::Null => Cell::Missing,
        }
    }

    /// The value of a parameter that stands behind a register: the parameter, and which of its values was chosen.
    pub(crate) fn chosen(&self, src: Src, row: usize) -> Option<(&str, usize)> {
        let Src::Reg(reg) = src else { return None };
        let row = self.row_of(src, row);
        match self.program.instructions[reg as usize].op {
            Op::Lookup(table, index) => {
                let table = &self.program.tables[table as usize];
                let at = self.frame.ints(index).at(row) as usize;
                let chosen = *table.chosen.get(at)?;
                (chosen != u32::MAX).then_some((table.parameter.as_str(), chosen as usize))
            }
            Op::Broadcast(inner) | Op::Equal(inner, _) => self.chosen(inner, 0),
            _ => None,
        }
    }
}

/// Decimals of a quotient that does not end.
const SHOWN_DECIMALS: u8 = 2;

/// A number in digits: money with two decimals at least; a quotient that does not end is rounded half up, and the
/// flag says so.
pub fn digits(cell: &Cell, ty: &Type) -> Option<(String, bool)> {
    let Cell::Number {
        num,
        num_scale,
        den,
        den_scale,
    } = *cell
    else {
        return None;
    };
    let least = if matches!(ty, Type::Money(_)) { 2 } else { 0 };
    if den == 1 && den_scale == 0 {
        return Some((written(num.into(), num_scale, least), false));
    }
    // At most six decimals are tried before a quotient counts as endless.
    let (num, den) = (
        i128::from(num) * 10i128.pow(den_scale.into()),
        i128::from(den) * 10i128.pow(num_scale.into()),
    );
    let long = num * 1_000_000;
    if den != 0 && long % den == 0 {
        return Some((written(long / den, 6, least), false));
    }
    let scaled = num * 10i128.pow(SHOWN_DECIMALS.into());
    let half = if scaled >= 0 { den / 2 } else { (den - 1) / 2 };
    (den != 0).then(|| (written((scaled + half).div_euclid(den), SHOWN_DECIMALS, least), true))
}

/// A value as a reader sees it, in both languages; `None` where it is missing.
pub fn shown(cell: &Cell, ty: &Type, places: &crate::compile::parameters::PlaceIndex) -> Option<(String, String)> {
    let both = |text: String| Some((text.clone(), text));
    match (cell, ty) {
        (Cell::Missing, _) => None,
        (Cell::Truth(holds), _) => {
            let (zh, en) = if *holds { ("是", "yes") } else { ("否", "no") };
            Some((zh.to_owned(), en.to_owned()))
        }
        (Cell::Number { num, .. }, Type::Date) => both(crate::calendar::written(*num)),
        (Cell::Number { num, .. }, Type::Month) => {
            both(format!("{:04}-{:02}", num.div_euclid(12), num.rem_euclid(12) + 1))
        }
        (Cell::Number { num, .. }, Type::Enum(words)) => both(words.get(*num as usize)?.clone()),
        (Cell::Number { num, .. }, Type::Place) if places.has_words() => both(places.words.get(*num as usize)?.clone()),
        (cell, ty) => digits(cell, ty).and_then(|(text, _)| both(text)),
    }
}
