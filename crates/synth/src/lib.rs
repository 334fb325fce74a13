//! A sample province that behaves like one, and the truth about it.
//!
//! People live in households of real structure in real villages; need, work, illness and property follow from that;
//! rosters serve most of those they should and some they should not; departments deliver what they know, late and with
//! their usual faults. `truth/` says what is so, for scoring only. Everything follows from the seed.

mod calendar;
mod class;
mod deliver;
mod error;
mod families;
mod faults;
mod feeds;
mod generate;
mod health;
mod history;
mod ids;
mod livelihood;
mod names;
mod options;
mod person;
mod populate;
mod random;
mod school;
mod service;
mod settlement;
mod sheet;
mod summary;
mod tables;
mod tally;
mod terrain;
mod timeline;
mod truth;

pub use error::SynthError;
pub use generate::{Progress, generate};
pub use options::{Format, LEAST_POPULATION, MOST_MONTHS, MOST_POPULATION, Options};
pub use summary::{Figure, PROVINCE, Summary};
pub use tally::Tally;
