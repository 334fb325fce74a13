//! Who is on which roster, since when and until when, and the mistakes that rosters contain.

use crate::calendar::{self, Day, NEVER};
use crate::class::Class;
use crate::person::{NOBODY, PersonAt, Work};
use crate::random::Quota;
use crate::settlement::Settlement;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Programme {
    Dibao,
    Tekun,
    Edge,
    Rigid,
    Orphan,
    Unattended,
    DisabilityLiving,
    DisabilityNursing,
    OldAge,
    DisabledElder,
}

impl Programme {
    /// Name as the policy packs write it.
    pub fn name(self) -> &'static str {
        match self {
            Programme::Dibao => "dibao",
            Programme::Tekun => "tekun",
            Programme::Edge => "dibao_edge",
            Programme::Rigid => "rigid_expenditure",
            Programme::Orphan => "orphan",
            Programme::Unattended => "unattended_child",
            Programme::DisabilityLiving => "disability_living",
            Programme::DisabilityNursing => "disability_nursing",
            Programme::OldAge => "old_age_allowance",
            Programme::DisabledElder => "disabled_elder",
        }
    }
}

/// A person on a roster.
#[derive(Debug, Clone)]
pub struct Entry {
    pub person: PersonAt,
    pub programme: Programme,
    pub started_on: Day,
    /// First day no longer paid, and the day on which the roster says so; `NEVER` while it runs.
    pub ended_on: Day,
    pub removed_on: Day,
    /// Last day of an edge or rigid recognition.
    pub valid_to: Day,
    pub amount_fen: i64,
    /// Of the household that is covered together: its amount and its members.
    pub household_amount_fen: i64,
    pub members: u32,
    pub single: bool,
    /// Listed by another county of the same city as well: this is that county's entry.
    pub elsewhere: bool,
}

impl Entry {
    pub fn listed_at(&self, day: Day) -> bool {
        self.started_on <= day && self.removed_on > day
    }
}

/// Monthly amounts that Shanxi published for 2025, in fen: living and nursing subsidy, orphans in the community.
const LIVING_FEN: i64 = 8_200;
const NURSING_FEN: i64 = 10_900;
const ORPHAN_FEN: i64 = 140_500;
const DISABLED_ELDER_FEN: i64 = 10_000;
/// Old-age allowance by age from 80, 90, 100; counties set it, these are the demo pack's illustrative bands.
const OLD_AGE_FEN: [i64; 3] = [5_000, 10_000, 30_000];
const JINCHENG: u32 = 1405;
/// Destitute: 1.3 standards (国发〔2016〕14号).
const TEKUN_TENTHS: i64 = 13;

/// Shares of eligible people who are not served, and of served who should not be.
const LIVING_MISSED: f64 = 0.03;
const NURSING_MISSED: f64 = 0.025;
const OLD_AGE_MISSED: f64 = 0.015;
const CARD_EXPIRED: f64 = 0.010;
const REGRADED: f64 = 0.006;
const TWO_COUNTIES: f64 = 0.0015;
/// Of those who die, this share stays listed long after; the others go within one to six weeks.
const DEAD_STILL_LISTED: f64 = 0.06;

