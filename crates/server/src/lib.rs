//! The first pages: status, the map, who is missed and who is wrong, one person with sources and reasons.
//!
//! Everything is rendered here and works without script. `/api/v1` gives the same figures to machines.

mod app;
mod error;
mod language;
mod map;
mod password;
mod routes;
mod security;
mod session;
pub mod token;

mod api;
mod pages;

pub mod figures;

pub use app::{App, Foundation};
pub use error::ServerError;
pub use language::Language;
pub use password::{KeptPassword, PasswordError, generate as generate_password};
pub use routes::{router, serve};
