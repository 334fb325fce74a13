//! Runs the steps of a plan over one chunk.

use super::frame::{Bools, Frame, Slot};
use super::input::BoundInput;
use super::loops::{gather, map, select, sums, zip, zip_bools};
use super::output::Columns;
use crate::calendar;
use crate::compile::instruction::{Class, Op, Src, divide, within};
use crate::compile::parameters::{PlaceIndex, Table};
use crate::compile::plan::{Plan, Step};
use crate::source::declaration::RoundMode;
use crate::types::Entity;

/// What all chunks share.
pub struct Context<'c> {
    pub plan: &'c Plan,
    pub inputs: &'c [BoundInput],
    pub tables: &'c [Table],
    pub places: &'c PlaceIndex,
}

/// Runs the plan over the chunk that the frame has entered and appends its outputs.
pub fn execute(context: &Context<'_>, frame: &mut Frame, columns: &mut Columns) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has just been found to support what the function is compiled for.
        unsafe { execute_avx2(context, frame, columns) };
        return;
    }
    steps(context, frame, columns);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn execute_avx2(context: &Context<'_>, frame: &mut Frame, columns: &mut Columns) {
    steps(context, frame, columns);
}

#[inline(always)]
fn steps(context: &Context<'_>, frame: &mut Frame, columns: &mut Columns) {
    for step in &context.plan.steps {
        match *step {
            Step::Compute {
                op,
                entity,
                class,
                slot,
            } => {
                // A step never reads the slot it writes, so the slot can leave the frame meanwhile.
                let mut out = std::mem::take(&mut frame.slots[slot as usize]);
                compute(context, frame, op, entity, class, &mut out);
                frame.slots[slot as usize] = out;
            }
            Step::Store(number) => columns.append(number as usize, &context.plan.outputs[number as usize], frame),
        }
    }
}

#[inline(always)]
fn compute(context: &Context<'_>, frame: &mut Frame, op: Op, entity: Entity, class: Class, out: &mut Slot) {
    let rows = frame.rows(entity);
    out.masked = false;
    match op {
        Op::Input(number) => {
            let first = if entity == Entity::Household {
                frame.first_household
            } else {
                frame.first_person
            };
            context.inputs[number as usize].load(out, first, rows, class == Class::Bool);
        }
        Op::Missing(_) => {
            match class {
                Class::Int => out.ints_mut(rows).fill(0),
                Class::Bool => out.bools_mut(rows).fill(0),
            }
            out.mask_all(rows).fill(0);
        }
        Op::Broadcast(src) => broadcast(frame, src, class, rows, out),
        Op::MemberCount | Op::SumMembers(_) | Op::CountMembers(_) | Op::AnyMember(_) => {
            members(frame, op, rows, out);
        }
        Op::MinMember(value, filter) => extreme(frame, value, filter, rows, out, i64::min),
        Op::MaxMember(value, filter) => extreme(frame, value, filter, rows, out, i64::max),
        Op::And(a, b) => and(frame, a, b, rows, out),
        Op::Or(a, b) => or(frame, a, b, rows, out),
        Op::SelectInt(c, a, b) => {
            match frame.bools(c) {
                Bools::Column(condition) => select(out.ints_mut(rows), condition, frame.ints(a), frame.ints(b)),
                Bools::One(_) => unreachable!("a constant choice has been made by the compiler"),
            }
            select_mask(frame, c, a, b, rows, out);
        }
        Op::SelectBool(c, a, b) => {
            let (condition, a_values, b_values) = (frame.bools(c), frame.bools(a), frame.bools(b));
            for (row, out) in out.bools_mut(rows).iter_mut().enumerate() {
                let c = condition.at(row);
                *out = (a_values.at(row) & c) | (b_values.at(row) & (1 - c));
            }
            select_mask(frame, c, a, b, rows, out);
        }
        Op::IsMissing(src) => match frame.mask(src) {
            Some(mask) => {
                for (out, known) in out.bools_mut(rows).iter_mut().zip(mask) {
                    *out = 1 - known;
                }
            }
            None => out.bools_mut(rows).fill(0),
        },
        Op::CoalesceInt(a, b) => coalesce_ints(frame, a, b, rows, out),
        Op::CoalesceBool(a, b) => coalesce_bools(frame, a, b, rows, out),
        Op::NonZero(src) => {
            map(
                out.ints_mut(rows),
                frame.ints(src),
                |value| if value == 0 { 1 } else { value },
            );
            join_masks(frame, op, rows, out);
            let zero = match frame.ints(src) {
                super::frame::Ints::Column(values) => values[..rows].contains(&0),
                super::frame::Ints::One(value) => value == 0,
            };
            if zero {
                narrow(out, rows, |row| u8::from(frame.ints(src).at(row) != 0));
            }
        }
        Op::Lookup(table, index) => lookup(&context.tables[table as usize], frame, op, index, rows, out),
        Op::PlaceSlot(src) => {
            let mut last = (i64::MIN, 0i64);
            let values = frame.ints(src);
            for (row, out) in out.ints_mut(rows).iter_mut().enumerate() {
                let code = values.at(row);
                if code != last.0 {
                    last = (code, i64::from(context.places.slot(code)));
                }
                *out = last.1;
            }
            join_masks(frame, op, rows, out);
        }
        _ => simple(frame, op, rows, out),
    }
}

