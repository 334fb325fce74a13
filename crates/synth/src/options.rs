//! What a sample is asked for.

use std::path::PathBuf;

use crate::calendar::Day;
use crate::error::SynthError;

#[derive(Debug, Clone)]
pub struct Options {
    pub out: PathBuf,
    /// People wished; the province made comes within a percent.
    pub population: u64,
    pub seed: u64,
    /// Days since 1970-01-01: the last delivery speaks of this day.
    pub as_of: Day,
    /// Months of history before `as_of`; there is one delivery more than months.
    pub months: u32,
    pub format: Format,
    /// Worker threads; `None` takes the machine's. The bytes written never depend on it.
    pub threads: Option<usize>,
}

/// How departments hand in their files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// UTF-8 CSV for every feed.
    Csv,
    /// Parquet for the population-wide feeds, CSV for the rosters.
    Parquet,
    /// As departments do: GB18030, BOM, tabs, spreadsheets, archives, NDJSON, Parquet.
    Mixed,
}

/// Smallest sample: below it whole programmes have nobody.
pub const LEAST_POPULATION: u64 = 500;
/// Largest: id numbers of a county and day run out beyond.
pub const MOST_POPULATION: u64 = 40_000_000;
pub const MOST_MONTHS: u32 = 24;

impl Options {
    pub fn check(&self) -> Result<(), SynthError> {
        if !(LEAST_POPULATION..=MOST_POPULATION).contains(&self.population) {
            return Err(SynthError::Population { asked: self.population });
        }
        if self.months == 0 || self.months > MOST_MONTHS {
            return Err(SynthError::Months { asked: self.months });
        }
        Ok(())
    }
}
