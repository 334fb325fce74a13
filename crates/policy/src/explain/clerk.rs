//! Arithmetic written out as a clerk would: `(669.00 − 412.50) × 3 = 769.50`.

use super::cell::{Cell, digits, shown};
use crate::compile::lowering::Typed;
use crate::expression::syntax::{Expr, ExprKind, Function, Operator};
use crate::kept::Kept;
use crate::source::declaration::{Origin, Words};
use crate::types::Type;

/// How many variables deep a formula is opened before its name's value is written.
const OPENED_MAX: usize = 2;

/// A written part and how strongly it binds: brackets go around what binds weaker.
struct Part {
    text: String,
    strength: u8,
}

const ATOM: u8 = 9;

fn atom(text: impl Into<String>) -> Part {
    Part {
        text: text.into(),
        strength: ATOM,
    }
}

/// Writes expressions with the values of one row.
pub struct Clerk<'k> {
    pub kept: &'k Kept<'k>,
    pub row: usize,
}

impl Clerk<'_> {
    /// An amount's formula with its result; `None` where it is missing.
    pub fn amount(&self, expr: &Expr) -> Option<String> {
        let (total, rounded) = self.number(expr)?;
        let written = self.write(expr, 0)?.text;
        let equals = if rounded { "≈" } else { "=" };
        Some(if written == total {
            total
        } else {
            format!("{written} {equals} {total}")
        })
    }

    /// A condition with its numbers: `554.99 < 555.00`. `None` where nothing is compared.
    pub fn test(&self, expr: &Expr) -> Option<String> {
        self.write(expr, OPENED_MAX).map(|part| part.text)
    }

    fn typed(&self, expr: &Expr) -> Option<&Typed> {
        self.kept.program.values.get(expr.id as usize)?.as_ref()
    }

    fn cell(&self, expr: &Expr) -> Option<(Cell, &Type)> {
        let typed = self.typed(expr)?;
        Some((self.kept.cell(&typed.value, self.row), &typed.ty))
    }

    fn number(&self, expr: &Expr) -> Option<(String, bool)> {
        let (cell, ty) = self.cell(expr)?;
        digits(&cell, ty)
    }

    /// The value alone.
    fn value(&self, expr: &Expr) -> Option<Part> {
        let (cell, ty) = self.cell(expr)?;
        match shown(&cell, ty, &self.kept.program.places) {
            Some((_, en)) => Some(atom(en)),
            None => Some(atom("?")),
        }
    }

    fn write(&self, expr: &Expr, depth: usize) -> Option<Part> {
        match &expr.kind {
            ExprKind::Name(name) | ExprKind::OfHousehold(name) => self.named(name, expr, depth),
            ExprKind::Binary(operator @ (Operator::And | Operator::Or), a, b) => self.both(*operator, a, b, depth),
            ExprKind::Binary(operator, a, b) => self.binary(*operator, a, b, depth),
            ExprKind::Negate(inner) => Some(Part {
                text: format!("−{}", self.within(inner, depth, 7)?),
                strength: 6,
            }),
            ExprKind::Not(inner) => Some(Part {
                text: format!("not {}", self.within(inner, depth, 3)?),
                strength: 3,
            }),
            ExprKind::Between { value, low, high, .. } => {
                let (value, low, high) = (
                    self.within(value, depth, 5)?,
                    self.within(low, depth, 5)?,
                    self.within(high, depth, 5)?,
                );
                Some(Part {
                    text: format!("{low} ≤ {value} ≤ {high}"),
                    strength: 4,
                })
            }
            ExprKind::Case { branches, otherwise } => {
                for (test, result) in branches {
                    match self.cell(test)?.0 {
                        Cell::Truth(true) => return self.write(result, depth),
                        Cell::Truth(false) => {}
                        _ => return Some(atom("?")),
                    }
                }
                otherwise
                    .as_ref()
                    .map_or_else(|| Some(atom("?")), |result| self.write(result, depth))
            }
            ExprKind::Call {
                function: Function::Round | Function::Ceil | Function::Floor,
                args,
            } => self.write(&args[0], depth),
            ExprKind::Call {
                function: function @ (Function::Least | Function::Greatest),
                args,
            } => {
                let parts: Option<Vec<String>> = args
                    .iter()
                    .map(|arg| self.write(arg, depth).map(|part| part.text))
                    .collect();
                let word = if *function == Function::Least { "min" } else { "max" };
                Some(atom(format!("{word}({})", parts?.join(", "))))
            }
            ExprKind::Call {
                function: Function::Coalesce,
                args,
            } => {
                let known = args
                    .iter()
                    .find(|arg| self.cell(arg).is_some_and(|(cell, _)| cell != Cell::Missing));
                known.map_or_else(|| Some(atom("?")), |arg| self.write(arg, depth))
            }
            _ => self.value(expr),
        }
    }

    /// A formula's arithmetic while it is not opened too deep, else its value.
    fn named(&self, name: &str, expr: &Expr, depth: usize) -> Option<Part> {
        let variable = self.kept.program.pack().said.variables.get(name);
        if let Some(Origin::Formula(formula)) = variable.map(|variable| &variable.origin)
            && depth < OPENED_MAX
            && worth_opening(formula)
            && matches!(self.cell(formula), Some((Cell::Number { .. }, ty)) if ty.is_number())
        {
            return self.write(formula, depth + 1);
        }
        self.value(expr)
    }

    fn binary(&self, operator: Operator, a: &Expr, b: &Expr, depth: usize) -> Option<Part> {
        let strength = operator.strength();
        let left = self.within(a, depth, strength)?;
        let right = self.within(b, depth, strength + 1)?;
        Some(Part {
            text: format!("{left} {} {right}", operator.sign()),
            strength,
        })
    }

    /// Of several conditions those that decide are written.
    fn both(&self, operator: Operator, a: &Expr, b: &Expr, depth: usize) -> Option<Part> {
        let decides = operator == Operator::Or;
        for side in [a, b] {
            if self.cell(side).is_some_and(|(cell, _)| cell == Cell::Truth(decides)) {
                return self.write(side, depth);
            }
        }
        let strength = operator.strength();
        let (left, right) = (self.within(a, depth, strength)?, self.within(b, depth, strength + 1)?);
        Some(Part {
            text: format!("{left} {} {right}", operator.sign()),
            strength,
        })
    }

    fn within(&self, expr: &Expr, depth: usize, strength: u8) -> Option<String> {
        let part = self.write(expr, depth)?;
        Some(if part.strength < strength {
            format!("({})", part.text)
        } else {
            part.text
        })
    }
}

