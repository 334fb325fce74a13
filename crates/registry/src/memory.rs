//! What one refresh keeps for the indicators of the next, and whom the indicators see.

use std::sync::Arc;

use anwang_domain::Day;
use anwang_lake::{Lake, LakeFile, SnapshotId};
use anwang_policy::{Entity, Outcome, Program};
use anwang_store::runs;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, UInt32Array, UInt64Array};
use arrow_schema::{Field, Schema};
use arrow_select::concat::{concat, concat_batches};
use arrow_select::take::take;

use crate::carried;
use crate::columns::{int64s, uint64s};
use crate::error::RegistryError;
use crate::homes::Homes;

/// Variables that indicators compare with, one row per person, by `home`.
pub const REMEMBERED_PEOPLE: &str = "remembered_people";
/// The same for households.
pub const REMEMBERED_HOMES: &str = "remembered_homes";

/// An indicator that holds for a home or for one person in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Number in `program.indicators()`.
    pub indicator: usize,
    pub home: u64,
    pub person: Option<u64>,
    /// 12-digit division; 0 where none is known.
    pub division: u64,
}

/// What the last refresh of an earlier day kept. A second refresh of the same day compares with the same before,
/// so it raises the same signals.
pub struct Memory<'a> {
    lake: &'a Lake,
    people: Vec<LakeFile>,
    homes: Vec<LakeFile>,
}

impl<'a> Memory<'a> {
    pub fn before(lake: &'a Lake, as_of: Day) -> Result<Self, RegistryError> {
        let last = runs::last_done_before(lake.book(), "refresh", &as_of.to_string())?;
        let files = |table: &str| match last.as_ref().and_then(|run| run.snapshot_id) {
            Some(snapshot) => lake.files(table, Some(SnapshotId(snapshot))),
            None => Ok(Vec::new()),
        };
        Ok(Self {
            lake,
            people: files(REMEMBERED_PEOPLE)?,
            homes: files(REMEMBERED_HOMES)?,
        })
    }

    /// Columns `before_<variable>` for the persons of these homes; none where no refresh came before. Somebody who
    /// lived in another home then has no before: what changed is that they came.
    pub fn of_people(&self, homes: &Homes, program: &Program) -> Result<Vec<(String, ArrayRef)>, RegistryError> {
        let now_home = uint64s(&homes.rows, carried::HOME)?.values();
        let now_person = uint64s(&homes.rows, carried::PERSON)?.values();
        let names = program.remembered(Entity::Person);
        let Some(then) = self.read(&self.people, &["home", "person"], &names, homes)? else {
            return Ok(Vec::new());
        };
        let then_home = uint64s(&then, "home")?.values();
        let then_person = uint64s(&then, "person")?.values();
        let now = now_home.iter().copied().zip(now_person.iter().copied());
        let then_keys = then_home.iter().copied().zip(then_person.iter().copied());
        recalled(&then, 2, &matches(now, then_keys))
    }

    pub fn of_homes(&self, homes: &Homes, program: &Program) -> Result<Vec<(String, ArrayRef)>, RegistryError> {
        let names = program.remembered(Entity::Household);
        let Some(then) = self.read(&self.homes, &["home"], &names, homes)? else {
            return Ok(Vec::new());
        };
        let then_home = uint64s(&then, "home")?.values();
        recalled(
            &then,
            1,
            &matches(homes.home.iter().copied(), then_home.iter().copied()),
        )
    }

    fn read(
        &self,
        files: &[LakeFile],
        keys: &[&str],
        names: &[&str],
        homes: &Homes,
    ) -> Result<Option<RecordBatch>, RegistryError> {
        let (Some(first), Some(last)) = (homes.home.first(), homes.home.last()) else {
            return Ok(None);
        };
        let Some(table) = files.first().map(|file| &file.table) else {
            return Ok(None);
        };
        // A variable that the pack began to ask for since then was not kept.
        let known = |name: &&&str| table.columns.iter().any(|column| column.name == **name);
        let wanted: Vec<&str> = keys
            .iter()
            .copied()
            .chain(names.iter().filter(known).copied())
            .collect();
        let mut batches = Vec::new();
        for file in files {
            if file.keys.start() <= last && first <= file.keys.end() {
                batches.extend(self.lake.read(file, &wanted, *first..=*last)?);
            }
        }
        match batches.first() {
            Some(one) => Ok(Some(concat_batches(&one.schema(), &batches)?)),
            None => Ok(None),
        }
    }
}

/// For each key of now the row of the same key then. Both ascend.
fn matches<K: Ord>(now: impl Iterator<Item = K>, then: impl Iterator<Item = K>) -> UInt32Array {
    let mut then = then.enumerate().peekable();
    now.map(|key| {
        while then.next_if(|(_, other)| *other < key).is_some() {}
        then.peek()
            .filter(|(_, other)| *other == key)
            .map(|(row, _)| *row as u32)
    })
    .collect()
}

