//! Running cases and holding their answers against what they expect.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;

use super::given;
use super::read::Case;
use super::{CaseFailure, CaseReport, answer};
use crate::compile::lowering::Mode;
use crate::compile::program::{CompileOptions, Program};
use crate::kept::Kept;
use crate::pack::Pack;
use crate::source::declaration::{Literal, ParameterValue};
use crate::source::spot::Diagnostic;
use crate::source::yaml::Node;
use crate::types::Entity;
use anwang_domain::Day;

/// One expectation that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Mismatch {
    pub of: String,
    pub expected: String,
    pub found: String,
}

/// Programs by day, mode and the parameters that a case brings: most cases share one.
type Programs = BTreeMap<(i32, bool, Vec<(String, String)>), Program>;

pub fn all(pack: &Pack, cases: &[Case]) -> Result<CaseReport, Vec<Diagnostic>> {
    let mut programs = Programs::new();
    let mut report = CaseReport::default();
    for case in cases {
        report.cases += 1;
        report.expectations += case.expect.len() + case.expect_total.len();
        let mismatches = mismatches(pack, case, &mut programs)?;
        if !mismatches.is_empty() {
            report.failures.push(CaseFailure {
                file: pack.sources.path(case.spot).to_owned(),
                line: case.spot.line,
                name: case.name.clone(),
                article: case.article.clone(),
                mismatches,
            });
        }
    }
    Ok(report)
}

fn mismatches(pack: &Pack, case: &Case, programs: &mut Programs) -> Result<Vec<Mismatch>, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let mut totals: BTreeMap<&str, Option<String>> = case
        .expect_total
        .iter()
        .map(|(name, _)| (name.as_str(), Some("0".to_owned())))
        .collect();
    for month in 0..case.months {
        let as_of = case.as_of.add_months(month);
        let program = program(pack, case, as_of, programs)?;
        match keep(program, case) {
            Err(why) => {
                found.push(Mismatch {
                    of: "the case".to_owned(),
                    expected: "values of inputs".to_owned(),
                    found: why,
                });
                return Ok(found);
            }
            Ok(kept) => {
                let answers = Answers {
                    program,
                    kept: &kept,
                    case,
                };
                found.extend(
                    case.expect
                        .iter()
                        .filter_map(|(name, node)| answers.mismatch(name, node)),
                );
                for (name, total) in &mut totals {
                    let value = answers.value(name).ok().flatten();
                    *total = total
                        .as_ref()
                        .zip(value)
                        .and_then(|(total, value)| answer::added(total, &value));
                }
            }
        }
    }
    for (name, node) in &case.expect_total {
        let total = totals[name.as_str()].clone();
        found.extend(differs(&format!("total of {name}"), node, total));
    }
    Ok(found)
}

fn program<'c>(
    pack: &Pack,
    case: &Case,
    as_of: Day,
    programs: &'c mut Programs,
) -> Result<&'c Program, Vec<Diagnostic>> {
    let key = (as_of.0, case.mode == Mode::Scan, case.parameters.clone());
    if !programs.contains_key(&key) {
        let options = CompileOptions {
            as_of,
            mode: case.mode,
            feeds: &[],
        };
        let program = with_parameters(pack, case).compile(&options)?;
        programs.insert(key.clone(), program);
    }
    Ok(&programs[&key])
}

/// The pack with a case's own values, which hold everywhere and on every day.
fn with_parameters(pack: &Pack, case: &Case) -> Pack {
    let mut pack = pack.clone();
    for (name, text) in &case.parameters {
        if let Some(parameter) = pack.said.parameters.get_mut(name) {
            parameter.by.clear();
            parameter.values = vec![ParameterValue {
                spot: case.spot,
                keys: Vec::new(),
                from: i32::MIN,
                to: None,
                value: Literal {
                    text: text.clone(),
                    spot: case.spot,
                },
                basis: Some(case.article.clone()),
                illustrative: false,
                depth: 0,
            }];
        }
    }
    pack
}

fn keep<'p>(program: &'p Program, case: &Case) -> Result<Kept<'p>, String> {
    let persons: Vec<_> = case.persons.iter().map(|(_, values)| values).collect();
    let persons = given::batch(program, Entity::Person, &persons)?;
    let household = given::batch(program, Entity::Household, &[&case.household])?;
    program.keep(&persons, &household).map_err(|error| error.to_string())
}

/// One run of one case, to be asked by the names that expectations use.
struct Answers<'a> {
    program: &'a Program,
    kept: &'a Kept<'a>,
    case: &'a Case,
}

