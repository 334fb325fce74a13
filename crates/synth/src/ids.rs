//! Citizen ids of the sample: real area codes of Shanxi, some abolished ones, valid check digits, never two alike.

use rustc_hash::FxHashMap;

use crate::calendar::{self, Day};

/// Area, birth day and sequence in one number; zero stands for a person who has no id yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdNumber(u64);

impl IdNumber {
    pub const NONE: IdNumber = IdNumber(0);

    fn new(area: u32, born: Day, sequence: u32) -> Self {
        let days = (born - calendar::EARLIEST_BIRTH) as u64;
        Self(u64::from(area) << 27 | days << 10 | u64::from(sequence))
    }

    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    pub fn area(self) -> u32 {
        (self.0 >> 27) as u32
    }

    pub fn born(self) -> Day {
        ((self.0 >> 10) & 0x1_ffff) as Day + calendar::EARLIEST_BIRTH
    }

    /// The 18 characters with the check digit of GB 11643-1999.
    #[inline]
    pub fn digits(self) -> [u8; 18] {
        let mut out = [b'0'; 18];
        digits_into(&mut out[0..6], self.area());
        let (year, month, day) = calendar::ymd(self.born());
        digits_into(&mut out[6..14], (year as u32) * 10_000 + month * 100 + day);
        digits_into(&mut out[14..17], (self.0 & 0x3ff) as u32);
        out[17] = check_digit(&out);
        out
    }

    /// The form of before 1999: no century, no check digit. Only for births in the 1900s.
    pub fn fifteen_digits(self) -> [u8; 15] {
        let long = self.digits();
        let mut out = [b'0'; 15];
        out[..6].copy_from_slice(&long[..6]);
        out[6..].copy_from_slice(&long[8..17]);
        out
    }
}

#[inline]
fn digits_into(out: &mut [u8], mut value: u32) {
    for slot in out.iter_mut().rev() {
        *slot = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

#[inline]
pub fn check_digit(digits: &[u8; 18]) -> u8 {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    b"10X98765432"[(sum % 11) as usize]
}

/// Hands out ids for one chunk of the province so that no other chunk can hand out the same one, without asking it.
///
/// Of the thousand sequence numbers of an area and a day, those below `LOCAL` belong to the chunks of that county,
/// each its share; the rest belong to people registered at birth elsewhere, each chunk having its own days and numbers.
#[derive(Debug)]
pub struct IdOffice {
    own_areas: [u32; 2],
    local: (u32, u32),
    visitor_days: i32,
    visitor_turn: i32,
    visitor_first: u32,
    used: FxHashMap<(u32, Day, bool), u32>,
}

const LOCAL: u32 = 700;
/// Numbers per day that one chunk may give to people born elsewhere: three of each sex.
const VISITOR: u32 = 6;

impl IdOffice {
    /// `position` of `chunks_in_county` chunks in the county, `index` of `chunks` in the province. `own_areas` are the
    /// county's code of today and the one it had before, which no other county shares.
    pub fn new(own_areas: [u32; 2], position: u32, chunks_in_county: u32, index: u32, chunks: u32) -> Self {
        let share = (LOCAL / chunks_in_county) & !1;
        let slots = (1000 - LOCAL) / VISITOR;
        Self {
            own_areas,
            local: (position * share, share),
            visitor_days: chunks.div_ceil(slots) as i32,
            visitor_turn: (index / slots) as i32,
            visitor_first: LOCAL + (index % slots) * VISITOR,
            used: FxHashMap::default(),
        }
    }

    /// An id near the wished birth day; the day moves on when its numbers are used up. Returns the day that it says.
    pub fn issue(&mut self, area: u32, born: Day, male: bool, last: Day) -> (IdNumber, Day) {
        let local = self.own_areas.contains(&area);
        let (first, count, step) = if local {
            (self.local.0, self.local.1, 1)
        } else {
            (self.visitor_first, VISITOR, self.visitor_days)
        };
        let mut day = if local {
            born
        } else {
            born - (born - self.visitor_turn).rem_euclid(self.visitor_days)
        };
        while day > last {
            day -= step;
        }
        loop {
            let used = self.used.entry((area, day, male)).or_insert(0);
            if *used < count / 2 {
                // The last sequence digit is odd for men and even for women.
                let sequence = (first & !1) + *used * 2 + u32::from(male);
                *used += 1;
                return (IdNumber::new(area, day, sequence), day);
            }
            day -= step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_example_has_its_check_digit() {
        // GB 11643-1999, annex: 11010519491231002X.
        let born = calendar::day(1949, 12, 31);
        let id = IdNumber::new(110_105, born, 2);
        assert_eq!(&id.digits(), b"11010519491231002X");
        assert_eq!(&id.fifteen_digits(), b"110105491231002");
        assert_eq!(id.born(), born);
    }

    #[test]
    fn two_chunks_never_issue_the_same_id() {
        let mut seen = rustc_hash::FxHashSet::default();
        let last = calendar::day(2026, 11, 1);
        for index in 0..120u32 {
            let own_county = if index < 4 { 140_105 } else { 140_200 + index };
            let mut office = IdOffice::new([own_county, 0], index % 4, 4, index, 120);
            for turn in 0..400 {
                let born = last - (turn % 40);
                let area = if turn % 3 == 0 { 140_728 } else { own_county };
                let (id, day) = office.issue(area, born, turn % 2 == 0, last);
                assert!(day <= last && seen.insert(id), "chunk {index} turn {turn}");
            }
        }
    }
}
