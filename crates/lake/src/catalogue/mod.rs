//! The DuckLake tables in the book: who reads and writes which is said in one file each.
//! <https://ducklake.select/docs/stable/specification/tables/overview>

mod commit;
mod files;
mod snapshots;
mod tables;

pub use commit::Change;
pub(crate) use commit::commit;
pub use files::LakeFile;
pub(crate) use files::{all_paths, live_files};
pub use snapshots::{Snapshot, SnapshotId};
pub(crate) use snapshots::{all_snapshots, latest, prepare, snapshot_at};
pub(crate) use tables::Ask;
pub use tables::Table;
pub(crate) use tables::{next_column_id, table, tables};
