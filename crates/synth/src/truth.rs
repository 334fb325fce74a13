//! What is true of a chunk at `as_of`, for scoring only: who is missed, who is served wrongly, who lives with whom.

use rustc_hash::FxHashMap;

use crate::calendar::{self, Day};
use crate::class::Class;
use crate::feeds::Made;
use crate::livelihood::{EDGE_TENTHS, Income, income_of};
use crate::person::{NOBODY, Person, Work};
use crate::service::{Entry, Programme};

/// Someone eligible by the rules who is not served.
#[derive(Debug)]
pub struct Missed {
    pub person: u32,
    pub programme: Programme,
    /// The feeds show it; otherwise only a visit can find it.
    pub visible: bool,
    pub because: &'static str,
}

/// Someone served who should not be.
#[derive(Debug)]
pub struct Wrong {
    pub person: u32,
    pub programme: Programme,
    pub visible: bool,
    pub because: &'static str,
}

#[derive(Debug, Default)]
pub struct Findings {
    pub missed: Vec<Missed>,
    pub wrong: Vec<Wrong>,
}

/// A death, a move or a new certificate younger than this has not reached every feed.
const UNSETTLED_DAYS: Day = 12;

pub fn judge(made: &Made) -> Findings {
    let mut findings = Findings::default();
    let judge = Judge::new(made);
    judge.households(&mut findings);
    judge.persons(&mut findings);
    judge.entries(&mut findings);
    findings
}

struct Judge<'m, 'a> {
    made: &'m Made<'a>,
    as_of: Day,
    /// Entries that list a person as active at `as_of`.
    listed: FxHashMap<(u32, Programme), u32>,
    /// People registered in a household where they do not live.
    guests: FxHashMap<u32, Vec<u32>>,
    liable: Vec<bool>,
}

impl<'m, 'a> Judge<'m, 'a> {
    fn new(made: &'m Made<'a>) -> Self {
        let as_of = made.place.time.as_of;
        let mut listed = FxHashMap::default();
        for entry in made.entries.iter().filter(|entry| entry.listed_at(as_of)) {
            *listed.entry((entry.person, entry.programme)).or_insert(0) += 1;
        }
        let mut guests: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for (at, person) in made.people().filter(|(_, person)| person.household != person.register) {
            guests.entry(person.register).or_default().push(at);
        }
        Self {
            made,
            as_of,
            listed,
            guests,
            liable: made.place.people_with_someone_liable(),
        }
    }

    fn served(&self, person: u32, programme: Programme) -> bool {
        self.listed.contains_key(&(person, programme))
    }

    /// Income per person of those who live together, and of those whom the register shows together as far as the
    /// feeds know who is dead or has moved.
    fn incomes(&self, household: usize) -> (Income, Income) {
        let home = &self.made.place.households[household];
        let living = home
            .members()
            .map(|at| self.made.person(at as u32))
            .filter(|person| person.present_at(self.as_of));
        let truly = income_of(home, living, self.as_of);
        let guests = self.guests.get(&(household as u32)).into_iter().flatten().copied();
        let registered = home
            .members()
            .map(|at| at as u32)
            .filter(|&at| self.made.person(at).register == household as u32)
            .chain(guests)
            .map(|at| self.made.person(at))
            .filter(|person| !person.id.is_none() && person.joined_on <= self.as_of && self.seems_present(person));
        (truly, income_of(home, registered, self.as_of))
    }

    fn seems_present(&self, person: &Person) -> bool {
        let dead = person
            .death
            .is_some_and(|death| death.on <= self.as_of && death.known_by(self.as_of));
        !dead && person.moved_on > self.as_of
    }

    fn households(&self, findings: &mut Findings) {
        for (at, household) in self.made.place.households.iter().enumerate() {
            if household.class.on_tekun() {
                continue;
            }
            let members: Vec<u32> = household.members().map(|at| at as u32).collect();
            let present: Vec<u32> = members
                .iter()
                .copied()
                .filter(|&at| self.made.person(at).present_at(self.as_of))
                .collect();
            let Some(&head) = present.first() else { continue };
            if members
                .iter()
                .any(|&at| self.served(at, Programme::Dibao) || self.served(at, Programme::Tekun))
            {
                continue;
            }
            let standard = self.made.place.standard_fen(household);
            let (truly, seemingly) = self.incomes(at);
            let below = |income: Income, tenths: i64| matches!(income, Income::Known { per_person_fen } if per_person_fen * 10 < standard * tenths);
            if below(truly, 10) {
                let because = match household.class {
                    Class::Ordinary => "income_lost",
                    Class::DibaoHidden => "household_defined_otherwise",
                    _ => "income_below_standard",
                };
                findings.missed.push(Missed {
                    person: head,
                    programme: Programme::Dibao,
                    visible: below(seemingly, 10),
                    because,
                });
            } else if below(truly, EDGE_TENTHS) && !members.iter().any(|&at| self.served(at, Programme::Edge)) {
                let ordinary = household.class == Class::Ordinary;
                let because = if ordinary { "income_lost" } else { "income_below_edge" };
                let visible = below(seemingly, EDGE_TENTHS) && !below(seemingly, 10);
                findings.missed.push(Missed {
                    person: head,
                    programme: Programme::Edge,
                    visible,
                    because,
                });
            }
        }
    }

