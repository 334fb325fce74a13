//! From a department's file to rows in the lake: read, check against the contract, key, seal, sort, land once.
//!
//! What it must not know: Parquet files of the lake, SQL databases, how keys are made. A file becomes blocks ([`source`]), blocks
//! become rows of text ([`rows`]), rows become checked values ([`check`]), good values become keyed and sealed columns ([`run`]),
//! sorted and staged ([`read`]), and one transaction makes them part of the lake and the book ([`land`]).

mod error;
mod export;
mod files;
mod intake;
mod land;
mod newest;
mod received;

pub mod cell;
pub mod check;
pub mod digest;
pub mod hold;
pub mod order;
pub mod plan;
pub mod read;
pub mod report;
pub mod rows;
pub mod run;
pub mod source;
pub mod text;

pub use error::IntakeError;
pub use export::{Asker, workbook_of_rejects};
pub use files::files_below;
pub use hold::HoldReason;
pub use intake::{Confirmation, Delivery, Intake};
pub use newest::newest_days;
pub use received::as_of_in;
pub use report::{Counts, Outcome, Report};
