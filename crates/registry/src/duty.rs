//! The duty of support: how many relatives a person has who owe support, wherever they live (赡养、抚养、扶养).
//!
//! Counted: a living spouse; living children of 18 or more; living parents of a minor, and of a grown child who holds
//! a disability card that stands for being unable to work. A parent who is recorded and of whose death no feed knows
//! counts as living. A minor without two recorded parents has parents nobody knows of: the count stays unknown unless
//! somebody liable is known (grandparents' registers seldom name the parents of the children they raise).

use arrow_array::Array;

use crate::bucket::Bucket;
use crate::codes::marital;
use crate::dwelling::Dwelling;
use crate::error::RegistryError;
use crate::links::Links;
use crate::marriage::{Bond, Entry};
use crate::people::Born;

pub struct Duties {
    /// Null where the relatives are unknown: nobody is registered, or a minor's parents are not recorded.
    pub relatives_liable: Vec<Option<i32>>,
    /// 0 to 2; null when no parent is recorded.
    pub parents_dead: Vec<Option<i32>>,
}

impl Duties {
    #[allow(clippy::too_many_arguments)]
    pub fn count(
        bucket: &Bucket,
        links: &Links,
        dwellings: &[Dwelling],
        marriages: &[Option<Entry>],
        born: &[Option<Born>],
        helpless: &[bool],
        as_of: i32,
    ) -> Result<Self, RegistryError> {
        let n = bucket.spine.len();
        let mut duties = Self {
            relatives_liable: vec![None; n],
            parents_dead: vec![None; n],
        };
        let Some(hukou) = bucket.feed("hukou") else {
            return Ok(duties);
        };
        let (father, mother) = (hukou.key("father_id")?, hukou.key("mother_id")?);
        let said_marital = hukou.code("marital")?;
        let grown_children = grown_children(bucket, links);
        let adult_if_born_by = years_before(as_of, 18);
        for g in 0..n {
            let Some(row) = (dwellings[g].hukou_row as usize).checked_sub(1) else {
                continue;
            };
            let said_married = said_marital.is_valid(row) && said_marital.value(row) == marital::MARRIED;
            let spouse = has_living_spouse(marriages[g], said_married, links);
            let (mut recorded, mut dead) = (0, 0);
            for parent in [father, mother].into_iter().filter(|parent| parent.is_valid(row)) {
                recorded += 1;
                dead += i32::from(links.is_dead(parent.value(row)));
            }
            let minor = born[g].is_some_and(|born| born.on > adult_if_born_by);
            let parents = if minor || helpless[g] { recorded - dead } else { 0 };
            let known = i32::from(spouse) + grown_children[g] + parents;
            let parents_unknown = minor && recorded < 2;
            duties.relatives_liable[g] = (known > 0 || !parents_unknown).then_some(known);
            duties.parents_dead[g] = (recorded > 0).then_some(dead);
        }
        Ok(duties)
    }
}

/// Without an entry in the marriage registry (old marriages are not all in it) the registration's word is taken.
fn has_living_spouse(entry: Option<Entry>, said_married: bool, links: &Links) -> bool {
    match entry {
        Some(Entry {
            bond: Bond::Married,
            other: Some(other),
            ..
        }) => !links.is_dead(other),
        Some(Entry {
            bond: Bond::Married,
            other: None,
            ..
        }) => said_married,
        Some(Entry { bond: Bond::Ended, .. }) => false,
        None => said_married,
    }
}

fn grown_children(bucket: &Bucket, links: &Links) -> Vec<i32> {
    let mut counts = vec![0; bucket.spine.len()];
    let (Some(&first), Some(&last)) = (bucket.spine.first(), bucket.spine.last()) else {
        return counts;
    };
    let mut g = 0;
    for &parent in links
        .parents_of_grown_from(first)
        .iter()
        .take_while(|&&parent| parent <= last)
    {
        while g < bucket.spine.len() && bucket.spine[g] < parent {
            g += 1;
        }
        if g < bucket.spine.len() && bucket.spine[g] == parent {
            counts[g] += 1;
        }
    }
    counts
}

/// The day that lies so many full years back (days since 1970-01-01).
pub fn years_before(as_of: i32, years: i32) -> i32 {
    anwang_domain::Day(as_of).add_months(-12 * years).0
}
