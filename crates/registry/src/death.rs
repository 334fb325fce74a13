//! Who is dead, since when, and who says so.
//!
//! Three departments know of a death: the hospital certifies it, the crematorium registers it, police cancel the
//! registration, often months later. Any one of them is enough to hold a person for dead. The day is taken from the
//! first of these that gives one:
//!
//! | precedence | source | why |
//! |---|---|---|
//! | 1 | `serious_illness.died_on` (death certificate) | written by whoever saw the body |
//! | 2 | `cremation.died_on` | said by the family at the crematorium |
//! | 3 | `cremation.cremated_on` | the death came at most days before |
//! | 4 | `hukou.cancelled_on`, reason death | the day of the paper, an upper bound |

use arrow_array::Array;

use crate::bucket::Bucket;
use crate::codes::cancel;
use crate::error::RegistryError;

/// Which department's day of death is taken; the numbers are the feeds' numbers.
pub const CERTIFICATE: i16 = 12;
pub const CREMATION: i16 = 8;
pub const POLICE: i16 = 9;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Death {
    pub certified_on: Option<i32>,
    pub cremation_death_on: Option<i32>,
    pub cremated_on: Option<i32>,
    pub cancelled_on: Option<i32>,
}

impl Death {
    /// The day that is taken (days since 1970-01-01) and the number of the feed that gives it.
    pub fn taken(&self) -> Option<(i32, i16)> {
        let from = |day: Option<i32>, feed: i16| day.map(|day| (day, feed));
        from(self.certified_on, CERTIFICATE)
            .or(from(self.cremation_death_on, CREMATION))
            .or(from(self.cremated_on, CREMATION))
            .or(from(self.cancelled_on, POLICE))
    }

    /// Crematorium or hospital know of the death and police do not.
    pub fn still_registered(&self) -> bool {
        self.cancelled_on.is_none() && self.taken().is_some()
    }

    /// Certificate and crematorium give different days.
    pub fn days_differ(&self) -> bool {
        matches!((self.certified_on, self.cremation_death_on), (Some(a), Some(b)) if a != b)
    }
}

/// One entry per person of the spine. Days after `as_of` are not known yet on that day.
pub fn deaths(bucket: &Bucket, as_of: i32) -> Result<Vec<Death>, RegistryError> {
    let mut deaths = vec![Death::default(); bucket.spine.len()];
    note(bucket, "serious_illness", "died_on", as_of, &mut deaths, |death| {
        &mut death.certified_on
    })?;
    note(bucket, "cremation", "died_on", as_of, &mut deaths, |death| {
        &mut death.cremation_death_on
    })?;
    note(bucket, "cremation", "cremated_on", as_of, &mut deaths, |death| {
        &mut death.cremated_on
    })?;
    if let Some(hukou) = bucket.feed("hukou") {
        let (on, reason) = (hukou.date("cancelled_on")?, hukou.code("cancel_reason")?);
        for (i, &g) in hukou.group.iter().enumerate() {
            if on.is_valid(i) && on.value(i) <= as_of && reason.is_valid(i) && reason.value(i) == cancel::DEATH {
                deaths[g as usize].cancelled_on = Some(on.value(i));
            }
        }
    }
    Ok(deaths)
}

/// The earliest day that a feed gives per person.
fn note(
    bucket: &Bucket,
    feed: &str,
    column: &str,
    as_of: i32,
    deaths: &mut [Death],
    field: impl Fn(&mut Death) -> &mut Option<i32>,
) -> Result<(), RegistryError> {
    let Some(rows) = bucket.feed(feed) else { return Ok(()) };
    let days = rows.date(column)?;
    if days.null_count() == days.len() {
        return Ok(());
    }
    for (i, &g) in rows.group.iter().enumerate() {
        if days.is_valid(i) && days.value(i) <= as_of {
            let known = field(&mut deaths[g as usize]);
            *known = Some(known.map_or(days.value(i), |earlier| earlier.min(days.value(i))));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(death: Death, taken: Option<(i32, i16)>, still_registered: bool) {
        assert_eq!(death.taken(), taken);
        assert_eq!(death.still_registered(), still_registered);
    }

    #[test]
    fn the_certificate_goes_before_cremation_and_police() {
        let all = Death {
            certified_on: Some(10),
            cremation_death_on: Some(11),
            cremated_on: Some(13),
            cancelled_on: Some(90),
        };
        check(all, Some((10, CERTIFICATE)), false);
        check(
            Death {
                certified_on: None,
                ..all
            },
            Some((11, CREMATION)),
            false,
        );
        check(
            Death {
                certified_on: None,
                cremation_death_on: None,
                ..all
            },
            Some((13, CREMATION)),
            false,
        );
    }

    #[test]
    fn a_cremated_person_may_still_be_registered() {
        check(
            Death {
                cremated_on: Some(13),
                ..Death::default()
            },
            Some((13, CREMATION)),
            true,
        );
    }

    #[test]
    fn nobody_dies_without_a_source() {
        check(Death::default(), None, false);
    }
}
