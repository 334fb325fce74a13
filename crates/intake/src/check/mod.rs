//! From text to checked values.

pub mod chunk;
pub mod texts;