/// Operations whose result is known where all operands are.
#[inline(always)]
fn simple(frame: &Frame, op: Op, rows: usize, out: &mut Slot) {
    let int = |src| frame.ints(src);
    match op {
        Op::Add(a, b) => zip(out.ints_mut(rows), int(a), int(b), i64::wrapping_add),
        Op::Subtract(a, b) => zip(out.ints_mut(rows), int(a), int(b), i64::wrapping_sub),
        Op::Multiply(a, b) => zip(out.ints_mut(rows), int(a), int(b), i64::wrapping_mul),
        Op::Min(a, b) => zip(out.ints_mut(rows), int(a), int(b), i64::min),
        Op::Max(a, b) => zip(out.ints_mut(rows), int(a), int(b), i64::max),
        Op::Divide(a, b, RoundMode::HalfUp) => {
            zip(out.ints_mut(rows), int(a), int(b), |a, b| {
                divide(a, b, RoundMode::HalfUp)
            });
        }
        Op::Divide(a, b, RoundMode::Ceil) => {
            zip(out.ints_mut(rows), int(a), int(b), |a, b| divide(a, b, RoundMode::Ceil));
        }
        Op::Divide(a, b, RoundMode::Floor) => {
            zip(out.ints_mut(rows), int(a), int(b), |a, b| {
                divide(a, b, RoundMode::Floor)
            });
        }
        Op::Guard(a, _) => map(out.ints_mut(rows), int(a), |a| a),
        Op::Within(a, b) => zip(out.bools_mut(rows), int(a), int(b), |a, b| u8::from(within(a, b))),
        Op::YearsBetween(a, b) => zip(out.ints_mut(rows), int(a), int(b), calendar::years_between),
        Op::MonthsBetween(a, b) => zip(out.ints_mut(rows), int(a), int(b), calendar::months_between),
        Op::AddMonths(a, b) => zip(out.ints_mut(rows), int(a), int(b), calendar::add_months),
        Op::Year(a) => map(out.ints_mut(rows), int(a), |day| calendar::civil(day).0),
        Op::MonthOfYear(a) => map(out.ints_mut(rows), int(a), |day| calendar::civil(day).1),
        Op::Less(a, b) => zip(out.bools_mut(rows), int(a), int(b), |a, b| u8::from(a < b)),
        Op::LessOrEqual(a, b) => zip(out.bools_mut(rows), int(a), int(b), |a, b| u8::from(a <= b)),
        Op::Equal(a, b) => zip(out.bools_mut(rows), int(a), int(b), |a, b| u8::from(a == b)),
        Op::Same(a, b) => zip_bools(out.bools_mut(rows), frame.bools(a), frame.bools(b), |a, b| 1 ^ a ^ b),
        Op::Not(a) => zip_bools(out.bools_mut(rows), frame.bools(a), Bools::One(1), |a, one| one ^ a),
        Op::Number(a) => {
            let values = frame.bools(a);
            for (row, out) in out.ints_mut(rows).iter_mut().enumerate() {
                *out = i64::from(values.at(row));
            }
        }
        _ => unreachable!("handled by its own kernel"),
    }
    join_masks(frame, op, rows, out);
}

/// Known where all operands are known.
#[inline(always)]
fn join_masks(frame: &Frame, op: Op, rows: usize, out: &mut Slot) {
    for src in op.sources().into_iter().flatten() {
        if let Some(mask) = frame.mask(src) {
            narrow_by(out, rows, mask);
        }
    }
}

