//! Exact arithmetic on compiled values: decimals aligned, quotients kept as ratios, comparisons cross-multiplied,
//! bounds carried along.

use super::builder::Builder;
use super::instruction::{Op, Src};
use super::value::{Int, Ratio, Value};
use crate::source::declaration::RoundMode;

/// More decimals than any rule writes; beyond it a rounding is missing.
const SCALE_MAX: u8 = 15;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Divided {
    Done(Value),
    /// The divisor can be negative, so neither side of a comparison could be multiplied by it.
    MayBeNegative,
}

impl Builder {
    fn bounded(&mut self, src: Src, scale: u8, low: i128, high: i128) -> Int {
        if low < i128::from(i64::MIN) || high > i128::from(i64::MAX) || scale > SCALE_MAX {
            self.overflowed = true;
        }
        let clamp = |x: i128| x.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        Int {
            src,
            scale: scale.min(SCALE_MAX),
            low: clamp(low),
            high: clamp(high),
        }
    }

    pub fn at_scale(&mut self, int: Int, scale: u8) -> Int {
        if int.scale >= scale {
            return int;
        }
        let factor = 10i128.pow(u32::from((scale - int.scale).min(SCALE_MAX)));
        let low = int.low.saturating_mul(factor);
        let high = int.high.saturating_mul(factor);
        let src = self.emit(Op::Multiply(int.src, Src::Const(factor as i64)));
        self.bounded(src, scale, low, high)
    }

    pub fn aligned(&mut self, a: Int, b: Int) -> (Int, Int) {
        let scale = a.scale.max(b.scale);
        (self.at_scale(a, scale), self.at_scale(b, scale))
    }

    fn add_ints(&mut self, a: Int, b: Int) -> Int {
        let (a, b) = self.aligned(a, b);
        let src = self.emit(Op::Add(a.src, b.src));
        self.bounded(src, a.scale, a.low + b.low, a.high + b.high)
    }

    fn subtract_ints(&mut self, a: Int, b: Int) -> Int {
        let (a, b) = self.aligned(a, b);
        let src = self.emit(Op::Subtract(a.src, b.src));
        self.bounded(src, a.scale, a.low - b.high, a.high - b.low)
    }

    pub fn multiply_ints(&mut self, a: Int, b: Int) -> Int {
        let corners =
            [(a.low, b.low), (a.low, b.high), (a.high, b.low), (a.high, b.high)].map(|(x, y)| x.saturating_mul(y));
        let src = self.emit(Op::Multiply(a.src, b.src));
        let low = corners.into_iter().min().unwrap_or(0);
        let high = corners.into_iter().max().unwrap_or(0);
        self.bounded(src, a.scale + b.scale, low, high)
    }

    fn as_ratio(&mut self, value: Value) -> Ratio {
        match value {
            Value::Ratio(ratio) => ratio,
            Value::Int(num) => Ratio {
                num,
                den: Int::constant(1, 0),
                whole: Int::constant(1, 0),
            },
            Value::Bool(_) | Value::Null => unreachable!("types are checked before arithmetic"),
        }
    }

    /// Both over one divisor.
    fn common(&mut self, a: Value, b: Value) -> (Int, Int, Ratio) {
        let (a, b) = (self.as_ratio(a), self.as_ratio(b));
        if a.den == b.den {
            return (a.num, b.num, a);
        }
        if a.den.src == Src::Const(1) && a.den.scale == 0 {
            return (self.multiply_ints(a.num, b.den), b.num, b);
        }
        if b.den.src == Src::Const(1) && b.den.scale == 0 {
            return (a.num, self.multiply_ints(b.num, a.den), a);
        }
        let (x, y) = (self.multiply_ints(a.num, b.den), self.multiply_ints(b.num, a.den));
        let den = self.multiply_ints(a.den, b.den);
        (
            x,
            y,
            Ratio {
                num: x,
                den,
                whole: den,
            },
        )
    }

