//! The functions of expressions.

use super::instruction::{Op, Src};
use super::lowering::{Lowering, Typed};
use super::value::{Int, Value};
use crate::expression::syntax::{Expr, ExprKind, Function};
use crate::source::declaration::RoundMode;
use crate::source::spot::{Fault, Spot};
use crate::types::{Entity, Type};

/// Bounds of a difference between two days of 1800 to 2200.
const YEARS_BOUND: i128 = 400;

impl Lowering<'_> {
    pub(super) fn call(
        &mut self,
        function: Function,
        args: &[Expr],
        spot: Spot,
        context: Entity,
        expected: Option<&Type>,
    ) -> Option<Typed> {
        match function {
            Function::Coalesce | Function::Least | Function::Greatest => {
                self.choice(function, args, spot, context, expected)
            }
            Function::Round | Function::Ceil | Function::Floor => self.rounded(function, args, context),
            Function::Abs => {
                let typed = self.expression(&args[0], context, expected)?;
                let value = self.solid(typed.value, &typed.ty, context);
                let negative = self.builder.negate(value);
                Some(Typed {
                    value: self.builder.greatest(value, negative),
                    ty: typed.ty,
                })
            }
            Function::Within => {
                let (a, b) = self.pair(&args[0], &args[1], context)?;
                match (&a.ty, &b.ty, a.value, b.value) {
                    (Type::Place, Type::Place, Value::Int(a), Value::Int(b)) if !self.places.has_words() => {
                        let src = self.builder.emit(Op::Within(a.src, b.src));
                        Some(Typed {
                            ty: Type::Bool,
                            value: Value::Bool(src),
                        })
                    }
                    _ => {
                        self.report(Fault::TypeMismatch, spot, "WITHIN compares two division codes");
                        None
                    }
                }
            }
            _ => self.of_dates(function, args, context),
        }
    }

    fn choice(
        &mut self,
        function: Function,
        args: &[Expr],
        spot: Spot,
        context: Entity,
        expected: Option<&Type>,
    ) -> Option<Typed> {
        let mut ty: Option<Type> = None;
        let mut values = Vec::new();
        for arg in args {
            let hint = ty.clone().or_else(|| expected.cloned());
            let typed = self.expression(arg, context, hint.as_ref())?;
            self.join(&mut ty, &typed, arg.spot)?;
            values.push(typed.value);
        }
        let ty = ty?;
        if function != Function::Coalesce && !ty.is_number() && !matches!(ty, Type::Date | Type::Month) {
            self.report(Fault::TypeMismatch, spot, format!("a {ty} has no order"));
            return None;
        }
        let mut values = values.into_iter();
        let first = values.next()?;
        let mut value = self.solid(first, &ty, context);
        for next in values {
            let next = self.solid(next, &ty, context);
            value = match function {
                Function::Coalesce => self.builder.coalesce(value, next),
                Function::Least => self.builder.least(value, next),
                _ => self.builder.greatest(value, next),
            };
        }
        Some(Typed { ty, value })
    }

    fn rounded(&mut self, function: Function, args: &[Expr], context: Entity) -> Option<Typed> {
        let typed = self.expression(&args[0], context, None)?;
        if !typed.ty.is_number() {
            self.report(
                Fault::TypeMismatch,
                args[0].spot,
                format!("expected a number, this is {}", typed.ty),
            );
            return None;
        }
        let decimals = match args.get(1).map(|arg| (&arg.kind, arg.spot)) {
            None => 0,
            Some((ExprKind::Number(number), _)) if number.scale == 0 && (0..=6).contains(&number.raw) => {
                number.raw as u8
            }
            Some((_, spot)) => {
                self.report(
                    Fault::TypeMismatch,
                    spot,
                    "the number of decimals is written out, from 0 to 6",
                );
                return None;
            }
        };
        let mode = match function {
            Function::Ceil => RoundMode::Ceil,
            Function::Floor => RoundMode::Floor,
            _ => RoundMode::HalfUp,
        };
        let value = self.solid(typed.value, &typed.ty, context);
        let int = self.builder.round(value, decimals, mode);
        let ty = match typed.ty {
            Type::Ratio | Type::Rate | Type::Number if decimals == 0 => Type::Count(None),
            Type::Ratio => Type::Rate,
            ty => ty,
        };
        Some(Typed {
            ty,
            value: Value::Int(int),
        })
    }

    fn of_dates(&mut self, function: Function, args: &[Expr], context: Entity) -> Option<Typed> {
        let first = self.day(&args[0], context)?;
        let second = match (function, args.get(1)) {
            (Function::AddMonths | Function::AddDays, Some(arg)) => Some(self.whole(arg, context)?),
            (_, Some(arg)) => Some(self.day(arg, context)?),
            (_, None) => None,
        };
        let count = |unit: &str| Type::Count(Some(unit.into()));
        let far = |bound: i128| (-bound, bound);
        let other = second.map_or(Src::Const(0), |int| int.src);
        let (op, ty, (low, high)) = match function {
            Function::YearsBetween => (Op::YearsBetween(first.src, other), count("years"), far(YEARS_BOUND)),
            Function::MonthsBetween => (
                Op::MonthsBetween(first.src, other),
                count("months"),
                far(YEARS_BOUND * 12),
            ),
            Function::DaysBetween => (Op::Subtract(other, first.src), count("days"), far(YEARS_BOUND * 366)),
            Function::AddMonths => (
                Op::AddMonths(first.src, other),
                Type::Date,
                (first.low - 40_000, first.high + 40_000),
            ),
            Function::AddDays => {
                let by = second.unwrap_or(Int::constant(0, 0));
                (
                    Op::Add(first.src, other),
                    Type::Date,
                    (first.low + by.low, first.high + by.high),
                )
            }
            Function::Year => (Op::Year(first.src), count("years"), (0, 3_000)),
            _ => (Op::MonthOfYear(first.src), Type::Count(None), (1, 12)),
        };
        let src = self.builder.emit(op);
        Some(Typed {
            ty,
            value: Value::Int(Int {
                src,
                scale: 0,
                low,
                high,
            }),
        })
    }

    fn day(&mut self, arg: &Expr, context: Entity) -> Option<Int> {
        let typed = self.expression(arg, context, Some(&Type::Date))?;
        match (&typed.ty, self.solid(typed.value, &Type::Date, context)) {
            (Type::Date | Type::Unknown, Value::Int(int)) => Some(int),
            (ty, _) => {
                let message = format!("expected a date, this is {ty}");
                self.report(Fault::TypeMismatch, arg.spot, message);
                None
            }
        }
    }

    fn whole(&mut self, arg: &Expr, context: Entity) -> Option<Int> {
        let typed = self.expression(arg, context, None)?;
        match (&typed.ty, typed.value) {
            (Type::Count(_) | Type::Number, Value::Int(int)) if int.scale == 0 => Some(int),
            (ty, _) => {
                let message = format!("expected a whole number, this is {ty}");
                self.report(Fault::TypeMismatch, arg.spot, message);
                None
            }
        }
    }
}