#[inline(always)]
fn narrow_by(out: &mut Slot, rows: usize, mask: &[u8]) {
    if out.masked {
        for (out, known) in out.mask.iter_mut().zip(mask) {
            *out &= known;
        }
    } else {
        out.masked = true;
        out.mask.clear();
        out.mask.extend_from_slice(&mask[..rows]);
    }
}

#[inline(always)]
fn narrow(out: &mut Slot, rows: usize, known: impl Fn(usize) -> u8) {
    if !out.masked {
        out.mask_all(rows);
    }
    for (row, mask) in out.mask.iter_mut().enumerate() {
        *mask &= known(row);
    }
}

#[inline(always)]
fn known(mask: Option<&[u8]>, row: usize) -> u8 {
    mask.map_or(1, |mask| mask[row])
}

/// False where either side is known to be false, whatever the other.
#[inline(always)]
fn and(frame: &Frame, a: Src, b: Src, rows: usize, out: &mut Slot) {
    let (x, y) = (frame.bools(a), frame.bools(b));
    let (p, q) = (frame.mask(a), frame.mask(b));
    if p.is_none() && q.is_none() {
        zip_bools(out.bools_mut(rows), x, y, |a, b| a & b);
        return;
    }
    out.bools_mut(rows);
    out.mask_all(rows);
    for row in 0..rows {
        let (a, b) = (x.at(row), y.at(row));
        let (p, q) = (known(p, row), known(q, row));
        let holds = p & a & q & b;
        out.bools[row] = holds;
        out.mask[row] = holds | (p & (1 - a)) | (q & (1 - b));
    }
    out.settle_mask();
}

#[inline(always)]
fn or(frame: &Frame, a: Src, b: Src, rows: usize, out: &mut Slot) {
    let (x, y) = (frame.bools(a), frame.bools(b));
    let (p, q) = (frame.mask(a), frame.mask(b));
    if p.is_none() && q.is_none() {
        zip_bools(out.bools_mut(rows), x, y, |a, b| a | b);
        return;
    }
    out.bools_mut(rows);
    out.mask_all(rows);
    for row in 0..rows {
        let (a, b) = (x.at(row), y.at(row));
        let (p, q) = (known(p, row), known(q, row));
        let holds = (p & a) | (q & b);
        out.bools[row] = holds;
        out.mask[row] = holds | (p & q);
    }
    out.settle_mask();
}

/// Known where the choice is known and what it chose is.
#[inline(always)]
fn select_mask(frame: &Frame, c: Src, a: Src, b: Src, rows: usize, out: &mut Slot) {
    let (r, p, q) = (frame.mask(c), frame.mask(a), frame.mask(b));
    if r.is_none() && p.is_none() && q.is_none() {
        return;
    }
    let condition = frame.bools(c);
    out.mask_all(rows);
    for row in 0..rows {
        let c = condition.at(row);
        out.mask[row] = known(r, row) & ((c & known(p, row)) | ((1 - c) & known(q, row)));
    }
    out.settle_mask();
}

#[inline(always)]
fn coalesce_ints(frame: &Frame, a: Src, b: Src, rows: usize, out: &mut Slot) {
    let (x, y, p, q) = (frame.ints(a), frame.ints(b), frame.mask(a), frame.mask(b));
    for (row, out) in out.ints_mut(rows).iter_mut().enumerate() {
        *out = if known(p, row) == 1 { x.at(row) } else { y.at(row) };
    }
    coalesce_mask(p, q, rows, out);
}

#[inline(always)]
fn coalesce_bools(frame: &Frame, a: Src, b: Src, rows: usize, out: &mut Slot) {
    let (x, y, p, q) = (frame.bools(a), frame.bools(b), frame.mask(a), frame.mask(b));
    for (row, out) in out.bools_mut(rows).iter_mut().enumerate() {
        *out = if known(p, row) == 1 { x.at(row) } else { y.at(row) };
    }
    coalesce_mask(p, q, rows, out);
}

#[inline(always)]
fn coalesce_mask(p: Option<&[u8]>, q: Option<&[u8]>, rows: usize, out: &mut Slot) {
    if let (Some(p), Some(q)) = (p, q) {
        for ((out, p), q) in out.mask_all(rows).iter_mut().zip(p).zip(q) {
            *out = p | q;
        }
        out.settle_mask();
    }
}

