//! Disability, serious illness and death.

use crate::calendar::{self, Day, NEVER};
use crate::class::Class;
use crate::person::{Card, Death, Illness, NOBODY, PersonAt, Work};
use crate::random::Quota;
use crate::settlement::Settlement;
use crate::terrain::Area;

/// Serious illnesses: ICD-10 code and name, as a health commission's list writes them.
pub const SERIOUS: [(&str, &str); 8] = [
    ("N18.5", "终末期肾病"),
    ("C34.9", "肺恶性肿瘤"),
    ("C16.9", "胃恶性肿瘤"),
    ("C50.9", "乳腺恶性肿瘤"),
    ("I21.9", "急性心肌梗死"),
    ("I63.9", "脑梗死"),
    ("C22.9", "肝恶性肿瘤"),
    ("C91.0", "急性淋巴细胞白血病"),
];

/// Cards per person outside the classes in need, by age: under 18, under 60, under 80, older. With those in need they
/// make 2.7 % (38 million cards in a nation of 1.41 billion).
const CARD_RATES: [f64; 4] = [0.0066, 0.0154, 0.0395, 0.0440];
/// Deaths per person and year: under 60, then by decade, after the 2020 life tables.
const DEATH_RATES: [f64; 5] = [0.0012, 0.011, 0.033, 0.095, 0.21];
/// Days before the first delivery whose deaths the feeds still speak of.
const DEATHS_LOOK_BACK_DAYS: Day = 365;

