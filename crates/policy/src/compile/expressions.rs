//! Expressions to typed values.

use super::arithmetic::Divided;
use super::instruction::{Op, Src};
use super::lowering::{Lowering, Typed};
use super::units::{self, Mismatch};
use super::value::{Int, Value};
use crate::decimal::Decimal;
use crate::expression::syntax::{Expr, ExprKind, Operator};
use crate::source::spot::{Fault, Finding, Spot};
use crate::types::{Entity, Type};

impl Lowering<'_> {
    /// `None` when something was wrong; it has been reported.
    pub fn expression(&mut self, expr: &Expr, context: Entity, expected: Option<&Type>) -> Option<Typed> {
        let typed = self.kind(expr, context, expected)?;
        self.check_overflow(expr.spot);
        if let Some(place) = self.values.get_mut(expr.id as usize) {
            *place = Some(typed.clone());
        }
        Some(typed)
    }

    fn kind(&mut self, expr: &Expr, context: Entity, expected: Option<&Type>) -> Option<Typed> {
        let bool = |src: Src| {
            Some(Typed {
                ty: Type::Bool,
                value: Value::Bool(src),
            })
        };
        match &expr.kind {
            ExprKind::Number(number) => self.number(*number, expr.spot, expected),
            ExprKind::Bool(holds) => bool(Src::Const(i64::from(*holds))),
            ExprKind::Null => Some(Typed {
                ty: Type::Unknown,
                value: Value::Null,
            }),
            ExprKind::Date(day) => Some(Typed {
                ty: Type::Date,
                value: Value::Int(Int::constant(i64::from(*day), 0)),
            }),
            ExprKind::Text(text) => self.text(text, expr.spot, expected),
            ExprKind::Name(name) => self.name(name, expr, context, expected),
            ExprKind::OfHousehold(name) => self.of_household(name, expr.spot, context),
            ExprKind::Before(name) => self.before(name, expr.spot, context),
            ExprKind::Eligible(programme) => self.eligible(programme, expr.spot, context),
            ExprKind::Amount(programme) => self.amount_of(programme, expr.spot, context),
            ExprKind::Negate(inner) => {
                let typed = self.expression(inner, context, expected)?;
                self.numeric(&typed, inner.spot)?;
                let value = self.solid(typed.value, &typed.ty, context);
                Some(Typed {
                    value: self.builder.negate(value),
                    ty: typed.ty,
                })
            }
            ExprKind::Not(inner) => {
                let holds = self.test(inner, context)?;
                bool(self.builder.emit(Op::Not(holds)))
            }
            ExprKind::Binary(operator, a, b) => match operator {
                Operator::And | Operator::Or => {
                    let (a, b) = (self.test(a, context), self.test(b, context));
                    let (a, b) = (a?, b?);
                    bool(self.builder.emit(if *operator == Operator::And {
                        Op::And(a, b)
                    } else {
                        Op::Or(a, b)
                    }))
                }
                _ if operator.is_comparison() => {
                    let holds = self.comparison(*operator, a, b, expr.spot, context)?;
                    bool(holds)
                }
                _ => self.arithmetic(*operator, a, b, expr.spot, context),
            },
            ExprKind::Between {
                value,
                low,
                high,
                negated,
            } => {
                let from = self.comparison(Operator::GreaterOrEqual, value, low, expr.spot, context)?;
                let to = self.comparison(Operator::LessOrEqual, value, high, expr.spot, context)?;
                let both = self.builder.emit(Op::And(from, to));
                bool(if *negated {
                    self.builder.emit(Op::Not(both))
                } else {
                    both
                })
            }
            ExprKind::In { value, list, negated } => {
                let mut any = Src::FALSE;
                for item in list {
                    let same = self.comparison(Operator::Equal, value, item, item.spot, context)?;
                    any = self.builder.emit(Op::Or(any, same));
                }
                bool(if *negated { self.builder.emit(Op::Not(any)) } else { any })
            }
            ExprKind::IsNull { value, negated } => {
                let typed = self.expression(value, context, None)?;
                let missing = self.builder.is_missing(typed.value);
                bool(if *negated {
                    self.builder.emit(Op::Not(missing))
                } else {
                    missing
                })
            }
            ExprKind::Case { branches, otherwise } => {
                self.case(branches, otherwise.as_deref(), expr.spot, context, expected)
            }
            ExprKind::Call { function, args } => self.call(*function, args, expr.spot, context, expected),
        }
    }

    fn number(&mut self, number: Decimal, spot: Spot, expected: Option<&Type>) -> Option<Typed> {
        let Ok(raw) = i64::try_from(number.raw) else {
            self.report(Fault::Overflow, spot, "this number is too large");
            return None;
        };
        if expected == Some(&Type::Place) && number.scale == 0 {
            return Some(Typed {
                ty: Type::Place,
                value: Value::Int(Int::constant(raw, 0)),
            });
        }
        Some(Typed {
            ty: Type::Number,
            value: Value::Int(Int::constant(raw, number.scale)),
        })
    }

    fn text(&mut self, text: &str, spot: Spot, expected: Option<&Type>) -> Option<Typed> {
        let Some(ty @ (Type::Enum(_) | Type::Place | Type::Date | Type::Month)) = expected else {
            self.report_with(
                Finding::new(
                    Fault::TypeMismatch,
                    spot,
                    format!("the text '{text}' does not stand beside an enum"),
                )
                .propose("compare an enum variable with it"),
            );
            return None;
        };
        let literal = crate::source::declaration::Literal {
            text: text.to_owned(),
            spot,
        };
        let int = self.literal(&literal, ty)?;
        Some(Typed {
            ty: ty.clone(),
            value: Value::Int(int),
        })
    }

    pub fn test(&mut self, expr: &Expr, context: Entity) -> Option<Src> {
        let typed = self.expression(expr, context, Some(&Type::Bool))?;
        self.truth(&typed, expr.spot, context)
    }

    fn numeric(&mut self, typed: &Typed, spot: Spot) -> Option<()> {
        if typed.ty.is_number() {
            return Some(());
        }
        self.report(
            Fault::TypeMismatch,
            spot,
            format!("expected a number, this is {}", typed.ty),
        );
        None
    }

    pub(super) fn mismatch(&mut self, mismatch: Mismatch, spot: Spot) {
        let fault = if mismatch.units {
            Fault::UnitMismatch
        } else {
            Fault::TypeMismatch
        };
        let finding = Finding::new(fault, spot, mismatch.message);
        self.report_with(match mismatch.proposal {
            Some(proposal) => finding.propose(proposal),
            None => finding,
        });
    }

    /// Two sides of which one may be a word that takes its meaning from the other.
    pub(super) fn pair(&mut self, a: &Expr, b: &Expr, context: Entity) -> Option<(Typed, Typed)> {
        if let Some(words) = self.code_words(a) {
            return self.code_pair(a, b, words, context);
        }
        let names_word = |lowering: &Self, expr: &Expr| match &expr.kind {
            ExprKind::Text(_) | ExprKind::Number(_) => true,
            ExprKind::Name(name) => {
                !lowering.said.variables.contains_key(name)
                    && !lowering.said.parameters.contains_key(name)
                    && lowering.feed.is_none()
                    && name != "as_of"
            }
            _ => false,
        };
        if names_word(self, a) {
            let second = self.expression(b, context, None)?;
            let first = self.expression(a, context, Some(&second.ty))?;
            return Some((first, second));
        }
        let first = self.expression(a, context, None);
        let expected = first.as_ref().map(|typed| typed.ty.clone());
        let second = self.expression(b, context, expected.as_ref());
        Some((first?, second?))
    }

    /// A feed's code column beside one of its words.
    fn code_pair(&mut self, a: &Expr, b: &Expr, words: &[(i16, String)], context: Entity) -> Option<(Typed, Typed)> {
        let first = self.expression(a, context, None)?;
        let ExprKind::Text(word) = &b.kind else {
            return Some((first, self.expression(b, context, None)?));
        };
        match words.iter().find(|(_, known)| known.eq_ignore_ascii_case(word)) {
            Some((code, _)) => {
                let value = Value::Int(Int::constant(i64::from(*code), 0));
                Some((
                    first,
                    Typed {
                        ty: Type::Number,
                        value,
                    },
                ))
            }
            None => {
                let known: Vec<&str> = words.iter().map(|(_, word)| word.as_str()).collect();
                let message = format!("'{word}' is not one of {}", known.join(", "));
                self.report(Fault::UnknownName, b.spot, message);
                None
            }
        }
    }

    fn comparison(&mut self, operator: Operator, a: &Expr, b: &Expr, spot: Spot, context: Entity) -> Option<Src> {
        let (x, y) = self.pair(a, b, context)?;
        let ty = match units::unify(&x.ty, &y.ty) {
            Ok(ty) => ty,
            Err(mismatch) => {
                self.mismatch(mismatch, spot);
                return None;
            }
        };
        let (x, y) = (self.solid(x.value, &ty, context), self.solid(y.value, &ty, context));
        let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        if let (Value::Bool(p), Value::Bool(q)) = (x, y) {
            if !equality {
                self.report(Fault::TypeMismatch, spot, "truth values are equal or not, never less");
                return None;
            }
            let same = self.builder.emit(Op::Same(p, q));
            return Some(if operator == Operator::Equal {
                same
            } else {
                self.builder.emit(Op::Not(same))
            });
        }
        if matches!(ty, Type::Text) || (!equality && matches!(ty, Type::Enum(_) | Type::Place)) {
            self.report(Fault::TypeMismatch, spot, format!("a {ty} has no order"));
            return None;
        }
        self.note_settled(operator, x, y, spot);
        let builder = &mut self.builder;
        Some(match operator {
            Operator::Less => builder.compare(Op::Less, x, y),
            Operator::LessOrEqual => builder.compare(Op::LessOrEqual, x, y),
            Operator::Greater => builder.compare(Op::Less, y, x),
            Operator::GreaterOrEqual => builder.compare(Op::LessOrEqual, y, x),
            Operator::Equal => builder.compare(Op::Equal, x, y),
            _ => {
                let same = builder.compare(Op::Equal, x, y);
                builder.emit(Op::Not(same))
            }
        })
    }

    /// Remembers a comparison that the bounds of its sides decide, whatever the data.
    fn note_settled(&mut self, operator: Operator, x: Value, y: Value, spot: Spot) {
        let (Value::Int(x), Value::Int(y)) = (x, y) else { return };
        if matches!((x.src, y.src), (Src::Const(_), Src::Const(_))) || x.scale != y.scale {
            return;
        }
        let settled = match operator {
            Operator::Less | Operator::GreaterOrEqual if x.high < y.low => Some(operator == Operator::Less),
            Operator::Less | Operator::GreaterOrEqual if x.low >= y.high => Some(operator != Operator::Less),
            Operator::LessOrEqual | Operator::Greater if x.high <= y.low => Some(operator == Operator::LessOrEqual),
            Operator::LessOrEqual | Operator::Greater if x.low > y.high => Some(operator != Operator::LessOrEqual),
            Operator::Equal | Operator::NotEqual if x.high < y.low || x.low > y.high => {
                Some(operator == Operator::NotEqual)
            }
            _ => None,
        };
        self.settled.extend(settled.map(|outcome| (spot, outcome)));
    }

    fn arithmetic(&mut self, operator: Operator, a: &Expr, b: &Expr, spot: Spot, context: Entity) -> Option<Typed> {
        let (x, y) = self.pair(a, b, context)?;
        if operator == Operator::Subtract && x.ty == Type::Date && y.ty == Type::Date {
            let value = self.builder.subtract(x.value, y.value);
            return Some(Typed {
                ty: Type::Count(Some("days".into())),
                value,
            });
        }
        if x.ty == Type::Date || y.ty == Type::Date {
            self.report_with(
                Finding::new(
                    Fault::TypeMismatch,
                    spot,
                    format!("{} {} {}", x.ty, operator.sign(), y.ty),
                )
                .propose("use ADD_DAYS(date, days) or ADD_MONTHS(date, months)"),
            );
            return None;
        }
        self.numeric(&x, a.spot)?;
        self.numeric(&y, b.spot)?;
        let twelve = |expr: &Expr| expr.kind == ExprKind::Number(Decimal::whole(12));
        let ty = match operator {
            Operator::Multiply => units::product(&x.ty, &y.ty, twelve(a) || twelve(b)),
            Operator::Divide => units::quotient(&x.ty, &y.ty, twelve(b)),
            _ => units::unify(&x.ty, &y.ty),
        };
        let ty = match ty {
            Ok(ty) => ty,
            Err(mismatch) => {
                self.mismatch(mismatch, spot);
                return None;
            }
        };
        let (x, y) = (self.solid(x.value, &ty, context), self.solid(y.value, &ty, context));
        let value = match operator {
            Operator::Add => self.builder.add(x, y),
            Operator::Subtract => self.builder.subtract(x, y),
            Operator::Multiply => self.builder.multiply(x, y),
            _ => match self.builder.divide(x, y) {
                Divided::Done(value) => value,
                Divided::MayBeNegative => {
                    self.report_with(
                        Finding::new(Fault::TypeMismatch, b.spot, "a divisor must not be negative")
                            .propose("give its inputs a `range:` from 0, or divide by GREATEST(…, 0)"),
                    );
                    return None;
                }
            },
        };
        Some(Typed { ty, value })
    }

    fn case(
        &mut self,
        branches: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
        spot: Spot,
        context: Entity,
        expected: Option<&Type>,
    ) -> Option<Typed> {
        let mut tests = Vec::new();
        let mut results: Vec<(Typed, Spot)> = Vec::new();
        let mut ty: Option<Type> = None;
        let mut failed = false;
        for (test, result) in branches {
            let holds = self.test(test, context);
            let hint = ty.clone().or_else(|| expected.cloned());
            let typed = self.expression(result, context, hint.as_ref());
            failed |= holds.is_none() || typed.is_none();
            let (Some(holds), Some(typed)) = (holds, typed) else {
                continue;
            };
            self.join(&mut ty, &typed, result.spot)?;
            tests.push(holds);
            results.push((typed, result.spot));
        }
        let last = match otherwise {
            Some(result) => {
                let hint = ty.clone().or_else(|| expected.cloned());
                let typed = self.expression(result, context, hint.as_ref())?;
                self.join(&mut ty, &typed, result.spot)?;
                typed
            }
            None => Typed {
                ty: Type::Unknown,
                value: Value::Null,
            },
        };
        if failed {
            return None;
        }
        let ty = ty.unwrap_or(Type::Unknown);
        let missing = "no row of the table holds".to_owned();
        let mut value = match last.value {
            Value::Null if otherwise.is_none() => self.missing_value(missing, &ty, context),
            value => self.solid(value, &ty, context),
        };
        for (holds, (typed, _)) in tests.into_iter().zip(results).rev() {
            let chosen = self.solid(typed.value, &ty, context);
            value = self.builder.select(holds, chosen, value);
        }
        self.check_overflow(spot);
        Some(Typed { ty, value })
    }

    /// Widens a common type by one more value.
    pub(super) fn join(&mut self, ty: &mut Option<Type>, typed: &Typed, spot: Spot) -> Option<()> {
        let joined = match ty.as_ref() {
            None => Ok(typed.ty.clone()),
            Some(so_far) => units::unify(so_far, &typed.ty),
        };
        match joined {
            Ok(joined) => {
                *ty = Some(joined);
                Some(())
            }
            Err(mismatch) => {
                self.mismatch(mismatch, spot);
                None
            }
        }
    }
}
