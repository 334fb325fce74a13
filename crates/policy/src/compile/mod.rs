//! From declarations to column programs: names and units checked, decimals and bounds known, instructions emitted.

pub mod arithmetic;
pub mod builder;
pub mod expressions;
pub mod feeds;
pub mod functions;
pub mod indicators;
pub mod instruction;
pub mod lowering;
pub mod names;
pub mod parameters;
pub mod plan;
pub mod program;
pub mod programmes;
pub mod units;
pub mod value;
