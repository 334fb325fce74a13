//! One module per feed: its columns, its faults and how its rows come out of the truth.

mod children;
mod cremation;
mod dibao;
mod disability_card;
mod edge_rigid;
mod employment;
mod housing;
mod hukou;
mod marriage;
mod medical;
mod rural_watch;
mod schooling;
mod serious_illness;
mod social_insurance;
mod subsidies;
mod tekun;
mod temporary_aid;

use crate::calendar::Day;
use crate::faults::Fault;
use crate::person::{Household, Person};
use crate::random::Rng;
use crate::service::Entry;
use crate::settlement::Settlement;
use crate::sheet::Sheet;
use crate::terrain::{County, Village};

/// How a feed's rows are made.
pub struct Feed {
    pub number: usize,
    pub name: &'static str,
    /// Department and list as its file is called.
    pub file_zh: &'static str,
    pub columns: &'static [&'static str],
    /// Structural faults and the share of rows that has them.
    pub faults: &'static [(Fault, f64)],
    /// Rows per person in the first delivery, roughly: decides whether the province or each city makes a file.
    pub rows_per_person: f64,
    pub write: fn(&Made, &mut Rng, &mut [Sheet]),
}

/// All feeds that departments push. Feed 18 (checks) answers one consented case at a time, so it is never made for a
/// population (社会救助法 art 40, 41, 70).
pub const FEEDS: [Feed; 17] = [
    dibao::FEED,
    tekun::FEED,
    edge_rigid::FEED,
    temporary_aid::FEED,
    children::FEED,
    subsidies::FEED,
    marriage::FEED,
    cremation::FEED,
    hukou::FEED,
    disability_card::FEED,
    medical::FEED,
    serious_illness::FEED,
    employment::FEED,
    social_insurance::FEED,
    schooling::FEED,
    housing::FEED,
    rural_watch::FEED,
];

/// A chunk whose truth is finished.
pub struct Made<'a> {
    pub place: Settlement<'a>,
    pub entries: Vec<Entry>,
}

impl<'a> Made<'a> {
    pub fn people(&self) -> impl Iterator<Item = (u32, &Person)> {
        self.place
            .people
            .iter()
            .enumerate()
            .map(|(at, person)| (at as u32, person))
    }

    pub fn person(&self, at: u32) -> &Person {
        &self.place.people[at as usize]
    }

    pub fn home(&self, person: &Person) -> &Household {
        &self.place.households[person.household as usize]
    }

    pub fn register(&self, person: &Person) -> &Household {
        &self.place.households[person.register as usize]
    }

    pub fn village(&self, household: &Household) -> &'a Village {
        self.place.village(household)
    }

    pub fn county(&self) -> &'a County {
        self.place.county()
    }

    /// The county's own 12-digit code.
    pub fn county_division(&self) -> u64 {
        u64::from(self.county().code) * 1_000_000
    }

    pub fn cutoffs(&self) -> &'a [Day] {
        &self.place.time.cutoffs
    }

    pub fn delivery_of(&self, known_on: Day) -> Option<usize> {
        self.place.time.delivery_of(known_on)
    }

    /// The village under which a roster lists an entry: another county of the city where it is listed twice.
    pub fn listed_village(&self, entry: &Entry) -> &'a Village {
        let home = self.village(self.home(self.person(entry.person)));
        if !entry.elsewhere {
            return home;
        }
        let terrain = self.place.terrain;
        let here = self.place.chunk.county;
        let neighbour = (1..terrain.counties.len())
            .map(|step| &terrain.counties[(here + step) % terrain.counties.len()])
            .find(|county| county.city == terrain.counties[here].city)
            .unwrap_or(&terrain.counties[here]);
        neighbour
            .villages
            .iter()
            .find(|village| village.area == home.area)
            .unwrap_or(&neighbour.villages[0])
    }

    /// Number of the register; a second county gives a number of its own.
    pub fn listed_household(&self, entry: &Entry) -> u64 {
        let number = self.home(self.person(entry.person)).number;
        if entry.elsewhere {
            self.listed_village(entry).code / 1_000_000 * 1_000_000_000 + 900_000_000 + number % 90_000_000
        } else {
            number
        }
    }

    /// Sixteen digits after a card's prefix, the same for a person in every roster.
    pub fn account(&self, person: &Person) -> u64 {
        let hash = Rng::keyed(
            person.born as u64,
            crate::random::Stream::Feeds,
            person.joined_on as u64 ^ u64::from(person.household) << 20,
        )
        .next();
        6_217_000_000_000_000_000 + hash % 1_000_000_000_000_000
    }
}

/// State of a roster's row at a cutoff: code of the status, and the end where it is said.
pub fn status_at(entry: &Entry, cutoff: Day) -> (i16, Day) {
    if entry.removed_on <= cutoff {
        (3, entry.ended_on)
    } else {
        (1, crate::calendar::NEVER)
    }
}

/// The fault of a row that lists the dead as active.
pub fn dead_listed(entry: &Entry, person: &Person, cutoff: Day) -> Option<Fault> {
    (entry.removed_on > cutoff && !person.alive_at(cutoff)).then_some(Fault::DeadListed)
}

/// Writes a row into a delivery, and into the next one as well when a check will keep the first aside: departments
/// correct what comes back to them within the month.
pub fn send(sheets: &mut [Sheet], delivery: usize, mut row: impl FnMut(&mut Sheet)) {
    row(&mut sheets[delivery]);
    if sheets[delivery].last_row_comes_back()
        && let Some(next) = sheets.get_mut(delivery + 1)
    {
        row(next);
    }
}

/// A record number: letters of the register, county, chunk and a running number.
pub fn record_number(made: &Made, letters: &str, serial: usize) -> String {
    let (county, part) = (made.county().code, made.place.chunk.position_in_county);
    format!("{letters}{county}{part:02}{serial:07}")
}
