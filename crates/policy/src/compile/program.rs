//! A pack compiled for one day: what it reads, what it gives, the plans that run it.

use std::sync::Arc;

use super::feeds::{self, FeedProgram};
use super::indicators::IndicatorInfo;
use super::instruction::Instruction;
use super::lowering::{FeedSchema, InputInfo, InputSource, Lowering, Mode, Typed};
use super::parameters::{PlaceIndex, Table, is_given};
use super::plan::{self, Plan};
use super::programmes::{Lowered, OUTCOMES};
use super::value::{Int, Value};
use crate::pack::Pack;
use crate::source::declaration::{Literal, Words};
use crate::source::spot::{Diagnostic, Finding, Severity};
use crate::types::{Entity, Type};
use anwang_domain::Day;

/// What a program is compiled for.
#[derive(Debug, Clone)]
pub struct CompileOptions<'o> {
    pub as_of: Day,
    pub mode: Mode,
    /// Columns of the feeds that variables aggregate; a feed that is not listed is not aggregated.
    pub feeds: &'o [FeedSchema],
}

/// A column that a program gives.
#[derive(Debug, Clone)]
pub struct OutputInfo {
    pub name: String,
    pub entity: Entity,
    pub ty: Type,
}

/// A programme as others see it: conditions in the order of the bits in `<programme>_unmet`.
#[derive(Debug, Clone)]
pub struct ProgrammeInfo {
    pub name: String,
    pub title: Words,
    pub entity: Entity,
    pub layer: String,
    pub basis: Vec<String>,
    pub conditions: Vec<String>,
    pub has_amount: bool,
    pub further: serde_json::Map<String, serde_json::Value>,
}

/// Columns of one feed that a program wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedNeed {
    pub feed: String,
    pub columns: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) pack: Arc<Pack>,
    pub as_of: Day,
    pub mode: Mode,
    pub(crate) inputs: Vec<InputInfo>,
    pub(crate) outputs: Vec<OutputInfo>,
    pub(crate) plan: Plan,
    /// Keeps every register, for explanations.
    pub(crate) full: Plan,
    pub(crate) instructions: Vec<Instruction>,
    pub(crate) tables: Vec<Table>,
    pub(crate) places: PlaceIndex,
    pub(crate) missing: Vec<String>,
    pub(crate) values: Vec<Option<Typed>>,
    pub(crate) variables: Vec<(String, Option<Typed>)>,
    pub(crate) parameter_values: Vec<(String, Typed)>,
    pub(crate) lowered: Vec<(String, Lowered)>,
    programmes: Vec<ProgrammeInfo>,
    indicators: Vec<IndicatorInfo>,
    pub(crate) feeds: Vec<FeedProgram>,
}

/// A compilation with everything it found, for `check`.
pub struct Compiled {
    pub program: Program,
    pub findings: Vec<Finding>,
    pub used: std::collections::BTreeSet<String>,
    pub settled: Vec<(crate::source::spot::Spot, bool)>,
}

impl Pack {
    /// Compiles for one day. Warnings do not stop it.
    pub fn compile(&self, options: &CompileOptions<'_>) -> Result<Program, Vec<Diagnostic>> {
        let compiled = compile(self, options);
        let diagnostics: Vec<Diagnostic> = compiled
            .findings
            .into_iter()
            .filter(|finding| finding.fault.severity() == Severity::Error)
            .map(|finding| finding.resolve(&self.sources))
            .collect();
        if diagnostics.is_empty() {
            Ok(compiled.program)
        } else {
            Err(diagnostics)
        }
    }
}

