//! What happens within the months of history: jobs lost, weddings, divorces, moves, risks removed; and the ways in
//! which the register differs from how people live.

use crate::calendar::{Day, NEVER};
use crate::class::Class;
use crate::person::{Marital, NOBODY, Person, Work};
use crate::random::Quota;
use crate::settlement::Settlement;

/// Shares of those concerned, per month of history.
const JOBS_LOST: f64 = 0.0016;
const WEDDINGS: f64 = 0.0035;
const DIVORCES: f64 = 0.0005;
const MOVES: f64 = 0.0004;
const RISKS_REMOVED: f64 = 0.02;
/// Of young adults who live alone with a parent elsewhere, this share is still in the parent's register.
const REGISTERED_WITH_PARENTS: f64 = 0.35;
/// Small children whose birth was not registered yet.
const WITHOUT_ID: f64 = 0.003;
/// A move or a death that a roster must have noticed by `as_of` lies at least this long back.
const SETTLED_DAYS: Day = 35;

impl Settlement<'_> {
    pub fn let_time_pass(&mut self) {
        self.lose_jobs();
        self.wed_and_part();
        self.move_away();
        self.remove_risks();
        self.keep_old_registers();
        self.leave_unregistered();
    }

    fn within_history(&mut self) -> Day {
        let (first, as_of) = (self.time.first, self.time.as_of);
        first + 1 + self.rng.below((as_of - first - 1).max(1) as u32) as Day
    }

    fn months(&self) -> f64 {
        (self.time.deliveries() - 1) as f64
    }

    fn lose_jobs(&mut self) {
        let mut quota = Quota::new(&mut self.rng);
        let rate = JOBS_LOST * self.months();
        for at in 0..self.people.len() {
            let person = &self.people[at];
            let ordinary = self.households[person.household as usize].class == Class::Ordinary;
            if ordinary && person.work == Work::Employee && person.work_since < self.time.first && quota.draw(rate) {
                self.people[at].work_lost_on = self.within_history();
            }
        }
    }

    /// Couples without children may have married just now: the wife's registration moves in with her.
    fn wed_and_part(&mut self) {
        let (mut weddings, mut divorces) = (Quota::new(&mut self.rng), Quota::new(&mut self.rng));
        let months = self.months();
        for at in 0..self.people.len() {
            let person = &self.people[at];
            let household = &self.households[person.household as usize];
            if !person.male || person.spouse == NOBODY || household.class != Class::Ordinary || person.relation != 1 {
                continue;
            }
            let (young, childless, wife) = (person.age_at(self.time.as_of) < 36, household.size == 2, person.spouse);
            // Both have work, so that parting brings neither into need.
            let works = |person: &Person| matches!(person.work, Work::Employee | Work::Informal);
            let both_work = works(person) && works(&self.people[wife as usize]);
            if young && childless && weddings.draw(WEDDINGS * months * 6.0) {
                let on = self.within_history();
                let joined_on = on + self.rng.between(5, 40);
                self.person(at as u32).married_on = on;
                let wife = self.person(wife);
                (wife.married_on, wife.joined_on) = (on, joined_on);
            } else if !young && both_work && divorces.draw(DIVORCES * months * 2.0) {
                let on = self.within_history();
                self.person(at as u32).divorced_on = on;
                self.person(wife).divorced_on = on;
            }
        }
    }

    fn move_away(&mut self) {
        let mut quota = Quota::new(&mut self.rng);
        let rate = MOVES * self.months();
        for at in 0..self.households.len() {
            let household = &self.households[at];
            let (class, members) = (household.class, household.members());
            let on = match class {
                Class::DibaoMoved => {
                    let latest = self.time.as_of - SETTLED_DAYS;
                    latest - self.rng.between(0, 200)
                }
                Class::Ordinary if household.size <= 2 && quota.draw(rate) => self.within_history(),
                _ => continue,
            };
            for member in members {
                let person = &mut self.people[member];
                if person.death.is_none() && person.joined_on < on {
                    person.moved_on = on;
                }
            }
        }
    }

    fn remove_risks(&mut self) {
        let mut quota = Quota::new(&mut self.rng);
        let rate = RISKS_REMOVED * self.months();
        for at in 0..self.households.len() {
            if self.households[at].class == Class::Watched && quota.draw(rate) {
                let on = self.within_history();
                let household = &mut self.households[at];
                household.watch_removed_on = on.max(household.watch_since + 20);
            }
        }
    }

    /// Grown children who live alone stay in their parents' register; in the hidden class that register shows a wage
    /// which nobody there lives on.
    fn keep_old_registers(&mut self) {
        let mut quota = Quota::new(&mut self.rng);
        let mut earners: Vec<usize> = Vec::new();
        for at in 0..self.people.len() {
            let person = &self.people[at];
            let household = &self.households[person.household as usize];
            if household.class != Class::Ordinary || household.size != 1 || person.age_at(self.time.as_of) >= 40 {
                continue;
            }
            let parent = if person.father == NOBODY {
                person.mother
            } else {
                person.father
            };
            if parent != NOBODY && quota.draw(REGISTERED_WITH_PARENTS) {
                let relation = if person.male { 20 } else { 30 };
                let register = self.people[parent as usize].register;
                let person = self.person(at as u32);
                (person.register, person.relation) = (register, relation);
            } else if parent == NOBODY
                && person.male
                && person.work == Work::Employee
                && person.marital == Marital::Single
            {
                earners.push(at);
            }
        }
        for at in 0..self.households.len() {
            if self.households[at].class == Class::DibaoHidden
                && let Some(earner) = earners.pop()
            {
                let head = self.households[at].first;
                let mother = self.people[head as usize].spouse;
                let family = self.people[head as usize].name;
                let son = self.person(earner as u32);
                (son.register, son.relation, son.father, son.mother) = (at as u32, 20, head, mother);
                son.name = son.name.with_surname_of(family);
                // A wage that would lift the old couple over every line if they lived on it.
                son.wage_fen = son.wage_fen.max(680_000);
            }
        }
    }

    fn leave_unregistered(&mut self) {
        let mut quota = Quota::new(&mut self.rng);
        for at in 0..self.people.len() {
            let age = self.people[at].age_at(self.time.as_of);
            let class = self.households[self.people[at].household as usize].class;
            let share = if class.with_listed_child() {
                WITHOUT_ID * 4.0
            } else {
                WITHOUT_ID
            };
            if age < 6 && self.people[at].death.is_none() && quota.draw(share) {
                self.unregister(at as u32);
                self.people[at].joined_on = NEVER;
            }
        }
    }

    /// Who heads a household on a day: its first member alive.
    pub fn head_at(&self, household: &crate::person::Household, day: Day) -> u32 {
        let alive = household.members().find(|&at| self.people[at].alive_at(day));
        alive.map_or(household.first, |at| at as u32)
    }
}
