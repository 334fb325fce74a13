//! Aggregates over a feed's records of a person: expressions over its columns, compiled per record.

use super::instruction::{Instruction, Op, Src};
use super::lowering::{FeedSchema, InputInfo, Lowering};
use super::parameters::Table;
use super::plan::{self, Plan};
use super::program::FeedNeed;
use super::value::{Int, Value};
use crate::calendar;
use crate::source::declaration::{FeedAggregate, How, Origin, Variable};
use crate::source::spot::{Fault, Finding};
use crate::types::{Entity, Type};

/// All aggregates over one feed.
#[derive(Debug, Clone)]
pub struct FeedProgram {
    pub feed: String,
    pub inputs: Vec<InputInfo>,
    pub plan: Plan,
    pub tables: Vec<Table>,
    pub aggregates: Vec<CompiledAggregate>,
}

/// One variable: the outputs of the record program are its value, its filter and its order, in this order.
#[derive(Debug, Clone)]
pub struct CompiledAggregate {
    pub name: String,
    pub ty: Type,
    pub how: How,
    /// Outputs of the record program.
    pub value: usize,
    pub filter: usize,
    pub order: Option<usize>,
    /// Raw value where there is no record.
    pub absent: Option<i64>,
}

impl FeedProgram {
    pub fn need(&self) -> FeedNeed {
        FeedNeed {
            feed: self.feed.clone(),
            columns: self.inputs.iter().map(|input| input.name.clone()).collect(),
        }
    }
}

/// Compiles the aggregates of every feed whose columns are known. Unknown feeds are reported only if any are listed:
/// a benchmark or a case gives the aggregates themselves.
pub fn compile(main: &mut Lowering<'_>, schemas: &[FeedSchema]) -> Vec<FeedProgram> {
    let said = main.said;
    let mut programs = Vec::new();
    for schema in schemas {
        let wanted: Vec<(&Variable, &FeedAggregate)> = said
            .variables
            .values()
            .filter_map(|variable| match &variable.origin {
                Origin::Feed(aggregate) if aggregate.feed == schema.feed => Some((variable, aggregate)),
                _ => None,
            })
            .collect();
        if !wanted.is_empty() {
            programs.push(feed(main, schema, &wanted));
        }
    }
    if !schemas.is_empty() {
        for variable in said.variables.values() {
            if let Origin::Feed(aggregate) = &variable.origin
                && !schemas.iter().any(|schema| schema.feed == aggregate.feed)
            {
                let names = schemas.iter().map(|schema| schema.feed.as_str());
                let near = crate::nearest::nearest(&aggregate.feed, names);
                let message = format!("there is no feed `{}`", aggregate.feed);
                let finding = Finding::new(Fault::UnknownName, aggregate.feed_spot, message);
                main.report_with(match near {
                    Some(near) => finding.propose(format!("did you mean `{near}`?")),
                    None => finding,
                });
            }
        }
    }
    programs
}

fn feed(main: &mut Lowering<'_>, schema: &FeedSchema, wanted: &[(&Variable, &FeedAggregate)]) -> FeedProgram {
    let mut lowering = Lowering::new(main.said, main.as_of, main.mode, main.places.clone());
    lowering.feed = Some(schema);
    let mut outputs = Vec::new();
    let mut aggregates = Vec::new();
    for (variable, aggregate) in wanted {
        aggregates.extend(compile_aggregate(&mut lowering, variable, aggregate, &mut outputs));
    }
    main.findings.append(&mut lowering.findings);
    main.used.append(&mut lowering.used);
    let instructions: Vec<Instruction> = std::mem::take(&mut lowering.builder.instructions);
    FeedProgram {
        feed: schema.feed.clone(),
        inputs: lowering.inputs,
        plan: plan::plan(&instructions, &outputs, false),
        tables: lowering.tables,
        aggregates,
    }
}

