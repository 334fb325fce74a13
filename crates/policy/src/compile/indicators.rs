//! Warnings: tests over now and before, each a Boolean column `<indicator>_signal`.

use super::instruction::Class;
use super::lowering::{InputInfo, InputSource, Lowering, State, Typed};
use super::names::bounds;
use super::value::{Int, Value};
use crate::expression::syntax::ExprKind;
use crate::source::declaration::Indicator;
use crate::source::spot::{Fault, Finding, Spot};
use crate::types::{Entity, Type};

/// An indicator as others see it; what its text says besides the test is passed on as it stands.
#[derive(Debug, Clone)]
pub struct IndicatorInfo {
    pub name: String,
    pub entity: Entity,
    /// Whether its test compares with before: such a change is seen in one refresh only.
    pub is_change: bool,
    pub further: serde_json::Map<String, serde_json::Value>,
}

impl IndicatorInfo {
    pub fn of(indicator: &Indicator) -> Self {
        let mut is_change = false;
        indicator
            .test
            .walk(&mut |node| is_change |= matches!(node.kind, ExprKind::Before(_)));
        Self {
            name: indicator.name.clone(),
            entity: indicator.entity,
            is_change,
            further: indicator.further.clone(),
        }
    }

    /// The Boolean output column that says for whom it holds.
    pub fn column(&self) -> String {
        format!("{}_signal", self.name)
    }
}

impl Lowering<'_> {
    /// `before.<variable>`: an input of the variable's own type. Where no refresh came before it is missing, and a
    /// test that needs it is undecided: the first night raises no alarm about changes.
    pub(super) fn before(&mut self, name: &str, spot: Spot, context: Entity) -> Option<Typed> {
        let said = self.said;
        let Some(variable) = said.variables.get(name) else {
            self.unknown(name, spot, "variable");
            return None;
        };
        if variable.entity != context {
            let finding = Finding::new(
                Fault::WrongEntity,
                spot,
                format!("`{name}` belongs to the other of person and household"),
            );
            self.report_with(finding.propose("compare it where it belongs, in a variable of its own"));
            return None;
        }
        self.used.insert(name.to_owned());
        let column = format!("before_{name}");
        if let Some(State::Done(typed)) = self.variables.get(&column) {
            return typed.clone();
        }
        let (scale, low, high) = match (&variable.ty, bounds(variable, self)) {
            // A formula keeps four decimals, an input two: before is what the formula gave.
            (Type::Money(_), (2, low, high)) => (4, low.saturating_mul(100), high.saturating_mul(100)),
            (_, own) => own,
        };
        let class = if variable.ty == Type::Bool {
            Class::Bool
        } else {
            Class::Int
        };
        let src = self.builder.input(self.inputs.len() as u32, class, variable.entity);
        self.inputs.push(InputInfo {
            name: column.clone(),
            entity: variable.entity,
            ty: variable.ty.clone(),
            source: InputSource::Before,
            scale,
            low,
            high,
            scan: None,
        });
        let value = match class {
            Class::Bool => Value::Bool(src),
            Class::Int => Value::Int(Int {
                src,
                scale,
                low: low.into(),
                high: high.into(),
            }),
        };
        let typed = Typed {
            ty: variable.ty.clone(),
            value,
        };
        self.variables.insert(column, State::Done(Some(typed.clone())));
        Some(typed)
    }
}
