//! How good the lists are, held against a sample's own truth: precision and recall of missed and wrong per programme.

use std::collections::BTreeMap;

use anwang_lake::{Lake, LakeFile};
use anwang_policy::{Entity, Program};
use anwang_store::Book;
use anwang_store::findings::{self, Cursor, Filter, Kind};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::columns::uint64s;
use crate::error::RegistryError;
use crate::tables;

/// Somebody who in truth is missed or wrongly served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub kind: Kind,
    pub programme: String,
    /// Person key.
    pub person: u64,
    /// The feeds show it; otherwise only a visit can find it.
    pub visible: bool,
}

#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Score {
    /// `missed` or `wrong`.
    pub list: &'static str,
    pub programme: String,
    /// Persons, or households for a programme of households.
    pub found: u64,
    /// Of those found, how many are so in truth.
    pub right: u64,
    /// Those that the feeds show.
    pub expected: u64,
    /// Of those expected, how many were found.
    pub hit: u64,
}

impl Score {
    /// None while nothing was found.
    pub fn precision(&self) -> Option<f64> {
        (self.found > 0).then(|| self.right as f64 / self.found as f64)
    }

    /// None while nothing was to be found.
    pub fn recall(&self) -> Option<f64> {
        (self.expected > 0).then(|| self.hit as f64 / self.expected as f64)
    }
}

/// Holds the lists of the last refresh against the truth. Programmes of households are compared by living household,
/// so that it does not matter which member stands on a list.
pub fn score(lake: &Lake, book: &Book, program: &Program, truth: &[Expected]) -> Result<Vec<Score>, RegistryError> {
    let homes = homes_of(lake, truth)?;
    let unit = |programme: &str| {
        program
            .programmes()
            .iter()
            .find(|info| info.name == programme)
            .map_or(Entity::Person, |info| info.entity)
    };
    let mut sums: BTreeMap<(&'static str, String), Sets> = BTreeMap::new();
    for one in truth {
        let Some(&home) = homes.get(&one.person) else { continue };
        let subject = if unit(&one.programme) == Entity::Household {
            home
        } else {
            one.person
        };
        let sets = sums.entry((one.kind.as_str(), one.programme.clone())).or_default();
        sets.true_ones.insert(subject);
        if one.visible {
            sets.visible.insert(subject);
        }
    }
    for kind in [Kind::Missed, Kind::Wrong] {
        each_finding(book, kind, |finding| {
            let subject = if unit(&finding.programme) == Entity::Household {
                finding.household
            } else {
                finding.person
            };
            sums.entry((kind.as_str(), finding.programme))
                .or_default()
                .found
                .insert(subject);
        })?;
    }
    Ok(sums
        .into_iter()
        .map(|((list, programme), sets)| sets.score(list, programme))
        .collect())
}

#[derive(Default)]
struct Sets {
    found: FxHashSet<u64>,
    true_ones: FxHashSet<u64>,
    visible: FxHashSet<u64>,
}

impl Sets {
    fn score(self, list: &'static str, programme: String) -> Score {
        Score {
            list,
            programme,
            found: self.found.len() as u64,
            right: self.found.intersection(&self.true_ones).count() as u64,
            expected: self.visible.len() as u64,
            hit: self.visible.intersection(&self.found).count() as u64,
        }
    }
}

/// Findings per page: enough that a list of a whole province takes few queries.
const PAGE: i64 = 10_000;

fn each_finding(book: &Book, kind: Kind, mut note: impl FnMut(findings::Finding)) -> Result<(), RegistryError> {
    let filter = Filter {
        kind,
        county: None,
        programme: None,
    };
    let mut cursor: Option<Cursor> = None;
    loop {
        let page = findings::page(book, &filter, cursor.as_ref(), PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        cursor = Some(Cursor {
            programme: last.programme.clone(),
            person: last.person,
        });
        page.into_iter().for_each(&mut note);
    }
}

/// The living households of the persons that the truth names.
fn homes_of(lake: &Lake, truth: &[Expected]) -> Result<FxHashMap<u64, u64>, RegistryError> {
    let wanted: FxHashSet<u64> = truth.iter().map(|one| one.person).collect();
    let mut homes = FxHashMap::default();
    let files: Vec<LakeFile> = lake.files(tables::PEOPLE, None)?;
    for file in files {
        for batch in lake.read(&file, &["person", "home"], 0..=u64::MAX)? {
            let (person, home) = (uint64s(&batch, "person")?.values(), uint64s(&batch, "home")?.values());
            homes.extend(
                person
                    .iter()
                    .copied()
                    .zip(home.iter().copied())
                    .filter(|(person, _)| wanted.contains(person)),
            );
        }
    }
    Ok(homes)
}
