//! What a person receives or is recognised as, by the running rows of the rosters: the six categories of the
//! low-income population and the welfare subsidies.

use arrow_array::Array;

use crate::bucket::{Bucket, FeedRows};
use crate::error::RegistryError;

/// One kind of aid or recognition; its number is its bit in column `aids`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Aid {
    Dibao = 0,
    Tekun = 1,
    PovertyWatch = 2,
    Edge = 3,
    Rigid = 4,
    /// 其他困难人员: here a child recognised as in difficulty.
    OtherDifficulty = 5,
    DisabilityLiving = 6,
    DisabilityNursing = 7,
    OldAge = 8,
    DisabledElder = 9,
}

impl Aid {
    pub const ALL: [Aid; 10] = [
        Aid::Dibao,
        Aid::Tekun,
        Aid::PovertyWatch,
        Aid::Edge,
        Aid::Rigid,
        Aid::OtherDifficulty,
        Aid::DisabilityLiving,
        Aid::DisabilityNursing,
        Aid::OldAge,
        Aid::DisabledElder,
    ];

    /// The six categories of the national platform, in the order in which one is chosen.
    pub const CATEGORIES: [Aid; 6] = [
        Aid::Dibao,
        Aid::Tekun,
        Aid::PovertyWatch,
        Aid::Edge,
        Aid::Rigid,
        Aid::OtherDifficulty,
    ];

    pub fn bit(self) -> i32 {
        1 << self as u8
    }

    /// The name that the glossary gives, which is also the programme's name in the packs.
    pub fn name(self) -> &'static str {
        match self {
            Aid::Dibao => "dibao",
            Aid::Tekun => "tekun",
            Aid::PovertyWatch => "poverty_watch",
            Aid::Edge => "dibao_edge",
            Aid::Rigid => "rigid_expenditure",
            Aid::OtherDifficulty => "other_difficulty",
            Aid::DisabilityLiving => "disability_living",
            Aid::DisabilityNursing => "disability_nursing",
            Aid::OldAge => "old_age_allowance",
            Aid::DisabledElder => "disabled_elder_subsidy",
        }
    }

    /// The roster that shows whom a programme serves.
    pub fn of_programme(name: &str) -> Option<Aid> {
        Self::ALL.into_iter().find(|aid| aid.name() == name)
    }

    /// The one current category of a person by priority.
    pub fn category(aids: i32) -> Option<Aid> {
        Self::CATEGORIES.into_iter().find(|aid| aids & aid.bit() != 0)
    }
}

/// One entry per person of the spine.
pub struct Aids {
    /// Bits of [`Aid`].
    pub running: Vec<i32>,
    /// Those that run twice: in two places, or in two households.
    pub twice: Vec<i32>,
    /// Those whose recognition is past its last day while the row still stands as if it ran.
    pub expired: Vec<i32>,
    /// The first day of the current category; `i32::MAX` when there is none.
    pub category_since: Vec<i32>,
}

/// The feeds and columns that this needs besides those of [`crate::bucket::OWN_NEEDS`].
pub const AID_NEEDS: &[(&str, &[&str])] = &[
    ("dibao", &["started_on", "ended_on", "status"]),
    ("tekun", &["started_on", "ended_on", "status"]),
    ("edge_rigid", &["kind", "started_on", "ended_on", "valid_to", "status"]),
    ("children", &["kind", "started_on", "ended_on", "status"]),
    ("subsidies", &["kind", "started_on", "ended_on", "status"]),
    ("rural_watch", &["row_kind", "risk_state", "started_on", "ended_on"]),
];

impl Aids {
    pub fn of(bucket: &Bucket, as_of: i32) -> Result<Self, RegistryError> {
        let n = bucket.spine.len();
        let mut aids = Self {
            running: vec![0; n],
            twice: vec![0; n],
            expired: vec![0; n],
            category_since: vec![i32::MAX; n],
        };
        aids.note(bucket, "dibao", as_of, |_| Ok(Box::new(|_| Some(Aid::Dibao))))?;
        aids.note(bucket, "tekun", as_of, |_| Ok(Box::new(|_| Some(Aid::Tekun))))?;
        aids.note(bucket, "rural_watch", as_of, watched)?;
        aids.note(bucket, "edge_rigid", as_of, |rows| edge_or_rigid(rows, as_of))?;
        aids.note_expired(bucket, as_of)?;
        aids.note(bucket, "children", as_of, child)?;
        aids.note(bucket, "subsidies", as_of, subsidy)?;
        Ok(aids)
    }

