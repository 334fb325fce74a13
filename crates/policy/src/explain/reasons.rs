//! Why a programme's outcome is what it is: every condition with its numbers and articles, the values with their
//! sources, the arithmetic of the amount, in Chinese and English.

use serde::Serialize;

use super::cell::{Cell, shown};
use super::clerk::{Clerk, filled};

use crate::compile::program::Program;
use crate::compile::programmes::{Lowered, LoweredCondition, OUTCOMES};
use crate::compile::value::Value;
use crate::expression::syntax::{Expr, ExprKind};
use crate::kept::Kept;
use crate::source::declaration::{Origin, Programme, Words};
use crate::source::programmes::exclusion_words;
use crate::types::Entity;

/// A text in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Text {
    pub zh: String,
    pub en: String,
}

impl From<Words> for Text {
    fn from(words: Words) -> Text {
        Text {
            zh: words.zh,
            en: words.en,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reasons {
    pub programme: String,
    pub title: Text,
    /// Index of the person, for a programme of persons.
    pub person: Option<usize>,
    pub as_of: String,
    pub pack: String,
    pub outcome: &'static str,
    pub amount: Option<String>,
    /// `(669.00 − 412.50) × 3 = 769.50`
    pub arithmetic: Option<String>,
    pub conditions: Vec<ConditionReason>,
    /// Inputs and parameters for want of which the outcome is undecidable.
    pub missing: Vec<String>,
    pub basis: Vec<String>,
    /// A few plain sentences.
    pub sentences: Vec<Text>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionState {
    Met,
    Unmet,
    Undecidable,
    /// Only a check on consent can tell.
    Open,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConditionReason {
    pub id: String,
    pub state: ConditionState,
    pub text: Text,
    /// The test with its numbers: `554.99 < 555.00`.
    pub arithmetic: Option<String>,
    pub values: Vec<NamedValue>,
    pub missing: Vec<String>,
    pub basis: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedValue {
    pub name: String,
    pub label: Text,
    pub value: Option<String>,
    pub source: ValueSource,
}

/// Where a value comes from. A caller that knows the feed's record or the declaration adds it by the name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ValueSource {
    Declared,
    Registry,
    Feed {
        feed: String,
    },
    Before,
    Formula {
        basis: Vec<String>,
    },
    Members {
        basis: Vec<String>,
    },
    Parameter {
        from: Option<String>,
        keys: Vec<String>,
        basis: Option<String>,
        illustrative: bool,
    },
}

impl Kept<'_> {
    /// Reasons for all programmes: the household's once, a person's for each member.
    pub fn reasons(&self) -> Vec<Reasons> {
        let members = self.frame.persons();
        let mut all = Vec::new();
        for (name, lowered) in &self.program.lowered {
            let Some(programme) = self.program.pack().said.programmes.iter().find(|p| p.name == *name) else {
                continue;
            };
            match lowered.entity {
                Entity::Person => all.extend((0..members).map(|row| self.reasons_of(programme, lowered, Some(row)))),
                _ => all.push(self.reasons_of(programme, lowered, None)),
            }
        }
        all
    }

    fn reasons_of(&self, programme: &Programme, lowered: &Lowered, person: Option<usize>) -> Reasons {
        let row = person.unwrap_or(0);
        let clerk = Clerk { kept: self, row };
        let outcome = match self.cell(
            &Value::Int(crate::compile::value::Int {
                src: lowered.outcome,
                scale: 0,
                low: 0,
                high: 3,
            }),
            row,
        ) {
            Cell::Number { num, .. } => OUTCOMES[num as usize],
            _ => OUTCOMES[2],
        };
        let amount = lowered
            .amount
            .as_ref()
            .filter(|_| outcome == "eligible")
            .and_then(|typed| shown(&self.cell(&typed.value, row), &typed.ty, &self.program.places).map(|(_, en)| en));
        let arithmetic = match (&amount, &programme.amount) {
            (Some(_), Some(stated)) => clerk.amount(&stated.value),
            _ => None,
        };
        let conditions: Vec<ConditionReason> = lowered
            .conditions
            .iter()
            .map(|condition| self.condition(programme, condition, &clerk))
            .collect();
        let missing: Vec<String> = match outcome {
            "undecidable" => self.missing(lowered.eligible, row).into_iter().collect(),
            _ => Vec::new(),
        };
        let mut reasons = Reasons {
            programme: programme.name.clone(),
            title: programme.title.clone().into(),
            person,
            as_of: crate::calendar::written(i64::from(self.program.as_of.0)),
            pack: self.program.pack().version(),
            outcome,
            amount,
            arithmetic,
            conditions,
            missing,
            basis: programme.basis.clone(),
            sentences: Vec::new(),
        };
        reasons.sentences = super::sentences::of(&reasons, programme, self.program);
        reasons
    }

    fn condition(&self, programme: &Programme, condition: &LoweredCondition, clerk: &Clerk<'_>) -> ConditionReason {
        let row = clerk.row;
        let state = match (self.truth(condition.test, row), condition.needs_check) {
            (Some(true), _) => ConditionState::Met,
            (Some(false), _) => ConditionState::Unmet,
            (None, true) => ConditionState::Open,
            (None, false) => ConditionState::Undecidable,
        };
        let missing = match state {
            ConditionState::Open | ConditionState::Undecidable => {
                self.missing(condition.test, row).into_iter().collect()
            }
            _ => Vec::new(),
        };
        let declared = condition.declared.and_then(|at| programme.conditions.get(at));
        let (met, unmet, basis) = match (declared, &condition.excluded) {
            (Some(declared), _) => (declared.met.clone(), declared.unmet.clone(), declared.basis.clone()),
            (None, Some(other)) => excluded(self.program, programme, other),
            _ => (higher(true), higher(false), Vec::new()),
        };
        let words = match state {
            ConditionState::Met => met,
            ConditionState::Unmet => unmet,
            _ => super::sentences::unknown(&missing, self.program),
        };
        let arithmetic = declared
            .filter(|_| missing.is_empty())
            .and_then(|declared| clerk.test(&declared.test));
        let values = declared
            .map(|declared| self.values_of(&declared.test, row))
            .unwrap_or_default();
        let text = filled(&words, clerk).into();
        ConditionReason {
            id: condition.id.clone(),
            state,
            text,
            arithmetic,
            values,
            missing,
            basis,
        }
    }

    /// The variables and parameters that an expression names, with their values and sources.
    fn values_of(&self, expr: &Expr, row: usize) -> Vec<NamedValue> {
        let mut values: Vec<NamedValue> = Vec::new();
        expr.walk(&mut |node| {
            let (ExprKind::Name(name) | ExprKind::OfHousehold(name)) = &node.kind else {
                return;
            };
            if values.iter().any(|value| value.name == *name) {
                return;
            }
            values.extend(self.named_value(name, node, row));
        });
        values
    }

    fn named_value(&self, name: &str, node: &Expr, row: usize) -> Option<NamedValue> {
        let said = &self.program.pack().said;
        let typed = self.program.values.get(node.id as usize)?.as_ref()?;
        let cell = self.cell(&typed.value, row);
        let value = shown(&cell, &typed.ty, &self.program.places).map(|(_, en)| en);
        if let Some(variable) = said.variables.get(name) {
            let source = match &variable.origin {
                Origin::Input => ValueSource::Declared,
                Origin::Registry => ValueSource::Registry,
                Origin::Feed(feed) => ValueSource::Feed {
                    feed: feed.feed.clone(),
                },
                Origin::Formula(_) => ValueSource::Formula {
                    basis: variable.basis.clone(),
                },
                Origin::Members { .. } => ValueSource::Members {
                    basis: variable.basis.clone(),
                },
            };
            return Some(NamedValue {
                name: name.to_owned(),
                label: variable.label.clone().into(),
                value,
                source,
            });
        }
        let parameter = said.parameters.get(name)?;
        let src = match typed.value {
            Value::Bool(src) => Some(src),
            Value::Int(int) => Some(int.src),
            _ => None,
        };
        let chosen = src.and_then(|src| self.chosen(src, row)).map(|(_, at)| at);
        let chosen = chosen.or_else(|| crate::compile::parameters::best(parameter, self.program.as_of.0, |_| Some(0)));
        let source = chosen
            .and_then(|at| parameter.values.get(at))
            .map(|value| ValueSource::Parameter {
                from: (value.from != i32::MIN).then(|| crate::calendar::written(i64::from(value.from))),
                keys: value.keys.iter().flatten().map(|key| key.text.clone()).collect(),
                basis: value.basis.clone(),
                illustrative: value.illustrative,
            });
        let none = ValueSource::Parameter {
            from: None,
            keys: Vec::new(),
            basis: None,
            illustrative: false,
        };
        let label = parameter.label.clone().into();
        Some(NamedValue {
            name: name.to_owned(),
            label,
            value,
            source: source.unwrap_or(none),
        })
    }
}

fn excluded(program: &Program, programme: &Programme, other: &str) -> (Words, Words, Vec<String>) {
    let said = &program.pack().said;
    let title = said
        .programmes
        .iter()
        .find(|p| p.name == other)
        .map(|p| p.title.clone())
        .unwrap_or_default();
    let Some(exclusion) = programme
        .exclusions
        .iter()
        .find(|exclusion| exclusion.programme == other)
    else {
        return (Words::default(), Words::default(), Vec::new());
    };
    let (met, unmet) = exclusion_words(&title, &exclusion.met, &exclusion.unmet);
    (met, unmet, exclusion.basis.clone())
}

fn higher(met: bool) -> Words {
    let (zh, en) = if met {
        (
            "在只能享受其一的待遇中，本项金额最高。",
            "Of the benefits of which only one is paid, this is the highest.",
        )
    } else {
        (
            "另有更高的待遇，只能享受其一。",
            "Another benefit is higher, and only one of them is paid.",
        )
    };
    Words {
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}
