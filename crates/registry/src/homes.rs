//! Homes of one part of the population: where each begins in its rows, who heads it, where it lies.

use std::sync::Arc;

use anwang_domain::places::{Area, Places};
use anwang_domain::{Day, DivisionCode};
use arrow_array::{
    Array, ArrayRef, Date32Array, Int8Array, Int32Array, Int64Array, RecordBatch, StringArray, UInt64Array,
};

use crate::aid::Aid;
use crate::carried;
use crate::codes::relation;
use crate::columns::{dates, int16s, int32s, int64s, uint64s};
use crate::error::RegistryError;

/// Rows sorted by (home, person), and the homes that they fall into.
pub struct Homes {
    pub rows: RecordBatch,
    pub home: Vec<u64>,
    /// The persons of home h are the rows `offsets[h]..offsets[h + 1]`.
    pub offsets: Vec<u32>,
    /// The row of the head: the registered head, else the first who is registered, else the first.
    pub head: Vec<u32>,
    /// 12-digit division of the head, else of the first member who has one.
    pub place: Vec<Option<i64>>,
    pub area: Vec<Option<Area>>,
}

impl Homes {
    pub fn of(rows: RecordBatch, places: &Places) -> Result<Self, RegistryError> {
        let keys = uint64s(&rows, carried::HOME)?.values();
        let relation = int16s(&rows, carried::RELATION)?;
        let division = int64s(&rows, carried::PLACE)?;
        let (mut home, mut offsets, mut head, mut place, mut area) = (vec![], vec![0], vec![], vec![], vec![]);
        let mut start = 0;
        for members in keys.chunk_by(|a, b| a == b) {
            let end = start + members.len();
            let rank = |&row: &usize| match relation.value(row) {
                relation::HEAD => 0,
                0 => 2,
                _ => 1,
            };
            let first = (start..end).min_by_key(rank).unwrap_or(start);
            let of = |row: usize| division.is_valid(row).then(|| division.value(row));
            let at = of(first).or_else(|| (start..end).find_map(of));
            home.push(members[0]);
            offsets.push(end as u32);
            head.push(first as u32);
            place.push(at);
            area.push(at.and_then(|code| places.find(DivisionCode(code as u64))?.area));
            start = end;
        }
        Ok(Self {
            rows,
            home,
            offsets,
            head,
            place,
            area,
        })
    }

    pub fn len(&self) -> usize {
        self.home.len()
    }

    pub fn members(&self, home: usize) -> std::ops::Range<usize> {
        self.offsets[home] as usize..self.offsets[home + 1] as usize
    }

    /// A column that packs may declare for households with `source: registry`.
    pub fn policy_input(&self, name: &str) -> Option<ArrayRef> {
        Some(match name {
            "place" => Arc::new(Int64Array::from(self.place.clone())),
            "area" => Arc::new(StringArray::from_iter(self.area.iter().map(|area| {
                area.map(|area| match area {
                    Area::Urban => "urban",
                    Area::Rural => "rural",
                })
            }))),
            _ => return None,
        })
    }

