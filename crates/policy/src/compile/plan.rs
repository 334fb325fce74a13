//! From instructions to steps: what no output needs is left out, registers share slots once they are read for the
//! last time, outputs are written as soon as they are known.

use super::instruction::{Class, Instruction, Op, Src};
use super::value::Value;
use crate::types::Entity;

/// What is done per chunk of households.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    Compute {
        op: Op,
        entity: Entity,
        class: Class,
        slot: u32,
    },
    /// Writes an output column.
    Store(u32),
}

/// Sources inside steps are slots, not instruction numbers.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub steps: Vec<Step>,
    pub slots: usize,
    /// Values of the outputs with sources as slots.
    pub outputs: Vec<Value>,
}

/// `keep`: every register keeps a slot of its own (its number), so that all can be read afterwards.
pub fn plan(instructions: &[Instruction], outputs: &[Value], keep: bool) -> Plan {
    let needed = if keep {
        vec![true; instructions.len()]
    } else {
        needed(instructions, outputs)
    };
    let ready: Vec<usize> = outputs.iter().map(last_register).collect();
    let last = last_uses(instructions, outputs, &ready, &needed);
    let mut slots = Slots {
        of: vec![u32::MAX; instructions.len()],
        free: [Vec::new(), Vec::new()],
        count: 0,
    };
    let mut plan = Plan {
        outputs: outputs.to_vec(),
        ..Plan::default()
    };
    let mut stored = vec![false; outputs.len()];
    // Outputs that are constants are written first.
    for (number, value) in outputs.iter().enumerate() {
        if value.registers().is_empty() {
            stored[number] = true;
            plan.steps.push(Step::Store(number as u32));
        }
    }
    for (reg, instruction) in instructions.iter().enumerate() {
        if !needed[reg] {
            continue;
        }
        let slot = if keep {
            reg as u32
        } else {
            slots.take(reg, instruction.class)
        };
        slots.of[reg] = slot;
        let op = instruction.op.with_sources(|src| slots.of_source(src));
        plan.steps.push(Step::Compute {
            op,
            entity: instruction.entity,
            class: instruction.class,
            slot,
        });
        for number in 0..outputs.len() {
            if !stored[number] && ready[number] == reg {
                stored[number] = true;
                plan.outputs[number] = with_slots(&outputs[number], &slots);
                plan.steps.push(Step::Store(number as u32));
            }
        }
        if !keep {
            for read in instruction.op.registers().chain([reg as u32]) {
                slots.release(read, reg, &last, instructions);
            }
            for (number, value) in outputs.iter().enumerate() {
                if ready[number] == reg {
                    value
                        .registers()
                        .into_iter()
                        .for_each(|read| slots.release(read, reg, &last, instructions));
                }
            }
        }
    }
    plan.slots = if keep { instructions.len() } else { slots.count as usize };
    plan
}

struct Slots {
    of: Vec<u32>,
    free: [Vec<u32>; 2],
    count: u32,
}

impl Slots {
    fn take(&mut self, reg: usize, class: Class) -> u32 {
        let slot = self.free[class as usize].pop().unwrap_or_else(|| {
            self.count += 1;
            self.count - 1
        });
        self.of[reg] = slot;
        slot
    }

    fn release(&mut self, read: u32, now: usize, last: &[usize], instructions: &[Instruction]) {
        let slot = self.of[read as usize];
        let class = instructions[read as usize].class;
        if last[read as usize] == now && slot != u32::MAX && !self.free[class as usize].contains(&slot) {
            self.free[class as usize].push(slot);
        }
    }

    fn of_source(&self, src: Src) -> Src {
        match src {
            Src::Reg(reg) => Src::Reg(self.of[reg as usize]),
            constant => constant,
        }
    }
}

fn with_slots(value: &Value, slots: &Slots) -> Value {
    let int = |int: super::value::Int| super::value::Int {
        src: slots.of_source(int.src),
        ..int
    };
    match *value {
        Value::Bool(src) => Value::Bool(slots.of_source(src)),
        Value::Int(i) => Value::Int(int(i)),
        Value::Ratio(r) => Value::Ratio(super::value::Ratio {
            num: int(r.num),
            den: int(r.den),
            whole: int(r.whole),
        }),
        Value::Null => Value::Null,
    }
}

fn last_register(value: &Value) -> usize {
    value
        .registers()
        .into_iter()
        .max()
        .map_or(usize::MAX, |reg| reg as usize)
}

fn needed(instructions: &[Instruction], outputs: &[Value]) -> Vec<bool> {
    let mut needed = vec![false; instructions.len()];
    outputs
        .iter()
        .flat_map(Value::registers)
        .for_each(|reg| needed[reg as usize] = true);
    for reg in (0..instructions.len()).rev() {
        if needed[reg] {
            instructions[reg]
                .op
                .registers()
                .for_each(|read| needed[read as usize] = true);
        }
    }
    needed
}

fn last_uses(instructions: &[Instruction], outputs: &[Value], ready: &[usize], needed: &[bool]) -> Vec<usize> {
    let mut last: Vec<usize> = (0..instructions.len()).collect();
    for (reg, instruction) in instructions.iter().enumerate().filter(|(reg, _)| needed[*reg]) {
        instruction.op.registers().for_each(|read| last[read as usize] = reg);
    }
    for (value, ready) in outputs.iter().zip(ready) {
        for read in value.registers() {
            last[read as usize] = last[read as usize].max(*ready);
        }
    }
    last
}
