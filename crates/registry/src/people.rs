//! People: one row each, every attribute with the feed that gave it, contradictions kept as flags.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Int8Array, Int16Array, Int32Array, Int64Array, RecordBatch, UInt64Array,
};

use crate::bucket::{Bucket, FeedRows};
use crate::codes::{cancel, marital};
use crate::conflict;
use crate::death::{Death, deaths};
use crate::duty::Duties;
use crate::dwelling::{Dwelling, NONE, dwellings};
use crate::error::RegistryError;
use crate::links::Links;
use crate::marriage::{Bond, Entry, newest};

/// Born and sex, for a person whom no registration describes: both stand in the citizen id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Born {
    /// Days since 1970-01-01.
    pub on: i32,
    /// GB/T 2261.1: 1 male, 2 female.
    pub sex: i16,
}

/// What holds for the persons of one bucket, in the order of its spine.
pub struct People {
    pub person: Vec<u64>,
    pub home: Vec<u64>,
    dwellings: Vec<Dwelling>,
    deaths: Vec<Death>,
    marriages: Vec<Option<Entry>>,
    /// The other party of the newest marriage is dead.
    widowed: Vec<bool>,
    born: Vec<Option<Born>>,
    duties: Duties,
    conflicts: Vec<i32>,
    hukou: Option<HukouColumns>,
    disability: Disability,
}

struct HukouColumns {
    division: Int64Array,
    residence: Int64Array,
    marital: Int16Array,
    cancelled: Vec<bool>,
}

#[derive(Default)]
struct Disability {
    kind: Vec<Option<i16>>,
    level: Vec<Option<i16>>,
    valid_to: Vec<Option<i32>>,
}

impl People {
    /// `identify` opens what a citizen id itself says; it is asked only for persons without registration.
    pub fn describe(
        bucket: &Bucket,
        links: &Links,
        as_of: i32,
        identify: &(dyn Fn(u64) -> Option<Born> + Sync),
    ) -> Result<Self, RegistryError> {
        let dwellings = dwellings(bucket, as_of)?;
        let deaths = deaths(bucket, as_of)?;
        let marriages = newest(bucket, as_of)?;
        let widowed = (marriages.iter())
            .map(|entry| {
                entry
                    .and_then(|entry| entry.other)
                    .is_some_and(|other| links.is_dead(other))
            })
            .collect();
        let born = born(bucket, &dwellings, identify)?;
        let home = (bucket.spine.iter().zip(&dwellings))
            .map(|(&person, dwelling)| links.home(person, dwelling.number(person)))
            .collect();
        let disability = disability(bucket, as_of)?;
        let hukou = bucket
            .feed("hukou")
            .map(|rows| hukou_columns(rows, as_of))
            .transpose()?;
        let duties = Duties::count(
            bucket,
            links,
            &dwellings,
            &marriages,
            &born,
            &disability.helpless(),
            as_of,
        )?;
        let conflicts = conflict::flags(bucket, &dwellings, &deaths, &marriages)?;
        let person = bucket.spine.clone();
        Ok(Self {
            person,
            home,
            dwellings,
            deaths,
            marriages,
            widowed,
            born,
            duties,
            conflicts,
            hukou,
            disability,
        })
    }

