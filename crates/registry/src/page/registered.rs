//! What the last refresh wrote about a person: registry row, household, conclusions.

use anwang_domain::{Day, DivisionCode, Places};
use arrow_array::{Array, RecordBatch};

use super::{PageSource, key_text};
use crate::columns::{dates, flags, int8s, int16s, int32s, int64s, texts, uint64s};
use crate::conflict::Conflict;
use crate::error::RegistryError;
use crate::tables::{CONCLUSIONS, HOUSEHOLDS, MEMBERS, PEOPLE};

#[derive(Debug, Clone, serde::Serialize)]
pub struct Registered {
    /// Key of the living household.
    #[serde(skip)]
    pub home: u64,
    pub born_on: Option<String>,
    pub sex: Option<&'static str>,
    /// Where the person is registered, in words from the city down.
    pub hukou_place: Option<String>,
    pub residence_place: Option<String>,
    pub died_on: Option<String>,
    /// Number of the feed that the date of death comes from.
    pub died_feed: Option<i16>,
    pub spouse: Option<String>,
    pub disability_kind: Option<i16>,
    pub disability_level: Option<i16>,
    pub disability_valid_to: Option<String>,
    /// Codes of contradictions between feeds.
    pub conflicts: Vec<&'static str>,
}

#[derive(Debug, Clone, serde::Serialize)]
pub struct Household {
    pub home: String,
    pub head: String,
    pub place: Option<String>,
    pub people: i32,
    pub living: i32,
    /// The low-income category, if any.
    pub category: Option<String>,
    pub members: Vec<Member>,
}

#[derive(Debug, Clone, serde::Serialize)]
pub struct Member {
    pub person: String,
    pub masked_id: Option<String>,
}

/// One programme's answer for the person, or for the household that the person lives in.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ConcludedProgramme {
    pub programme: String,
    /// `eligible`, `not_eligible`, `undecidable` or `not_in_force`.
    pub answer: String,
    pub served: bool,
    pub amount_fen_per_month: Option<i64>,
    pub paid_fen_per_month: Option<i64>,
    /// `none`, `missed`, `wrong`, `dead` …
    pub finding: String,
    /// Bit n: condition n of the programme is not met; it cannot be decided.
    pub unmet: i64,
    pub open: i64,
    /// Whether it was concluded of the person, or of the household.
    pub of_person: bool,
}

pub fn registered(source: &PageSource<'_>, person: u64) -> Result<Option<Registered>, RegistryError> {
    let Some(rows) = source.rows(PEOPLE, person)? else {
        return Ok(None);
    };
    let spouse = uint64s(&rows, "spouse")?;
    Ok(Some(Registered {
        home: uint64s(&rows, "home")?.value(0),
        born_on: day(&rows, "born_on")?,
        sex: match value(int8s(&rows, "sex")?, |a| a.value(0)) {
            Some(1) => Some("male"),
            Some(2) => Some("female"),
            _ => None,
        },
        hukou_place: place(&rows, "division")?,
        residence_place: place(&rows, "residence")?,
        died_on: day(&rows, "died_on")?,
        died_feed: value(int16s(&rows, "died_feed")?, |a| a.value(0)).filter(|feed| *feed > 0),
        spouse: value(spouse, |a| a.value(0)).filter(|key| *key != 0).map(key_text),
        disability_kind: value(int16s(&rows, "disability_kind")?, |a| a.value(0)),
        disability_level: value(int16s(&rows, "disability_level")?, |a| a.value(0)),
        disability_valid_to: day(&rows, "disability_valid_to")?,
        conflicts: conflicts(value(int32s(&rows, "conflicts")?, |a| a.value(0)).unwrap_or(0)),
    }))
}

pub fn household(source: &PageSource<'_>, home: u64) -> Result<Option<Household>, RegistryError> {
    let Some(rows) = source.rows(HOUSEHOLDS, home)? else {
        return Ok(None);
    };
    let category = texts(&rows, "category")?;
    Ok(Some(Household {
        home: key_text(home),
        head: key_text(uint64s(&rows, "head")?.value(0)),
        place: place(&rows, "division")?,
        people: int32s(&rows, "people")?.value(0),
        living: int32s(&rows, "living")?.value(0),
        category: category.is_valid(0).then(|| category.value(0).to_owned()),
        members: members(source, home)?,
    }))
}

fn members(source: &PageSource<'_>, home: u64) -> Result<Vec<Member>, RegistryError> {
    let Some(rows) = source.rows(MEMBERS, home)? else {
        return Ok(Vec::new());
    };
    let persons = uint64s(&rows, "person")?.values().iter();
    Ok(persons
        .map(|person| Member {
            person: key_text(*person),
            masked_id: source.vault.reveal(*person).map(|id| id.masked()),
        })
        .collect())
}

pub fn conclusions(source: &PageSource<'_>, home: u64, person: u64) -> Result<Vec<ConcludedProgramme>, RegistryError> {
    let Some(rows) = source.rows(CONCLUSIONS, home)? else {
        return Ok(Vec::new());
    };
    let (persons, concerned) = (uint64s(&rows, "person")?, int32s(&rows, "persons")?);
    let (programmes, answers) = (texts(&rows, "programme")?, texts(&rows, "answer")?);
    let (served, findings) = (flags(&rows, "served")?, texts(&rows, "finding")?);
    let (amounts, paid) = (int64s(&rows, "amount_fen")?, int64s(&rows, "paid_fen")?);
    let (unmet, open) = (int64s(&rows, "unmet")?, int64s(&rows, "open")?);
    // A household's conclusion stands at its head and concerns everyone who lives there.
    let concerns = |i: &usize| persons.value(*i) == person || concerned.value(*i) > 1;
    Ok((0..rows.num_rows())
        .filter(concerns)
        .map(|i| ConcludedProgramme {
            programme: programmes.value(i).to_owned(),
            answer: answers.value(i).to_owned(),
            served: served.value(i),
            amount_fen_per_month: amounts.is_valid(i).then(|| amounts.value(i)),
            paid_fen_per_month: paid.is_valid(i).then(|| paid.value(i)),
            finding: findings.value(i).to_owned(),
            unmet: unmet.value(i),
            open: open.value(i),
            of_person: persons.value(i) == person,
        })
        .collect())
}

fn value<A: Array, T>(column: &A, get: impl FnOnce(&A) -> T) -> Option<T> {
    column.is_valid(0).then(|| get(column))
}

fn day(rows: &RecordBatch, column: &str) -> Result<Option<String>, RegistryError> {
    Ok(value(dates(rows, column)?, |a| Day(a.value(0)).to_string()))
}

fn place(rows: &RecordBatch, column: &str) -> Result<Option<String>, RegistryError> {
    let code = value(int64s(rows, column)?, |a| a.value(0)).filter(|code| *code > 0);
    Ok(code.map(|code| place_name(code as u64)))
}

/// From the city down; the digits where the tree does not know the code.
pub fn place_name(code: u64) -> String {
    let places = Places::shanxi();
    let Some(own) = places.find(DivisionCode(code)) else {
        return format!("{code:012}");
    };
    let mut names: Vec<&str> = places.ancestors(own.code).map(|above| above.name).collect();
    names.reverse();
    names.push(own.name);
    names.iter().skip(1).copied().collect::<Vec<_>>().join(" ")
}

fn conflicts(bits: i32) -> Vec<&'static str> {
    Conflict::of(bits).into_iter().map(Conflict::code).collect()
}