impl Answers<'_> {
    fn mismatch(&self, name: &str, expected: &Node) -> Option<Mismatch> {
        let (row, plain) = match self.row(name) {
            Ok(found) => found,
            Err(why) => return Some(refused(name, expected, why)),
        };
        let listed = match plain {
            "unmet" => self.own().map(|programme| self.conditions(&programme, "unmet", row)),
            "missing" => self.own().map(|programme| self.missing(&programme, row)),
            open if open.ends_with("_open") => Some(self.conditions(open.trim_end_matches("_open"), "open", row)),
            _ => None,
        };
        if let Some(found) = listed {
            return names_differ(name, expected, &found, plain == "missing");
        }
        match self.value(name) {
            Ok(found) => differs(name, expected, found),
            Err(why) => Some(refused(name, expected, why)),
        }
    }

    /// `p.x` asks of the person with that id, `x` of the household or its first person.
    fn row<'n>(&self, name: &'n str) -> Result<(usize, &'n str), String> {
        let Some((id, plain)) = name.split_once('.') else {
            return Ok((0, name));
        };
        if self.further(name).is_some() {
            return Ok((0, name));
        }
        let row = self.case.persons.iter().position(|(person, _)| person == id);
        row.map(|row| (row, plain))
            .ok_or_else(|| format!("there is no person `{id}`"))
    }

    fn value(&self, name: &str) -> Result<Option<String>, String> {
        if let Some(further) = self.further(name) {
            return Ok(Some(words(further)));
        }
        let (row, plain) = self.row(name)?;
        for (batch, row) in [(&self.kept.household, 0), (&self.kept.persons, row)] {
            if let Ok(column) = batch.schema().index_of(plain) {
                return Ok(answer::text(batch, column, row));
            }
        }
        Err("neither a variable nor a programme's column".to_owned())
    }

    fn own(&self) -> Option<String> {
        self.case.programme.clone()
    }

    /// `clocks.decide.working_days`: what the programme says of its steps.
    fn further(&self, name: &str) -> Option<&serde_json::Value> {
        let programme = self
            .program
            .programmes()
            .iter()
            .find(|p| Some(&p.name) == self.case.programme.as_ref())?;
        let mut keys = name.split('.');
        let first = programme.further.get(keys.next()?)?;
        keys.try_fold(first, |value, key| value.get(key))
    }

    /// Ids of the conditions whose bit is set in `<programme>_<which>`.
    fn conditions(&self, programme: &str, which: &str, row: usize) -> BTreeSet<String> {
        let Some(info) = self.program.programmes().iter().find(|info| info.name == programme) else {
            return BTreeSet::new();
        };
        let (batch, row) = match info.entity {
            Entity::Household => (&self.kept.household, 0),
            _ => (&self.kept.persons, row),
        };
        let Some(column) = batch.column_by_name(&format!("{programme}_{which}")) else {
            return BTreeSet::new();
        };
        let mask = column.as_primitive::<Int64Type>().value(row);
        info.conditions
            .iter()
            .enumerate()
            .filter(|(at, _)| mask >> at & 1 == 1)
            .map(|(_, id)| id.clone())
            .collect()
    }

    fn missing(&self, programme: &str, row: usize) -> BTreeSet<String> {
        let Some((_, lowered)) = self.program.lowered.iter().find(|(name, _)| name == programme) else {
            return BTreeSet::new();
        };
        let row = if lowered.entity == Entity::Household { 0 } else { row };
        self.kept.missing(lowered.eligible, row)
    }
}

/// What a programme passes on, as a case writes it; a list is one line of words.
fn words(further: &serde_json::Value) -> String {
    match further {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn refused(name: &str, expected: &Node, why: String) -> Mismatch {
    Mismatch {
        of: name.to_owned(),
        expected: written(expected),
        found: why,
    }
}

fn differs(name: &str, expected: &Node, found: Option<String>) -> Option<Mismatch> {
    let holds = match (&found, expected.is_null()) {
        (None, null) => null,
        (Some(found), false) => answer::agrees(&written(expected), found),
        (Some(_), true) => false,
    };
    let found = found.unwrap_or_else(|| "missing".to_owned());
    (!holds).then(|| Mismatch {
        of: name.to_owned(),
        expected: written(expected),
        found,
    })
}

/// Failed and open conditions are named completely; of what is missing a case names what matters to it.
fn names_differ(name: &str, expected: &Node, found: &BTreeSet<String>, among: bool) -> Option<Mismatch> {
    let expected_names: BTreeSet<&str> = expected
        .list()
        .unwrap_or_default()
        .iter()
        .filter_map(Node::text)
        .collect();
    let said = |wanted: &str| {
        found
            .iter()
            .any(|name| name == wanted || name.starts_with(&format!("{wanted} ")))
    };
    let holds = if among {
        expected_names.iter().all(|wanted| said(wanted))
    } else {
        expected_names == found.iter().map(String::as_str).collect()
    };
    let found = found.iter().cloned().collect::<Vec<_>>().join(", ");
    (!holds).then(|| Mismatch {
        of: name.to_owned(),
        expected: written(expected),
        found,
    })
}

fn written(node: &Node) -> String {
    match node.list() {
        Some(items) => items.iter().filter_map(Node::text).collect::<Vec<_>>().join(", "),
        None if node.is_null() => "missing".to_owned(),
        None => node.text().unwrap_or_default().to_owned(),
    }
}
