//! Answers with reasons for one household.

pub mod cell;
pub mod clerk;
pub mod facts;
pub mod questions;
pub mod reasons;
pub mod sentences;
