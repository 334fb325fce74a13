//! Rows that passed, on their way into one sorted file.

pub mod emit;
pub mod identity;
pub mod kept;
pub mod tally;

pub use kept::Run;
pub use tally::Tally;
