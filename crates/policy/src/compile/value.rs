//! A compiled value: which registers hold it, with how many decimals, between which bounds.

use super::instruction::Src;

/// Raw integers at a fixed number of decimals; every value lies in `low..=high` (raw), which proves that no sum
/// or product can overflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Int {
    pub src: Src,
    pub scale: u8,
    pub low: i128,
    pub high: i128,
}

impl Int {
    pub fn constant(raw: i64, scale: u8) -> Int {
        Int {
            src: Src::Const(raw),
            scale,
            low: raw.into(),
            high: raw.into(),
        }
    }
}

/// An exact quotient that nobody has rounded yet. The divisor is positive; `whole` is the divisor before it was
/// made safe, by which a later multiplication cancels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    pub num: Int,
    pub den: Int,
    pub whole: Int,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    Bool(Src),
    Int(Int),
    Ratio(Ratio),
    /// `NULL` as written: takes its shape from what it meets.
    Null,
}

impl Value {
    pub fn registers(&self) -> Vec<u32> {
        let of = |src: Src| match src {
            Src::Reg(reg) => Some(reg),
            Src::Const(_) => None,
        };
        match self {
            Value::Bool(src) => of(*src).into_iter().collect(),
            Value::Int(int) => of(int.src).into_iter().collect(),
            Value::Ratio(ratio) => of(ratio.num.src).into_iter().chain(of(ratio.den.src)).collect(),
            Value::Null => Vec::new(),
        }
    }
}
