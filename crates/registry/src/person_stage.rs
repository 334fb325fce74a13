//! The person stage: one part of the population, from its feeds' rows to people and to what the exchange carries home.

use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Date32Array, Int32Array, Int64Array, RecordBatch, UInt64Array};

use anwang_policy::Program;

use crate::aid::{AID_NEEDS, Aids};
use crate::bucket::{Bucket, OWN_NEEDS};
use crate::carried;
use crate::error::RegistryError;
use crate::landed::{Landed, Wanted};
use crate::links::Links;
use crate::people::{Born, People};

pub struct PersonStage<'a> {
    pub landed: &'a Landed<'a>,
    pub program: &'a Program,
    pub links: &'a Links,
    /// Days since 1970-01-01.
    pub as_of: i32,
    pub identify: &'a (dyn Fn(u64) -> Option<Born> + Sync),
}

pub struct PersonPart {
    /// Rows of table `people`, sorted by person.
    pub people: RecordBatch,
    /// What goes to the homes: the carried columns and the policy's inputs, in the same order.
    pub homeward: RecordBatch,
}

/// All that the person stage reads of the feeds.
pub fn wanted(program: &Program) -> Wanted {
    let mut wanted = Wanted::of(OWN_NEEDS);
    for (feed, columns) in AID_NEEDS {
        wanted.add(feed, *columns);
    }
    for need in program.feed_needs() {
        wanted.add(&need.feed, need.columns.iter());
    }
    wanted
}

impl PersonStage<'_> {
    /// One range of persons, or those in `only` (ascending) of it.
    pub fn run(
        &self,
        wanted: &Wanted,
        range: RangeInclusive<u64>,
        only: Option<&[u64]>,
    ) -> Result<PersonPart, RegistryError> {
        let bucket = self.landed.bucket(wanted, range, only)?;
        let people = People::describe(&bucket, self.links, self.as_of, self.identify)?;
        let aids = Aids::of(&bucket, self.as_of)?;
        let mut columns = carried_columns(&people, &aids);
        columns.extend(self.policy_columns(&bucket, &people)?);
        let homeward =
            RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))?;
        Ok(PersonPart {
            people: people.to_rows()?,
            homeward,
        })
    }

    /// The policy's person inputs: the registry's own and those that feeds give. Others stay away, hence missing.
    fn policy_columns(&self, bucket: &Bucket, people: &People) -> Result<Vec<(String, ArrayRef)>, RegistryError> {
        let mut from_feeds = Vec::new();
        for need in self.program.feed_needs() {
            let landed = bucket.feed(&need.feed);
            let (rows, group) = match landed {
                Some(feed) => (Some(&feed.rows), &feed.group[..]),
                None => (None, &[][..]),
            };
            from_feeds.push(self.program.run_feed(&need.feed, rows, group, bucket.spine.len())?);
        }
        let mut columns = Vec::new();
        for input in self.program.person_inputs() {
            let own = people.policy_input(&input.name);
            let array = own.or_else(|| {
                from_feeds
                    .iter()
                    .find_map(|rows| rows.column_by_name(&input.name).cloned())
            });
            if let Some(array) = array {
                columns.push((input.name.clone(), array));
            }
        }
        Ok(columns)
    }
}

fn carried_columns(people: &People, aids: &Aids) -> Vec<(String, ArrayRef)> {
    let column = |name: &str, array: ArrayRef| (name.to_owned(), array);
    let cancelled: BooleanArray = people.hukou_cancelled();
    let place: Int64Array = people.place();
    vec![
        column(carried::PERSON, Arc::new(UInt64Array::from(people.person.clone()))),
        column(carried::HOME, Arc::new(UInt64Array::from(people.home.clone()))),
        column(carried::RELATION, Arc::new(people.relations())),
        column(carried::PLACE, Arc::new(place)),
        column(carried::DIED_ON, people.death_dates()),
        column(carried::CANCELLED, Arc::new(cancelled)),
        column(carried::AIDS, Arc::new(Int32Array::from(aids.running.clone()))),
        column(carried::AIDS_TWICE, Arc::new(Int32Array::from(aids.twice.clone()))),
        column(carried::AIDS_EXPIRED, Arc::new(Int32Array::from(aids.expired.clone()))),
        column(
            carried::CATEGORY_SINCE,
            Arc::new(Date32Array::from_iter(
                aids.category_since.iter().map(|&day| (day != i32::MAX).then_some(day)),
            )),
        ),
    ]
}
