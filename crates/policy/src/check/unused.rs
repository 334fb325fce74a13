//! Variables and parameters that nothing uses.

use std::collections::BTreeSet;

use crate::source::declaration::{Origin, Words};
use crate::source::join::Declarations;
use crate::source::spot::{Fault, Finding};

/// In a pack with programmes, whatever leads to none of them is unused; a pack without is used for its variables.
pub fn findings(said: &Declarations, used: &BTreeSet<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let named = named_in_texts(said);
    let is_used = |name: &String| used.contains(name) || named.contains(name);
    for parameter in said.parameters.values().filter(|parameter| !is_used(&parameter.name)) {
        let message = format!("no rule uses parameter `{}`", parameter.name);
        findings.push(Finding::new(Fault::Unused, parameter.spot, message));
    }
    let keys: BTreeSet<&str> = said
        .parameters
        .values()
        .flat_map(|parameter| parameter.by.iter().map(|(by, _)| by.as_str()))
        .collect();
    for variable in said.variables.values() {
        let result = matches!(variable.origin, Origin::Formula(_) | Origin::Members { .. });
        let shown = result && said.programmes.is_empty();
        if !is_used(&variable.name) && !keys.contains(variable.name.as_str()) && !shown {
            let message = format!("no rule uses variable `{}`", variable.name);
            findings.push(
                Finding::new(Fault::Unused, variable.spot, message).propose("remove it, or use it in a condition"),
            );
        }
    }
    findings
}

/// Names in braces in texts, and those that other expressions hold.
fn named_in_texts(said: &Declarations) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut text = |words: &Words| {
        for part in words.zh.split('{').chain(words.en.split('{')).skip(1) {
            names.extend(
                part.split_once('}')
                    .map(|(name, _)| name.trim_start_matches("household.").to_owned()),
            );
        }
    };
    for condition in said.programmes.iter().flat_map(|programme| &programme.conditions) {
        text(&condition.met);
        text(&condition.unmet);
    }
    for variable in said.variables.values() {
        if let Some(ask) = &variable.ask {
            text(&ask.question);
            text(&ask.help);
            text(&ask.why);
        }
    }
    names
}
