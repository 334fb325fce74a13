//! What is wrong with a pack, or worth a second look: everything the compiler finds, and what only shows when one
//! reads the whole.

mod citations;
mod dates;
mod unused;

use anwang_domain::Day;

use crate::compile::lowering::{FeedSchema, Mode};
use crate::compile::program::{CompileOptions, compile};
use crate::pack::Pack;
use crate::source::spot::{Diagnostic, Fault, Finding};

impl Pack {
    /// All findings, errors first, then by file and line. `feeds` gives the columns of feeds, `places` the divisions
    /// for which parameters should have values (empty: not asked).
    pub fn check(&self, as_of: Day, feeds: &[FeedSchema], places: &[i64]) -> Vec<Diagnostic> {
        let options = CompileOptions {
            as_of,
            mode: Mode::Case,
            feeds,
        };
        let compiled = compile(self, &options);
        let mut findings = self.findings.clone();
        findings.extend(compiled.findings);
        findings.extend(
            compiled
                .settled
                .iter()
                .map(|(spot, outcome)| unreachable_test(*spot, *outcome)),
        );
        findings.extend(dates::findings(&self.said, &compiled.program, as_of));
        findings.extend(dates::missing_places(&self.said, &compiled.program, as_of, places));
        findings.extend(unused::findings(&self.said, &compiled.used));
        findings.extend(citations::findings(&self.said));
        findings.sort_by_key(|finding| (finding.fault.severity(), finding.spot));
        findings.dedup();
        findings
            .into_iter()
            .map(|finding| finding.resolve(&self.sources))
            .collect()
    }
}

fn unreachable_test(spot: crate::source::spot::Spot, outcome: bool) -> Finding {
    let word = if outcome { "always" } else { "never" };
    Finding::new(
        Fault::Unreachable,
        spot,
        format!("this {word} holds: the ranges of its inputs decide it"),
    )
    .propose("check the bound, or widen the `range:` of the input")
}