fn compile_aggregate(
    lowering: &mut Lowering<'_>,
    variable: &Variable,
    aggregate: &FeedAggregate,
    outputs: &mut Vec<Value>,
) -> Option<CompiledAggregate> {
    if variable.entity != Entity::Person {
        lowering.report(
            Fault::WrongEntity,
            variable.spot,
            "records belong to persons: say `of: person`",
        );
        return None;
    }
    let value = lowering.expression(&aggregate.value, Entity::Row, Some(&variable.ty))?;
    let filter = filter(lowering, aggregate)?;
    let order = match &aggregate.by {
        Some(by) => {
            let typed = lowering.expression(by, Entity::Row, Some(&Type::Date))?;
            match typed.value {
                Value::Int(int) => Some(int),
                _ => {
                    lowering.report(Fault::TypeMismatch, by.spot, "`by` is a date column");
                    return None;
                }
            }
        }
        None => None,
    };
    let solid = lowering.solid(value.value, &variable.ty, Entity::Row);
    let (scale, solid) = at_type(lowering, variable, aggregate, &value.ty, solid)?;
    let absent = match &aggregate.absent {
        Some(literal) if variable.ty == Type::Bool || variable.ty.is_number() || is_word(&variable.ty) => {
            let int = lowering.literal(literal, &variable.ty)?;
            let int = lowering.builder.at_scale(int, scale);
            match int.src {
                Src::Const(raw) => Some(raw),
                Src::Reg(_) => None,
            }
        }
        _ => None,
    };
    // Records' values are added up as raw integers at `scale`; an output of its own decimals would be rescaled.
    let mut output = |value: Value| {
        outputs.push(match value {
            Value::Int(int) => Value::Int(Int { scale: 0, ..int }),
            other => other,
        });
        outputs.len() - 1
    };
    let (value, filter) = (output(solid), output(Value::Bool(filter)));
    let order = order.map(|int| output(Value::Int(int)));
    let how = aggregate.how;
    Some(CompiledAggregate {
        name: variable.name.clone(),
        ty: variable.ty.clone(),
        how,
        value,
        filter,
        order,
        absent,
    })
}

fn is_word(ty: &Type) -> bool {
    matches!(ty, Type::Enum(_) | Type::Date)
}

/// `where` and `window` together.
fn filter(lowering: &mut Lowering<'_>, aggregate: &FeedAggregate) -> Option<Src> {
    let mut holds = match &aggregate.filter {
        Some(filter) => lowering.test(filter, Entity::Row)?,
        None => Src::TRUE,
    };
    if let Some((months, by)) = &aggregate.window {
        let typed = lowering.expression(by, Entity::Row, Some(&Type::Date))?;
        let (Type::Date, Value::Int(int)) = (&typed.ty, typed.value) else {
            lowering.report(Fault::TypeMismatch, by.spot, "a window is over a date column");
            return None;
        };
        let as_of = i64::from(lowering.as_of);
        let after = calendar::add_months(as_of, -i64::from(*months));
        let builder = &mut lowering.builder;
        let late = builder.emit(Op::Less(Src::Const(after), int.src));
        let early = builder.emit(Op::LessOrEqual(int.src, Src::Const(as_of)));
        let inside = builder.emit(Op::And(late, early));
        holds = builder.emit(Op::And(holds, inside));
    }
    Some(holds)
}

/// The record's value at the decimals of the variable's type.
fn at_type(
    lowering: &mut Lowering<'_>,
    variable: &Variable,
    aggregate: &FeedAggregate,
    from: &Type,
    value: Value,
) -> Option<(u8, Value)> {
    let spot = aggregate.value.spot;
    let counts = matches!(aggregate.how, How::Count | How::Any | How::All);
    match (&variable.ty, value) {
        (Type::Count(_), Value::Bool(_)) if aggregate.how == How::Count => Some((0, value)),
        (Type::Bool, Value::Bool(_)) => Some((0, value)),
        (Type::Enum(_), Value::Int(int)) if !counts && matches!(from, Type::Enum(_)) => Some((int.scale, value)),
        (Type::Date | Type::Month | Type::Place, Value::Int(_)) if !counts && from == &variable.ty => Some((0, value)),
        // Feeds carry sums; what period they are for is what the variable says.
        (Type::Money(_), Value::Int(_) | Value::Ratio(_)) if matches!(from, Type::Money(_) | Type::Number) => {
            let int = decimals(lowering, value, 2);
            lowering.check_overflow(spot);
            Some((2, Value::Int(int)))
        }
        (Type::Count(_), Value::Int(int)) if from.is_dimensionless() && int.scale == 0 => Some((0, value)),
        (Type::Rate | Type::Ratio, Value::Int(_) | Value::Ratio(_)) if from.is_dimensionless() => {
            Some((4, Value::Int(decimals(lowering, value, 4))))
        }
        (declared, _) => {
            let message = format!("`{}` is declared {declared}, its records give {from}", variable.name);
            lowering.report(Fault::TypeMismatch, spot, message);
            None
        }
    }
}

fn decimals(lowering: &mut Lowering<'_>, value: Value, scale: u8) -> Int {
    let rounded = lowering
        .builder
        .round(value, scale, crate::source::declaration::RoundMode::HalfUp);
    lowering.builder.at_scale(rounded, scale)
}
