//! What a name stands for: variables (inputs, formulas, aggregates), parameters, columns of a feed, `as_of`.

use super::instruction::{Class, Op, Src};
use super::lowering::{FeedColumn, InputInfo, InputSource, Lowering, Mode, State, Typed};
use super::value::{Int, Value};
use crate::expression::syntax::{Expr, ExprKind};
use crate::nearest::nearest;
use crate::source::declaration::{How, Origin, Variable};
use crate::source::spot::{Fault, Finding, Spot};
use crate::types::{Entity, Type};

/// Larger households are collective registrations; what is said over their members is missing. The limit is what
/// keeps sums of 100-million-yuan incomes within 64 bits.
pub const MEMBERS_MAX: usize = 1_000;

/// Bounds of inputs that declare none, in raw units: ±100 million yuan in fen, a million of anything counted,
/// 1,000 as a rate, 1800-01-01 to 2200-01-01.
const MONEY_BOUND_FEN: i64 = 10_000_000_000;
const COUNT_BOUND: i64 = 1_000_000;
const RATE_BOUND: i64 = 10_000_000;
const DAY_BOUNDS: (i64, i64) = (-62_091, 84_006);
const DIVISION_BOUND: i64 = 999_999_999_999;

impl<'p> Lowering<'p> {
    pub fn name(&mut self, name: &str, expr: &Expr, context: Entity, expected: Option<&Type>) -> Option<Typed> {
        if name == "as_of" {
            return Some(Typed {
                ty: Type::Date,
                value: Value::Int(Int::constant(self.as_of.into(), 0)),
            });
        }
        if name == "population_scan" {
            let scans = Src::Const(i64::from(self.mode == Mode::Scan));
            return Some(Typed {
                ty: Type::Bool,
                value: Value::Bool(scans),
            });
        }
        if context == Entity::Row {
            return self.column_or_parameter(name, expr.spot);
        }
        let said = self.said;
        if let Some(variable) = said.variables.get(name) {
            self.used.insert(name.to_owned());
            return self.variable_here(variable, context, expr.spot);
        }
        if said.parameters.contains_key(name) {
            return self.parameter(name, context, expr.spot);
        }
        if let Some(Type::Enum(values)) = expected
            && let Some(at) = values.iter().position(|value| value == name)
        {
            let value = Value::Int(Int::constant(at as i64, 0));
            return Some(Typed {
                ty: Type::Enum(values.clone()),
                value,
            });
        }
        self.unknown(name, expr.spot, "variable or parameter");
        None
    }

    pub(super) fn unknown(&mut self, name: &str, spot: Spot, what: &str) {
        let said = self.said;
        let names = said.variables.keys().chain(said.parameters.keys()).map(String::as_str);
        let near = nearest(name, names);
        let finding = Finding::new(Fault::UnknownName, spot, format!("there is no {what} `{name}`"));
        self.report_with(match near {
            Some(near) => finding.propose(format!("did you mean `{near}`?")),
            None => finding,
        });
    }

    fn variable_here(&mut self, variable: &Variable, context: Entity, spot: Spot) -> Option<Typed> {
        let name = &variable.name;
        match (variable.entity, context) {
            (Entity::Person, Entity::Household) => {
                self.report_with(
                    Finding::new(
                        Fault::WrongEntity,
                        spot,
                        format!("`{name}` is a person's, this is a household's"),
                    )
                    .propose(format!(
                        "declare a household variable with `sum: {name}` and `over: members`"
                    )),
                );
                None
            }
            (Entity::Household, Entity::Person) => {
                self.report_with(
                    Finding::new(
                        Fault::WrongEntity,
                        spot,
                        format!("`{name}` is the household's, this is a person's"),
                    )
                    .propose(format!("write household.{name}")),
                );
                None
            }
            _ => self.variable(name),
        }
    }

    pub fn of_household(&mut self, name: &str, spot: Spot, context: Entity) -> Option<Typed> {
        let said = self.said;
        if context != Entity::Person {
            self.report(Fault::WrongEntity, spot, "`household.` is for formulas of a person");
            return None;
        }
        if said
            .variables
            .get(name)
            .is_some_and(|variable| variable.entity == Entity::Household)
        {
            self.used.insert(name.to_owned());
            return self.variable(name);
        }
        if said.parameters.contains_key(name) {
            return self.parameter(name, Entity::Household, spot);
        }
        self.unknown(name, spot, "household variable");
        None
    }

