//! One chunk of the province being filled with people: the pen that the other modules write with.

use crate::calendar::{self, Day, NEVER};
use crate::class::Class;
use crate::ids::{IdNumber, IdOffice};
use crate::names::Name;
use crate::person::{Household, Marital, NOBODY, Person, PersonAt, Work};
use crate::random::{Quota, Rng};
use crate::terrain::{Area, Chunk, County, Terrain, Village};
use crate::timeline::Timeline;

#[derive(Debug)]
pub struct Settlement<'a> {
    pub terrain: &'a Terrain,
    pub chunk: &'a Chunk,
    pub time: &'a Timeline,
    pub rng: Rng,
    pub people: Vec<Person>,
    pub households: Vec<Household>,
    office: IdOffice,
    former_area: Quota,
}

impl<'a> Settlement<'a> {
    pub fn new(terrain: &'a Terrain, chunk: &'a Chunk, time: &'a Timeline, mut rng: Rng) -> Self {
        let county = &terrain.counties[chunk.county];
        let office = IdOffice::new(
            [county.code, county.former_code],
            chunk.position_in_county,
            chunk.chunks_in_county,
            chunk.index,
            terrain.chunks.len() as u32,
        );
        let former_area = Quota::new(&mut rng);
        Self {
            terrain,
            chunk,
            time,
            rng,
            people: Vec::new(),
            households: Vec::new(),
            office,
            former_area,
        }
    }

    pub fn county(&self) -> &'a County {
        &self.terrain.counties[self.chunk.county]
    }

    pub fn village(&self, household: &Household) -> &'a Village {
        &self.county().villages[household.village as usize]
    }

    pub fn area(&self, household: &Household) -> Area {
        self.village(household).area
    }

    /// Opens a household; those added next belong to it until `close_household`.
    pub fn open_household(&mut self, village: u32, class: Class) {
        // Chunks number their registers apart: 120,000 numbers each.
        let number = u64::from(self.county().code) * 1_000_000_000
            + u64::from(self.chunk.position_in_county) * 120_000
            + self.households.len() as u64
            + 1;
        let phone = self.rng.below(100_000_000);
        self.households.push(Household {
            village,
            class,
            first: self.people.len() as PersonAt,
            size: 0,
            number,
            surveyed_fen: None,
            watch_kind: 0,
            watch_removed_on: NEVER,
            watch_since: NEVER,
            land_mu: 0,
            phone,
        });
    }

    pub fn close_household(&mut self) {
        let people = self.people.len() as u32;
        let household = self.households.last_mut().expect("a household is open");
        household.size = people - household.first;
    }

    /// Adds a person of a given age at `as_of` to the open household.
    pub fn add(&mut self, relation: u8, male: bool, age_years: i32, family: Option<Name>) -> PersonAt {
        let last = self.time.as_of;
        let wished = last - (f64::from(age_years) * 365.2425) as Day - self.rng.below(365) as Day - 1;
        let area = self.id_area(calendar::year(wished));
        let (id, born) = self.office.issue(area, wished, male, last);
        let name = Name::draw(&mut self.rng, family, male, calendar::year(born));
        let joined_on = if age_years < 3 {
            born + self.rng.between(5, 60)
        } else {
            born + self.rng.between(20, 900)
        };
        let household = self.households.len() as u32 - 1;
        self.people.push(Person {
            id,
            name,
            born,
            male,
            household,
            register: household,
            relation,
            marital: Marital::Single,
            spouse: NOBODY,
            father: NOBODY,
            mother: NOBODY,
            work: Work::None,
            wage_fen: 0,
            pension_fen: 0,
            work_since: NEVER,
            work_lost_on: NEVER,
            card: None,
            illness: None,
            death: None,
            joined_on: joined_on.min(last),
            moved_on: NEVER,
            married_on: NEVER,
            divorced_on: NEVER,
        });
        self.people.len() as PersonAt - 1
    }

    /// Most are registered where they were born; ids issued before a county's renaming keep the former code.
    fn id_area(&mut self, birth_year: i32) -> u32 {
        let county = self.county();
        if birth_year < 2000 && county.former_code != 0 && self.former_area.draw(0.3) {
            return county.former_code;
        }
        if self.rng.chance(0.1) {
            return self.rng.choose(&self.terrain.counties).code;
        }
        county.code
    }

    pub fn person(&mut self, at: PersonAt) -> &mut Person {
        &mut self.people[at as usize]
    }

    pub fn marry(&mut self, husband: PersonAt, wife: PersonAt) {
        let (older, younger) = (self.people[husband as usize].born, self.people[wife as usize].born);
        let age = self.rng.between(21, 29);
        let married_on =
            (calendar::birthday(older.max(younger), age) + self.rng.between(0, 360)).min(self.time.first - 30);
        for (one, other) in [(husband, wife), (wife, husband)] {
            let person = self.person(one);
            (person.spouse, person.marital, person.married_on) = (other, Marital::Married, married_on);
        }
    }

    pub fn bear(&mut self, child: PersonAt, father: PersonAt, mother: PersonAt) {
        let child = self.person(child);
        (child.father, child.mother) = (father, mother);
    }

    /// Takes the id away from a child that has not been registered yet.
    pub fn unregister(&mut self, at: PersonAt) {
        self.person(at).id = IdNumber::NONE;
    }
}