impl Settlement<'_> {
    pub fn fall_ill(&mut self) {
        let mut cards = [(); 4].map(|()| Quota::new(&mut self.rng));
        let mut in_need = Quota::new(&mut self.rng);
        let mut illness = Quota::new(&mut self.rng);
        let as_of = self.time.as_of;
        for at in 0..self.people.len() {
            let person = &self.people[at];
            let (age, household) = (person.age_at(as_of), &self.households[person.household as usize]);
            let (class, size) = (household.class, household.size);
            let with_card = match class {
                Class::Tekun | Class::TekunDouble if age < 60 => true,
                Class::Tekun | Class::TekunDouble => in_need.draw(0.2),
                // Frail by assessment, not by card: with a card they would draw the higher nursing subsidy instead.
                Class::DibaoFrailElder => false,
                _ if class.on_dibao() || class == Class::Edge => {
                    in_need.draw(card_rate_in_need(person.relation, age, size))
                }
                Class::Orphan | Class::Unattended => in_need.draw(0.05),
                Class::Ordinary | Class::Watched | Class::Rigid => {
                    let band = usize::from(age >= 18) + usize::from(age >= 60) + usize::from(age >= 80);
                    age >= 2 && cards[band].draw(CARD_RATES[band])
                }
                _ => false,
            };
            if with_card {
                let card = self.card(at, class, age);
                self.people[at].card = Some(card);
            }
            let rate = if class.on_dibao() || class == Class::Rigid {
                0.03
            } else {
                0.004
            };
            let open = !matches!(
                class,
                Class::Edge | Class::EdgeMissed | Class::EdgeExpired | Class::DibaoMissed
            );
            if age >= 30 && open && illness.draw(rate) {
                let back = self.rng.between(5, 720);
                let disease = self.rng.below(SERIOUS.len() as u32) as u8;
                self.people[at].illness = Some(Illness {
                    disease,
                    diagnosed_on: as_of - back,
                });
            }
        }
    }

    fn card(&mut self, at: usize, class: Class, age: i32) -> Card {
        let mut kind = [1, 2, 3, 4, 5, 6, 7][self.rng.pick(&[0.12, 0.13, 0.02, 0.53, 0.08, 0.09, 0.03])];
        let mut level = 1 + self.rng.pick(&[0.22, 0.38, 0.20, 0.20]) as u8;
        let person = &self.people[at];
        let heads_alone = person.relation == 1 && person.spouse == NOBODY && age < 60;
        let alone_and_grown = heads_alone && !class.destitute();
        if class.destitute() && age < 60 {
            (kind, level) = (4, 1 + (level & 1));
        } else if alone_and_grown && level <= 2 {
            // A severely disabled adult without spouse or income would be destitute, which is a class of its own.
            level += 2;
        }
        if alone_and_grown && kind > 4 {
            kind = 4;
        }
        let as_of = self.time.as_of;
        let age_days = (age.max(1) * 365).min(3_600);
        let issued_on = as_of - self.rng.between(age_days.min(60), age_days);
        Card {
            kind,
            level,
            includes_mind: kind == 7 && self.rng.chance(0.5),
            issued_on,
            valid_to: calendar::add_months(issued_on, 120),
            changed_on: issued_on,
        }
    }

    /// Who has died in the year before the first delivery or since, and which sources say so.
    pub fn die(&mut self) {
        let (first, as_of) = (self.time.first, self.time.as_of);
        let span = f64::from(as_of - first + DEATHS_LOOK_BACK_DAYS) / 365.0;
        let mut deaths = [(); 5].map(|()| Quota::new(&mut self.rng));
        for at in 0..self.people.len() {
            let age = self.people[at].age_at(as_of);
            let band = ((age - 50).max(0) / 10).min(4) as usize;
            let class = self.households[self.people[at].household as usize].class;
            let spared = matches!(
                class,
                Class::DibaoMissed
                    | Class::DibaoFrailElder
                    | Class::DibaoHidden
                    | Class::TekunMissed
                    | Class::EdgeMissed
                    | Class::OrphanMissed
            );
            if deaths[band].draw(DEATH_RATES[band] * span) && !spared && age > 1 {
                let on = first - DEATHS_LOOK_BACK_DAYS
                    + self.rng.below((as_of - first + DEATHS_LOOK_BACK_DAYS) as u32) as Day;
                let death = self.death_on(at as PersonAt, on);
                self.people[at].death = Some(death);
            }
        }
        self.bury_parents();
        for at in 0..self.households.len() {
            if self.households[at].class == Class::Ordinary {
                self.keep_out_of_need(at);
            }
        }
    }

    /// The parents of listed children: both dead, or one dead and the other where no feed can see.
    fn bury_parents(&mut self) {
        for at in 0..self.people.len() {
            let person = &self.people[at];
            let class = self.households[person.household as usize].class;
            let parent = matches!(person.relation, 20 | 28);
            let orphaned = matches!(class, Class::Orphan | Class::OrphanMissed | Class::ChildOfAge);
            let half = class == Class::Unattended && person.relation == 20;
            if parent && (orphaned || half) {
                let child_born = self.people[at + if person.relation == 20 { 2 } else { 1 }].born;
                let soonest = (child_born + 90).min(self.time.first - 400);
                let on = soonest.max(self.time.first - self.rng.between(400, 3_000));
                let mut death = self.death_on(at as PersonAt, on);
                death.cancelled_on = on + 40;
                self.people[at].death = Some(death);
                self.people[at].work = Work::None;
            }
        }
    }

    /// Reporting: burials at home leave no cremation record; a ninth of the cremated stay registered for good, which with
    /// the late ones makes the published 12.5 % of cremated still registered.
    fn death_on(&mut self, at: PersonAt, on: Day) -> Death {
        let household = self.people[at as usize].household as usize;
        let rate = if self.area(&self.households[household]) == Area::Urban {
            0.85
        } else {
            0.42
        };
        let cremated_on = if self.rng.chance(rate) {
            on + self.rng.between(2, 6)
        } else {
            NEVER
        };
        let certified_on = if self.rng.chance(0.72) {
            on + self.rng.between(3, 28)
        } else {
            NEVER
        };
        let forgotten = if cremated_on == NEVER { 0.20 } else { 0.118 };
        let cancelled_on = if self.rng.chance(forgotten) {
            NEVER
        } else {
            on + self.rng.between(3, 30)
        };
        Death {
            on,
            cremated_on,
            certified_on,
            cancelled_on,
        }
    }
}

/// Set so that a quarter of dibao and edge members have a card, as 266,000 living subsidies in 1.07 million ask.
fn card_rate_in_need(relation: u8, age: i32, size: u32) -> f64 {
    match (relation, age) {
        (20 | 30, 18..) => 0.85,
        (_, ..18) => 0.06,
        (_, 18..60) if size == 1 => 0.45,
        (1, 18..60) => 0.34,
        (_, 18..60) => 0.17,
        _ => 0.162,
    }
}
