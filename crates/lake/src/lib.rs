//! Tables of records as sorted Parquet files, and their catalogue in the book.
//!
//! Only this crate knows Parquet. The catalogue follows the DuckLake layout (format 0.3), so files and
//! business rows commit in one transaction of the book, every past snapshot stays readable, and analysts
//! attach it from DuckDB: `ATTACH 'ducklake:sqlite:book.sqlite' AS lake`.
//!
//! A file is staged first (written and flushed, visible to nobody) and becomes part of its table when a
//! transaction commits it. Every table's first column is its sort key, an unsigned 64-bit number that is
//! spread evenly (person key, household key); readers ask for ranges of it.

mod buckets;
mod catalogue;
mod columns;
mod compaction;
mod error;
mod lake;
mod reading;
mod staging;
mod statistics;
mod unique;
mod writers;

pub use buckets::{BUCKETS, bucket_keys, bucket_of};
pub use catalogue::{Change, LakeFile, Snapshot, SnapshotId, Table};
pub use columns::Column;
pub use compaction::Compaction;
pub use error::LakeError;
pub use lake::Lake;
pub use staging::StagedFile;
