//! What would change: two programs over the same households, held against each other.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal64Type, Int8Type};
use arrow_array::{Array, RecordBatch};
use serde::Serialize;

use crate::compile::program::Program;
use crate::decimal::{Decimal, written};
use crate::pack::Pack;
use crate::run::Outcome;
use crate::source::declaration::{Literal, ParameterValue};
use crate::types::Entity;

/// A parameter set to one value everywhere, or each of its values multiplied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Value(String),
    /// Rounded half up to fen.
    Factor(Decimal),
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    #[error("there is no parameter `{name}`{}", proposal.as_ref().map(|p| format!("; did you mean `{p}`?")).unwrap_or_default())]
    UnknownParameter { name: String, proposal: Option<String> },
    #[error("`{text}` says neither name=value nor name*=factor")]
    NotAChange { text: String },
    #[error("`{value}` of `{name}` cannot be multiplied")]
    NotANumber { name: String, value: String },
}

impl ChangeError {
    pub fn code(&self) -> &'static str {
        match self {
            ChangeError::UnknownParameter { .. } => "policy.unknown_parameter",
            ChangeError::NotAChange { .. } => "policy.not_a_change",
            ChangeError::NotANumber { .. } => "policy.not_a_number",
        }
    }
}

/// Reads `dibao_standard=720` or `dibao_standard*=1.05`.
pub fn parse_change(text: &str) -> Result<(String, Change), ChangeError> {
    let wrong = || ChangeError::NotAChange { text: text.to_owned() };
    let (name, value) = text.split_once('=').ok_or_else(wrong)?;
    Ok(match name.strip_suffix('*') {
        Some(name) => (
            name.trim().to_owned(),
            Change::Factor(Decimal::parse(value.trim()).ok_or_else(wrong)?),
        ),
        None => (name.trim().to_owned(), Change::Value(value.trim().to_owned())),
    })
}

impl Pack {
    /// The pack with one parameter changed.
    pub fn changed(&self, name: &str, change: &Change) -> Result<Pack, ChangeError> {
        let mut pack = self.clone();
        let names: Vec<String> = pack.said.parameters.keys().cloned().collect();
        let Some(parameter) = pack.said.parameters.get_mut(name) else {
            let proposal = crate::nearest::nearest(name, names.iter().map(String::as_str)).map(str::to_owned);
            return Err(ChangeError::UnknownParameter {
                name: name.to_owned(),
                proposal,
            });
        };
        match change {
            Change::Value(text) => {
                parameter.by.clear();
                parameter.values = vec![ParameterValue {
                    spot: parameter.spot,
                    keys: Vec::new(),
                    from: i32::MIN,
                    to: None,
                    value: Literal {
                        text: text.clone(),
                        spot: parameter.spot,
                    },
                    basis: Some("what-if".to_owned()),
                    illustrative: true,
                    depth: 0,
                }];
            }
            Change::Factor(factor) => {
                for value in &mut parameter.values {
                    let Some(own) = Decimal::parse(&value.value.text) else {
                        let value = value.value.text.clone();
                        return Err(ChangeError::NotANumber {
                            name: name.to_owned(),
                            value,
                        });
                    };
                    value.value.text = times(own, *factor);
                }
            }
        }
        Ok(pack)
    }
}

fn times(a: Decimal, b: Decimal) -> String {
    let (raw, scale) = (a.raw * b.raw, a.scale + b.scale);
    if scale <= 2 {
        return written(raw, scale, 0);
    }
    let step = 10i128.pow(u32::from(scale - 2));
    let half = if raw >= 0 { step / 2 } else { (step - 1) / 2 };
    written((raw + half).div_euclid(step), 2, 0)
}

/// What changes for one programme in one group of households. Money in 1/10,000 yuan of the programme's period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Effect {
    pub households: u64,
    pub persons: u64,
    pub served_before: u64,
    pub served_after: u64,
    /// Households that come in, fall out, get more, get less.
    pub came_in: u64,
    pub fell_out: u64,
    pub up: u64,
    pub down: u64,
    pub persons_in: u64,
    pub persons_out: u64,
    pub undecidable_before: u64,
    pub undecidable_after: u64,
    pub amount_before_e4: i128,
    pub amount_after_e4: i128,
    /// The most that a household loses by falling out: the height of the cliff.
    pub cliff_e4: i64,
}

/// Effects by programme and group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Effects {
    pub programmes: BTreeMap<String, BTreeMap<String, Effect>>,
}

/// One programme of one household, before and after: persons' programmes are added up over the members.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    pub served: bool,
    pub undecidable: bool,
    pub amount_e4: i64,
}

