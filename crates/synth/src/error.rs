//! Why a sample cannot be made.

use std::path::PathBuf;

use crate::options::{LEAST_POPULATION, MOST_MONTHS, MOST_POPULATION};

#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    #[error("a sample has {LEAST_POPULATION} to {MOST_POPULATION} people, not {asked}")]
    Population { asked: u64 },
    #[error("a sample has 1 to {MOST_MONTHS} months of history, not {asked}")]
    Months { asked: u32 },
    #[error("{file} does not read as the table of divisions")]
    Places { file: &'static str },
    #[error("contract {feed}: {reason}")]
    Contract { feed: &'static str, reason: String },
    #[error("{} is not empty; a sample is written into a new folder", .0.display())]
    NotEmpty(PathBuf),
    #[error("cannot write {}: {source}", .path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("cannot write {}: {reason}", .path.display())]
    Encode { path: PathBuf, reason: String },
}

impl SynthError {
    /// Stable code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Population { .. } => "synth.population",
            Self::Months { .. } => "synth.months",
            Self::Places { .. } => "synth.places",
            Self::Contract { .. } => "synth.contract",
            Self::NotEmpty(_) => "synth.not_empty",
            Self::Write { .. } => "synth.write",
            Self::Encode { .. } => "synth.encode",
        }
    }
}