    /// A variable's value, lowered once.
    pub fn variable(&mut self, name: &str) -> Option<Typed> {
        match self.variables.get(name) {
            Some(State::Done(typed)) => return typed.clone(),
            Some(State::InProgress) => {
                let said = self.said;
                let start = self.trail.iter().position(|step| step == name).unwrap_or(0);
                let chain = [&self.trail[start..], &[name.to_owned()]].concat().join(" → ");
                let spot = said
                    .variables
                    .get(name)
                    .map(|variable| variable.spot)
                    .unwrap_or_default();
                self.report(Fault::Cycle, spot, format!("`{name}` depends on itself: {chain}"));
                return None;
            }
            None => {}
        }
        let said = self.said;
        let variable = said.variables.get(name)?;
        self.variables.insert(name.to_owned(), State::InProgress);
        self.trail.push(name.to_owned());
        let typed = self.declared(variable);
        self.trail.pop();
        self.variables.insert(name.to_owned(), State::Done(typed.clone()));
        typed
    }

    fn declared(&mut self, variable: &Variable) -> Option<Typed> {
        let value = match &variable.origin {
            Origin::Input => self.input(variable, InputSource::Given),
            Origin::Registry => self.input(variable, InputSource::Registry),
            Origin::Feed(_) => self.input(variable, InputSource::Feed),
            Origin::Formula(expr) => {
                let typed = self.expression(expr, variable.entity, Some(&variable.ty))?;
                self.assign(typed, variable, expr.spot)
            }
            Origin::Members { how, value, filter } => self.members(variable, *how, value, filter.as_ref()),
        }?;
        Some(Typed {
            ty: variable.ty.clone(),
            value,
        })
    }

    fn input(&mut self, variable: &Variable, source: InputSource) -> Option<Value> {
        let (scale, low, high) = bounds(variable, self);
        let scan = match &variable.scan {
            Some(literal) if self.mode == Mode::Scan => {
                let int = self.literal(literal, &variable.ty)?;
                let int = self.builder.at_scale(int, scale);
                match int.src {
                    Src::Const(raw) => Some(raw),
                    Src::Reg(_) => None,
                }
            }
            _ => None,
        };
        let number = self.inputs.len() as u32;
        let class = if variable.ty == Type::Bool {
            Class::Bool
        } else {
            Class::Int
        };
        self.inputs.push(InputInfo {
            name: variable.name.clone(),
            entity: variable.entity,
            ty: variable.ty.clone(),
            source,
            scale,
            low,
            high,
            scan,
        });
        let src = self.builder.input(number, class, variable.entity);
        Some(match class {
            Class::Bool => Value::Bool(src),
            Class::Int => Value::Int(Int {
                src,
                scale,
                low: low.into(),
                high: high.into(),
            }),
        })
    }

    /// Holds a formula's value against the declared type.
    fn assign(&mut self, typed: Typed, variable: &Variable, spot: Spot) -> Option<Value> {
        let value = self.solid(typed.value, &variable.ty, variable.entity);
        let declared = &variable.ty;
        let fits = match (&typed.ty, declared) {
            (Type::Unknown, _) => true,
            (from, to) if from == to => true,
            (Type::Number, to) => to.is_number(),
            (Type::Count(a), Type::Count(b)) => a.is_none() || b.is_none() || a == b,
            (Type::Rate | Type::Ratio | Type::Count(_), Type::Rate | Type::Ratio) => true,
            (Type::Rate | Type::Ratio, Type::Count(_)) => true,
            _ => false,
        };
        if !fits {
            let finding = Finding::new(
                if matches!((&typed.ty, declared), (Type::Money(_), Type::Money(_))) {
                    Fault::UnitMismatch
                } else {
                    Fault::TypeMismatch
                },
                spot,
                format!(
                    "`{}` is declared {declared}, its formula gives {}",
                    variable.name, typed.ty
                ),
            );
            let proposal = super::units::proposal(&typed.ty, declared);
            self.report_with(match proposal {
                Some(proposal) => finding.propose(proposal),
                None => finding,
            });
            return None;
        }
        match (declared, value) {
            (Type::Count(_), Value::Int(int)) if int.scale == 0 => Some(value),
            (Type::Count(_), _) => {
                self.report_with(
                    Finding::new(
                        Fault::TypeMismatch,
                        spot,
                        format!("`{}` counts, this has decimals", variable.name),
                    )
                    .propose("say CEIL(…), FLOOR(…) or ROUND(…)"),
                );
                None
            }
            _ => Some(value),
        }
    }

