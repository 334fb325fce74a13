//! The transactional book: catalogue, batches, rejects, runs, review list, audit chain.
//!
//! One crate knows SQL databases. SQLite (write-ahead log) serves one machine without any set-up,
//! PostgreSQL serves many processes; the SQL text is the same for both. Statements use `$1`, `$2` …
//! for their values and types that both know: `BIGINT`, `DOUBLE PRECISION`, `TEXT`, `BYTEA`.
//!
//! Calls block. Inside an async runtime they belong into `spawn_blocking`.

mod book;
mod error;
mod value;

mod migrations;
mod postgresql;
mod sqlite;

pub mod batches;
pub mod coverage;
pub mod findings;
pub mod rejects;
pub mod reviews;
pub mod runs;

pub use book::{Book, Kind, Tx};
pub use error::StoreError;
pub use value::{Row, Value};
