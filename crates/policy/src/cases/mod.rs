//! Cases: situations with their answers, named by article, as data beside the programmes they hold.

mod answer;
pub(crate) mod given;
pub(crate) mod read;
mod run;

use crate::pack::Pack;
use crate::source::spot::Diagnostic;

pub use run::Mismatch;

/// What came of a pack's cases.
#[derive(Debug, Default)]
pub struct CaseReport {
    pub cases: usize,
    pub expectations: usize,
    pub failures: Vec<CaseFailure>,
}

/// A case that does not hold, with every expectation that failed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CaseFailure {
    pub file: String,
    pub line: u32,
    pub name: String,
    pub article: String,
    pub mismatches: Vec<Mismatch>,
}

impl Pack {
    /// Runs the cases of the leaf pack; a parent's cases hold for the parent alone, which has other values.
    pub fn test(&self) -> Result<CaseReport, Vec<Diagnostic>> {
        let cases = read::cases(self)?;
        run::all(self, &cases)
    }
}