    /// The rows of lake table `people`, sorted by person.
    pub fn to_rows(&self) -> Result<RecordBatch, RegistryError> {
        let key = |values: &dyn Fn(usize) -> u64| -> ArrayRef {
            Arc::new(UInt64Array::from_iter(
                (0..self.person.len()).map(|i| Some(values(i)).filter(|&k| k != NONE)),
            ))
        };
        let death = |i: usize| self.deaths[i].taken();
        let columns: Vec<(&str, ArrayRef)> = vec![
            (
                "person",
                Arc::new(UInt64Array::from_iter_values(self.person.iter().copied())),
            ),
            (
                "home",
                Arc::new(UInt64Array::from_iter_values(self.home.iter().copied())),
            ),
            ("registered", key(&|i| self.dwellings[i].registered)),
            ("roster", key(&|i| self.dwellings[i].roster)),
            (
                "relation",
                self.int16(|i| Some(self.dwellings[i].relation).filter(|&r| r != 0)),
            ),
            ("born_on", self.date(|i| self.born[i].map(|born| born.on))),
            ("sex", self.int8(|i| self.born[i].map(|born| born.sex as i8))),
            ("division", self.division(|hukou| &hukou.division)),
            ("residence", self.division(|hukou| &hukou.residence)),
            ("marital", self.int16(|i| self.marital(i))),
            ("spouse", key(&|i| self.spouse(i).unwrap_or(NONE))),
            ("marital_since", self.date(|i| self.marriages[i].map(|entry| entry.on))),
            ("died_on", self.date(|i| death(i).map(|(on, _)| on))),
            ("died_feed", self.int16(|i| death(i).map(|(_, feed)| feed))),
            ("hukou_cancelled", Arc::new(self.hukou_cancelled())),
            (
                "disability_kind",
                self.int16(|i| self.disability.kind.get(i).copied().flatten()),
            ),
            (
                "disability_level",
                self.int16(|i| self.disability.level.get(i).copied().flatten()),
            ),
            (
                "disability_valid_to",
                self.date(|i| self.disability.valid_to.get(i).copied().flatten()),
            ),
            (
                "relatives_liable",
                Arc::new(Int32Array::from(self.duties.relatives_liable.clone())),
            ),
            ("conflicts", Arc::new(Int32Array::from(self.conflicts.clone()))),
        ];
        Ok(RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(
            |(name, array)| (name, array, !matches!(name, "person" | "home" | "conflicts")),
        ))?)
    }

    /// A column that packs may declare with `source: registry`; None when the registry does not keep it.
    pub fn policy_input(&self, name: &str) -> Option<ArrayRef> {
        Some(match name {
            "birth_date" => self.date(|i| self.born[i].map(|born| born.on)),
            "sex" => Arc::new(arrow_array::StringArray::from_iter((0..self.person.len()).map(|i| {
                self.born[i].and_then(|born| match born.sex {
                    1 => Some("male"),
                    2 => Some("female"),
                    _ => None,
                })
            }))),
            "death_date" => self.death_dates(),
            "hukou_cancelled" => Arc::new(self.hukou_cancelled()),
            "relatives_liable" => Arc::new(Int32Array::from(self.duties.relatives_liable.clone())),
            "parents_dead" => Arc::new(Int32Array::from(self.duties.parents_dead.clone())),
            "relation_to_head" => self.int32(|i| Some(i32::from(self.dwellings[i].relation)).filter(|&r| r != 0)),
            "marital" => self.int32(|i| self.marital(i).map(i32::from)),
            "hukou_place" => self.division(|hukou| &hukou.division),
            "residence_place" => self.division(|hukou| &hukou.residence),
            _ => return None,
        })
    }

    /// Where the person is registered, else where he resides (12-digit divisions).
    pub fn place(&self) -> Int64Array {
        let Some(hukou) = &self.hukou else {
            return Int64Array::new_null(self.person.len());
        };
        let of = |column: &Int64Array, row: usize| column.is_valid(row).then(|| column.value(row));
        (0..self.person.len())
            .map(|i| {
                self.hukou_row(i)
                    .and_then(|row| of(&hukou.division, row).or(of(&hukou.residence, row)))
            })
            .collect()
    }

    pub fn death_dates(&self) -> ArrayRef {
        self.date(|i| self.deaths[i].taken().map(|(on, _)| on))
    }

    /// Relation to the head of the registered household, 0 when not registered.
    pub fn relations(&self) -> Int16Array {
        self.dwellings.iter().map(|dwelling| Some(dwelling.relation)).collect()
    }

    /// The marriage registry goes before the registration's column, which nobody keeps up to date; it does not know
    /// of deaths.
    fn marital(&self, i: usize) -> Option<i16> {
        match self.marriages[i].map(|entry| entry.bond) {
            Some(Bond::Married) if self.widowed[i] => Some(marital::WIDOWED),
            Some(Bond::Married) => Some(marital::MARRIED),
            Some(Bond::Ended) => Some(marital::DIVORCED),
            None => {
                let (hukou, row) = (self.hukou.as_ref()?, self.hukou_row(i)?);
                hukou.marital.is_valid(row).then(|| hukou.marital.value(row))
            }
        }
    }

    fn spouse(&self, i: usize) -> Option<u64> {
        self.marriages[i].filter(|entry| entry.bond == Bond::Married)?.other
    }

    fn hukou_row(&self, i: usize) -> Option<usize> {
        (self.dwellings[i].hukou_row as usize).checked_sub(1)
    }

    /// Null for persons who were never registered.
    pub fn hukou_cancelled(&self) -> BooleanArray {
        (0..self.person.len())
            .map(|i| {
                self.hukou
                    .as_ref()
                    .and_then(|hukou| Some(hukou.cancelled[self.hukou_row(i)?]))
            })
            .collect()
    }

    fn division(&self, column: impl Fn(&HukouColumns) -> &Int64Array) -> ArrayRef {
        let value = |i: usize| {
            let (column, row) = (column(self.hukou.as_ref()?), self.hukou_row(i)?);
            column.is_valid(row).then(|| column.value(row))
        };
        Arc::new((0..self.person.len()).map(value).collect::<Int64Array>())
    }

    fn date(&self, value: impl Fn(usize) -> Option<i32>) -> ArrayRef {
        Arc::new((0..self.person.len()).map(value).collect::<Date32Array>())
    }

    fn int8(&self, value: impl Fn(usize) -> Option<i8>) -> ArrayRef {
        Arc::new((0..self.person.len()).map(value).collect::<Int8Array>())
    }

    fn int16(&self, value: impl Fn(usize) -> Option<i16>) -> ArrayRef {
        Arc::new((0..self.person.len()).map(value).collect::<Int16Array>())
    }

    fn int32(&self, value: impl Fn(usize) -> Option<i32>) -> ArrayRef {
        Arc::new((0..self.person.len()).map(value).collect::<Int32Array>())
    }
}

