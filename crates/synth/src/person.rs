//! A person and a household of the sample: the truth that feeds show in part.

use crate::calendar::{Day, NEVER};
use crate::class::Class;
use crate::ids::IdNumber;
use crate::names::Name;

/// Index into the chunk's people; `NOBODY` where a relation is not known or not there.
pub type PersonAt = u32;
pub const NOBODY: PersonAt = u32::MAX;

#[derive(Debug, Clone)]
pub struct Person {
    pub id: IdNumber,
    pub name: Name,
    pub born: Day,
    pub male: bool,
    /// Household lived in.
    pub household: u32,
    /// Household whose register lists the person; mostly the same.
    pub register: u32,
    /// GB/T 4761 code towards the head of the register.
    pub relation: u8,
    pub marital: Marital,
    pub spouse: PersonAt,
    pub father: PersonAt,
    pub mother: PersonAt,
    pub work: Work,
    /// Monthly wage as insured or declared, and monthly pension, in fen.
    pub wage_fen: i64,
    pub pension_fen: i64,
    /// First day of the work or the pension; for the unemployed, of unemployment.
    pub work_since: Day,
    /// Day on which a job was lost within the history.
    pub work_lost_on: Day,
    pub card: Option<Card>,
    pub illness: Option<Illness>,
    pub death: Option<Death>,
    /// Day on which the person joined the register (birth, marriage, move), and left it by moving out of the province.
    pub joined_on: Day,
    pub moved_on: Day,
    pub married_on: Day,
    pub divorced_on: Day,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Marital {
    Single = 1,
    Married = 2,
    Widowed = 3,
    Divorced = 4,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Too young for school, or keeps house: nothing is recorded.
    None,
    Pupil,
    /// Insured as an employee: the wage shows.
    Employee,
    /// Registered flexible work with a declared wage.
    Flexible,
    /// Works without a trace in any feed.
    Informal,
    Unemployed,
    /// Severely disabled and without work.
    Unable,
    /// Draws an employee's pension.
    Retired,
    /// Draws the residents' pension.
    Elder,
}

#[derive(Debug, Clone, Copy)]
pub struct Card {
    pub kind: u8,
    pub level: u8,
    /// A multiple disability that includes an intellectual or mental one.
    pub includes_mind: bool,
    pub issued_on: Day,
    pub valid_to: Day,
    /// Day on which the card came to be, or its present level was found, within the history.
    pub changed_on: Day,
}

impl Card {
    pub fn of_mind(&self) -> bool {
        matches!(self.kind, 5 | 6) || (self.kind == 7 && self.includes_mind)
    }

    /// Grades that the nursing subsidy covers in Shanxi: 1 and 2, and 3 and 4 of mind.
    pub fn needs_nursing(&self) -> bool {
        self.level <= 2 || self.of_mind()
    }

    pub fn valid_at(&self, day: Day) -> bool {
        self.issued_on <= day && day <= self.valid_to
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Illness {
    /// Index into `health::SERIOUS`.
    pub disease: u8,
    pub diagnosed_on: Day,
}

/// A death and the days on which the three sources come to know of it; `NEVER` where one does not.
#[derive(Debug, Clone, Copy)]
pub struct Death {
    pub on: Day,
    pub cremated_on: Day,
    pub certified_on: Day,
    pub cancelled_on: Day,
}

impl Death {
    /// Whether any source has reported it by a day (a cremation takes up to ten days to arrive).
    pub fn known_by(&self, day: Day) -> bool {
        self.cremation_reported_on() <= day || self.certified_on <= day || self.cancelled_on <= day
    }

    pub fn cremation_reported_on(&self) -> Day {
        if self.cremated_on == NEVER {
            NEVER
        } else {
            self.cremated_on + 7
        }
    }
}

impl Person {
    pub fn alive_at(&self, day: Day) -> bool {
        self.born <= day && self.death.is_none_or(|death| death.on > day)
    }

    /// Alive and still registered in the province.
    pub fn present_at(&self, day: Day) -> bool {
        self.alive_at(day) && self.moved_on > day
    }

    pub fn age_at(&self, day: Day) -> i32 {
        crate::calendar::age(self.born, day)
    }

    pub fn working_at(&self, day: Day) -> bool {
        self.work_since <= day && day < self.work_lost_on
    }
}

#[derive(Debug, Clone)]
pub struct Household {
    /// Index into the county's villages.
    pub village: u32,
    pub class: Class,
    /// First person and number of persons: they lie together.
    pub first: PersonAt,
    pub size: u32,
    /// Number of the register, unique in the province.
    pub number: u64,
    /// Net income per person and year as surveyed by agriculture, in fen; monitored households only.
    pub surveyed_fen: Option<i64>,
    /// 1 unstable, 2 marginal, 3 sudden; 0 when not monitored.
    pub watch_kind: u8,
    /// Day on which the risk was removed.
    pub watch_removed_on: Day,
    pub watch_since: Day,
    /// Contracted land that is subsidised, in mu; 0 without.
    pub land_mu: u16,
    pub phone: u32,
}

impl Household {
    pub fn members(&self) -> std::ops::Range<usize> {
        self.first as usize..(self.first + self.size) as usize
    }
}