    fn members(&mut self, variable: &Variable, how: How, expr: &Expr, filter: Option<&Expr>) -> Option<Value> {
        if variable.entity != Entity::Household {
            self.report(Fault::WrongEntity, variable.spot, "only a household has members");
            return None;
        }
        let typed = self.expression(expr, Entity::Person, Some(&variable.ty))?;
        let filter = match filter {
            Some(filter) => {
                let typed = self.expression(filter, Entity::Person, None)?;
                self.truth(&typed, filter.spot, Entity::Person)?
            }
            None => Src::TRUE,
        };
        match how {
            How::Count | How::Any | How::All => {
                let holds = self.truth(&typed, expr.spot, Entity::Person)?;
                let value = self.truths_of_members(how, holds, filter);
                self.assign(
                    Typed {
                        ty: of_truths(how),
                        value,
                    },
                    variable,
                    expr.spot,
                )
            }
            _ => {
                let value = self.solid(typed.value, &typed.ty, Entity::Person);
                let value = self.numbers_of_members(how, value, &typed.ty, filter, expr.spot)?;
                self.check_overflow(expr.spot);
                self.assign(Typed { ty: typed.ty, value }, variable, expr.spot)
            }
        }
    }

    fn truths_of_members(&mut self, how: How, holds: Src, filter: Src) -> Value {
        let builder = &mut self.builder;
        match how {
            How::Count => {
                let counted = builder.emit(Op::And(filter, holds));
                let src = builder.over_members(Op::CountMembers, counted);
                Value::Int(Int {
                    src,
                    scale: 0,
                    low: 0,
                    high: MEMBERS_MAX as i128,
                })
            }
            How::Any => {
                let counted = builder.emit(Op::And(filter, holds));
                Value::Bool(builder.over_members(Op::AnyMember, counted))
            }
            // All: not any that fails.
            _ => {
                let fails = builder.emit(Op::Not(holds));
                let counted = builder.emit(Op::And(filter, fails));
                let any = builder.over_members(Op::AnyMember, counted);
                Value::Bool(builder.emit(Op::Not(any)))
            }
        }
    }

    fn numbers_of_members(&mut self, how: How, value: Value, ty: &Type, filter: Src, spot: Spot) -> Option<Value> {
        let Value::Int(int) = value else {
            let message = match value {
                Value::Ratio(_) => "a quotient has to be rounded before it is added up: say ROUND(…, 2)",
                _ => "only numbers and dates can be added up or compared over members",
            };
            self.report(Fault::TypeMismatch, spot, message);
            return None;
        };
        let builder = &mut self.builder;
        let int = match how {
            How::Sum if ty.is_number() => {
                let counted = builder.emit(Op::SelectInt(filter, int.src, Src::Const(0)));
                let src = builder.over_members(Op::SumMembers, counted);
                let most = MEMBERS_MAX as i128;
                let (low, high) = (
                    int.low.min(0).saturating_mul(most),
                    int.high.max(0).saturating_mul(most),
                );
                if low < i64::MIN.into() || high > i64::MAX.into() {
                    builder.overflowed = true;
                }
                Int { src, low, high, ..int }
            }
            How::Min => Int {
                src: builder.extreme_member(Op::MinMember, int.src, filter),
                ..int
            },
            How::Max => Int {
                src: builder.extreme_member(Op::MaxMember, int.src, filter),
                ..int
            },
            _ => {
                self.report(Fault::TypeMismatch, spot, format!("a {ty} cannot be summed"));
                return None;
            }
        };
        Some(Value::Int(int))
    }

