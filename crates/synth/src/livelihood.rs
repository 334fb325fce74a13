//! Work, wages, pensions, land and schooling, and the income that the feeds can show of them.

use crate::calendar::{Day, NEVER};
use crate::class::Class;
use crate::person::{Household, Person, Work};
use crate::settlement::Settlement;
use crate::terrain::Area;

/// Published 低保 standards of Shanxi (2025-11), fen per person and month: urban, rural. Two counties stand for those
/// that have one standard for both, and for those that set it by the year, as in the demo pack.
const STANDARD_FEN: [i64; 2] = [66_900, 55_500];
const UNIFIED_COUNTY: u32 = 140_105;
const YEARLY_COUNTY: (u32, i64) = (140_123, 64_167);

pub fn standard_fen(county: u32, area: Area) -> i64 {
    match area {
        Area::Rural if county == UNIFIED_COUNTY => STANDARD_FEN[0],
        Area::Rural if county == YEARLY_COUNTY.0 => YEARLY_COUNTY.1,
        _ => STANDARD_FEN[area as usize],
    }
}

/// Edge households: below one and a half standards (国办发〔2023〕39号).
pub const EDGE_TENTHS: i64 = 15;
/// Ordinary households whose whole income shows stay this many tenths of a standard above need, so that a work-cost
/// deduction or an excluded basic pension cannot turn them into needy ones.
const CLEAR_TENTHS: i64 = 24;
/// Days until the loss of a job shows in the feeds.
pub const JOB_LOSS_REPORTED_DAYS: Day = 5;

/// Income per person and month as the feeds show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Income {
    /// Every member's income shows.
    Known { per_person_fen: i64 },
    /// Somebody works or farms without a trace.
    Hidden,
}

