//! Programmes: conditions, exclusions, amount, what is received, as registers.

use super::instruction::{Op, Src};
use super::lowering::{Lowering, Mode, Typed};
use super::value::{Int, Value};
use crate::nearest::nearest;
use crate::source::declaration::{Programme, RoundMode};
use crate::source::spot::{Fault, Finding, Spot};
use crate::types::{Entity, Period, Type};

/// Outcome codes in the order of [`OUTCOMES`].
pub const OUTCOMES: [&str; 4] = ["eligible", "not_eligible", "undecidable", "not_in_force"];

/// A programme's registers.
#[derive(Debug, Clone)]
pub struct Lowered {
    pub entity: Entity,
    pub in_force: bool,
    /// Three-valued; `false` outside its dates.
    pub eligible: Src,
    pub outcome: Src,
    pub amount: Option<Typed>,
    /// Before the condition `higher_of`: what other programmes compare with.
    raw_eligible: Src,
    raw_amount: Option<Typed>,
    pub conditions: Vec<LoweredCondition>,
    pub received: Option<Src>,
    pub paid: Option<Typed>,
}

/// A condition's own test, and as it counts: a check that nobody has made yet stays open in a scan.
#[derive(Debug, Clone)]
pub struct LoweredCondition {
    pub id: String,
    pub test: Src,
    pub counted: Src,
    pub needs_check: bool,
    /// Index into the declaration's conditions, or none for exclusions and `higher_of`.
    pub declared: Option<usize>,
    pub excluded: Option<String>,
}

impl<'p> Lowering<'p> {
    pub fn eligible(&mut self, programme: &str, spot: Spot, context: Entity) -> Option<Typed> {
        let lowered = self.programme_here(programme, spot, context)?;
        Some(Typed {
            ty: Type::Bool,
            value: Value::Bool(lowered.eligible),
        })
    }

    pub fn amount_of(&mut self, programme: &str, spot: Spot, context: Entity) -> Option<Typed> {
        let lowered = self.programme_here(programme, spot, context)?;
        if lowered.amount.is_none() {
            self.report(
                Fault::UnknownName,
                spot,
                format!("programme `{programme}` has no amount"),
            );
        }
        lowered.amount
    }

    fn programme_here(&mut self, name: &str, spot: Spot, context: Entity) -> Option<Lowered> {
        let said = self.said;
        let Some(programme) = said.programmes.iter().find(|programme| programme.name == name) else {
            let near = nearest(name, said.programmes.iter().map(|programme| programme.name.as_str()));
            let finding = Finding::new(Fault::UnknownName, spot, format!("there is no programme `{name}`"));
            self.report_with(match near {
                Some(near) => finding.propose(format!("did you mean `{near}`?")),
                None => finding,
            });
            return None;
        };
        if context == Entity::Row || (programme.entity == Entity::Person && context == Entity::Household) {
            self.report_with(
                Finding::new(Fault::WrongEntity, spot, format!("`{name}` is decided per person")).propose(format!(
                    "declare a household variable with `any: eligible({name})` and `over: members`"
                )),
            );
            return None;
        }
        self.programme(programme)
    }

    pub fn programme(&mut self, programme: &'p Programme) -> Option<Lowered> {
        if let Some(known) = self.programmes.get(&programme.name) {
            return known.clone();
        }
        let step = format!("programme {}", programme.name);
        if self.trail.contains(&step) {
            let start = self.trail.iter().position(|at| *at == step).unwrap_or(0);
            let chain = [&self.trail[start..], &[step]].concat().join(" → ");
            let message = format!("`{}` depends on its own outcome: {chain}", programme.name);
            self.report(Fault::Cycle, programme.spot, message);
            return None;
        }
        self.trail.push(step);
        let mut lowered = self.lower(programme);
        self.trail.pop();
        self.programmes.insert(programme.name.clone(), lowered.clone());
        if let Some(found) = &mut lowered
            && !programme.higher_of.is_empty()
        {
            self.higher_of(programme, found);
            self.programmes.insert(programme.name.clone(), lowered.clone());
        }
        lowered
    }

    fn lower(&mut self, programme: &Programme) -> Option<Lowered> {
        let context = programme.entity;
        let in_force = programme.in_force.0.is_none_or(|from| from <= self.as_of)
            && programme.in_force.1.is_none_or(|to| self.as_of <= to);
        let conditions = self.conditions(programme);
        let received = programme.received.as_ref().map(|expr| self.test(expr, context));
        let paid = programme.paid.as_ref().map(|expr| self.expression(expr, context, None));
        let amount = programme.amount.as_ref().map(|_| self.stated_amount(programme));
        let conditions = conditions?;
        let mut eligible = Src::TRUE;
        for condition in &conditions {
            eligible = self.builder.emit(Op::And(eligible, condition.counted));
        }
        // Wrong parts have been reported; a programme with one of them is not lowered.
        let (received, paid, amount) = (all(received)?, all(paid)?, all(amount)?);
        let mut lowered = Lowered {
            entity: context,
            in_force,
            eligible,
            outcome: Src::Const(3),
            amount: amount.clone(),
            raw_eligible: eligible,
            raw_amount: amount,
            conditions,
            received,
            paid,
        };
        self.conclude(&mut lowered);
        Some(lowered)
    }

