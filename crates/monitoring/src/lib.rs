//! Warnings worth a visit: signals are followed over time, collected into one alert per household, ranked by what
//! visits found before, handed out within what a township can do in a week, and closed with a disposition.
//!
//! What people do to an alert is kept in the book and survives every refresh; what the refresh sees is followed by
//! pure functions ([`follow`], [`collect`], [`allot`]) that can be replayed for any past night.

mod error;
mod indicator;
mod signal;

mod follow;
mod score;

mod collect;

mod allot;
mod hit_rate;

pub mod alerts;
mod night;
pub mod reports;

pub use allot::{Candidate, allot};
pub use collect::{Collected, OpenAlert, collect};
pub use error::MonitoringError;
pub use follow::{Followed, Look, follow};
pub use hit_rate::HitRate;
pub use indicator::{Disposition, Group, Indicator, Severity};
pub use night::{Night, NightResult, Route, night, open_tables};
pub use score::{Score, score};
pub use signal::{Running, Sighting, Subject};