impl Settlement<'_> {
    pub fn find_work(&mut self) {
        for at in 0..self.people.len() {
            let household = self.households[self.people[at].household as usize].clone();
            let age = self.people[at].age_at(self.time.as_of);
            let area = self.area(&household);
            let work = self.occupation(at, &household, age, area);
            self.take_up(at, work, age, area);
        }
        for at in 0..self.households.len() {
            self.farm(at);
            self.fit_income(at);
        }
    }

    fn occupation(&mut self, at: usize, household: &Household, age: i32, area: Area) -> Work {
        let person = &self.people[at];
        let (relation, severe) = (person.relation, person.card.is_some_and(|card| card.level <= 2));
        let dependent = matches!(relation, 20 | 30 | 40);
        match age {
            ..3 => Work::None,
            3..6 => {
                if self.rng.chance(0.8) {
                    Work::Pupil
                } else {
                    Work::None
                }
            }
            6..16 => Work::Pupil,
            16..18 => {
                if self.rng.chance(0.95) && household.class != Class::ChildOfAge {
                    Work::Pupil
                } else {
                    Work::Informal
                }
            }
            18..22 if dependent && household.class == Class::ChildOfAge => Work::Informal,
            18..22 if dependent && !severe && self.rng.chance(0.55) => Work::Pupil,
            60.. => self.old_age_income(household.class, area),
            _ if severe => Work::Unable,
            _ => self.working_age(household.class, area),
        }
    }

    fn old_age_income(&mut self, class: Class, area: Area) -> Work {
        let retired = if area == Area::Urban { 0.72 } else { 0.10 };
        if class == Class::Ordinary && self.rng.chance(retired) {
            Work::Retired
        } else {
            Work::Elder
        }
    }

    fn working_age(&mut self, class: Class, area: Area) -> Work {
        let weights: [f64; 4] = match (class, area) {
            // Employee, declared flexible, informal, registered unemployed.
            (Class::Ordinary, Area::Urban) => [0.58, 0.11, 0.29, 0.02],
            (Class::Ordinary, Area::Rural) => [0.16, 0.05, 0.785, 0.005],
            (Class::DibaoMissed | Class::EdgeMissed | Class::TekunMissed, _) => [0.0, 0.0, 0.0, 1.0],
            (Class::DibaoIncome, _) => [0.8, 0.0, 0.0, 0.2],
            (Class::Edge | Class::EdgeExpired, _) => [0.0, 0.0, 0.5, 0.5],
            _ => [0.0, 0.0, 0.62, 0.38],
        };
        [Work::Employee, Work::Flexible, Work::Informal, Work::Unemployed][self.rng.pick(&weights)]
    }

    pub fn take_up(&mut self, at: usize, work: Work, age: i32, area: Area) {
        let first = self.time.first;
        let since = first - self.rng.between(20, ((age - 16).clamp(1, 20) * 365).max(30));
        let draw = self.rng.bell();
        // Medians near the province's 2024 averages: wages about 4,600 insured, pensions about 3,300 and 160.
        let (wage, pension): (f64, f64) = match (work, area) {
            (Work::Employee, Area::Urban) => (4_700.0 * (draw * 0.38).exp(), 0.0),
            (Work::Employee, Area::Rural) => (3_900.0 * (draw * 0.30).exp(), 0.0),
            (Work::Flexible, _) => (3_100.0 * (draw * 0.25).exp(), 0.0),
            (Work::Retired, _) => (0.0, 3_300.0 * (draw * 0.28).exp()),
            (Work::Elder, _) => (0.0, 158.0 + draw * 14.0),
            _ => (0.0, 0.0),
        };
        let person = &mut self.people[at];
        person.work = work;
        person.wage_fen = (wage.max(0.0) * 10.0) as i64 * 10;
        person.pension_fen = (pension.max(0.0) * 10.0) as i64 * 10;
        person.work_since = match work {
            Work::None | Work::Pupil | Work::Unable | Work::Informal => NEVER,
            Work::Retired | Work::Elder => crate::calendar::birthday(person.born, 60),
            Work::Unemployed => first - 20 - (since & 0xff).abs(),
            _ => since,
        };
    }

    /// Land, and monitoring by agriculture: 44.1 % of the 242,000 monitored are on dibao or destitute.
    fn farm(&mut self, at: usize) {
        let household = &self.households[at];
        let (class, area) = (household.class, self.area(household));
        if area == Area::Urban {
            return;
        }
        let land_rate = match class {
            Class::Ordinary => 0.80,
            Class::Dibao => 0.35,
            Class::Watched | Class::Orphan | Class::Unattended | Class::ChildOfAge | Class::Rigid => 0.7,
            _ => 0.0,
        };
        let watched = match class {
            Class::Watched => true,
            Class::Dibao => self.rng.chance(0.153),
            Class::DibaoMissed => self.rng.chance(0.45),
            Class::EdgeMissed | Class::Edge => self.rng.chance(0.35) && self.without_elders(at),
            _ => false,
        };
        let land_mu = if self.rng.chance(land_rate) {
            self.rng.between(2, 18) as u16
        } else {
            0
        };
        let watch_kind = if watched {
            1 + self.rng.pick(&[0.35, 0.40, 0.25]) as u8
        } else {
            0
        };
        let since = self.time.first - self.rng.between(30, 900);
        let standard = self.standard_fen(&self.households[at]);
        // Edge households are surveyed between one and one and a half standards, the watched above, the poor below.
        let (low, high) = match class {
            Class::Watched => (1.9, 3.2),
            Class::Edge | Class::EdgeMissed => (1.06, 1.40),
            _ => (0.15, 0.62),
        };
        let yearly = (low + (high - low) * self.rng.unit()) * standard as f64 * 12.0;
        let household = &mut self.households[at];
        household.land_mu = land_mu;
        if watch_kind > 0 {
            household.watch_kind = watch_kind;
            household.watch_since = since;
            household.surveyed_fen = Some(yearly as i64 / 100 * 100);
        }
    }

    /// Ordinary households do not depend on one old person's pension: a death does not bring them into need.
    pub fn keep_out_of_need(&mut self, at: usize) {
        let household = self.households[at].clone();
        for day in [self.time.first, self.time.as_of] {
            if self.income_below(&household, CLEAR_TENTHS, day) {
                self.lift(&household, self.area(&household));
            }
        }
    }

    fn without_elders(&self, at: usize) -> bool {
        self.households[at]
            .members()
            .all(|at| !matches!(self.people[at].work, Work::Elder | Work::Retired))
    }

    /// Makes what the feeds show agree with the class.
    fn fit_income(&mut self, at: usize) {
        let household = self.households[at].clone();
        let standard = self.standard_fen(&household);
        let target_tenths = match household.class {
            Class::Ordinary
            | Class::Rigid
            | Class::Orphan
            | Class::OrphanMissed
            | Class::Unattended
            | Class::ChildOfAge => {
                self.keep_out_of_need(at);
                return;
            }
            Class::Dibao | Class::DibaoFrailElder | Class::DibaoMoved | Class::DibaoDouble => {
                if let Income::Known { per_person_fen } = self.income_at(&household, self.time.first)
                    && per_person_fen * 10 >= standard * 9
                {
                    self.trim(&household, standard * 5 / 10 * i64::from(household.size));
                }
                return;
            }
            Class::Watched => {
                // The survey counts only for those without a wage or pension: it must lift the old people too.
                for _ in 0..8 {
                    if self.income_below(&household, 19, self.time.first) {
                        let raised = self.households[at].surveyed_fen.map(|fen| fen * 5 / 4);
                        self.households[at].surveyed_fen = raised;
                    }
                }
                return;
            }
            Class::DibaoIncome => 22 + self.rng.between(0, 25) as i64,
            Class::Edge | Class::EdgeMissed | Class::EdgeExpired if household.surveyed_fen.is_none() => {
                11 + self.rng.between(0, 2) as i64
            }
            Class::DibaoMissed if household.surveyed_fen.is_none() => 1 + self.rng.between(0, 6) as i64,
            _ => return,
        };
        let total = standard * target_tenths / 10 * i64::from(household.size);
        self.trim(&household, total);
    }

    /// Sets the visible income of a household: one earner or pensioner has all of it, the others none.
    fn trim(&mut self, household: &Household, total_fen: i64) {
        let as_of = self.time.as_of;
        let mut left = total_fen / 100 * 100;
        for at in household.members() {
            let age = self.people[at].age_at(as_of);
            let person = &mut self.people[at];
            match person.work {
                Work::Elder | Work::Retired => {
                    let part = if left > 60_000 { left } else { left.min(18_000) };
                    // Small sums are a residents' pension, large ones an employee's.
                    person.work = if part > 60_000 { Work::Retired } else { Work::Elder };
                    person.pension_fen = part.max(12_000);
                    left = (left - person.pension_fen).max(0);
                }
                Work::Employee | Work::Flexible | Work::Informal | Work::Unemployed | Work::Unable if age < 60 => {
                    let earns = left > 0 && household.class == Class::DibaoIncome;
                    if earns {
                        person.work = Work::Employee;
                        person.card = person.card.filter(|card| card.level > 2);
                        // So much that enough is left after the cost of going to work.
                        person.wage_fen = left * 10 / COUNTED_WAGE_TENTHS / 100 * 100;
                        person.work_since = as_of - 45;
                        left = 0;
                    } else if left > 0 && household.class != Class::DibaoIncome && person.work == Work::Unemployed {
                        // A declared odd job.
                        let wage_fen = left * 10 / COUNTED_WAGE_TENTHS / 100 * 100;
                        (person.work, person.wage_fen, person.work_since) = (Work::Flexible, wage_fen, as_of - 200);
                        left = 0;
                    } else if matches!(person.work, Work::Employee | Work::Flexible) {
                        (person.work, person.wage_fen) = (Work::Unemployed, 0);
                    }
                }
                _ => {}
            }
        }
    }

    /// Ordinary households are not in need: what lifts them is a pension, or work and land that no feed shows in full.
    fn lift(&mut self, household: &Household, area: Area) {
        let as_of = self.time.as_of;
        for at in household.members() {
            let age = self.people[at].age_at(as_of);
            if (18..60).contains(&age) && self.people[at].present_at(as_of) {
                self.people[at].card = None;
                self.take_up(at, Work::Informal, age, area);
                return;
            }
        }
        for at in household.members() {
            let age = self.people[at].age_at(as_of);
            if !self.people[at].present_at(as_of) {
                continue;
            }
            let severe = self.people[at].card.is_some_and(|card| card.level <= 2);
            if age >= 60 && area == Area::Rural && self.people[at].relation == 1 && !severe {
                self.households[self.people[at].household as usize].land_mu = 5;
                self.take_up(at, Work::Elder, age, area);
                return;
            }
            if age >= 60 {
                self.take_up(at, Work::Retired, age, area);
                let person = &mut self.people[at];
                person.pension_fen = person.pension_fen.max(320_000 * i64::from(household.size));
                return;
            }
        }
    }

    pub fn standard_fen(&self, household: &Household) -> i64 {
        standard_fen(self.county().code, self.area(household))
    }

    fn income_below(&self, household: &Household, tenths: i64, day: Day) -> bool {
        let household = &self.households[self.people[household.first as usize].household as usize];
        let standard = self.standard_fen(household);
        match self.income_at(household, day) {
            Income::Known { per_person_fen } => per_person_fen * 10 < standard * tenths,
            Income::Hidden => false,
        }
    }

    /// Income per person of those who live in the household, as the feeds show it on a day.
    pub fn income_at(&self, household: &Household, day: Day) -> Income {
        let living = household
            .members()
            .map(|at| &self.people[at])
            .filter(|person| person.present_at(day));
        income_of(household, living, day)
    }
}

