//! The divisions of Shanxi, embedded: tree, look-ups, renames and mergers. Data and sources: `/places`.

mod changes;
mod tree;

pub use changes::{Change, ChangeKind};
pub use tree::{Area, Place, Places, Source};
