//! The state of one compilation: what has been lowered, what was found wrong, what the program will need.

use std::collections::{BTreeSet, HashMap};

use super::builder::Builder;
use super::instruction::{Class, Src};
use super::parameters::{PlaceIndex, Table};
use super::programmes::Lowered;
use super::value::{Int, Value};
use crate::source::declaration::Literal;
use crate::source::join::Declarations;
use crate::source::spot::{Fault, Finding, Spot};
use crate::types::{Entity, Type};

/// How a program will be used: nobody can be asked in a scan of the population.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Inputs take their `scan:` value, conditions that need a check stay open.
    Scan,
    Case,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    pub ty: Type,
    pub value: Value,
}

/// Where an input comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputSource {
    Given,
    Registry,
    Feed,
    /// What the last refresh kept of a variable; the column is named `before_<variable>`.
    Before,
}

/// A column that a program reads. `low..=high` are raw values at `scale`; a value outside is a fault and missing.
#[derive(Debug, Clone)]
pub struct InputInfo {
    pub name: String,
    pub entity: Entity,
    pub ty: Type,
    pub source: InputSource,
    pub scale: u8,
    pub low: i64,
    pub high: i64,
    /// Taken where the column is absent and the program scans.
    pub scan: Option<i64>,
}

/// Columns of a feed as the contract types them.
#[derive(Debug, Clone, Default)]
pub struct FeedSchema {
    pub feed: String,
    pub columns: Vec<(String, FeedColumn)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedColumn {
    /// Int16 codes with their words, so that `kind = 'sight'` can be written.
    Code(Vec<(i16, String)>),
    /// Int64 fen.
    Money,
    Date,
    Month,
    Count,
    /// Int32 in 1/10,000.
    Rate,
    Division,
    Flag,
    /// Of no use to an expression beyond `IS NULL`.
    Other,
}

#[expect(
    clippy::large_enum_variant,
    reason = "one per variable of a pack while it is compiled"
)]
pub(super) enum State {
    InProgress,
    Done(Option<Typed>),
}

pub struct Lowering<'p> {
    pub said: &'p Declarations,
    pub as_of: i32,
    pub mode: Mode,
    pub builder: Builder,
    pub inputs: Vec<InputInfo>,
    /// What instructions of kind `Missing` stand for.
    pub missing: Vec<String>,
    pub tables: Vec<Table>,
    pub places: PlaceIndex,
    /// Values by number of expression node.
    pub values: Vec<Option<Typed>>,
    pub findings: Vec<Finding>,
    pub used: BTreeSet<String>,
    /// What parameters were first lowered to, for texts that name them.
    pub parameter_values: Vec<(String, Typed)>,
    /// Set while lowering over the records of a feed.
    pub feed: Option<&'p FeedSchema>,
    /// Comparisons that bounds decide: expression, outcome.
    pub settled: Vec<(Spot, bool)>,
    pub(super) variables: HashMap<String, State>,
    pub(super) programmes: HashMap<String, Option<Lowered>>,
    pub(super) trail: Vec<String>,
}

impl<'p> Lowering<'p> {
    pub fn new(said: &'p Declarations, as_of: i32, mode: Mode, places: PlaceIndex) -> Lowering<'p> {
        Lowering {
            said,
            as_of,
            mode,
            builder: Builder::default(),
            inputs: Vec::new(),
            missing: Vec::new(),
            tables: Vec::new(),
            places,
            values: vec![None; said.expressions],
            findings: Vec::new(),
            used: BTreeSet::new(),
            parameter_values: Vec::new(),
            feed: None,
            settled: Vec::new(),
            variables: HashMap::new(),
            programmes: HashMap::new(),
            trail: Vec::new(),
        }
    }

    pub fn report(&mut self, fault: Fault, spot: Spot, message: impl Into<String>) {
        self.findings.push(Finding::new(fault, spot, message));
    }

    pub fn report_with(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// A register in which nothing is known, for a stated reason.
    pub fn missing_value(&mut self, what: String, ty: &Type, entity: Entity) -> Value {
        let entity = if self.feed.is_some() { Entity::Row } else { entity };
        let number = match self.missing.iter().position(|known| *known == what) {
            Some(number) => number,
            None => {
                self.missing.push(what);
                self.missing.len() - 1
            }
        };
        if *ty == Type::Bool {
            return Value::Bool(self.builder.missing(number as u32, Class::Bool, entity));
        }
        let src = self.builder.missing(number as u32, Class::Int, entity);
        Value::Int(Int {
            src,
            scale: 0,
            low: 0,
            high: 0,
        })
    }

    /// Gives `NULL` the shape of what it stands beside.
    pub fn solid(&mut self, value: Value, ty: &Type, entity: Entity) -> Value {
        match value {
            Value::Null => self.missing_value("NULL".to_owned(), ty, entity),
            value => value,
        }
    }

    /// A value written in a pack, at its type.
    pub fn literal(&mut self, literal: &Literal, ty: &Type) -> Option<Int> {
        match self.places.literal(&literal.text, ty) {
            Ok(int) => Some(int),
            Err(message) => {
                self.report(Fault::TypeMismatch, literal.spot, message);
                None
            }
        }
    }

    pub fn literal_value(&mut self, literal: &Literal, ty: &Type) -> Option<Value> {
        let int = self.literal(literal, ty)?;
        Some(if *ty == Type::Bool {
            Value::Bool(int.src)
        } else {
            Value::Int(int)
        })
    }

    pub fn truth(&mut self, typed: &Typed, spot: Spot, entity: Entity) -> Option<Src> {
        match (&typed.ty, self.solid(typed.value, &Type::Bool, entity)) {
            (Type::Bool | Type::Unknown, Value::Bool(src)) => Some(src),
            (ty, _) => {
                let finding = Finding::new(
                    Fault::TypeMismatch,
                    spot,
                    format!("expected true or false, this is {ty}"),
                );
                let ty = ty.clone();
                self.report_with(match ty {
                    Type::Number | Type::Count(_) => finding.propose("compare it: `… > 0`"),
                    _ => finding,
                });
                None
            }
        }
    }

    pub fn check_overflow(&mut self, spot: Spot) {
        if std::mem::take(&mut self.builder.overflowed) {
            self.report_with(
                Finding::new(
                    Fault::Overflow,
                    spot,
                    "this can leave the range of exact 64-bit numbers",
                )
                .propose("narrow the `range:` of its inputs, or ROUND a part"),
            );
        }
    }
}