/// Part of a wage that counts, in tenths: three tenths are the cost of going to work (Putian's 30 %, which the
/// province's demo pack takes over).
const COUNTED_WAGE_TENTHS: i64 = 7;

/// Counted income per person by the rule that the feeds allow: wages less work cost, pensions, and for monitored
/// households the surveyed net income for whoever has neither. Hidden as soon as one member's income does not show:
/// informal work, or land farmed by a head without a wage.
pub fn income_of<'a>(household: &Household, people: impl Iterator<Item = &'a Person>, day: Day) -> Income {
    let (mut total, mut members) = (0, 0);
    for person in people {
        members += 1;
        // A severe card says that the head cannot work, so the land feeds nobody.
        let severe = person.card.is_some_and(|card| card.level <= 2);
        let farms = household.land_mu > 0 && person.relation == 1 && !severe;
        match (earnings_at(person, day), household.surveyed_fen) {
            (
                Some(Earnings {
                    wage_fen: 0,
                    pension_fen: 0,
                })
                | None,
                Some(surveyed),
            ) => total += surveyed / 12,
            (Some(earnings), None) if farms && earnings.wage_fen == 0 && earnings.pension_fen > 0 => {
                return Income::Hidden;
            }
            (Some(earnings), _) => total += earnings.wage_fen * COUNTED_WAGE_TENTHS / 10 + earnings.pension_fen,
            (None, None) => return Income::Hidden,
        }
    }
    if members == 0 {
        Income::Hidden
    } else {
        Income::Known {
            per_person_fen: total / members,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Earnings {
    pub wage_fen: i64,
    pub pension_fen: i64,
}

/// Monthly wage and pension that show on a day, `None` where work leaves no trace.
pub fn earnings_at(person: &Person, day: Day) -> Option<Earnings> {
    let none = Some(Earnings::default());
    match person.work {
        Work::Employee | Work::Flexible
            if person.working_at(day - JOB_LOSS_REPORTED_DAYS) || person.working_at(day) =>
        {
            Some(Earnings {
                wage_fen: person.wage_fen,
                pension_fen: 0,
            })
        }
        // Half of those who lose a job register as unemployed; of the others nothing is known.
        Work::Employee | Work::Flexible => {
            if person.registers_unemployed() {
                none
            } else {
                None
            }
        }
        Work::Retired | Work::Elder => Some(Earnings {
            wage_fen: 0,
            pension_fen: person.pension_fen,
        }),
        Work::Unemployed | Work::Unable => none,
        Work::Pupil if person.age_at(day) < 16 || crate::school::place(person, day).leaves_on >= day => none,
        Work::Pupil | Work::Informal | Work::None => {
            if person.age_at(day) < 16 {
                none
            } else {
                None
            }
        }
    }
}

impl Person {
    pub fn registers_unemployed(&self) -> bool {
        self.wage_fen / 1_000 % 2 == 0
    }
}