/// A programme's standing in every household of one run.
pub fn standings(program: &Program, outcome: &Outcome, offsets: &[u32]) -> BTreeMap<String, Vec<Standing>> {
    let households = offsets.len() - 1;
    let mut all = BTreeMap::new();
    for info in program.programmes() {
        let batches = if info.entity == Entity::Household {
            &outcome.households
        } else {
            &outcome.persons
        };
        let rows = rows(batches, &info.name, info.has_amount);
        let standing = |household: usize| match info.entity {
            Entity::Household => rows[household],
            _ => rows[offsets[household] as usize..offsets[household + 1] as usize]
                .iter()
                .fold(Standing::default(), |sum, one| Standing {
                    served: sum.served || one.served,
                    undecidable: sum.undecidable || one.undecidable,
                    amount_e4: sum.amount_e4 + one.amount_e4,
                }),
        };
        all.insert(info.name.clone(), (0..households).map(standing).collect());
    }
    all
}

fn rows(batches: &[RecordBatch], name: &str, has_amount: bool) -> Vec<Standing> {
    let mut rows = Vec::new();
    for batch in batches {
        let Some(outcomes) = batch.column_by_name(&format!("{name}_outcome")) else {
            continue;
        };
        let codes = outcomes.as_dictionary::<Int8Type>().keys();
        let amounts = batch.column_by_name(&format!("{name}_amount")).filter(|_| has_amount);
        let amounts = amounts.map(|column| column.as_primitive::<Decimal64Type>());
        for row in 0..batch.num_rows() {
            let code = codes.value(row);
            let amount = amounts
                .filter(|column| code == 0 && column.is_valid(row))
                .map_or(0, |column| column.value(row));
            rows.push(Standing {
                served: code == 0,
                undecidable: code == 2,
                amount_e4: amount,
            });
        }
    }
    rows
}

impl Effects {
    /// Adds one household's change of one programme to its groups and to `all`.
    pub fn add(&mut self, programme: &str, groups: &[String], persons: u64, before: Standing, after: Standing) {
        let by_group = self.programmes.entry(programme.to_owned()).or_default();
        for group in groups.iter().map(String::as_str).chain(["all"]) {
            by_group
                .entry(group.to_owned())
                .or_default()
                .add(persons, before, after);
        }
    }
}

impl Effect {
    fn add(&mut self, persons: u64, before: Standing, after: Standing) {
        self.households += 1;
        self.persons += persons;
        self.served_before += u64::from(before.served);
        self.served_after += u64::from(after.served);
        self.undecidable_before += u64::from(before.undecidable);
        self.undecidable_after += u64::from(after.undecidable);
        self.amount_before_e4 += i128::from(before.amount_e4);
        self.amount_after_e4 += i128::from(after.amount_e4);
        match (before.served, after.served) {
            (false, true) => {
                self.came_in += 1;
                self.persons_in += persons;
            }
            (true, false) => {
                self.fell_out += 1;
                self.persons_out += persons;
                self.cliff_e4 = self.cliff_e4.max(before.amount_e4);
            }
            (true, true) => {
                self.up += u64::from(after.amount_e4 > before.amount_e4);
                self.down += u64::from(after.amount_e4 < before.amount_e4);
            }
            (false, false) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_sets_a_value_or_multiplies_values() {
        let parsed = parse_change("dibao_standard*=1.05").expect("a change");
        assert_eq!(
            parsed,
            (
                "dibao_standard".to_owned(),
                Change::Factor(Decimal::parse("1.05").expect("a number"))
            )
        );
        assert_eq!(parse_change("x=3"), Ok(("x".to_owned(), Change::Value("3".to_owned()))));
        assert!(parse_change("x").is_err());
        let times = |a: &str, b: &str| times(Decimal::parse(a).expect("a"), Decimal::parse(b).expect("b"));
        assert_eq!(times("669", "1.05"), "702.45");
        assert_eq!(times("555.55", "1.005"), "558.33");
    }

    #[test]
    fn households_come_in_fall_out_and_get_more_or_less() {
        let on = |amount_e4| Standing {
            served: true,
            undecidable: false,
            amount_e4,
        };
        let off = Standing::default();
        let mut effects = Effects::default();
        for (before, after) in [(off, on(5)), (on(7), off), (on(3), on(4)), (on(4), on(3)), (off, off)] {
            effects.add("dibao", &["county".to_owned()], 2, before, after);
        }
        let effect = &effects.programmes["dibao"]["all"];
        assert_eq!((effect.came_in, effect.fell_out, effect.up, effect.down), (1, 1, 1, 1));
        assert_eq!(
            (effect.households, effect.persons, effect.persons_in, effect.persons_out),
            (5, 10, 2, 2)
        );
        assert_eq!(
            (effect.amount_before_e4, effect.amount_after_e4, effect.cliff_e4),
            (14, 12, 7)
        );
        assert_eq!(effects.programmes["dibao"]["county"], *effect);
    }
}