/// Whether a formula is arithmetic that a reader would want to see.
fn worth_opening(formula: &Expr) -> bool {
    match &formula.kind {
        ExprKind::Binary(Operator::Multiply | Operator::Subtract | Operator::Add, ..) => true,
        ExprKind::Case { .. } => true,
        ExprKind::Call { function, args } => {
            matches!(
                function,
                Function::Round | Function::Ceil | Function::Floor | Function::Greatest | Function::Least
            ) && worth_opening(&args[0])
        }
        _ => false,
    }
}

/// A text with `{name}` replaced by values.
pub fn filled(words: &Words, clerk: &Clerk<'_>) -> Words {
    Words {
        zh: fill(&words.zh, clerk, Language::Chinese),
        en: fill(&words.en, clerk, Language::English),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Chinese,
    English,
}

fn fill(text: &str, clerk: &Clerk<'_>, language: Language) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((name, behind)) => {
                filled.push_str(&named_value(name, clerk, language));
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

fn named_value(name: &str, clerk: &Clerk<'_>, language: Language) -> String {
    let program = clerk.kept.program;
    let name = name.strip_prefix("household.").unwrap_or(name);
    let found = program.named(name).and_then(|typed| {
        let cell = clerk.kept.cell(&typed.value, clerk.row);
        shown(&cell, &typed.ty, &program.places)
    });
    match (found, language) {
        (Some((zh, _)), Language::Chinese) => zh,
        (Some((_, en)), Language::English) => en,
        (None, Language::Chinese) => "（未知）".to_owned(),
        (None, Language::English) => "(unknown)".to_owned(),
    }
}