impl Disability {
    /// Who holds a running card that stands for needing support by parents beyond 18: level 1 or 2, or level 3 of the
    /// intellectual (5) or mental (6) kind (民发〔2021〕43号 art 6 counts the same as unable to work).
    fn helpless(&self) -> Vec<bool> {
        self.kind
            .iter()
            .zip(&self.level)
            .map(|(kind, level)| matches!((kind, level), (_, Some(1 | 2)) | (Some(5 | 6), Some(3))))
            .collect()
    }
}

fn disability(bucket: &Bucket, as_of: i32) -> Result<Disability, RegistryError> {
    let n = bucket.spine.len();
    let mut out = Disability {
        kind: vec![None; n],
        level: vec![None; n],
        valid_to: vec![None; n],
    };
    let Some(rows) = bucket.feed("disability_card") else {
        return Ok(out);
    };
    let (kind, level, valid_to) = (rows.code("kind")?, rows.code("level")?, rows.date("valid_to")?);
    for (i, &g) in rows.group.iter().enumerate() {
        if valid_to.is_valid(i) && valid_to.value(i) < as_of {
            continue;
        }
        let g = g as usize;
        out.kind[g] = kind.is_valid(i).then(|| kind.value(i));
        out.level[g] = level.is_valid(i).then(|| level.value(i));
        out.valid_to[g] = valid_to.is_valid(i).then(|| valid_to.value(i));
    }
    Ok(out)
}

fn born(
    bucket: &Bucket,
    dwellings: &[Dwelling],
    identify: &(dyn Fn(u64) -> Option<Born> + Sync),
) -> Result<Vec<Option<Born>>, RegistryError> {
    let hukou = bucket.feed("hukou");
    let columns = hukou
        .map(|rows| Ok::<_, RegistryError>((rows.date("birth_date")?, rows.code("sex")?)))
        .transpose()?;
    let of = |(&person, dwelling): (&u64, &Dwelling)| match (columns, dwelling.hukou_row) {
        (Some((on, sex)), row @ 1..) if on.is_valid(row as usize - 1) => {
            let row = row as usize - 1;
            Some(Born {
                on: on.value(row),
                sex: if sex.is_valid(row) { sex.value(row) } else { 0 },
            })
        }
        _ => identify(person),
    };
    Ok(bucket.spine.iter().zip(dwellings).map(of).collect())
}

fn hukou_columns(rows: &FeedRows, as_of: i32) -> Result<HukouColumns, RegistryError> {
    let (on, reason) = (rows.date("cancelled_on")?, rows.code("cancel_reason")?);
    let cancelled =
        |i: usize| on.is_valid(i) && on.value(i) <= as_of && !(reason.is_valid(i) && reason.value(i) == cancel::DEATH);
    Ok(HukouColumns {
        division: rows.division("division")?.clone(),
        residence: rows.division("residence_division")?.clone(),
        marital: rows.code("marital")?.clone(),
        cancelled: (0..rows.len()).map(cancelled).collect(),
    })
}