pub fn compile(pack: &Pack, options: &CompileOptions<'_>) -> Compiled {
    let said = &pack.said;
    let as_of = options.as_of.0;
    let mut lowering = Lowering::new(said, as_of, options.mode, PlaceIndex::of(said));
    let mut outputs: Vec<(OutputInfo, Value)> = Vec::new();
    let mut variables = Vec::new();
    for variable in said.variables.values() {
        let typed = lowering.variable(&variable.name);
        if let (Some(typed), false) = (&typed, is_given(&variable.origin)) {
            let info = OutputInfo {
                name: variable.name.clone(),
                entity: variable.entity,
                ty: typed.ty.clone(),
            };
            outputs.push((info, typed.value));
        }
        variables.push((variable.name.clone(), typed));
    }
    let mut lowered = Vec::new();
    let mut programmes = Vec::new();
    for programme in &said.programmes {
        let Some(found) = lowering.programme(programme) else {
            continue;
        };
        programmes.push(ProgrammeInfo {
            name: programme.name.clone(),
            title: programme.title.clone(),
            entity: programme.entity,
            layer: programme.layer.clone(),
            basis: programme.basis.clone(),
            conditions: found.conditions.iter().map(|condition| condition.id.clone()).collect(),
            has_amount: found.amount.is_some(),
            further: programme.further.clone(),
        });
        outputs.extend(programme_outputs(&mut lowering, &programme.name, &found));
        lowered.push((programme.name.clone(), found));
    }
    let mut indicators = Vec::new();
    for indicator in &said.indicators {
        if let Some(src) = lowering.test(&indicator.test, indicator.entity) {
            let seen = IndicatorInfo::of(indicator);
            let info = OutputInfo {
                name: seen.column(),
                entity: indicator.entity,
                ty: Type::Bool,
            };
            outputs.push((info, Value::Bool(src)));
            indicators.push(seen);
        }
    }
    // A person's column that only says what the household says still has one value per person.
    for (info, value) in &mut outputs {
        if info.entity == Entity::Person {
            *value = carried(&mut lowering, *value);
        }
    }
    let feeds = feeds::compile(&mut lowering, options.feeds);
    let (infos, values): (Vec<OutputInfo>, Vec<Value>) = outputs.into_iter().unzip();
    let instructions = lowering.builder.instructions;
    let program = Program {
        pack: Arc::new(pack.clone()),
        as_of: options.as_of,
        mode: options.mode,
        plan: plan::plan(&instructions, &values, false),
        full: plan::plan(&instructions, &values, true),
        inputs: lowering.inputs,
        outputs: infos,
        instructions,
        tables: lowering.tables,
        places: lowering.places,
        missing: lowering.missing,
        values: lowering.values,
        variables,
        parameter_values: lowering.parameter_values,
        lowered,
        programmes,
        indicators,
        feeds,
    };
    Compiled {
        program,
        findings: lowering.findings,
        used: lowering.used,
        settled: lowering.settled,
    }
}

fn carried(lowering: &mut Lowering<'_>, value: Value) -> Value {
    let builder = &mut lowering.builder;
    let mut int = |int: Int| Int {
        src: builder.broadcast(int.src),
        ..int
    };
    match value {
        Value::Int(i) => Value::Int(int(i)),
        Value::Ratio(r) => Value::Ratio(super::value::Ratio {
            num: int(r.num),
            den: int(r.den),
            whole: r.whole,
        }),
        Value::Bool(src) => Value::Bool(builder.broadcast(src)),
        Value::Null => Value::Null,
    }
}

/// What a programme's columns are called, after its name.
const PROGRAMME_COLUMNS: [&str; 9] = [
    "outcome",
    "amount",
    "paid",
    "unmet",
    "undecided",
    "open",
    "received",
    "missed",
    "wrong",
];

/// The columns of one programme. Masks have one bit per condition, in order.
fn programme_outputs(lowering: &mut Lowering<'_>, name: &str, found: &Lowered) -> Vec<(OutputInfo, Value)> {
    use super::instruction::{Op, Src};
    let words: Arc<[String]> = OUTCOMES.iter().map(|word| (*word).to_owned()).collect();
    let mut outputs = Vec::new();
    let mut add = |suffix: &str, ty: Type, value: Value| {
        outputs.push((
            OutputInfo {
                name: format!("{name}_{suffix}"),
                entity: found.entity,
                ty,
            },
            value,
        ));
    };
    let whole = |src: Src, high: i128| {
        Value::Int(Int {
            src,
            scale: 0,
            low: 0,
            high,
        })
    };
    add("outcome", Type::Enum(words), whole(found.outcome, 3));
    if let Some(amount) = &found.amount {
        add("amount", amount.ty.clone(), amount.value);
    }
    if let Some(paid) = &found.paid {
        add("paid", paid.ty.clone(), paid.value);
    }
    let builder = &mut lowering.builder;
    let (mut unmet, mut open, mut undecided) = (Src::Const(0), Src::Const(0), Src::Const(0));
    for (at, condition) in found.conditions.iter().enumerate() {
        let mask = |builder: &mut super::builder::Builder, so_far: Src, holds: Src| {
            let bit = builder.emit(Op::SelectInt(holds, Src::Const(1 << at), Src::Const(0)));
            builder.emit(Op::Add(so_far, bit))
        };
        let fails = builder.emit(Op::Not(condition.test));
        let fails = builder.emit(Op::CoalesceBool(fails, Src::FALSE));
        unmet = mask(builder, unmet, fails);
        let unknown = builder.emit(Op::IsMissing(condition.test));
        if condition.needs_check {
            open = mask(builder, open, unknown);
        } else {
            undecided = mask(builder, undecided, unknown);
        }
    }
    let most = 1i128 << found.conditions.len();
    add("unmet", Type::Count(None), whole(unmet, most));
    add("undecided", Type::Count(None), whole(undecided, most));
    if found.conditions.iter().any(|condition| condition.needs_check) {
        add("open", Type::Count(None), whole(open, most));
    }
    if let Some(received) = found.received {
        let builder = &mut lowering.builder;
        let not_received = builder.emit(Op::Not(received));
        let not_eligible = builder.emit(Op::Not(found.eligible));
        let missed = builder.emit(Op::And(found.eligible, not_received));
        let wrong = builder.emit(Op::And(received, not_eligible));
        add("received", Type::Bool, Value::Bool(received));
        add("missed", Type::Bool, Value::Bool(missed));
        add("wrong", Type::Bool, Value::Bool(wrong));
    }
    outputs
}