    /// A severely disabled adult without income whom nobody is left to support, on whatever other roster.
    fn is_left_alone(&self, at: u32) -> bool {
        let person = self.made.person(at);
        let incapable = person
            .card
            .is_some_and(|card| (card.of_mind() && card.level <= 3) || (matches!(card.kind, 4 | 7) && card.level <= 2));
        let gone = |parent: u32| parent == NOBODY || !self.made.person(parent).present_at(self.as_of);
        person.work == Work::Unable
            && incapable
            && !self.served(at, Programme::Tekun)
            && !self.liable[at as usize]
            && gone(person.father)
            && gone(person.mother)
    }

    fn persons(&self, findings: &mut Findings) {
        let this_month = calendar::month_start(self.as_of, 0);
        for (at, person) in self.made.people() {
            if !person.present_at(self.as_of) || person.id.is_none() {
                continue;
            }
            let class = self.made.home(person).class;
            let mut miss = |programme, visible, because| {
                findings.missed.push(Missed {
                    person: at,
                    programme,
                    visible,
                    because,
                })
            };
            if class == Class::TekunMissed && !self.liable[at as usize] {
                miss(Programme::Tekun, true, "nobody_liable_no_income");
            }
            if class != Class::TekunMissed && self.is_left_alone(at) {
                miss(Programme::Tekun, true, "last_parent_died");
            }
            if class == Class::OrphanMissed && person.relation == 40 && person.age_at(self.as_of) < 18 {
                miss(Programme::Orphan, true, "both_parents_dead");
            }
            let old = person.age_at(self.as_of) >= self.made.place.old_age_from();
            if old && !self.served(at, Programme::OldAge) {
                miss(Programme::OldAge, true, "of_age");
            }
            // A certificate counts to the end of the month in which it runs out.
            let Some(card) = person
                .card
                .filter(|card| card.valid_to >= this_month && card.issued_on <= self.as_of)
            else {
                continue;
            };
            let orphan = self.served(at, Programme::Orphan);
            if self.served(at, Programme::Tekun) {
                continue;
            }
            let visible = card.changed_on + UNSETTLED_DAYS <= self.as_of;
            if card.needs_nursing() && !self.served(at, Programme::DisabilityNursing) {
                miss(Programme::DisabilityNursing, visible, "card_of_a_grade_that_is_covered");
            }
            let recognised = |programme| {
                self.made
                    .home(person)
                    .members()
                    .any(|at| self.served(at as u32, programme))
            };
            if (recognised(Programme::Dibao) || recognised(Programme::Edge))
                && !orphan
                && !self.served(at, Programme::DisabilityLiving)
            {
                miss(Programme::DisabilityLiving, visible, "card_and_recognised_household");
            }
        }
    }

    fn entries(&self, findings: &mut Findings) {
        for entry in self.made.entries.iter().filter(|entry| entry.listed_at(self.as_of)) {
            if let Some((because, visible)) = self.fault_of(entry) {
                findings.wrong.push(Wrong {
                    person: entry.person,
                    programme: entry.programme,
                    visible,
                    because,
                });
            }
        }
    }

    fn fault_of(&self, entry: &Entry) -> Option<(&'static str, bool)> {
        let person = self.made.person(entry.person);
        let class = self.made.home(person).class;
        let this_month = calendar::month_start(self.as_of, 0);
        if let Some(death) = person.death.filter(|death| death.on < this_month) {
            return Some(("dead", death.known_by(self.as_of)));
        }
        if person.moved_on <= self.as_of {
            return Some(("moved", true));
        }
        // Of two listings the one away from home is the wrong one.
        if entry.elsewhere {
            return Some(("two_counties", true));
        }
        match entry.programme {
            Programme::Dibao if class == Class::TekunDouble => Some(("two_programmes", true)),
            Programme::Dibao if !entry.single => self.income_fault(person, 10),
            Programme::Edge if entry.valid_to < self.as_of => Some(("expired", true)),
            Programme::Edge => self.income_fault(person, EDGE_TENTHS),
            Programme::Orphan if person.age_at(self.as_of) >= 18 => Some(("of_age", true)),
            Programme::DisabilityLiving | Programme::DisabilityNursing => {
                let card = person.card?;
                let settled = card.changed_on + UNSETTLED_DAYS <= self.as_of;
                if card.valid_to < this_month {
                    Some(("card_expired", true))
                } else if entry.programme == Programme::DisabilityNursing && !card.needs_nursing() {
                    Some(("regraded", settled))
                } else if entry.programme == Programme::DisabilityLiving && !self.recognised(person) {
                    Some(("household_no_longer_recognised", true))
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    fn recognised(&self, person: &Person) -> bool {
        self.made.home(person).members().any(|at| {
            let at = at as u32;
            self.served(at, Programme::Dibao) || self.served(at, Programme::Edge)
        })
    }

    fn income_fault(&self, person: &Person, tenths: i64) -> Option<(&'static str, bool)> {
        let standard = self.made.place.standard_fen(self.made.home(person));
        let above = |income: Income| matches!(income, Income::Known { per_person_fen } if per_person_fen * 10 >= standard * tenths);
        let (truly, seemingly) = self.incomes(person.household as usize);
        above(truly).then_some(("income", above(seemingly)))
    }
}
