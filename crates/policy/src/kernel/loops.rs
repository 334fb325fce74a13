//! The loops. All are inlined into the one function per instruction set that runs a chunk, so that they are
//! vectorised for it. Arithmetic wraps: the compiler has proven that it does not.

use super::frame::{Bools, Ints};

#[inline(always)]
pub fn map(out: &mut [i64], a: Ints<'_>, f: impl Fn(i64) -> i64) {
    let n = out.len();
    match a {
        Ints::Column(a) => {
            for (out, a) in out.iter_mut().zip(&a[..n]) {
                *out = f(*a);
            }
        }
        Ints::One(a) => out.fill(f(a)),
    }
}

#[inline(always)]
pub fn zip<T: Copy>(out: &mut [T], a: Ints<'_>, b: Ints<'_>, f: impl Fn(i64, i64) -> T) {
    let n = out.len();
    match (a, b) {
        (Ints::Column(a), Ints::Column(b)) => {
            for ((out, a), b) in out.iter_mut().zip(&a[..n]).zip(&b[..n]) {
                *out = f(*a, *b);
            }
        }
        (Ints::Column(a), Ints::One(b)) => {
            for (out, a) in out.iter_mut().zip(&a[..n]) {
                *out = f(*a, b);
            }
        }
        (Ints::One(a), Ints::Column(b)) => {
            for (out, b) in out.iter_mut().zip(&b[..n]) {
                *out = f(a, *b);
            }
        }
        (Ints::One(a), Ints::One(b)) => out.fill(f(a, b)),
    }
}

#[inline(always)]
pub fn zip_bools(out: &mut [u8], a: Bools<'_>, b: Bools<'_>, f: impl Fn(u8, u8) -> u8) {
    let n = out.len();
    match (a, b) {
        (Bools::Column(a), Bools::Column(b)) => {
            for ((out, a), b) in out.iter_mut().zip(&a[..n]).zip(&b[..n]) {
                *out = f(*a, *b);
            }
        }
        (Bools::Column(a), Bools::One(b)) | (Bools::One(b), Bools::Column(a)) => {
            for (out, a) in out.iter_mut().zip(&a[..n]) {
                *out = f(*a, b);
            }
        }
        (Bools::One(a), Bools::One(b)) => out.fill(f(a, b)),
    }
}

#[inline(always)]
pub fn select(out: &mut [i64], condition: &[u8], a: Ints<'_>, b: Ints<'_>) {
    let n = out.len();
    let condition = &condition[..n];
    // A sign-extended mask keeps the loop free of branches.
    let pick = |c: u8, a: i64, b: i64| {
        let all = (c as i64).wrapping_neg();
        (a & all) | (b & !all)
    };
    match (a, b) {
        (Ints::Column(a), Ints::Column(b)) => {
            for (((out, c), a), b) in out.iter_mut().zip(condition).zip(&a[..n]).zip(&b[..n]) {
                *out = pick(*c, *a, *b);
            }
        }
        (Ints::Column(a), Ints::One(b)) => {
            for ((out, c), a) in out.iter_mut().zip(condition).zip(&a[..n]) {
                *out = pick(*c, *a, b);
            }
        }
        (Ints::One(a), Ints::Column(b)) => {
            for ((out, c), b) in out.iter_mut().zip(condition).zip(&b[..n]) {
                *out = pick(*c, a, *b);
            }
        }
        (Ints::One(a), Ints::One(b)) => {
            for (out, c) in out.iter_mut().zip(condition) {
                *out = pick(*c, a, b);
            }
        }
    }
}

#[inline(always)]
pub fn gather<T: Copy>(out: &mut [T], from: &[T], at: &[u32]) {
    for (out, at) in out.iter_mut().zip(at) {
        *out = from[*at as usize];
    }
}

/// Sums per household as differences of a running sum: no branch per household. Wraps, which cancels.
#[inline(always)]
pub fn sums(out: &mut [i64], running: &mut Vec<i64>, starts: &[u32], values: impl ExactSizeIterator<Item = i64>) {
    running.clear();
    running.reserve(values.len() + 1);
    let mut sum = 0i64;
    running.push(0);
    running.extend(values.map(|value| {
        sum = sum.wrapping_add(value);
        sum
    }));
    for (out, ends) in out.iter_mut().zip(starts.windows(2)) {
        *out = running[ends[1] as usize].wrapping_sub(running[ends[0] as usize]);
    }
}
