//! The days on which departments deliver: one full delivery, then one a month up to `as_of`.

use crate::calendar::{self, Day};

#[derive(Debug, Clone)]
pub struct Timeline {
    pub as_of: Day,
    /// Day of the first, full delivery.
    pub first: Day,
    /// Days that the deliveries speak of, oldest first; the last is `as_of`.
    pub cutoffs: Vec<Day>,
}

impl Timeline {
    pub fn new(as_of: Day, months: u32) -> Self {
        let cutoffs: Vec<Day> = (0..=months as i32)
            .rev()
            .map(|back| calendar::add_months(as_of, -back))
            .collect();
        Self {
            as_of,
            first: cutoffs[0],
            cutoffs,
        }
    }

    /// The delivery that first speaks of something known on a day; none when it is known only after `as_of`.
    #[inline]
    pub fn delivery_of(&self, known_on: Day) -> Option<usize> {
        self.cutoffs.iter().position(|&cutoff| known_on <= cutoff)
    }

    pub fn deliveries(&self) -> usize {
        self.cutoffs.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_known_on_the_cutoff_is_in_that_delivery() {
        let time = Timeline::new(calendar::day(2026, 11, 1), 3);
        assert_eq!(time.cutoffs.len(), 4);
        assert_eq!(time.first, calendar::day(2026, 8, 1));
        assert_eq!(time.delivery_of(time.first - 1_000), Some(0));
        assert_eq!(time.delivery_of(time.cutoffs[1]), Some(1));
        assert_eq!(time.delivery_of(time.cutoffs[1] + 1), Some(2));
        assert_eq!(time.delivery_of(time.as_of + 1), None);
    }
}