    pub fn add(&mut self, a: Value, b: Value) -> Value {
        match (a, b) {
            (Value::Int(a), Value::Int(b)) => Value::Int(self.add_ints(a, b)),
            _ => {
                let (x, y, over) = self.common(a, b);
                Value::Ratio(Ratio {
                    num: self.add_ints(x, y),
                    ..over
                })
            }
        }
    }

    pub fn subtract(&mut self, a: Value, b: Value) -> Value {
        match (a, b) {
            (Value::Int(a), Value::Int(b)) => Value::Int(self.subtract_ints(a, b)),
            _ => {
                let (x, y, over) = self.common(a, b);
                Value::Ratio(Ratio {
                    num: self.subtract_ints(x, y),
                    ..over
                })
            }
        }
    }

    pub fn multiply(&mut self, a: Value, b: Value) -> Value {
        match (a, b) {
            (Value::Int(a), Value::Int(b)) => Value::Int(self.multiply_ints(a, b)),
            (Value::Ratio(ratio), Value::Int(by)) | (Value::Int(by), Value::Ratio(ratio)) => {
                if ratio.whole == by {
                    let src = self.emit(Op::Guard(ratio.num.src, ratio.den.src));
                    return Value::Int(Int { src, ..ratio.num });
                }
                Value::Ratio(Ratio {
                    num: self.multiply_ints(ratio.num, by),
                    ..ratio
                })
            }
            (a, b) => {
                let (a, b) = (self.as_ratio(a), self.as_ratio(b));
                let num = self.multiply_ints(a.num, b.num);
                let den = self.multiply_ints(a.den, b.den);
                Value::Ratio(Ratio { num, den, whole: den })
            }
        }
    }

    pub fn divide(&mut self, a: Value, b: Value) -> Divided {
        let b = self.as_ratio(b);
        if b.num.low < 0 {
            return Divided::MayBeNegative;
        }
        let safe = if b.num.low > 0 {
            b.num
        } else {
            let src = self.emit(Op::NonZero(b.num.src));
            Int {
                src,
                low: 1,
                high: b.num.high.max(1),
                ..b.num
            }
        };
        let a = self.as_ratio(a);
        let one = |int: Int| int.src == Src::Const(1) && int.scale == 0;
        let num = if one(b.den) {
            a.num
        } else {
            self.multiply_ints(a.num, b.den)
        };
        let den = if one(a.den) {
            safe
        } else {
            self.multiply_ints(a.den, safe)
        };
        let whole = if one(a.den) { b.num } else { den };
        Divided::Done(Value::Ratio(Ratio { num, den, whole }))
    }

    pub fn negate(&mut self, a: Value) -> Value {
        self.subtract(Value::Int(Int::constant(0, 0)), a)
    }

    /// `a < b`, or `a <= b` where `or_equal` is [`Op::LessOrEqual`]; also equality.
    pub fn compare(&mut self, op: impl Fn(Src, Src) -> Op, a: Value, b: Value) -> Src {
        let (x, y) = self.comparable(a, b);
        self.emit(op(x.src, y.src))
    }

    /// Two integers in the same order as the values.
    pub fn comparable(&mut self, a: Value, b: Value) -> (Int, Int) {
        let (x, y) = match (a, b) {
            (Value::Int(a), Value::Int(b)) => (a, b),
            _ => {
                let (x, y, _) = self.common(a, b);
                (x, y)
            }
        };
        self.aligned(x, y)
    }

    pub fn select(&mut self, condition: Src, a: Value, b: Value) -> Value {
        match (a, b) {
            (Value::Bool(a), Value::Bool(b)) => Value::Bool(self.emit(Op::SelectBool(condition, a, b))),
            (Value::Int(a), Value::Int(b)) => Value::Int(self.select_ints(condition, a, b)),
            _ => {
                let (a, b) = (self.as_ratio(a), self.as_ratio(b));
                let num = self.select_ints(condition, a.num, b.num);
                if a.den == b.den {
                    return Value::Ratio(Ratio { num, ..a });
                }
                let den = self.select_ints(condition, a.den, b.den);
                Value::Ratio(Ratio { num, den, whole: den })
            }
        }
    }

