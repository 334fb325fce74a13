//! Counts of a chunk for the table of published against made.

use crate::calendar::{self, Day};
use crate::feeds::Made;
use crate::service::Programme;
use crate::terrain::Area;
use crate::truth::Findings;

/// Counts that add up over chunks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub people: u64,
    pub households: u64,
    pub rural_people: u64,
    pub aged_60: u64,
    pub aged_80: u64,
    pub children_under_15: u64,
    pub cards: u64,
    pub dibao: u64,
    pub tekun: u64,
    pub dibao_and_tekun: u64,
    pub edge: u64,
    pub rigid: u64,
    pub living: u64,
    pub nursing: u64,
    pub old_age_from_80: u64,
    pub disabled_elders: u64,
    pub children: u64,
    pub watched: u64,
    pub watched_and_served: u64,
    pub cremated: u64,
    pub cremated_still_registered: u64,
    pub missed: u64,
    pub wrong: u64,
    pub rows: u64,
    pub faulty_rows: u64,
}

impl Tally {
    pub fn of(made: &Made, findings: &Findings) -> Self {
        let as_of = made.place.time.as_of;
        let mut tally = Tally {
            households: made.place.households.len() as u64,
            ..Tally::default()
        };
        for (_, person) in made.people() {
            if !person.present_at(as_of) {
                continue;
            }
            let age = person.age_at(as_of);
            tally.people += 1;
            tally.rural_people += u64::from(made.place.area(made.home(person)) == Area::Rural);
            tally.aged_60 += u64::from(age >= 60);
            tally.aged_80 += u64::from(age >= 80);
            tally.children_under_15 += u64::from(age < 15);
            tally.cards += u64::from(person.card.is_some_and(|card| card.valid_at(as_of)));
        }
        tally.count_deaths(made, as_of);
        tally.count_entries(made, as_of);
        tally.missed = findings.missed.len() as u64;
        tally.wrong = findings.wrong.len() as u64;
        tally
    }

    fn count_deaths(&mut self, made: &Made, as_of: Day) {
        for (_, person) in made.people() {
            let Some(death) = person.death.filter(|death| death.cremation_reported_on() <= as_of) else {
                continue;
            };
            self.cremated += 1;
            self.cremated_still_registered += u64::from(death.cancelled_on > as_of);
        }
    }

    fn count_entries(&mut self, made: &Made, as_of: Day) {
        let people = made.place.people.len();
        let mut basic = vec![false; people];
        let mut watched = vec![false; people];
        for household in &made.place.households {
            if household.watch_kind > 0 && household.watch_removed_on > as_of {
                household
                    .members()
                    .for_each(|at| watched[at] = made.person(at as u32).present_at(as_of));
            }
        }
        for entry in made.entries.iter().filter(|entry| entry.listed_at(as_of)) {
            let at = entry.person as usize;
            match entry.programme {
                Programme::Dibao => {
                    self.dibao += 1;
                    basic[at] = true;
                }
                Programme::Tekun => {
                    self.tekun += 1;
                    basic[at] = true;
                }
                Programme::Edge => self.edge += 1,
                Programme::Rigid => self.rigid += 1,
                Programme::Orphan | Programme::Unattended => self.children += 1,
                Programme::DisabilityLiving => self.living += 1,
                Programme::DisabilityNursing => self.nursing += 1,
                Programme::OldAge => {
                    let person = made.person(entry.person);
                    self.old_age_from_80 += u64::from(calendar::age(person.born, as_of) >= 80);
                }
                Programme::DisabledElder => self.disabled_elders += 1,
            }
        }
        self.dibao_and_tekun = basic.iter().filter(|&&listed| listed).count() as u64;
        self.watched = watched.iter().filter(|&&listed| listed).count() as u64;
        self.watched_and_served = watched.iter().zip(&basic).filter(|&(&a, &b)| a && b).count() as u64;
    }

    pub fn add(&mut self, other: &Tally) {
        let pairs = [
            (&mut self.people, other.people),
            (&mut self.households, other.households),
            (&mut self.rural_people, other.rural_people),
            (&mut self.aged_60, other.aged_60),
            (&mut self.aged_80, other.aged_80),
            (&mut self.children_under_15, other.children_under_15),
            (&mut self.cards, other.cards),
            (&mut self.dibao, other.dibao),
            (&mut self.tekun, other.tekun),
            (&mut self.dibao_and_tekun, other.dibao_and_tekun),
            (&mut self.edge, other.edge),
            (&mut self.rigid, other.rigid),
            (&mut self.living, other.living),
            (&mut self.nursing, other.nursing),
            (&mut self.old_age_from_80, other.old_age_from_80),
            (&mut self.disabled_elders, other.disabled_elders),
            (&mut self.children, other.children),
            (&mut self.watched, other.watched),
            (&mut self.watched_and_served, other.watched_and_served),
            (&mut self.cremated, other.cremated),
            (&mut self.cremated_still_registered, other.cremated_still_registered),
            (&mut self.missed, other.missed),
            (&mut self.wrong, other.wrong),
            (&mut self.rows, other.rows),
            (&mut self.faulty_rows, other.faulty_rows),
        ];
        for (sum, part) in pairs {
            *sum += part;
        }
    }
}