    /// Over the records of a feed only its columns, `as_of` and parameters of no place are known.
    fn column_or_parameter(&mut self, name: &str, spot: Spot) -> Option<Typed> {
        let schema = self.feed?;
        let Some((_, column)) = schema.columns.iter().find(|(column, _)| column == name) else {
            if self.said.parameters.contains_key(name) {
                return self.parameter(name, Entity::Row, spot);
            }
            let near = nearest(name, schema.columns.iter().map(|(column, _)| column.as_str()));
            let message = format!("feed `{}` has no column `{name}`", schema.feed);
            let finding = Finding::new(Fault::UnknownName, spot, message);
            self.report_with(match near {
                Some(near) => finding.propose(format!("did you mean `{near}`?")),
                None => finding,
            });
            return None;
        };
        let (ty, scale, low, high) = match column {
            FeedColumn::Code(_) => (Type::Count(None), 0, i16::MIN.into(), i16::MAX.into()),
            FeedColumn::Money => (
                Type::Money(crate::types::Period::Once),
                2,
                -MONEY_BOUND_FEN,
                MONEY_BOUND_FEN,
            ),
            FeedColumn::Date => (Type::Date, 0, DAY_BOUNDS.0, DAY_BOUNDS.1),
            FeedColumn::Month => (Type::Month, 0, 0, 36_000),
            FeedColumn::Count => (Type::Count(None), 0, i32::MIN.into(), i32::MAX.into()),
            FeedColumn::Rate => (Type::Rate, 4, i32::MIN.into(), i32::MAX.into()),
            FeedColumn::Division => (Type::Place, 0, 0, DIVISION_BOUND),
            FeedColumn::Flag => (Type::Bool, 0, 0, 1),
            FeedColumn::Other => (Type::Text, 0, 0, 0),
        };
        let class = if ty == Type::Bool { Class::Bool } else { Class::Int };
        let number = match self.inputs.iter().position(|input| input.name == name) {
            Some(number) => number,
            None => {
                let (name, ty) = (name.to_owned(), ty.clone());
                let source = InputSource::Feed;
                self.inputs.push(InputInfo {
                    name,
                    entity: Entity::Row,
                    ty,
                    source,
                    scale,
                    low,
                    high,
                    scan: None,
                });
                self.inputs.len() - 1
            }
        };
        let src = self.builder.input(number as u32, class, Entity::Row);
        let value = match class {
            Class::Bool => Value::Bool(src),
            Class::Int => Value::Int(Int {
                src,
                scale,
                low: low.into(),
                high: high.into(),
            }),
        };
        Some(Typed { ty, value })
    }

    /// Code words of a feed's column, for `kind = 'sight'`.
    pub fn code_words(&self, expr: &Expr) -> Option<&'p [(i16, String)]> {
        let ExprKind::Name(name) = &expr.kind else { return None };
        let (_, column) = self.feed?.columns.iter().find(|(column, _)| column == name)?;
        match column {
            FeedColumn::Code(words) => Some(words),
            _ => None,
        }
    }
}

fn of_truths(how: How) -> Type {
    if how == How::Count {
        Type::Count(None)
    } else {
        Type::Bool
    }
}

/// Decimals and raw bounds of an input.
pub(super) fn bounds(variable: &Variable, lowering: &Lowering<'_>) -> (u8, i64, i64) {
    let (scale, low, high) = match &variable.ty {
        Type::Bool => (0, 0, 1),
        Type::Money(_) => (2, -MONEY_BOUND_FEN, MONEY_BOUND_FEN),
        Type::Rate | Type::Ratio | Type::Number => (4, -RATE_BOUND, RATE_BOUND),
        Type::Count(_) => (0, 0, COUNT_BOUND),
        Type::Date => (0, DAY_BOUNDS.0, DAY_BOUNDS.1),
        Type::Month => (0, 0, 36_000),
        Type::Enum(values) => (0, 0, values.len() as i64 - 1),
        Type::Place if lowering.places.has_words() => (0, 0, lowering.places.words.len() as i64 - 1),
        Type::Place => (0, 0, DIVISION_BOUND),
        Type::Text | Type::Unknown => (0, i64::MIN, i64::MAX),
    };
    match variable.range {
        Some((from, to)) if variable.ty.is_number() => {
            let raw = |decimal: crate::decimal::Decimal, otherwise: i64| {
                i64::try_from(decimal.at_scale(scale)).unwrap_or(otherwise)
            };
            (scale, raw(from, low), raw(to, high))
        }
        _ => (scale, low, high),
    }
}
