//! Which units meet: yuan per month and yuan per year do not add up, months times yuan per month give a sum.

use crate::types::{Period, Type};

/// Why two types do not go together, and what would help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    pub units: bool,
    pub message: String,
    pub proposal: Option<String>,
}

fn mismatch(units: bool, message: String, proposal: Option<String>) -> Mismatch {
    Mismatch {
        units,
        message,
        proposal,
    }
}

/// What turns one type into the other.
pub fn proposal(from: &Type, to: &Type) -> Option<String> {
    match (from, to) {
        (Type::Money(Period::Year), Type::Money(Period::Month)) => Some("divide by 12".to_owned()),
        (Type::Money(Period::Month), Type::Money(Period::Year)) => Some("multiply by 12".to_owned()),
        (Type::Money(Period::Once), Type::Money(Period::Month)) => {
            Some("divide by the number of months (a count with `unit: months`, or 12)".to_owned())
        }
        (Type::Money(Period::Month), Type::Money(Period::Once)) => {
            Some("multiply by a count with `unit: months`".to_owned())
        }
        (Type::Number | Type::Rate | Type::Count(_), Type::Bool) => Some("compare it: `… > 0`".to_owned()),
        _ => None,
    }
}

/// The common type of two values that are added, compared, or stand in branches of one choice.
pub fn unify(a: &Type, b: &Type) -> Result<Type, Mismatch> {
    Ok(match (a, b) {
        (Type::Unknown, other) | (other, Type::Unknown) => other.clone(),
        (a, b) if a == b => a.clone(),
        (Type::Number, other) | (other, Type::Number) if other.is_number() => other.clone(),
        (Type::Count(None), Type::Count(unit)) | (Type::Count(unit), Type::Count(None)) => Type::Count(unit.clone()),
        (Type::Count(Some(x)), Type::Count(Some(y))) => {
            return Err(mismatch(true, format!("a count of {x} meets a count of {y}"), None));
        }
        (a, b) if a.is_dimensionless() && b.is_dimensionless() => Type::Rate,
        (Type::Money(_), Type::Money(_)) => {
            let yearly = [a, b].contains(&&Type::Money(Period::Year));
            let advice = if yearly {
                "divide the money/year side by 12"
            } else {
                "multiply the money/month side by a count with `unit: months`, or divide the sum by it"
            };
            return Err(mismatch(true, format!("{a} meets {b}"), Some(advice.to_owned())));
        }
        (a, b) => return Err(mismatch(false, format!("{a} meets {b}"), None)),
    })
}

pub fn product(a: &Type, b: &Type, twelve: bool) -> Result<Type, Mismatch> {
    Ok(match (a, b) {
        (Type::Unknown, other) | (other, Type::Unknown) => other.clone(),
        (Type::Money(_), Type::Money(_)) => return Err(mismatch(true, format!("{a} times {b}"), None)),
        (Type::Money(Period::Month), by) | (by, Type::Money(Period::Month)) if by.is_months() => {
            Type::Money(Period::Once)
        }
        (Type::Money(Period::Month), Type::Number) | (Type::Number, Type::Money(Period::Month)) if twelve => {
            Type::Money(Period::Year)
        }
        (Type::Money(period), by) | (by, Type::Money(period)) if by.is_dimensionless() => Type::Money(*period),
        (Type::Number, Type::Number) => Type::Number,
        (Type::Number, Type::Count(_)) | (Type::Count(_), Type::Number) => Type::Rate,
        (Type::Count(_), Type::Count(_)) => Type::Count(None),
        (a, b) if a.is_dimensionless() && b.is_dimensionless() => Type::Rate,
        (a, b) => return Err(mismatch(false, format!("{a} times {b}"), None)),
    })
}

pub fn quotient(a: &Type, b: &Type, twelve: bool) -> Result<Type, Mismatch> {
    Ok(match (a, b) {
        (Type::Unknown, _) => Type::Unknown,
        (Type::Money(x), Type::Money(y)) if x == y => Type::Ratio,
        (Type::Money(_), Type::Money(_)) => {
            return Err(mismatch(true, format!("{a} divided by {b}"), proposal(a, b)));
        }
        (Type::Money(Period::Year), Type::Number) if twelve => Type::Money(Period::Month),
        (Type::Money(Period::Once), Type::Number) if twelve => Type::Money(Period::Month),
        (Type::Money(Period::Once), by) if by.is_months() => Type::Money(Period::Month),
        (Type::Money(period), by) if by.is_dimensionless() => Type::Money(*period),
        (a, b) if a.is_dimensionless() && b.is_dimensionless() => Type::Ratio,
        (a, b) => return Err(mismatch(false, format!("{a} divided by {b}"), None)),
    })
}