fn recalled(then: &RecordBatch, keys: usize, rows: &UInt32Array) -> Result<Vec<(String, ArrayRef)>, RegistryError> {
    let schema = then.schema();
    (keys..then.num_columns())
        .map(|at| {
            Ok((
                format!("before_{}", schema.field(at).name()),
                take(then.column(at), rows, None)?,
            ))
        })
        .collect()
}

/// The rows of [`REMEMBERED_PEOPLE`] and [`REMEMBERED_HOMES`]; None where no indicator compares with before.
pub fn kept(
    program: &Program,
    homes: &Homes,
    outcome: &Outcome,
) -> Result<(Option<RecordBatch>, Option<RecordBatch>), RegistryError> {
    let person_keys = [carried::HOME, carried::PERSON].map(|name| (name, homes.rows.column_by_name(name).cloned()));
    let people = rows_of(
        &program.remembered(Entity::Person),
        &person_keys,
        &outcome.persons,
        |name| homes.rows.column_by_name(name).cloned(),
    )?;
    let home: ArrayRef = Arc::new(UInt64Array::from(homes.home.clone()));
    let household_keys = [("home", Some(home))];
    let households = rows_of(
        &program.remembered(Entity::Household),
        &household_keys,
        &outcome.households,
        |name| homes.policy_input(name),
    )?;
    Ok((people, households))
}

/// A variable is either a result or was given; one that nobody gave is missing and is not kept.
fn rows_of(
    names: &[&str],
    keys: &[(&str, Option<ArrayRef>)],
    results: &[RecordBatch],
    given: impl Fn(&str) -> Option<ArrayRef>,
) -> Result<Option<RecordBatch>, RegistryError> {
    if names.is_empty() {
        return Ok(None);
    }
    let mut columns: Vec<(&str, ArrayRef)> = Vec::new();
    for (name, key) in keys {
        let key = key.clone().ok_or_else(|| RegistryError::NoColumn {
            column: (*name).to_owned(),
        })?;
        columns.push((name, key));
    }
    for name in names {
        let parts: Option<Vec<&dyn Array>> = results
            .iter()
            .map(|batch| batch.column_by_name(name).map(|column| &**column))
            .collect();
        let column = match parts.filter(|parts| !parts.is_empty()) {
            Some(parts) => Some(concat(&parts)?),
            None => given(name),
        };
        columns.extend(column.map(|column| (*name, column)));
    }
    let fields: Vec<Field> = columns
        .iter()
        .enumerate()
        .map(|(at, (name, array))| Field::new(*name, array.data_type().clone(), at >= keys.len()))
        .collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    Ok(Some(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?))
}

/// Whom the indicators see among these homes.
pub fn sightings(program: &Program, homes: &Homes, outcome: &Outcome) -> Result<Vec<Sighting>, RegistryError> {
    let person = uint64s(&homes.rows, carried::PERSON)?.values();
    let home = uint64s(&homes.rows, carried::HOME)?.values();
    let place = int64s(&homes.rows, carried::PLACE)?;
    let mut seen = Vec::new();
    for (indicator, info) in program.indicators().iter().enumerate() {
        let column = info.column();
        let of_person = info.entity == Entity::Person;
        let results = if of_person {
            &outcome.persons
        } else {
            &outcome.households
        };
        for row in holding(results, &column)? {
            seen.push(if of_person {
                let division = if place.is_valid(row) {
                    place.value(row).cast_unsigned()
                } else {
                    0
                };
                Sighting {
                    indicator,
                    home: home[row],
                    person: Some(person[row]),
                    division,
                }
            } else {
                let division = homes.place[row].map_or(0, i64::cast_unsigned);
                Sighting {
                    indicator,
                    home: homes.home[row],
                    person: None,
                    division,
                }
            });
        }
    }
    Ok(seen)
}

/// Rows, counted over all batches, in which a Boolean column is true. Undecided is not seen.
fn holding(results: &[RecordBatch], name: &str) -> Result<Vec<usize>, RegistryError> {
    let mut rows = Vec::new();
    let mut start = 0;
    for batch in results {
        let column = batch.column_by_name(name).ok_or_else(|| RegistryError::NoColumn {
            column: name.to_owned(),
        })?;
        let holds = column.as_boolean_opt().ok_or_else(|| RegistryError::ColumnType {
            column: name.to_owned(),
            wanted: "Boolean",
            found: column.data_type().to_string(),
        })?;
        let set = match holds.nulls() {
            Some(nulls) => holds.values() & nulls.inner(),
            None => holds.values().clone(),
        };
        rows.extend(set.set_indices().map(|row| start + row));
        start += batch.num_rows();
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn only_equal_keys_are_recalled() {
        let rows = matches([2, 3, 5, 7].into_iter(), [1, 2, 4, 5, 8].into_iter());
        assert_eq!(rows.iter().collect::<Vec<_>>(), [Some(1), None, Some(3), None]);
    }
}
