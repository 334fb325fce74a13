//! From answers to conclusions. Kept are those who are served or eligible: all others would be the whole population.

use std::ops::Range;

use anwang_domain::Day;
use arrow_array::{Array, BooleanArray, Date32Array, Int64Array, RecordBatch};

use crate::aid::Aid;
use crate::answers::{Answers, Programme, Unit};
use crate::carried;
use crate::columns::{dates, flags, int32s, int64s, uint64s};
use crate::error::RegistryError;
use crate::findings::{Answer, Conclusion, Finding};
use crate::homes::Homes;

pub struct Verdicts {
    /// Sorted by (home, programme, person).
    pub conclusions: Vec<Conclusion>,
    /// Programme and 12-digit division (0: unknown) of every person or household that stays undecided.
    pub undecided: Vec<(usize, i64)>,
}

/// What the results of all programmes say of the homes of one part. The results lie in batches, in order.
pub fn verdicts(
    programmes: &[Programme],
    homes: &Homes,
    persons: &[RecordBatch],
    households: &[RecordBatch],
    as_of: Day,
) -> Result<Verdicts, RegistryError> {
    let facts = Facts::of(homes, as_of)?;
    let mut verdicts = Verdicts {
        conclusions: Vec::new(),
        undecided: Vec::new(),
    };
    for (number, programme) in programmes.iter().enumerate() {
        let judge = Judge {
            number,
            programme,
            aid: Aid::of_programme(&programme.name),
            facts: &facts,
        };
        match programme.unit {
            Unit::Person => judge.each(persons, |row| (row..row + 1, row), &mut verdicts)?,
            Unit::Household => {
                let of = |home: usize| (homes.members(home), homes.head[home] as usize);
                judge.each(households, of, &mut verdicts)?;
                judge.members_who_should_not_be_listed(&mut verdicts);
            }
        }
    }
    verdicts
        .conclusions
        .sort_unstable_by_key(|c| (c.home, c.programme, c.person, c.finding));
    Ok(verdicts)
}

/// What the registry itself knows of the rows.
struct Facts<'a> {
    person: &'a [u64],
    home: &'a [u64],
    place: &'a Int64Array,
    aids: &'a [i32],
    twice: &'a [i32],
    expired: &'a [i32],
    cancelled: &'a BooleanArray,
    died: &'a Date32Array,
    long_dead: Vec<bool>,
}

impl<'a> Facts<'a> {
    fn of(homes: &'a Homes, as_of: Day) -> Result<Self, RegistryError> {
        let rows = &homes.rows;
        let long_dead = homes.died_in_an_earlier_month(as_of)?;
        Ok(Self {
            person: uint64s(rows, carried::PERSON)?.values(),
            home: uint64s(rows, carried::HOME)?.values(),
            place: int64s(rows, carried::PLACE)?,
            aids: int32s(rows, carried::AIDS)?.values(),
            twice: int32s(rows, carried::AIDS_TWICE)?.values(),
            expired: int32s(rows, carried::AIDS_EXPIRED)?.values(),
            cancelled: flags(rows, carried::CANCELLED)?,
            died: dates(rows, carried::DIED_ON)?,
            long_dead: (0..rows.num_rows()).map(long_dead).collect(),
        })
    }

    fn place_of(&self, row: usize) -> i64 {
        if self.place.is_valid(row) {
            self.place.value(row)
        } else {
            0
        }
    }

    fn since(&self, row: usize, finding: Finding) -> Option<i32> {
        (finding == Finding::Dead && self.died.is_valid(row)).then(|| self.died.value(row))
    }

    /// What is wrong with a person's being listed, whatever the programme asks for.
    fn flaw(&self, row: usize, aid: Aid) -> Finding {
        let expired = self.expired[row] & aid.bit() != 0;
        if self.aids[row] & aid.bit() == 0 && !expired {
            Finding::None
        } else if self.long_dead[row] {
            Finding::Dead
        } else if expired {
            Finding::Expired
        } else if self.twice[row] & aid.bit() != 0 {
            Finding::Twice
        } else if self.cancelled.is_valid(row) && self.cancelled.value(row) {
            Finding::MovedAway
        } else {
            Finding::None
        }
    }
}

struct Judge<'a> {
    number: usize,
    programme: &'a Programme,
    /// The roster that shows who is served; None for programmes without one of their own.
    aid: Option<Aid>,
    facts: &'a Facts<'a>,
}

impl Judge<'_> {
    /// `of` gives the rows of a unit and the one that stands for it.
    fn each(
        &self,
        results: &[RecordBatch],
        of: impl Fn(usize) -> (Range<usize>, usize),
        verdicts: &mut Verdicts,
    ) -> Result<(), RegistryError> {
        let mut unit = 0;
        for batch in results {
            let answers = Answers::of(self.programme, batch)?;
            for i in 0..answers.len() {
                let (rows, subject) = of(unit);
                unit += 1;
                let answer = answers.answer(i);
                let listed = self
                    .aid
                    .is_some_and(|aid| rows.clone().any(|row| self.facts.aids[row] & aid.bit() != 0));
                let served = answers.received(i).unwrap_or(listed);
                if answer == Answer::Undecidable {
                    verdicts.undecided.push((self.number, self.facts.place_of(subject)));
                }
                if !served && answer != Answer::Eligible {
                    continue;
                }
                let finding = self.finding(&answers, i, subject);
                let living = |row: &usize| !self.facts.died.is_valid(*row);
                verdicts.conclusions.push(Conclusion {
                    programme: self.number,
                    home: self.facts.home[subject],
                    person: self.facts.person[subject],
                    beside_household: false,
                    persons: rows.clone().filter(living).count().max(1) as i32,
                    place: self.facts.place_of(subject),
                    answer,
                    served,
                    amount_fen: answers.amount_fen(i).filter(|_| answer == Answer::Eligible),
                    paid_fen: answers.paid_fen(i).filter(|_| served),
                    finding,
                    since: self.facts.since(subject, finding),
                    unmet: answers.unmet(i),
                    open: answers.open(i),
                });
            }
        }
        Ok(())
    }

    fn finding(&self, answers: &Answers<'_>, i: usize, subject: usize) -> Finding {
        let flaw = match (self.programme.unit, self.aid) {
            (Unit::Person, Some(aid)) => self.facts.flaw(subject, aid),
            _ => Finding::None,
        };
        if flaw != Finding::None {
            flaw
        } else if answers.wrong(i) {
            Finding::Wrong
        } else if answers.missed(i) {
            Finding::Missed
        } else {
            Finding::None
        }
    }

    /// A household's aid may stand while one of its listed members is dead, away, listed twice or past the last day.
    fn members_who_should_not_be_listed(&self, verdicts: &mut Verdicts) {
        let Some(aid) = self.aid else { return };
        for row in 0..self.facts.person.len() {
            let finding = self.facts.flaw(row, aid);
            if finding != Finding::None {
                verdicts.conclusions.push(Conclusion {
                    programme: self.number,
                    home: self.facts.home[row],
                    person: self.facts.person[row],
                    beside_household: true,
                    persons: 1,
                    place: self.facts.place_of(row),
                    answer: Answer::NotEligible,
                    served: true,
                    amount_fen: None,
                    paid_fen: None,
                    finding,
                    since: self.facts.since(row, finding),
                    unmet: 0,
                    open: 0,
                });
            }
        }
    }
}