impl Program {
    pub fn pack(&self) -> &Pack {
        &self.pack
    }

    /// Inputs of persons: given, kept by the registry, or aggregated from feeds.
    pub fn person_inputs(&self) -> Vec<&InputInfo> {
        self.inputs
            .iter()
            .filter(|input| input.entity == Entity::Person)
            .collect()
    }

    pub fn household_inputs(&self) -> Vec<&InputInfo> {
        self.inputs
            .iter()
            .filter(|input| input.entity == Entity::Household)
            .collect()
    }

    /// The value of a variable or a parameter by its name.
    pub(crate) fn named(&self, name: &str) -> Option<&Typed> {
        let variable = self
            .variables
            .iter()
            .find(|(known, _)| known == name)
            .and_then(|(_, typed)| typed.as_ref());
        variable.or_else(|| {
            self.parameter_values
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, typed)| typed)
        })
    }

    pub fn outputs(&self, entity: Entity) -> Vec<&OutputInfo> {
        self.outputs.iter().filter(|output| output.entity == entity).collect()
    }

    pub fn programmes(&self) -> &[ProgrammeInfo] {
        &self.programmes
    }

    pub fn indicators(&self) -> &[IndicatorInfo] {
        &self.indicators
    }

    /// Variables whose values the next refresh will be asked for as `before_<variable>`.
    pub fn remembered(&self, entity: Entity) -> Vec<&str> {
        let before = self
            .inputs
            .iter()
            .filter(|input| input.source == InputSource::Before && input.entity == entity);
        before.filter_map(|input| input.name.strip_prefix("before_")).collect()
    }

    /// The same program for a population: it gives what programmes conclude, what indicators see and what the next
    /// refresh remembers. The variables in between stay in registers; writing them out for everybody costs more than
    /// deciding.
    pub fn for_population(&self) -> Program {
        let kept = |output: &OutputInfo| {
            let of_programme = |programme: &ProgrammeInfo| {
                let suffix = output.name.strip_prefix(programme.name.as_str());
                suffix
                    .and_then(|suffix| suffix.strip_prefix('_'))
                    .is_some_and(|suffix| PROGRAMME_COLUMNS.contains(&suffix))
            };
            self.programmes.iter().any(of_programme)
                || self
                    .indicators
                    .iter()
                    .any(|indicator| indicator.column() == output.name)
                || self.remembered(output.entity).contains(&output.name.as_str())
        };
        // In the full plan a value's slots are its registers.
        let all = self.outputs.iter().zip(&self.full.outputs);
        let (outputs, values): (Vec<OutputInfo>, Vec<Value>) = all
            .filter(|(output, _)| kept(output))
            .map(|(output, value)| (output.clone(), *value))
            .unzip();
        Program {
            plan: plan::plan(&self.instructions, &values, false),
            full: plan::plan(&self.instructions, &values, true),
            outputs,
            ..self.clone()
        }
    }

    pub fn feed_needs(&self) -> Vec<FeedNeed> {
        self.feeds.iter().map(FeedProgram::need).collect()
    }
}

/// A raw value read from a case or a form, at an input's type and decimals.
pub(crate) fn input_raw(program: &Program, input: &InputInfo, text: &str) -> Result<i64, String> {
    let literal = Literal {
        text: text.to_owned(),
        spot: crate::source::spot::Spot::default(),
    };
    let int = program.places.literal(&literal.text, &input.ty)?;
    let super::instruction::Src::Const(raw) = int.src else {
        return Err(format!("`{text}` is no value"));
    };
    if int.scale > input.scale {
        return Err(format!("`{text}` has more than {} decimals", input.scale));
    }
    let raw = i128::from(raw) * 10i128.pow(u32::from(input.scale - int.scale));
    i64::try_from(raw).map_err(|_| format!("`{text}` is too large"))
}
