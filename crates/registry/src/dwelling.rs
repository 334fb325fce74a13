//! Where a person lives as far as his own bucket knows: on which roster, in which registration.

use arrow_array::Array;

use crate::bucket::Bucket;
use crate::codes::cancel;
use crate::error::RegistryError;
use crate::links::own_home;

/// Stands for "not registered" and "on no roster": a keyed hash never gives it in practice (1 in 2^64).
pub const NONE: u64 = 0;

/// The rosters whose members live together, in the order in which they are believed.
const ROSTERS: [&str; 2] = ["dibao", "edge_rigid"];

/// One person of the spine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dwelling {
    /// Registered household, also of those since cancelled.
    pub registered: u64,
    /// Number of the running roster that covers the person.
    pub roster: u64,
    /// Whether the person heads that roster.
    pub heads_roster: bool,
    /// Covered by two running rosters under different numbers.
    pub on_two_rosters: bool,
    /// Relation to the head of the registered household; 0 when not registered.
    pub relation: i16,
    /// The registration was cancelled for another reason than death: the person lives elsewhere.
    pub gone: bool,
    /// Row of the hukou feed plus one; 0 when not registered.
    pub hukou_row: u32,
}

impl Dwelling {
    /// The number under which the person lives before relatives are looked at (rules 1 and 2 of [`crate::links`]).
    pub fn number(&self, person: u64) -> u64 {
        if self.roster != NONE {
            self.roster
        } else if self.registered != NONE && !self.gone {
            self.registered
        } else {
            own_home(person)
        }
    }
}

/// One entry per person of the spine.
pub fn dwellings(bucket: &Bucket, as_of: i32) -> Result<Vec<Dwelling>, RegistryError> {
    let mut dwellings = vec![Dwelling::default(); bucket.spine.len()];
    if let Some(hukou) = bucket.feed("hukou") {
        let (household, relation) = (hukou.key("household_no")?, hukou.code("relation")?);
        let (cancelled, reason) = (hukou.date("cancelled_on")?, hukou.code("cancel_reason")?);
        for (i, &g) in hukou.group.iter().enumerate() {
            let away = cancelled.is_valid(i)
                && cancelled.value(i) <= as_of
                && reason.is_valid(i)
                && !matches!(reason.value(i), cancel::DEATH | cancel::DUPLICATE);
            let dwelling = &mut dwellings[g as usize];
            dwelling.registered = household.value(i);
            dwelling.relation = relation.value(i);
            dwelling.gone = away;
            dwelling.hukou_row = i as u32 + 1;
        }
    }
    for roster in ROSTERS {
        note_roster(bucket, roster, as_of, &mut dwellings)?;
    }
    Ok(dwellings)
}

fn note_roster(bucket: &Bucket, feed: &str, as_of: i32, dwellings: &mut [Dwelling]) -> Result<(), RegistryError> {
    let Some(rows) = bucket.feed(feed) else { return Ok(()) };
    let (number, head) = (rows.key("household_no")?, crate::columns::flags(&rows.rows, "is_head")?);
    let running = rows.running(as_of)?;
    for (i, &g) in rows.group.iter().enumerate() {
        if !running(i) || !number.is_valid(i) {
            continue;
        }
        let dwelling = &mut dwellings[g as usize];
        if dwelling.roster == NONE {
            dwelling.roster = number.value(i);
            dwelling.heads_roster = head.is_valid(i) && head.value(i);
        } else if dwelling.roster != number.value(i) {
            dwelling.on_two_rosters = true;
        }
    }
    Ok(())
}