#[inline(always)]
fn lookup(table: &Table, frame: &Frame, op: Op, index: Src, rows: usize, out: &mut Slot) {
    let at = frame.ints(index);
    map(out.ints_mut(rows), at, |at| table.values[at as usize]);
    join_masks(frame, op, rows, out);
    if !table.complete {
        narrow(out, rows, |row| table.known[at.at(row) as usize]);
        out.settle_mask();
    }
}

#[inline(always)]
fn broadcast(frame: &Frame, src: Src, class: Class, rows: usize, out: &mut Slot) {
    let Src::Reg(slot) = src else {
        unreachable!("constants need no carrying")
    };
    let from = &frame.slots[slot as usize];
    match class {
        Class::Int => gather(out.ints_mut(rows), &from.ints, &frame.owners),
        Class::Bool => gather(out.bools_mut(rows), &from.bools, &frame.owners),
    }
    if from.masked {
        out.mask_all(rows);
        gather(&mut out.mask, &from.mask, &frame.owners);
        out.settle_mask();
    }
}

#[inline(always)]
fn members(frame: &mut Frame, op: Op, rows: usize, out: &mut Slot) {
    let mut running = std::mem::take(&mut frame.sums);
    match op {
        Op::MemberCount => {
            for (out, ends) in out.ints_mut(rows).iter_mut().zip(frame.starts.windows(2)) {
                *out = i64::from(ends[1] - ends[0]);
            }
        }
        Op::SumMembers(Src::Reg(slot)) => {
            let values = frame.slots[slot as usize].ints.iter().copied();
            sums(out.ints_mut(rows), &mut running, &frame.starts, values);
        }
        Op::CountMembers(Src::Reg(slot)) => {
            let values = frame.slots[slot as usize].bools.iter().map(|holds| i64::from(*holds));
            sums(out.ints_mut(rows), &mut running, &frame.starts, values);
        }
        Op::AnyMember(Src::Reg(slot)) => {
            let from = &frame.slots[slot as usize];
            out.ints.resize(rows, 0);
            if from.masked {
                // What is not known does not count as found.
                let values = from
                    .bools
                    .iter()
                    .zip(&from.mask)
                    .map(|(holds, known)| i64::from(holds & known));
                sums(&mut out.ints[..rows], &mut running, &frame.starts, values);
            } else {
                let values = from.bools.iter().map(|holds| i64::from(*holds));
                sums(&mut out.ints[..rows], &mut running, &frame.starts, values);
            }
            out.bools_mut(rows);
            for (holds, count) in out.bools.iter_mut().zip(&out.ints) {
                *holds = u8::from(*count > 0);
            }
        }
        _ => unreachable!("an aggregate over a constant has been worked out by the compiler"),
    }
    frame.sums = running;
    member_masks(frame, op, rows, out);
}

/// A sum is known where all members' values are; `any` also where one member is known to hold.
#[inline(always)]
fn member_masks(frame: &Frame, op: Op, rows: usize, out: &mut Slot) {
    let any = matches!(op, Op::AnyMember(_));
    let mask = op.sources()[0].and_then(|src| frame.mask(src));
    if mask.is_none() && !frame.oversized {
        return;
    }
    out.mask_all(rows);
    for household in 0..rows {
        let members = frame.starts[household] as usize..frame.starts[household + 1] as usize;
        let complete = mask.is_none_or(|mask| mask[members.clone()].iter().all(|known| *known == 1));
        let found = any && out.bools[household] == 1;
        let small = members.len() <= crate::compile::names::MEMBERS_MAX;
        out.mask[household] = u8::from((complete && small) || found);
    }
    out.settle_mask();
}

#[inline(always)]
fn extreme(frame: &Frame, value: Src, filter: Src, rows: usize, out: &mut Slot, better: impl Fn(i64, i64) -> i64) {
    let (values, holds) = (frame.ints(value), frame.bools(filter));
    let (p, q) = (frame.mask(value), frame.mask(filter));
    out.ints_mut(rows);
    out.mask_all(rows);
    for household in 0..rows {
        let mut best: Option<i64> = None;
        let mut complete = true;
        for member in frame.starts[household] as usize..frame.starts[household + 1] as usize {
            if known(q, member) == 0 {
                complete = false;
            } else if holds.at(member) == 1 {
                complete &= known(p, member) == 1;
                let value = values.at(member);
                best = Some(best.map_or(value, |best| better(best, value)));
            }
        }
        out.ints[household] = best.unwrap_or(0);
        out.mask[household] = u8::from(complete && best.is_some());
    }
    out.settle_mask();
}
