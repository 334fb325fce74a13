//! Households with the structures that people really live in, by class and by town or village.

use crate::calendar;
use crate::class::Class;
use crate::person::{Marital, NOBODY, PersonAt};
use crate::random::Rng;
use crate::settlement::Settlement;
use crate::terrain::Area;

const HEAD: u8 = 1;
const SPOUSE: u8 = 10;
const SON: u8 = 20;
const DAUGHTER_IN_LAW: u8 = 28;
const DAUGHTER: u8 = 30;
const GRANDCHILD: u8 = 40;
const PARENT: u8 = 50;

/// Shapes of ordinary households.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Single,
    Couple,
    Parents,
    ParentsAndGrown,
    ThreeGenerations,
    OldCouple,
    OldSingle,
    LoneParent,
    Grandparents,
    OldAndGrown,
}

const SHAPES: [Shape; 10] = [
    Shape::Single,
    Shape::Couple,
    Shape::Parents,
    Shape::ParentsAndGrown,
    Shape::ThreeGenerations,
    Shape::OldCouple,
    Shape::OldSingle,
    Shape::LoneParent,
    Shape::Grandparents,
    Shape::OldAndGrown,
];

/// Weights per shape, urban and rural, set so that size (census 2020: 2.52 in family households), the share under 15
/// (16 % in 2020, falling) and the share of 60 and older (19 % in 2020, rising) come out as published.
const WEIGHTS: [[f64; 10]; 2] = [
    [0.17, 0.13, 0.22, 0.12, 0.055, 0.145, 0.085, 0.030, 0.010, 0.035],
    [0.13, 0.10, 0.15, 0.12, 0.105, 0.185, 0.125, 0.020, 0.030, 0.035],
];

