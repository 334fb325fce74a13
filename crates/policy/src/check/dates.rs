//! Parameters over time and place: gaps, overlaps, values below the floor, outside their range, or altogether missing.

use std::collections::BTreeMap;

use anwang_domain::Day;

use crate::calendar::written;
use crate::compile::instruction::parent_division;
use crate::compile::parameters::best;
use crate::compile::program::Program;
use crate::decimal::Decimal;
use crate::source::declaration::{Parameter, ParameterValue};
use crate::source::join::Declarations;
use crate::source::spot::{Fault, Finding};
use crate::types::Type;

type Keys = Vec<Option<String>>;

fn keys(value: &ParameterValue) -> Keys {
    value
        .keys
        .iter()
        .map(|key| key.as_ref().map(|literal| literal.text.clone()))
        .collect()
}

pub fn findings(said: &Declarations, program: &Program, as_of: Day) -> Vec<Finding> {
    let mut findings = Vec::new();
    for parameter in said.parameters.values() {
        periods(parameter, &mut findings);
        range(parameter, &mut findings);
        if parameter.floor_parent {
            floors(said, parameter, &mut findings);
        }
        if parameter.required && parameter.values.is_empty() {
            let message = format!("`{}` is required and has no value", parameter.name);
            let finding = Finding::new(Fault::ParameterMissing, parameter.spot, message);
            findings.push(finding.propose("a local pack has to set it; until then what needs it is undecidable"));
        } else if !parameter.values.is_empty() && best(parameter, as_of.0, |_| Some(0)).is_none() {
            let day = written(i64::from(program.as_of.0));
            let message = format!("`{}` has no value in force on {day}", parameter.name);
            findings.push(Finding::new(Fault::ParameterMissing, parameter.spot, message));
        }
    }
    findings
}

/// Values for the same keys follow each other in time: a later start ends an open value, a stated end must not reach
/// beyond the next start, nor leave days between.
fn periods(parameter: &Parameter, findings: &mut Vec<Finding>) {
    let mut by_keys: BTreeMap<(u16, Keys), Vec<&ParameterValue>> = BTreeMap::new();
    for value in &parameter.values {
        by_keys.entry((value.depth, keys(value))).or_default().push(value);
    }
    for mut values in by_keys.into_values() {
        values.sort_by_key(|value| value.from);
        for pair in values.windows(2) {
            let (earlier, later) = (pair[0], pair[1]);
            let day = |number: i32| written(i64::from(number));
            let name = &parameter.name;
            if earlier.from == later.from {
                let message = format!("`{name}` has two values from the same day for the same keys");
                findings.push(Finding::new(Fault::DateOverlap, later.spot, message));
            } else if let Some(to) = earlier.to {
                if to >= later.from {
                    let message = format!(
                        "`{name}`: one value holds to {}, the next from {}",
                        day(to),
                        day(later.from)
                    );
                    findings.push(
                        Finding::new(Fault::DateOverlap, earlier.spot, message)
                            .propose(format!("end it on {}", day(later.from - 1))),
                    );
                } else if to + 1 < later.from {
                    let message = format!("`{name}` has no value from {} to {}", day(to + 1), day(later.from - 1));
                    findings.push(Finding::new(Fault::DateGap, earlier.spot, message));
                }
            }
            if earlier.to.is_some_and(|to| to < earlier.from) {
                let message = format!("`{name}`: a value ends before it begins");
                findings.push(Finding::new(Fault::DateOverlap, earlier.spot, message));
            }
        }
    }
}

fn decimal(value: &ParameterValue) -> Option<Decimal> {
    Decimal::parse(&value.value.text)
}

fn less(a: Decimal, b: Decimal) -> bool {
    let scale = a.scale.max(b.scale);
    a.at_scale(scale) < b.at_scale(scale)
}

fn range(parameter: &Parameter, findings: &mut Vec<Finding>) {
    let Some((low, high)) = parameter.range else { return };
    for value in &parameter.values {
        if decimal(value).is_some_and(|decimal| less(decimal, low) || less(high, decimal)) {
            let message = format!(
                "{} lies outside the range of `{}`: {low} to {high}",
                value.value.text, parameter.name
            );
            findings.push(Finding::new(Fault::TypeMismatch, value.value.spot, message));
        }
    }
}

/// A lower place may exceed what holds above it, never undercut it.
fn floors(said: &Declarations, parameter: &Parameter, findings: &mut Vec<Finding>) {
    let is_place = |by: &str| {
        said.variables
            .get(by)
            .is_some_and(|variable| variable.ty == Type::Place)
    };
    let Some(at) = parameter.by.iter().position(|(by, _)| is_place(by)) else {
        return;
    };
    for value in &parameter.values {
        let Some(place) = value.keys[at].as_ref().and_then(|key| key.text.parse::<i64>().ok()) else {
            continue;
        };
        let mut above = parent_division(place);
        while above > 0 {
            let here = above.to_string();
            let parent = parameter.values.iter().filter(|other| {
                let same_elsewhere = other
                    .keys
                    .iter()
                    .zip(&value.keys)
                    .enumerate()
                    .all(|(key, (theirs, ours))| {
                        key == at
                            || theirs.is_none()
                            || theirs.as_ref().map(|k| &k.text) == ours.as_ref().map(|k| &k.text)
                    });
                other.keys[at].as_ref().is_some_and(|key| key.text == here)
                    && same_elsewhere
                    && other.from <= value.from
                    && other.to.is_none_or(|to| to >= value.from)
            });
            if let Some(parent) = parent.max_by_key(|other| other.from)
                && let (Some(own), Some(floor)) = (decimal(value), decimal(parent))
            {
                if less(own, floor) {
                    let message = format!("{own} at {place} undercuts {floor} at {here} (`{}`)", parameter.name);
                    findings.push(
                        Finding::new(Fault::BelowFloor, value.value.spot, message)
                            .propose(format!("a lower place may exceed, never undercut: {floor} or more")),
                    );
                }
                break;
            }
            above = parent_division(above);
        }
    }
}

/// Places among those asked for which a parameter by place has no value.
pub fn missing_places(said: &Declarations, program: &Program, as_of: Day, places: &[i64]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for table in &program.tables {
        let Some(parameter) = said.parameters.get(&table.parameter) else {
            continue;
        };
        // What has no value at all is reported once, as such.
        if parameter.values.is_empty() || table.keys.first().map(|(_, ty)| ty) != Some(&Type::Place) {
            continue;
        }
        let combinations: usize = table.keys.iter().skip(1).map(|(size, _)| size).product();
        let lacking = |slot: usize| (0..combinations).any(|cell| table.known[slot * combinations + cell] == 0);
        let asked: Vec<(String, usize)> = if program.places.has_words() {
            program.places.words.iter().cloned().zip(0..).collect()
        } else {
            places
                .iter()
                .map(|place| (place.to_string(), program.places.slot(*place) as usize))
                .collect()
        };
        let without: Vec<String> = asked
            .into_iter()
            .filter(|(_, slot)| lacking(*slot))
            .map(|(name, _)| name)
            .collect();
        if let Some(first) = without.first() {
            let day = written(i64::from(as_of.0));
            let others = without.len() - 1;
            let more = if others > 0 {
                format!(" and {others} more places")
            } else {
                String::new()
            };
            let message = format!(
                "`{}` has no value on {day} for all keys at {first}{more}",
                table.parameter
            );
            findings.push(Finding::new(Fault::ParameterMissing, parameter.spot, message));
        }
    }
    findings
}