impl Settlement<'_> {
    pub fn serve(&mut self) -> Vec<Entry> {
        let mut entries = Vec::new();
        for at in 0..self.households.len() {
            match self.households[at].class {
                Class::Ordinary | Class::DibaoMissed | Class::DibaoHidden | Class::Watched => {}
                class if class.on_dibao() => self.list_dibao(at, &mut entries),
                class if class.on_tekun() => self.list_tekun(at, &mut entries),
                Class::Edge | Class::EdgeExpired | Class::Rigid => self.list_edge(at, &mut entries),
                class if class.with_listed_child() => self.list_child(at, &mut entries),
                _ => {}
            }
        }
        self.list_subsidies(&mut entries);
        let mut forgotten = Quota::new(&mut self.rng);
        for entry in &mut entries {
            self.remove_gone(entry, &mut forgotten);
        }
        entries
    }

    fn entry(&mut self, person: PersonAt, programme: Programme, amount_fen: i64) -> Entry {
        // One in twelve joined within the history; the others up to six years ago.
        let back = if self.rng.chance(0.08) {
            self.rng.between(0, 90)
        } else {
            self.rng.between(120, 2_200)
        };
        let born = self.people[person as usize].born;
        let started_on = calendar::month_start((self.time.as_of - back).max(born + 40), 0);
        Entry {
            person,
            programme,
            started_on,
            ended_on: NEVER,
            removed_on: NEVER,
            valid_to: NEVER,
            amount_fen,
            household_amount_fen: amount_fen,
            members: 1,
            single: false,
            elsewhere: false,
        }
    }

    /// Members who can be listed: registered, and alive or dead so lately that a roster may still have them.
    fn covered(&self, household: usize) -> Vec<PersonAt> {
        let members = self.households[household].members();
        members
            .filter(|&at| !self.people[at].id.is_none() && self.people[at].alive_at(self.time.first - 200))
            .map(|at| at as PersonAt)
            .collect()
    }

    fn list_dibao(&mut self, at: usize, entries: &mut Vec<Entry>) {
        let household = self.households[at].clone();
        let members = self.covered(at);
        let standard = self.standard_fen(&household);
        let counted = match self.income_at(&household, self.time.first) {
            crate::livelihood::Income::Known { per_person_fen } if household.class != Class::DibaoIncome => {
                per_person_fen
            }
            _ => standard * i64::from(self.rng.between(20, 80)) / 100,
        };
        let each = (standard - counted).max(standard / 10);
        let template = match members.first() {
            Some(&head) => self.entry(head, Programme::Dibao, each),
            None => return,
        };
        for &member in &members {
            let mut entry = Entry {
                person: member,
                ..template.clone()
            };
            entry.household_amount_fen = each * members.len() as i64;
            entry.members = members.len() as u32;
            entry.started_on = entry
                .started_on
                .max(calendar::month_start(self.people[member as usize].joined_on, 1));
            entries.push(entry.clone());
            if household.class == Class::DibaoDouble {
                entries.push(Entry {
                    elsewhere: true,
                    ..entry
                });
            }
        }
        if household.class == Class::DibaoIncome {
            // The roster is older than the wage that lifted the household.
            let from = entries.len() - members.len();
            for entry in &mut entries[from..] {
                entry.started_on = entry.started_on.min(calendar::month_start(self.time.first, -8));
            }
        }
        if household.class == Class::DibaoFrailElder {
            let elder = self.entry(members[0], Programme::DisabledElder, DISABLED_ELDER_FEN);
            entries.push(elder);
        }
    }

    fn list_tekun(&mut self, at: usize, entries: &mut Vec<Entry>) {
        let household = self.households[at].clone();
        let amount = self.standard_fen(&household) * TEKUN_TENTHS / 10;
        let entry = self.entry(household.first, Programme::Tekun, amount);
        if household.class == Class::TekunDouble {
            let standard = self.standard_fen(&household);
            entries.push(Entry {
                programme: Programme::Dibao,
                amount_fen: standard,
                household_amount_fen: standard,
                ..entry.clone()
            });
        }
        entries.push(entry);
    }

    fn list_edge(&mut self, at: usize, entries: &mut Vec<Entry>) {
        let household = self.households[at].clone();
        let members = self.covered(at);
        let programme = if household.class == Class::Rigid {
            Programme::Rigid
        } else {
            Programme::Edge
        };
        let Some(&head) = members.first() else { return };
        let mut template = self.entry(head, programme, 0);
        template.members = members.len() as u32;
        let (first, as_of) = (self.time.first, self.time.as_of);
        if household.class == Class::EdgeExpired {
            template.valid_to = first - self.rng.between(5, 200);
            template.started_on = calendar::add_months(template.valid_to, -12) + 1;
        } else {
            template.started_on = as_of - self.rng.between(20, 330);
            template.valid_to = calendar::add_months(template.started_on, 12) - 1;
        }
        for &member in &members {
            entries.push(Entry {
                person: member,
                ..template.clone()
            });
            let person = &self.people[member as usize];
            if household.class == Class::Edge
                && person
                    .card
                    .is_some_and(|card| card.level <= 2 || (card.level == 3 && card.of_mind()))
                && crate::livelihood::earnings_at(person, as_of)
                    .is_some_and(|earned| earned.wage_fen + earned.pension_fen < self.standard_fen(&household) / 2)
            {
                // 单人保: a severely disabled member of an edge household is covered alone, at the full standard.
                let standard = self.standard_fen(&household);
                let mut single = self.entry(member, Programme::Dibao, standard);
                single.single = true;
                entries.push(single);
            }
        }
    }

    fn list_child(&mut self, at: usize, entries: &mut Vec<Entry>) {
        let household = self.households[at].clone();
        let programme = if household.class == Class::Unattended {
            Programme::Unattended
        } else {
            Programme::Orphan
        };
        let child = household.members().find(|&at| self.people[at].relation == 40);
        if let Some(child) = child {
            let entry = self.entry(child as PersonAt, programme, ORPHAN_FEN);
            entries.push(entry);
        }
    }

    fn list_subsidies(&mut self, entries: &mut Vec<Entry>) {
        let mut quota = [(); 6].map(|()| Quota::new(&mut self.rng));
        let as_of = self.time.as_of;
        let from = entries.len();
        for at in 0..self.people.len() {
            let person = self.people[at].clone();
            if person.id.is_none() {
                continue;
            }
            let class = self.households[person.household as usize].class;
            if let Some(card) = person.card.filter(|_| !class.destitute()) {
                let living = class.on_dibao() || class == Class::Edge;
                let mut listed = false;
                if living && !quota[0].draw(LIVING_MISSED) {
                    entries.push(self.entry(at as PersonAt, Programme::DisabilityLiving, LIVING_FEN));
                    listed = true;
                }
                if card.needs_nursing() && !quota[1].draw(NURSING_MISSED) {
                    entries.push(self.entry(at as PersonAt, Programme::DisabilityNursing, NURSING_FEN));
                    listed = true;
                    if quota[3].draw(REGRADED) && card.kind == 4 && card.level <= 2 {
                        self.regrade(at);
                    }
                }
                if listed && quota[2].draw(CARD_EXPIRED) {
                    let card = self.people[at].card.as_mut().expect("it has one");
                    card.valid_to = as_of - 40 - self.rng.between(0, 500);
                    card.issued_on = calendar::add_months(card.valid_to, -120);
                    card.changed_on = card.issued_on;
                }
            }
            if person.age_at(as_of) >= self.old_age_from() && !quota[4].draw(OLD_AGE_MISSED) {
                let turned = calendar::birthday(person.born, self.old_age_from());
                let band = ((person.age_at(as_of) - 80).max(0) / 10).min(2) as usize;
                let mut entry = self.entry(at as PersonAt, Programme::OldAge, OLD_AGE_FEN[band]);
                entry.started_on = calendar::month_start(turned, 0).max(calendar::day(2012, 1, 1));
                entries.push(entry);
            }
        }
        let mut twice: Vec<Entry> = Vec::new();
        for entry in &entries[from..] {
            if matches!(entry.programme, Programme::OldAge | Programme::DisabilityNursing)
                && quota[5].draw(TWO_COUNTIES)
            {
                twice.push(Entry {
                    elsewhere: true,
                    ..entry.clone()
                });
            }
        }
        entries.append(&mut twice);
    }

    /// Eighty, but seventy in Jincheng.
    pub fn old_age_from(&self) -> i32 {
        if self.county().code / 100 == JINCHENG { 70 } else { 80 }
    }

    /// A new grading within the history finds the disability too light for the nursing subsidy.
    fn regrade(&mut self, at: usize) {
        let changed_on = self.time.first + self.rng.between(3, (self.time.as_of - self.time.first - 25).max(4));
        let card = self.people[at].card.as_mut().expect("it has one");
        (card.level, card.changed_on, card.issued_on) = (3, changed_on, changed_on);
        card.valid_to = calendar::add_months(changed_on, 120);
    }

    /// Death and moving away end an entry; most rosters notice within six weeks.
    fn remove_gone(&mut self, entry: &mut Entry, forgotten: &mut Quota) {
        let person = &self.people[entry.person as usize];
        let class = self.households[person.household as usize].class;
        let gone_on = person.death.map_or(NEVER, |death| death.on).min(person.moved_on);
        if gone_on > self.time.as_of || class == Class::DibaoMoved && person.moved_on == gone_on {
            return;
        }
        // An entry that would have begun after the death began before it.
        if entry.started_on >= gone_on {
            entry.started_on = calendar::month_start(gone_on, -6);
        }
        // A burial at home that no office has recorded is not known to the roster either.
        let unknown = person.moved_on > gone_on && person.death.is_some_and(|death| !death.known_by(self.time.as_of));
        if !unknown && !forgotten.draw(DEAD_STILL_LISTED) {
            entry.ended_on = calendar::month_start(gone_on, 1);
            entry.removed_on = gone_on + self.rng.between(8, 45);
        }
    }

    /// Persons with a spouse who is alive, or a grown child anywhere in the chunk: they have someone liable.
    pub fn people_with_someone_liable(&self) -> Vec<bool> {
        let as_of = self.time.as_of;
        let mut liable = vec![false; self.people.len()];
        for person in &self.people {
            if !person.alive_at(as_of) {
                continue;
            }
            if person.spouse != NOBODY {
                liable[person.spouse as usize] = true;
            }
            if person.age_at(as_of) >= 18 && person.work != Work::Unable {
                for parent in [person.father, person.mother] {
                    if parent != NOBODY {
                        liable[parent as usize] = true;
                    }
                }
            }
        }
        liable
    }
}