    fn conditions(&mut self, programme: &Programme) -> Option<Vec<LoweredCondition>> {
        let context = programme.entity;
        let mut conditions = Vec::new();
        let mut complete = true;
        for (at, condition) in programme.conditions.iter().enumerate() {
            let Some(test) = self.test(&condition.test, context) else {
                complete = false;
                continue;
            };
            let open = condition.needs_check && self.mode == Mode::Scan;
            let counted = if open {
                self.builder.emit(Op::CoalesceBool(test, Src::TRUE))
            } else {
                test
            };
            conditions.push(LoweredCondition {
                id: condition.id.clone(),
                test,
                counted,
                needs_check: condition.needs_check,
                declared: Some(at),
                excluded: None,
            });
        }
        for exclusion in &programme.exclusions {
            let Some(other) = self.programme_here(&exclusion.programme, exclusion.spot, context) else {
                complete = false;
                continue;
            };
            let test = self.builder.emit(Op::Not(other.eligible));
            conditions.push(LoweredCondition {
                id: format!("not_{}", exclusion.programme),
                test,
                counted: test,
                needs_check: false,
                declared: None,
                excluded: Some(exclusion.programme.clone()),
            });
        }
        complete.then_some(conditions)
    }

    fn stated_amount(&mut self, programme: &Programme) -> Option<Typed> {
        let amount = programme.amount.as_ref()?;
        let typed = self.expression(&amount.value, programme.entity, Some(&Type::Money(Period::Month)))?;
        if !matches!(typed.ty, Type::Money(_) | Type::Number) {
            let message = format!("an amount is money, this is {}", typed.ty);
            self.report(Fault::TypeMismatch, amount.value.spot, message);
            return None;
        }
        let value = self.solid(typed.value, &typed.ty, programme.entity);
        // What is paid is paid in fen.
        let (decimals, mode) = amount
            .round
            .map_or((2, RoundMode::HalfUp), |round| (round.decimals, round.mode));
        let value = Value::Int(self.builder.round(value, decimals, mode));
        self.check_overflow(amount.value.spot);
        let ty = if typed.ty == Type::Number {
            Type::Money(Period::Month)
        } else {
            typed.ty
        };
        Some(Typed { ty, value })
    }

    /// Outcome and amount from `eligible`.
    fn conclude(&mut self, lowered: &mut Lowered) {
        if !lowered.in_force {
            lowered.eligible = Src::FALSE;
            lowered.raw_eligible = Src::FALSE;
            lowered.outcome = Src::Const(3);
            lowered.amount = lowered.raw_amount.as_ref().map(|raw| {
                let what = "not in force".to_owned();
                Typed {
                    ty: raw.ty.clone(),
                    value: self.missing_value(what, &raw.ty, lowered.entity),
                }
            });
            return;
        }
        let builder = &mut self.builder;
        let decided = builder.emit(Op::SelectInt(lowered.eligible, Src::Const(0), Src::Const(1)));
        let missing = builder.emit(Op::IsMissing(lowered.eligible));
        lowered.outcome = builder.emit(Op::SelectInt(missing, Src::Const(2), decided));
        lowered.amount = lowered.raw_amount.as_ref().map(|raw| {
            let zero = Value::Int(Int::constant(0, 0));
            Typed {
                ty: raw.ty.clone(),
                value: builder.select(lowered.eligible, raw.value, zero),
            }
        });
    }

    /// Only the higher of several is paid; the one declared first wins a tie.
    fn higher_of(&mut self, programme: &'p Programme, lowered: &mut Lowered) {
        let said = self.said;
        let rank = |name: &str| said.programmes.iter().position(|programme| programme.name == name);
        let mut holds = Src::TRUE;
        let Some(own) = lowered.raw_amount.clone() else {
            self.report(
                Fault::Shape,
                programme.spot,
                "`higher_of` compares amounts; this programme has none",
            );
            return;
        };
        for (other, spot) in &programme.higher_of {
            if *other == programme.name {
                continue;
            }
            let Some(theirs) = self.programme_here(other, *spot, programme.entity) else {
                continue;
            };
            let Some(amount) = &theirs.raw_amount else {
                self.report(Fault::Shape, *spot, format!("programme `{other}` has no amount"));
                continue;
            };
            let zero = Value::Int(Int::constant(0, 0));
            let paid = self.builder.select(theirs.raw_eligible, amount.value, zero);
            let op = if rank(&programme.name) < rank(other) {
                Op::LessOrEqual
            } else {
                Op::Less
            };
            let higher = self.builder.compare(op, paid, own.value);
            holds = self.builder.emit(Op::And(holds, higher));
        }
        lowered.conditions.push(LoweredCondition {
            id: "higher_of".to_owned(),
            test: holds,
            counted: holds,
            needs_check: false,
            declared: None,
            excluded: None,
        });
        lowered.eligible = self.builder.emit(Op::And(lowered.eligible, holds));
        self.conclude(lowered);
    }
}

/// `None` only where something was said and could not be lowered.
fn all<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        None => Some(None),
        Some(None) => None,
        Some(found) => Some(found),
    }
}
