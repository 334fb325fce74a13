//! Rules that cite nothing.

use crate::source::declaration::Origin;
use crate::source::join::Declarations;
use crate::source::spot::{Fault, Finding, Spot};

pub fn findings(said: &Declarations) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut uncited = |spot: Spot, what: String| {
        findings.push(
            Finding::new(Fault::Uncited, spot, format!("{what} cites nothing"))
                .propose("add `basis:` with law and article, document number, or who decided it"),
        );
    };
    for variable in said.variables.values() {
        // What is asked or delivered rests on the rules that use it.
        let derived = matches!(variable.origin, Origin::Formula(_) | Origin::Members { .. });
        if derived && variable.basis.is_empty() {
            uncited(variable.spot, format!("variable `{}`", variable.name));
        }
    }
    for parameter in said.parameters.values() {
        for value in parameter.values.iter().filter(|value| value.basis.is_none()) {
            uncited(value.spot, format!("a value of `{}`", parameter.name));
        }
    }
    for programme in &said.programmes {
        for condition in &programme.conditions {
            if condition.basis.is_empty() && programme.basis.is_empty() {
                uncited(
                    condition.spot,
                    format!("condition `{}` of `{}`", condition.id, programme.name),
                );
            }
        }
    }
    findings
}
