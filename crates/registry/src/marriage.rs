//! To whom a person is married, from the newest entry of the marriage registry that is not after the day asked for.

use arrow_array::Array;

use crate::bucket::{Bucket, FeedRows};
use crate::codes::marriage;
use crate::error::RegistryError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bond {
    Married,
    /// Divorced or annulled.
    Ended,
}

/// The newest entry of a person in the marriage registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub bond: Bond,
    /// Person key of the other party; None when the paper gives no usable id.
    pub other: Option<u64>,
    /// Days since 1970-01-01.
    pub on: i32,
}

/// One entry per person of the spine.
pub fn newest(bucket: &Bucket, as_of: i32) -> Result<Vec<Option<Entry>>, RegistryError> {
    let mut newest: Vec<Option<Entry>> = vec![None; bucket.spine.len()];
    let Some(rows) = bucket.feed("marriage") else {
        return Ok(newest);
    };
    let (kind, on) = (rows.code("kind")?, rows.date("registered_on")?);
    let other = other_party(rows, &bucket.spine)?;
    for (i, &g) in rows.group.iter().enumerate() {
        if !on.is_valid(i) || on.value(i) > as_of {
            continue;
        }
        let bond = match kind.value(i) {
            marriage::MARRIAGE => Bond::Married,
            marriage::DIVORCE | marriage::ANNULLED => Bond::Ended,
            // A reissued certificate says that the marriage stands; its day is not that of the marriage.
            marriage::REISSUE => Bond::Married,
            _ => continue,
        };
        let known = &mut newest[g as usize];
        if known.is_none_or(|known| known.on <= on.value(i)) {
            *known = Some(Entry {
                bond,
                other: other(i),
                on: on.value(i),
            });
        }
    }
    Ok(newest)
}

/// The party of a row that is not its person.
fn other_party<'a>(rows: &'a FeedRows, spine: &'a [u64]) -> Result<impl Fn(usize) -> Option<u64> + 'a, RegistryError> {
    let (a, b) = (rows.key("party_a_id")?, rows.key("party_b_id")?);
    Ok(move |i: usize| {
        let person = spine[rows.group[i] as usize];
        [a, b]
            .into_iter()
            .filter(|party| party.is_valid(i))
            .map(|party| party.value(i))
            .find(|&key| key != person)
    })
}
