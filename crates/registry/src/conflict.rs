//! Where feeds contradict each other about a person. The precedence that was applied stands beside each flag; the
//! contradicting records themselves stay in the feed tables and on the person's page.

use arrow_array::Array;

use crate::bucket::Bucket;
use crate::codes::marital;
use crate::death::Death;
use crate::dwelling::{Dwelling, NONE};
use crate::error::RegistryError;
use crate::marriage::{Bond, Entry};

/// A contradiction, as one bit of column `conflicts` of table `people`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Conflict {
    /// Certified or cremated, and police still keep the registration: held for dead.
    DeadButRegistered = 0,
    /// Certificate and crematorium name different days: the certificate's is taken.
    DeathDaysDiffer = 1,
    /// The registration's marital status contradicts the marriage registry: the registry is believed.
    MaritalStatusDiffers = 2,
    /// Two running rosters under different numbers: the living household follows 低保, then edge.
    OnTwoRosters = 3,
    /// No registration: birth date and sex come from the citizen id.
    NotRegistered = 4,
    /// Registration cancelled for moving away, and still on a roster here: lives with the roster.
    GoneButOnRoster = 5,
}

impl Conflict {
    pub const ALL: [Conflict; 6] = [
        Conflict::DeadButRegistered,
        Conflict::DeathDaysDiffer,
        Conflict::MaritalStatusDiffers,
        Conflict::OnTwoRosters,
        Conflict::NotRegistered,
        Conflict::GoneButOnRoster,
    ];

    pub fn bit(self) -> i32 {
        1 << self as u8
    }

    /// A stable code for machines and texts.
    pub fn code(self) -> &'static str {
        match self {
            Conflict::DeadButRegistered => "dead_but_registered",
            Conflict::DeathDaysDiffer => "death_days_differ",
            Conflict::MaritalStatusDiffers => "marital_status_differs",
            Conflict::OnTwoRosters => "on_two_rosters",
            Conflict::NotRegistered => "not_registered",
            Conflict::GoneButOnRoster => "gone_but_on_roster",
        }
    }

    /// The contradictions that a value of column `conflicts` holds.
    pub fn of(bits: i32) -> Vec<Conflict> {
        Self::ALL
            .into_iter()
            .filter(|conflict| bits & conflict.bit() != 0)
            .collect()
    }
}

/// One bit set per person of the spine.
pub fn flags(
    bucket: &Bucket,
    dwellings: &[Dwelling],
    deaths: &[Death],
    marriages: &[Option<Entry>],
) -> Result<Vec<i32>, RegistryError> {
    let hukou_marital = bucket.feed("hukou").map(|rows| rows.code("marital")).transpose()?;
    let flags = |i: usize| {
        let (dwelling, death) = (&dwellings[i], &deaths[i]);
        let registered = dwelling.registered != NONE;
        let said = hukou_marital.and_then(|column| {
            let row = (dwelling.hukou_row as usize).checked_sub(1)?;
            column.is_valid(row).then(|| column.value(row))
        });
        let holds = |conflict: Conflict| match conflict {
            Conflict::DeadButRegistered => registered && !dwelling.gone && death.still_registered(),
            Conflict::DeathDaysDiffer => death.days_differ(),
            Conflict::MaritalStatusDiffers => marital_differs(marriages[i], said),
            Conflict::OnTwoRosters => dwelling.on_two_rosters,
            Conflict::NotRegistered => !registered,
            Conflict::GoneButOnRoster => dwelling.gone && dwelling.roster != NONE,
        };
        Conflict::ALL
            .into_iter()
            .filter(|&conflict| holds(conflict))
            .map(Conflict::bit)
            .sum()
    };
    Ok((0..bucket.spine.len()).map(flags).collect())
}

fn marital_differs(entry: Option<Entry>, said: Option<i16>) -> bool {
    match (entry.map(|entry| entry.bond), said) {
        // A widow's last entry is her marriage: no contradiction.
        (Some(Bond::Married), Some(said)) => matches!(said, marital::SINGLE | marital::DIVORCED),
        (Some(Bond::Ended), Some(said)) => said == marital::MARRIED,
        _ => false,
    }
}