    fn note<'a>(
        &mut self,
        bucket: &'a Bucket,
        feed: &str,
        as_of: i32,
        kind: impl Fn(&'a FeedRows) -> Result<KindOf<'a>, RegistryError>,
    ) -> Result<(), RegistryError> {
        let Some(rows) = bucket.feed(feed) else { return Ok(()) };
        let running = rows.running(as_of)?;
        let started = rows.date("started_on")?;
        let kind = kind(rows)?;
        for (i, &g) in rows.group.iter().enumerate() {
            let Some(aid) = kind(i).filter(|_| running(i)) else {
                continue;
            };
            let g = g as usize;
            if self.running[g] & aid.bit() != 0 && aid != Aid::PovertyWatch {
                self.twice[g] |= aid.bit();
            }
            let before = Aid::category(self.running[g]);
            self.running[g] |= aid.bit();
            let since = if started.is_valid(i) {
                started.value(i)
            } else {
                i32::MAX
            };
            match Aid::category(self.running[g]) {
                now if now == Some(aid) && before == Some(aid) => {
                    self.category_since[g] = self.category_since[g].min(since);
                }
                now if now == Some(aid) => self.category_since[g] = since,
                _ => {}
            }
        }
        Ok(())
    }

    /// Only the edge and rigid-expenditure rosters carry a last day of recognition.
    fn note_expired(&mut self, bucket: &Bucket, as_of: i32) -> Result<(), RegistryError> {
        let Some(rows) = bucket.feed("edge_rigid") else {
            return Ok(());
        };
        let (running, valid_to) = (rows.running(as_of)?, rows.date("valid_to")?);
        let kind = rows.code("kind")?;
        for (i, &g) in rows.group.iter().enumerate() {
            let past = valid_to.is_valid(i) && valid_to.value(i) < as_of;
            if let Some(aid) = edge_kind(kind.value(i)).filter(|_| past && running(i)) {
                self.expired[g as usize] |= aid.bit();
            }
        }
        Ok(())
    }
}

/// Which aid a row speaks of, if any.
type KindOf<'a> = Box<dyn Fn(usize) -> Option<Aid> + 'a>;

fn edge_or_rigid(rows: &FeedRows, as_of: i32) -> Result<KindOf<'_>, RegistryError> {
    let (kind, valid_to) = (rows.code("kind")?, rows.date("valid_to")?);
    Ok(Box::new(move |i| {
        let expired = valid_to.is_valid(i) && valid_to.value(i) < as_of;
        edge_kind(kind.value(i)).filter(|_| !expired)
    }))
}

fn edge_kind(code: i16) -> Option<Aid> {
    match code {
        1 => Some(Aid::Edge),
        2 => Some(Aid::Rigid),
        _ => None,
    }
}

fn watched(rows: &FeedRows) -> Result<KindOf<'_>, RegistryError> {
    let (row_kind, state) = (rows.code("row_kind")?, rows.code("risk_state")?);
    Ok(Box::new(move |i| {
        let watch = row_kind.value(i) == 1 && !(state.is_valid(i) && state.value(i) == 3);
        watch.then_some(Aid::PovertyWatch)
    }))
}

/// Children left behind (kind 4) are cared for, not in difficulty by that alone.
fn child(rows: &FeedRows) -> Result<KindOf<'_>, RegistryError> {
    let kind = rows.code("kind")?;
    Ok(Box::new(move |i| {
        matches!(kind.value(i), 1..=3).then_some(Aid::OtherDifficulty)
    }))
}

fn subsidy(rows: &FeedRows) -> Result<KindOf<'_>, RegistryError> {
    let kind = rows.code("kind")?;
    Ok(Box::new(move |i| match kind.value(i) {
        1 => Some(Aid::DisabilityLiving),
        2 => Some(Aid::DisabilityNursing),
        3 => Some(Aid::OldAge),
        4 => Some(Aid::DisabledElder),
        _ => None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_category_is_chosen_by_priority() {
        assert_eq!(
            Aid::category(Aid::Edge.bit() | Aid::PovertyWatch.bit()),
            Some(Aid::PovertyWatch)
        );
        assert_eq!(Aid::category(Aid::Dibao.bit() | Aid::Tekun.bit()), Some(Aid::Dibao));
        assert_eq!(Aid::category(Aid::OldAge.bit()), None);
    }
}
