//! The first pass over a bucket: the small facts that other buckets need.

use arrow_array::Array;

use crate::bucket::Bucket;
use crate::death::{Death, deaths};
use crate::dwelling::{Dwelling, NONE, dwellings};
use crate::error::RegistryError;
use crate::links::{Claim, LinkFacts, Side, pair};
use crate::marriage::newest;

/// The feeds that the first pass reads, and which of their columns.
pub const LINK_NEEDS: &[(&str, &[&str])] = &[
    ("dibao", &["household_no", "is_head", "started_on", "ended_on"]),
    ("edge_rigid", &["household_no", "is_head", "started_on", "ended_on"]),
    ("marriage", &["kind", "party_a_id", "party_b_id", "registered_on"]),
    ("cremation", &["died_on", "cremated_on"]),
    ("serious_illness", &["died_on"]),
    (
        "hukou",
        &[
            "birth_date",
            "household_no",
            "relation",
            "father_id",
            "mother_id",
            "cancelled_on",
            "cancel_reason",
        ],
    ),
];

/// Who was born on or before this day is grown on the day asked for. `as_of` in days since 1970-01-01.
pub fn link_facts(bucket: &Bucket, as_of: i32, grown_if_born_by: i32) -> Result<LinkFacts, RegistryError> {
    let dwellings = dwellings(bucket, as_of)?;
    let deaths = deaths(bucket, as_of)?;
    let mut facts = LinkFacts {
        dead: bucket
            .spine
            .iter()
            .zip(&deaths)
            .filter(|(_, death)| death.taken().is_some())
            .map(|(&p, _)| p)
            .collect(),
        claims: claims(bucket, &dwellings),
        ..LinkFacts::default()
    };
    for (g, entry) in newest(bucket, as_of)?.into_iter().enumerate() {
        if let Some((entry, other)) = entry.and_then(|entry| Some((entry, entry.other?))) {
            let person = bucket.spine[g];
            facts.sides.push(Side {
                pair: pair(person, other),
                person,
                dwelling: dwellings[g].number(person),
                on: entry.on,
                relation: dwellings[g].relation,
                bond: entry.bond,
            });
        }
    }
    facts.parents_of_grown = parents_of_grown(bucket, &deaths, grown_if_born_by)?;
    Ok(facts)
}

fn claims(bucket: &Bucket, dwellings: &[Dwelling]) -> Vec<Claim> {
    let rostered = bucket
        .spine
        .iter()
        .zip(dwellings)
        .filter(|(_, d)| d.roster != NONE && d.registered != NONE);
    rostered
        .map(|(&person, d)| Claim {
            roster: d.roster,
            rank: u8::from(!d.heads_roster),
            person,
            registered: d.registered,
        })
        .collect()
}

fn parents_of_grown(bucket: &Bucket, deaths: &[Death], grown_if_born_by: i32) -> Result<Vec<u64>, RegistryError> {
    let Some(hukou) = bucket.feed("hukou") else {
        return Ok(Vec::new());
    };
    let born = hukou.date("birth_date")?;
    let (father, mother) = (hukou.key("father_id")?, hukou.key("mother_id")?);
    let mut parents = Vec::new();
    for (i, &g) in hukou.group.iter().enumerate() {
        if !born.is_valid(i) || born.value(i) > grown_if_born_by || deaths[g as usize].taken().is_some() {
            continue;
        }
        parents.extend(
            [father, mother]
                .into_iter()
                .filter(|parent| parent.is_valid(i))
                .map(|parent| parent.value(i)),
        );
    }
    Ok(parents)
}