    fn select_ints(&mut self, condition: Src, a: Int, b: Int) -> Int {
        let (a, b) = self.aligned(a, b);
        let src = self.emit(Op::SelectInt(condition, a.src, b.src));
        Int {
            src,
            scale: a.scale,
            low: a.low.min(b.low),
            high: a.high.max(b.high),
        }
    }

    pub fn least(&mut self, a: Value, b: Value) -> Value {
        match (a, b) {
            (Value::Int(a), Value::Int(b)) => {
                let (a, b) = self.aligned(a, b);
                let src = self.emit(Op::Min(a.src, b.src));
                Value::Int(Int {
                    src,
                    scale: a.scale,
                    low: a.low.min(b.low),
                    high: a.high.min(b.high),
                })
            }
            _ => {
                let first = self.compare(Op::Less, a, b);
                self.select(first, a, b)
            }
        }
    }

    pub fn greatest(&mut self, a: Value, b: Value) -> Value {
        match (a, b) {
            (Value::Int(a), Value::Int(b)) => {
                let (a, b) = self.aligned(a, b);
                let src = self.emit(Op::Max(a.src, b.src));
                Value::Int(Int {
                    src,
                    scale: a.scale,
                    low: a.low.max(b.low),
                    high: a.high.max(b.high),
                })
            }
            _ => {
                let first = self.compare(Op::Less, b, a);
                self.select(first, a, b)
            }
        }
    }

    /// To so many decimals.
    pub fn round(&mut self, value: Value, decimals: u8, mode: RoundMode) -> Int {
        let ratio = match value {
            Value::Int(int) if int.scale <= decimals => return int,
            value => self.as_ratio(value),
        };
        let shift = i32::from(ratio.den.scale) + i32::from(decimals) - i32::from(ratio.num.scale);
        let factor = Int::constant(10i64.pow(shift.unsigned_abs().min(17)), 0);
        let raw = |int: Int| Int { scale: 0, ..int };
        let (num, den) = if shift >= 0 {
            (self.multiply_ints(raw(ratio.num), factor), raw(ratio.den))
        } else {
            (raw(ratio.num), self.multiply_ints(raw(ratio.den), factor))
        };
        let src = self.emit(Op::Divide(num.src, den.src, mode));
        let least_divisor = den.low.max(1);
        let low = if num.low >= 0 { 0 } else { num.low / least_divisor - 1 };
        let high = if num.high <= 0 { 0 } else { num.high / least_divisor + 1 };
        self.bounded(src, decimals, low, high)
    }

    pub fn coalesce(&mut self, a: Value, b: Value) -> Value {
        match (a, b) {
            (Value::Bool(a), Value::Bool(b)) => Value::Bool(self.emit(Op::CoalesceBool(a, b))),
            (Value::Int(a), Value::Int(b)) => {
                let (a, b) = self.aligned(a, b);
                let src = self.emit(Op::CoalesceInt(a.src, b.src));
                Value::Int(Int {
                    src,
                    scale: a.scale,
                    low: a.low.min(b.low),
                    high: a.high.max(b.high),
                })
            }
            (a, b) => {
                // A ratio is known where both its parts are.
                let (x, y) = (self.as_ratio(a), self.as_ratio(b));
                let known = self.emit(Op::Guard(x.num.src, x.den.src));
                let missing = self.emit(Op::IsMissing(known));
                let present = self.emit(Op::Not(missing));
                self.select(present, Value::Ratio(x), Value::Ratio(y))
            }
        }
    }

    pub fn is_missing(&mut self, value: Value) -> Src {
        match value {
            Value::Bool(src) => self.emit(Op::IsMissing(src)),
            Value::Int(int) => self.emit(Op::IsMissing(int.src)),
            Value::Ratio(ratio) => {
                let known = self.emit(Op::Guard(ratio.num.src, ratio.den.src));
                self.emit(Op::IsMissing(known))
            }
            Value::Null => Src::TRUE,
        }
    }
}