impl Settlement<'_> {
    pub fn ordinary_family(&mut self, area: Area, at: f64) -> Shape {
        let shape = shape_at(area, at);
        match shape {
            Shape::Single => {
                let (male, age) = (self.rng.chance(0.6), grown_age(&mut self.rng));
                self.add(HEAD, male, age, None);
            }
            Shape::Couple => {
                let age = if self.rng.chance(0.3) {
                    self.rng.between(24, 34)
                } else {
                    self.rng.between(40, 59)
                };
                self.couple(age);
            }
            Shape::Parents => {
                let age = self.rng.between(27, 50);
                let (father, mother) = self.couple(age);
                let children = 1 + usize::from(self.rng.chance(0.42)) + usize::from(self.rng.chance(0.05));
                self.children(father, mother, children, 17);
            }
            Shape::ParentsAndGrown => {
                let age = self.rng.between(46, 59);
                let (father, mother) = self.couple(age);
                self.grown_child(father, mother);
            }
            Shape::ThreeGenerations => self.three_generations(),
            Shape::OldCouple => {
                let age = old_age(&mut self.rng);
                self.couple(age);
            }
            Shape::OldSingle => {
                self.old_single();
            }
            Shape::LoneParent => {
                let age = self.rng.between(28, 48);
                self.lone_parent(age);
            }
            Shape::Grandparents => {
                let age = self.rng.between(58, 72);
                let (grandfather, _) = self.couple(age);
                let age = self.rng.between(3, 15);
                self.descendant(GRANDCHILD, grandfather, age);
            }
            Shape::OldAndGrown => {
                let parent = self.old_single();
                let age = (self.people[parent as usize].age_at(self.time.as_of) - 26).clamp(20, 59);
                let child = self.descendant(SON, parent, age);
                let male = self.people[parent as usize].male;
                self.bear(
                    child,
                    if male { parent } else { NOBODY },
                    if male { NOBODY } else { parent },
                );
            }
        }
        shape
    }

    /// The structure of a household in need.
    pub fn family_in_need(&mut self, class: Class, area: Area, at: f64) {
        match class {
            Class::Tekun | Class::TekunMissed | Class::TekunDouble => self.destitute(class, at),
            Class::DibaoFrailElder => {
                let (male, age) = (self.rng.chance(0.45), self.rng.between(66, 92));
                let elder = self.add(HEAD, male, age, None);
                self.person(elder).marital = Marital::Widowed;
            }
            Class::DibaoHidden => {
                let age = self.rng.between(62, 78);
                self.couple(age);
            }
            Class::Orphan | Class::OrphanMissed | Class::Unattended | Class::ChildOfAge => self.parentless(class),
            Class::Watched | Class::Rigid => {
                let within = *self.rng.choose(&[0.25, 0.42, 0.55]);
                self.ordinary_family(area, within);
            }
            Class::Edge | Class::EdgeMissed | Class::EdgeExpired => self.near_poor(at),
            _ => self.poor(at),
        }
    }

    /// Dibao households are small: singles, old people, lone parents, parents with a disabled child.
    fn poor(&mut self, at: f64) {
        match at {
            ..0.32 => {
                let (male, age) = (self.rng.chance(0.75), self.rng.between(38, 59));
                let single = self.add(HEAD, male, age, None);
                self.person(single).marital = Marital::Divorced;
            }
            ..0.56 => {
                self.old_single();
            }
            ..0.70 => {
                let age = old_age(&mut self.rng);
                self.couple(age);
            }
            ..0.82 => {
                let age = self.rng.between(32, 52);
                let (father, mother) = self.couple(age);
                let count = 1 + usize::from(self.rng.chance(0.4));
                self.children(father, mother, count, 15);
            }
            ..0.92 => {
                let age = self.rng.between(30, 50);
                self.lone_parent(age);
            }
            _ => {
                let parent = self.old_single();
                let age = (self.people[parent as usize].age_at(self.time.as_of) - 28).clamp(24, 58);
                let child = self.descendant(SON, parent, age);
                let male = self.people[parent as usize].male;
                self.bear(
                    child,
                    if male { parent } else { NOBODY },
                    if male { NOBODY } else { parent },
                );
            }
        }
    }

    fn near_poor(&mut self, at: f64) {
        match at {
            ..0.5 => {
                let age = self.rng.between(61, 79);
                self.couple(age);
            }
            ..0.75 => {
                let age = self.rng.between(30, 48);
                self.lone_parent(age);
            }
            _ => {
                let age = self.rng.between(34, 50);
                let (father, mother) = self.couple(age);
                self.children(father, mother, 1, 15);
            }
        }
    }

    /// Seven in eight of the destitute are old and alone; the rest are severely disabled and alone.
    fn destitute(&mut self, class: Class, at: f64) {
        let age = if at < 0.87 || class == Class::TekunMissed {
            self.rng.between(61, 88)
        } else {
            self.rng.between(24, 58)
        };
        let male = self.rng.chance(0.85);
        self.add(HEAD, male, age, None);
    }

    /// A child with its grandparents; the parents stand in the register as dead, or one of them does.
    fn parentless(&mut self, class: Class) {
        let age = self.rng.between(58, 69);
        let (grandfather, grandmother) = self.couple(age);
        let oldest = if class == Class::ChildOfAge { 18 } else { 16 };
        let child_age = if class == Class::ChildOfAge {
            oldest
        } else {
            self.rng.between(2, oldest)
        };
        let father_age = (child_age + self.rng.between(20, 24)).min(age - 19);
        let father = self.descendant(SON, grandfather, father_age);
        self.bear(father, grandfather, grandmother);
        let mother = self.add(DAUGHTER_IN_LAW, false, father_age - 1, None);
        self.marry(father, mother);
        let child = self.descendant(GRANDCHILD, father, child_age);
        self.bear(child, father, mother);
    }

    fn couple(&mut self, age: i32) -> (PersonAt, PersonAt) {
        let head = self.add(HEAD, true, age, None);
        let younger = self.rng.between(-1, 4);
        let wife = self.add(SPOUSE, false, (age - younger).max(22), None);
        self.marry(head, wife);
        (head, wife)
    }

    fn old_single(&mut self) -> PersonAt {
        let age = (old_age(&mut self.rng) + self.rng.between(0, 5)).min(101);
        let male = self.rng.chance(0.32);
        let elder = self.add(HEAD, male, age, None);
        self.person(elder).marital = Marital::Widowed;
        elder
    }

    fn lone_parent(&mut self, age: i32) {
        let male = self.rng.chance(0.3);
        let parent = self.add(HEAD, male, age, None);
        self.person(parent).marital = Marital::Divorced;
        let child_age = self.rng.between(2, (age - 21).min(17));
        let relation = if self.rng.chance(0.5) { SON } else { DAUGHTER };
        let child = self.descendant(relation, parent, child_age);
        self.bear(
            child,
            if male { parent } else { NOBODY },
            if male { NOBODY } else { parent },
        );
    }

    fn children(&mut self, father: PersonAt, mother: PersonAt, count: usize, oldest: i32) {
        let mother_age = self.people[mother as usize].age_at(self.time.as_of);
        let mut age = self.rng.between(0, oldest.min(mother_age - 21).max(0));
        for _ in 0..count {
            let relation = if self.rng.chance(0.52) { SON } else { DAUGHTER };
            let child = self.descendant(relation, father, age);
            self.bear(child, father, mother);
            age -= self.rng.between(2, 6);
            if age < 0 {
                break;
            }
        }
    }

    fn grown_child(&mut self, father: PersonAt, mother: PersonAt) {
        let mother_age = self.people[mother as usize].age_at(self.time.as_of);
        let age = self.rng.between(18, (mother_age - 20).clamp(19, 32));
        let relation = if self.rng.chance(0.56) { SON } else { DAUGHTER };
        let child = self.descendant(relation, father, age);
        self.bear(child, father, mother);
    }

    fn three_generations(&mut self) {
        let age = self.rng.between(29, 46);
        let (father, mother) = self.couple(age);
        let count = 1 + usize::from(self.rng.chance(0.45));
        self.children(father, mother, count, 17);
        let family = self.people[father as usize].name;
        let grandmother_age = (age + self.rng.between(22, 29)).max(60);
        let grandmother = self.add(PARENT, false, grandmother_age, None);
        let mut grandfather = NOBODY;
        if self.rng.chance(0.6) {
            let older = self.rng.between(0, 4);
            grandfather = self.add(PARENT, true, grandmother_age + older, Some(family));
            self.marry(grandfather, grandmother);
        } else {
            self.person(grandmother).marital = Marital::Widowed;
        }
        self.bear(father, grandfather, grandmother);
    }

    fn descendant(&mut self, relation: u8, parent: PersonAt, age: i32) -> PersonAt {
        let male = match relation {
            SON => true,
            DAUGHTER => false,
            _ => self.rng.chance(0.52),
        };
        let family = self.people[parent as usize].name;
        self.add(relation, male, age, Some(family))
    }

    /// Gives old people who live apart a grown child nearby, so that the register shows who owes them support. Those
    /// in the destitute classes have nobody; that is what makes them destitute.
    pub fn link_generations(&mut self) {
        let mut waiting: Vec<(PersonAt, PersonAt)> = Vec::new();
        let mut late: Vec<(PersonAt, PersonAt)> = Vec::new();
        let mut linked = vec![NOBODY; self.households.len()];
        for at in 0..self.people.len() as PersonAt {
            if self.needs_a_child(at) {
                let person = &self.people[at as usize];
                waiting.push(if person.male {
                    (at, person.spouse)
                } else {
                    (person.spouse, at)
                });
            } else {
                self.link_to_parents(at, &mut waiting, &mut linked);
            }
            // Bounded, so that a chunk of old villages does not search a long list for every person.
            if waiting.len() > 64 {
                late.push(waiting.remove(0));
            }
        }
        // Those on a roster come first now: without a child in the register they would look destitute.
        late.append(&mut waiting);
        late.retain(|&(father, mother)| self.class_of(father.min(mother)) != Class::Ordinary);
        for at in 0..self.people.len() as PersonAt {
            if late.is_empty() {
                break;
            }
            if !self.needs_a_child(at) {
                self.link_to_parents(at, &mut late, &mut linked);
            }
        }
        self.link_grandchildren(&linked);
    }

    fn class_of(&self, person: PersonAt) -> Class {
        self.households[self.people[person as usize].household as usize].class
    }

    fn needs_a_child(&self, at: PersonAt) -> bool {
        let person = &self.people[at as usize];
        let class = self.class_of(at);
        person.relation == HEAD
            && person.age_at(self.time.as_of) >= 58
            && !class.destitute()
            && !class.with_listed_child()
            && class != Class::OrphanMissed
            && self.lives_without_children(person.household as usize)
    }

    /// Makes an adult of an ordinary household the child of the first couple waiting whose ages fit.
    fn link_to_parents(&mut self, at: PersonAt, waiting: &mut Vec<(PersonAt, PersonAt)>, linked: &mut [PersonAt]) {
        let person = &self.people[at as usize];
        let free = matches!(person.relation, HEAD | SPOUSE) && person.father == NOBODY && person.mother == NOBODY;
        if !free || self.class_of(at) != Class::Ordinary || person.age_at(self.time.as_of) < 24 {
            return;
        }
        let Some(found) = waiting.iter().position(|&parents| self.can_be_child_of(at, parents)) else {
            return;
        };
        let family = person.name;
        let (father, mother) = waiting.swap_remove(found);
        self.bear(at, father, mother);
        linked[self.people[father.min(mother) as usize].household as usize] = at;
        if father != NOBODY {
            self.person(father).name = self.people[father as usize].name.with_surname_of(family);
        }
    }

    fn lives_without_children(&self, household: usize) -> bool {
        self.households[household]
            .members()
            .all(|at| !matches!(self.people[at].relation, SON | DAUGHTER | PARENT))
    }

    /// Children left with their grandparents have parents who work elsewhere.
    fn link_grandchildren(&mut self, linked: &[PersonAt]) {
        for (household, &parent) in linked.iter().enumerate() {
            let child = self.households[household]
                .members()
                .find(|&at| self.people[at].relation == GRANDCHILD);
            if let Some(child) = child
                && parent != NOBODY
            {
                let spouse = self.people[parent as usize].spouse;
                let (father, mother) = if self.people[parent as usize].male {
                    (parent, spouse)
                } else {
                    (spouse, parent)
                };
                self.bear(child as PersonAt, father, mother);
            }
        }
    }

    fn can_be_child_of(&self, child: PersonAt, (father, mother): (PersonAt, PersonAt)) -> bool {
        let child = &self.people[child as usize];
        [father, mother]
            .into_iter()
            .filter(|&parent| parent != NOBODY)
            .all(|parent| {
                let parent = &self.people[parent as usize];
                parent.household != child.household && (18..=48).contains(&calendar::age(parent.born, child.born))
            })
    }
}

fn shape_at(area: Area, at: f64) -> Shape {
    let mut upto = 0.0;
    for (shape, weight) in SHAPES.into_iter().zip(WEIGHTS[area as usize]) {
        upto += weight;
        if at < upto {
            return shape;
        }
    }
    Shape::OldAndGrown
}

fn grown_age(rng: &mut Rng) -> i32 {
    if rng.chance(0.5) {
        rng.between(22, 36)
    } else {
        rng.between(36, 59)
    }
}

/// Ages from 60, by the shape of the national pyramid of 60 and older (297 million in 2023).
fn old_age(rng: &mut Rng) -> i32 {
    const BANDS: [f64; 8] = [0.300, 0.265, 0.190, 0.125, 0.0725, 0.0345, 0.011, 0.003];
    60 + rng.pick(&BANDS) as i32 * 5 + rng.below(5) as i32
}
