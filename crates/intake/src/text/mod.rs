//! Delimited text: encoding, separator, blocks, cells.

pub mod blocks;
pub mod delimiter;
pub mod encoding;
pub mod quote;
pub mod split;