    /// The rows of table `households`, sorted by home.
    pub fn to_rows(&self) -> Result<RecordBatch, RegistryError> {
        let person = uint64s(&self.rows, carried::PERSON)?;
        let died = dates(&self.rows, carried::DIED_ON)?;
        let aids = int32s(&self.rows, carried::AIDS)?;
        let living = |home: usize| self.members(home).filter(|&row| !died.is_valid(row)).count() as i32;
        let category = |home: usize| {
            let of_living = self
                .members(home)
                .filter(|&row| !died.is_valid(row))
                .map(|row| aids.value(row));
            Aid::category(of_living.fold(0, |all, aids| all | aids)).map(Aid::name)
        };
        let homes = 0..self.len();
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("home", Arc::new(UInt64Array::from(self.home.clone()))),
            (
                "head",
                Arc::new(UInt64Array::from_iter_values(
                    self.head.iter().map(|&row| person.value(row as usize)),
                )),
            ),
            ("division", Arc::new(Int64Array::from(self.place.clone()))),
            (
                "area",
                Arc::new(Int8Array::from_iter(self.area.iter().map(|area| {
                    area.map(|area| match area {
                        Area::Urban => 1,
                        Area::Rural => 2,
                    })
                }))),
            ),
            (
                "people",
                Arc::new(Int32Array::from_iter_values(
                    homes.clone().map(|h| self.members(h).len() as i32),
                )),
            ),
            (
                "living",
                Arc::new(Int32Array::from_iter_values(homes.clone().map(living))),
            ),
            ("category", Arc::new(StringArray::from_iter(homes.map(category)))),
        ];
        Ok(RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(
            |(name, array)| (name, array, !matches!(name, "home" | "head" | "people" | "living")),
        ))?)
    }

    /// The rows of table `members`, sorted by (home, person).
    pub fn members_rows(&self) -> Result<RecordBatch, RegistryError> {
        let column = |name: &str| {
            self.rows
                .column_by_name(name)
                .cloned()
                .ok_or_else(|| RegistryError::NoColumn {
                    column: name.to_owned(),
                })
        };
        Ok(RecordBatch::try_from_iter_with_nullable([
            ("home", column(carried::HOME)?, false),
            ("person", column(carried::PERSON)?, false),
            ("relation", column(carried::RELATION)?, true),
        ])?)
    }

    /// The rows of table `categories`: the living low-income population, each in one of the six categories.
    pub fn categories(&self) -> Result<RecordBatch, RegistryError> {
        let person = uint64s(&self.rows, carried::PERSON)?;
        let home = uint64s(&self.rows, carried::HOME)?;
        let place: &Int64Array = int64s(&self.rows, carried::PLACE)?;
        let died: &Date32Array = dates(&self.rows, carried::DIED_ON)?;
        let aids: &Int32Array = int32s(&self.rows, carried::AIDS)?;
        let since = dates(&self.rows, carried::CATEGORY_SINCE)?;
        let kept: Vec<(usize, Aid)> = (0..self.rows.num_rows())
            .filter(|&row| !died.is_valid(row))
            .filter_map(|row| Some((row, Aid::category(aids.value(row))?)))
            .collect();
        let rows = || kept.iter().map(|&(row, _)| row);
        let columns: Vec<(&str, ArrayRef)> = vec![
            (
                "home",
                Arc::new(UInt64Array::from_iter_values(rows().map(|row| home.value(row)))),
            ),
            (
                "person",
                Arc::new(UInt64Array::from_iter_values(rows().map(|row| person.value(row)))),
            ),
            (
                "division",
                Arc::new(
                    rows()
                        .map(|r| place.is_valid(r).then(|| place.value(r)))
                        .collect::<Int64Array>(),
                ),
            ),
            (
                "category",
                Arc::new(StringArray::from_iter_values(kept.iter().map(|(_, aid)| aid.name()))),
            ),
            (
                "since",
                Arc::new(
                    rows()
                        .map(|r| since.is_valid(r).then(|| since.value(r)))
                        .collect::<Date32Array>(),
                ),
            ),
            (
                "aids",
                Arc::new(Int32Array::from_iter_values(rows().map(|row| aids.value(row)))),
            ),
        ];
        Ok(RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(
            |(name, array)| (name, array, matches!(name, "division" | "since")),
        ))?)
    }

    /// Whether the person of a row died before the month of `as_of` began: monthly aid ends with the month of death.
    pub fn died_in_an_earlier_month(&self, as_of: Day) -> Result<impl Fn(usize) -> bool + '_, RegistryError> {
        let died = dates(&self.rows, carried::DIED_ON)?;
        let month = as_of.month();
        Ok(move |row: usize| died.is_valid(row) && Day(died.value(row)).month() < month)
    }
}
