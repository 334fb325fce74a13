//! From a department's file to rows in the lake: read, check against the contract, key, seal, sort, land once.

pub mod cell;
pub mod rows;
pub mod source;
pub mod text;
