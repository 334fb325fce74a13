//! Emits instructions: equal ones once, constants folded, household values carried to members where they meet
//! persons' values.

use rustc_hash::FxHashMap;

use super::instruction::{Class, Instruction, Op, Src, divide, within};
use crate::calendar;
use crate::types::Entity;

#[derive(Debug, Default)]
pub struct Builder {
    pub instructions: Vec<Instruction>,
    known: FxHashMap<(Op, Class, Entity), u32>,
    /// Set when a bound left the range of 64 bits; whoever lowers an expression reports and clears it.
    pub overflowed: bool,
}

impl Builder {
    /// `None` for constants.
    pub fn entity(&self, src: Src) -> Option<Entity> {
        match src {
            Src::Reg(reg) => Some(self.instructions[reg as usize].entity),
            Src::Const(_) => None,
        }
    }

    pub fn class(&self, src: Src) -> Option<Class> {
        match src {
            Src::Reg(reg) => Some(self.instructions[reg as usize].class),
            Src::Const(_) => None,
        }
    }

    pub fn input(&mut self, number: u32, class: Class, entity: Entity) -> Src {
        self.push(Op::Input(number), class, entity)
    }

    pub fn missing(&mut self, what: u32, class: Class, entity: Entity) -> Src {
        self.push(Op::Missing(what), class, entity)
    }

    /// Emits an operation on values of any entities.
    pub fn emit(&mut self, op: Op) -> Src {
        if let Some(folded) = fold(op) {
            return Src::Const(folded);
        }
        if let Some(simpler) = simplify(op) {
            return simpler;
        }
        let entities = op.sources().into_iter().flatten().filter_map(|src| self.entity(src));
        let Some(entity) = entities.max() else {
            return self.push(op, op.class(Class::Int), Entity::Household);
        };
        let carried: Vec<(Src, Src)> = op
            .sources()
            .into_iter()
            .flatten()
            .filter(|src| self.entity(*src) == Some(Entity::Household) && entity == Entity::Person)
            .map(|src| (src, src))
            .collect();
        let carried: Vec<(Src, Src)> = carried
            .into_iter()
            .map(|(from, _)| (from, self.broadcast(from)))
            .collect();
        let op = op.with_sources(|src| carried.iter().find(|(from, _)| *from == src).map_or(src, |(_, to)| *to));
        let inner = op.sources()[0].and_then(|src| self.class(src)).unwrap_or(Class::Int);
        self.push(op, op.class(inner), entity)
    }

    /// A household's value for each of its members; constants and persons' values stay as they are.
    pub fn broadcast(&mut self, src: Src) -> Src {
        match (self.entity(src), self.class(src)) {
            (Some(Entity::Household), Some(class)) => self.push(Op::Broadcast(src), class, Entity::Person),
            _ => src,
        }
    }

    /// An aggregate over the members of each household.
    pub fn over_members(&mut self, op: impl Fn(Src) -> Op, src: Src) -> Src {
        let src = self.broadcast(src);
        match (src, op(src)) {
            (Src::Const(0), Op::SumMembers(_) | Op::CountMembers(_)) => Src::Const(0),
            (Src::Const(value), Op::SumMembers(_) | Op::CountMembers(_)) => {
                let count = self.push(Op::MemberCount, Class::Int, Entity::Household);
                self.emit(Op::Multiply(count, Src::Const(value)))
            }
            (Src::Const(value), Op::AnyMember(_)) => {
                let count = self.push(Op::MemberCount, Class::Int, Entity::Household);
                let some = self.emit(Op::Less(Src::Const(0), count));
                self.emit(Op::And(some, Src::Const(value)))
            }
            (_, op) => {
                let class = op.class(Class::Int);
                self.push(op, class, Entity::Household)
            }
        }
    }

    /// Least or most of a value among members where `filter` holds.
    pub fn extreme_member(&mut self, op: impl Fn(Src, Src) -> Op, value: Src, filter: Src) -> Src {
        let (value, filter) = (self.broadcast(value), self.broadcast(filter));
        self.push(op(value, filter), Class::Int, Entity::Household)
    }

    fn push(&mut self, op: Op, class: Class, entity: Entity) -> Src {
        let next = self.instructions.len() as u32;
        let reg = *self.known.entry((op, class, entity)).or_insert(next);
        if reg == next {
            self.instructions.push(Instruction { op, entity, class });
        }
        Src::Reg(reg)
    }
}

/// What an operation on constants gives. `None` when an operand is a column, or the result does not fit.
fn fold(op: Op) -> Option<i64> {
    use Src::Const;
    let truth = |holds: bool| Some(i64::from(holds));
    match op {
        Op::Add(Const(a), Const(b)) => a.checked_add(b),
        Op::Subtract(Const(a), Const(b)) => a.checked_sub(b),
        Op::Multiply(Const(a), Const(b)) => a.checked_mul(b),
        Op::Min(Const(a), Const(b)) => Some(a.min(b)),
        Op::Max(Const(a), Const(b)) => Some(a.max(b)),
        Op::Divide(Const(a), Const(b), mode) if b > 0 => Some(divide(a, b, mode)),
        Op::NonZero(Const(a)) if a != 0 => Some(a),
        Op::Within(Const(a), Const(b)) => truth(within(a, b)),
        Op::YearsBetween(Const(a), Const(b)) => Some(calendar::years_between(a, b)),
        Op::MonthsBetween(Const(a), Const(b)) => Some(calendar::months_between(a, b)),
        Op::AddMonths(Const(a), Const(b)) => Some(calendar::add_months(a, b)),
        Op::Year(Const(a)) => Some(calendar::civil(a).0),
        Op::MonthOfYear(Const(a)) => Some(calendar::civil(a).1),
        Op::Less(Const(a), Const(b)) => truth(a < b),
        Op::LessOrEqual(Const(a), Const(b)) => truth(a <= b),
        Op::Equal(Const(a), Const(b)) | Op::Same(Const(a), Const(b)) => truth(a == b),
        Op::Not(Const(a)) => truth(a == 0),
        Op::IsMissing(Const(_)) => Some(0),
        Op::Number(Const(a)) => Some(a),
        // False wins whatever the other side, true leaves the other side: three-valued logic.
        Op::And(Const(0), _) | Op::And(_, Const(0)) => Some(0),
        Op::Or(Const(1), _) | Op::Or(_, Const(1)) => Some(1),
        Op::And(Const(a), Const(b)) => Some(a & b),
        Op::Or(Const(a), Const(b)) => Some(a | b),
        _ => None,
    }
}

/// An operand that the operation leaves as it is.
fn simplify(op: Op) -> Option<Src> {
    use Src::Const;
    match op {
        Op::Add(a, Const(0)) | Op::Add(Const(0), a) | Op::Subtract(a, Const(0)) => Some(a),
        Op::Multiply(a, Const(1)) | Op::Multiply(Const(1), a) | Op::Divide(a, Const(1), _) => Some(a),
        Op::And(a, Const(1)) | Op::And(Const(1), a) | Op::Or(a, Const(0)) | Op::Or(Const(0), a) => Some(a),
        Op::And(a, b) | Op::Or(a, b) | Op::Min(a, b) | Op::Max(a, b) if a == b => Some(a),
        Op::SelectInt(Const(c), a, b) | Op::SelectBool(Const(c), a, b) => Some(if c != 0 { a } else { b }),
        Op::CoalesceInt(a @ Const(_), _) | Op::CoalesceBool(a @ Const(_), _) => Some(a),
        Op::Guard(a, Const(_)) => Some(a),
        _ => None,
    }
}
