//! Parameters at one day: per place and other keys, the nearest value that is in force.

use rustc_hash::FxHashMap;

use super::instruction::{Op, Src, parent_division};
use super::lowering::{Lowering, Typed};
use super::value::{Int, Value};
use crate::calendar;
use crate::decimal::Decimal;
use crate::nearest::nearest;
use crate::source::declaration::{Literal, Origin, Parameter, ParameterValue};
use crate::source::join::Declarations;
use crate::source::spot::{Fault, Finding, Spot};
use crate::types::{Entity, Type};

/// A table larger than this is a mistake in `by:`.
const CELLS_MAX: usize = 1 << 20;

/// A parameter's values at one day by combined key.
#[derive(Debug, Clone)]
pub struct Table {
    pub parameter: String,
    pub values: Vec<i64>,
    pub known: Vec<u8>,
    pub complete: bool,
    /// Per cell, the number of the value in the declaration.
    pub chosen: Vec<u32>,
    /// How many values each key takes, and its type.
    pub keys: Vec<(usize, Type)>,
}

/// Places that the packs speak of. Codes are numbers (12-digit divisions, nested by their digits) or words listed in
/// `pack.yaml` with their parents.
#[derive(Debug, Clone, Default)]
pub struct PlaceIndex {
    pub words: Vec<String>,
    parents: Vec<Option<usize>>,
    /// Divisions for which some parameter has a value: code → slot; slot 0 is none.
    pub slots: FxHashMap<i64, u32>,
    codes: Vec<i64>,
}

impl PlaceIndex {
    pub fn of(said: &Declarations) -> PlaceIndex {
        let mut index = PlaceIndex {
            codes: vec![0],
            ..PlaceIndex::default()
        };
        let listed: Vec<&(String, Option<String>)> = said.heads.iter().flat_map(|head| &head.places).collect();
        // Division codes nest by their digits; only other words need the list.
        if listed.iter().any(|(code, _)| !code.bytes().all(|b| b.is_ascii_digit())) {
            index.words = listed.iter().map(|(code, _)| code.clone()).collect();
        }
        let parent =
            |(_, parent): &&(String, Option<String>)| index.words.iter().position(|word| Some(word) == parent.as_ref());
        index.parents = listed.iter().map(parent).collect();
        if index.words.is_empty() {
            for parameter in said.parameters.values() {
                for (at, (by, _)) in parameter.by.iter().enumerate() {
                    if said
                        .variables
                        .get(by)
                        .is_some_and(|variable| variable.ty == Type::Place)
                    {
                        for value in &parameter.values {
                            index.add(value.keys[at].as_ref());
                        }
                    }
                }
            }
        }
        index
    }

    fn add(&mut self, key: Option<&Literal>) {
        let Some(code) = key.and_then(|literal| literal.text.parse::<i64>().ok()) else {
            return;
        };
        if !self.slots.contains_key(&code) {
            self.slots.insert(code, self.codes.len() as u32);
            self.codes.push(code);
        }
    }

    pub fn has_words(&self) -> bool {
        !self.words.is_empty()
    }

    pub fn slot_count(&self) -> usize {
        if self.has_words() {
            self.words.len()
        } else {
            self.codes.len()
        }
    }

    /// The nearest slot at or above a division.
    #[inline]
    pub fn slot(&self, code: i64) -> u32 {
        let mut at = code;
        while at > 0 {
            if let Some(slot) = self.slots.get(&at) {
                return *slot;
            }
            at = parent_division(at);
        }
        0
    }

    pub fn slot_word(&self, slot: usize) -> String {
        if self.has_words() {
            self.words.get(slot).cloned().unwrap_or_default()
        } else {
            self.codes.get(slot).map(i64::to_string).unwrap_or_default()
        }
    }

    /// A value's key and how many steps above the slot it lies; `None` where it does not hold there.
    fn distance(&self, slot: usize, key: &str) -> Option<usize> {
        if self.has_words() {
            let mut at = Some(slot);
            let mut steps = 0;
            while let Some(here) = at {
                if self.words[here] == key {
                    return Some(steps);
                }
                at = self.parents[here];
                steps += 1;
            }
            return None;
        }
        let mut at = self.codes[slot];
        let mut steps = 0;
        while at > 0 {
            if at.to_string() == key {
                return Some(steps);
            }
            at = parent_division(at);
            steps += 1;
        }
        None
    }

    /// A value as written, as a raw integer of its type.
    pub fn literal(&self, text: &str, ty: &Type) -> Result<Int, String> {
        let whole = |value: Option<i64>| value.map(|raw| Int::constant(raw, 0));
        let found = match ty {
            Type::Bool => match text {
                "true" => Some(Int::constant(1, 0)),
                "false" => Some(Int::constant(0, 0)),
                _ => None,
            },
            Type::Count(_) => whole(text.replace(['_', ','], "").parse().ok()),
            Type::Date => whole(calendar::parse_day(text).map(i64::from)),
            Type::Month => whole(calendar::parse_day(&format!("{text}-01")).map(|day| {
                let (year, month, _) = calendar::civil(i64::from(day));
                year * 12 + month - 1
            })),
            Type::Enum(values) => {
                let word = text.trim_matches('\'');
                let at = values.iter().position(|value| value == word);
                if at.is_none() {
                    let near = nearest(word, values.iter().map(String::as_str));
                    let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                    return Err(format!("`{word}` is not one of {}{near}", values.join(", ")));
                }
                whole(at.map(|at| at as i64))
            }
            Type::Place if self.has_words() => {
                whole(self.words.iter().position(|word| word == text).map(|at| at as i64))
            }
            Type::Place => whole(text.parse().ok()),
            Type::Money(_) | Type::Rate | Type::Ratio | Type::Number => Decimal::parse(text).and_then(|decimal| {
                let raw = i64::try_from(decimal.raw).ok()?;
                Some(Int::constant(raw, decimal.scale))
            }),
            Type::Text | Type::Unknown => None,
        };
        found.ok_or_else(|| format!("`{text}` is not a {ty}"))
    }
}

/// One key of a parameter: its register and how many values it takes.
struct KeyPart {
    src: Src,
    size: usize,
    ty: Type,
}

impl<'p> Lowering<'p> {
    pub fn parameter(&mut self, name: &str, context: Entity, spot: Spot) -> Option<Typed> {
        let said = self.said;
        let parameter = said.parameters.get(name)?;
        self.used.insert(name.to_owned());
        let mut keys = Vec::new();
        for (by, by_spot) in &parameter.by {
            keys.push(self.key(by, context, *by_spot, spot)?);
        }
        let value = if keys.is_empty() {
            self.single(parameter)
        } else {
            self.table(parameter, &keys)
        }?;
        let typed = Typed {
            ty: parameter.ty.clone(),
            value,
        };
        if !self.parameter_values.iter().any(|(known, _)| known == name) {
            self.parameter_values.push((name.to_owned(), typed.clone()));
        }
        Some(typed)
    }

    fn key(&mut self, by: &str, context: Entity, by_spot: Spot, spot: Spot) -> Option<KeyPart> {
        let said = self.said;
        let Some(variable) = said.variables.get(by) else {
            let near = nearest(by, said.variables.keys().map(String::as_str));
            let finding = Finding::new(Fault::UnknownName, by_spot, format!("there is no variable `{by}`"));
            self.report_with(match near {
                Some(near) => finding.propose(format!("did you mean `{near}`?")),
                None => finding,
            });
            return None;
        };
        if context == Entity::Row || variable.entity > context {
            self.report(
                Fault::WrongEntity,
                spot,
                format!(
                    "this parameter depends on `{by}` of a {}, which is not known here",
                    variable.entity.word()
                ),
            );
            return None;
        }
        let typed = self.variable(by)?;
        let (src, size) = match (&typed.ty, typed.value) {
            (Type::Place, Value::Int(int)) if self.places.has_words() => (int.src, self.places.slot_count()),
            (Type::Place, Value::Int(int)) => (self.builder.emit(Op::PlaceSlot(int.src)), self.places.slot_count()),
            (Type::Enum(values), Value::Int(int)) => (int.src, values.len()),
            (Type::Bool, Value::Bool(src)) => (self.builder.emit(Op::Number(src)), 2),
            (Type::Count(_), Value::Int(int)) if int.low >= 0 && int.high < 1000 => (int.src, int.high as usize + 1),
            (ty, _) => {
                let message = format!("a parameter cannot be looked up by a {ty}: use a place, an enum or a bool");
                self.report(Fault::TypeMismatch, by_spot, message);
                return None;
            }
        };
        Some(KeyPart {
            src,
            size,
            ty: typed.ty,
        })
    }

    fn single(&mut self, parameter: &Parameter) -> Option<Value> {
        match best(parameter, self.as_of, |_| Some(0)) {
            Some(value) => self.literal_value(&parameter.values[value].value, &parameter.ty),
            None => {
                let day = calendar::written(i64::from(self.as_of));
                let what = format!("param {} on {day}", parameter.name);
                Some(self.missing_value(what, &parameter.ty, Entity::Household))
            }
        }
    }

    fn table(&mut self, parameter: &Parameter, keys: &[KeyPart]) -> Option<Value> {
        let cells: usize = keys.iter().map(|key| key.size).product();
        if cells > CELLS_MAX {
            self.report(Fault::Shape, parameter.spot, format!("{cells} combinations of keys"));
            return None;
        }
        let known = self.tables.iter().position(|table| table.parameter == parameter.name);
        let number = match known {
            Some(number) => number,
            None => {
                let table = self.fill(parameter, keys, cells)?;
                self.tables.push(table);
                self.tables.len() - 1
            }
        };
        let mut index = Src::Const(0);
        for key in keys {
            let scaled = self.builder.emit(Op::Multiply(index, Src::Const(key.size as i64)));
            index = self.builder.emit(Op::Add(scaled, key.src));
        }
        let table = &self.tables[number];
        let values = || {
            table
                .values
                .iter()
                .zip(&table.known)
                .filter(|(_, known)| **known == 1)
                .map(|(v, _)| *v)
        };
        let low = values().min().unwrap_or(0).into();
        let high = values().max().unwrap_or(0).into();
        let src = self.builder.emit(Op::Lookup(number as u32, index));
        let scale = self.table_scale(parameter);
        if parameter.ty == Type::Bool {
            return Some(Value::Bool(self.builder.emit(Op::Equal(src, Src::Const(1)))));
        }
        Some(Value::Int(Int { src, scale, low, high }))
    }

    fn table_scale(&self, parameter: &Parameter) -> u8 {
        if !parameter.ty.is_number() {
            return 0;
        }
        let scales = parameter
            .values
            .iter()
            .filter_map(|v| Decimal::parse(&v.value.text))
            .map(|d| d.scale);
        scales.max().unwrap_or(0)
    }

    fn fill(&mut self, parameter: &Parameter, keys: &[KeyPart], cells: usize) -> Option<Table> {
        let scale = self.table_scale(parameter);
        let mut raws = Vec::new();
        for value in &parameter.values {
            let int = self.literal(&value.value, &parameter.ty)?;
            let raw = i64::try_from(i128::from(raw_of(int)) * 10i128.pow(u32::from(scale - int.scale)));
            raws.push(raw.ok()?);
        }
        let mut wrong = Vec::new();
        for value in &parameter.values {
            for (key, part) in value.keys.iter().zip(keys) {
                if let Some(key) = key
                    .as_ref()
                    .filter(|key| self.places.literal(&key.text, &part.ty).is_err())
                {
                    wrong.push((key.clone(), part.ty.clone()));
                }
            }
        }
        let mut table = Table {
            parameter: parameter.name.clone(),
            values: vec![0; cells],
            known: vec![0; cells],
            complete: true,
            chosen: vec![u32::MAX; cells],
            keys: keys.iter().map(|key| (key.size, key.ty.clone())).collect(),
        };
        for cell in 0..cells {
            let found = best(parameter, self.as_of, |value| self.fits(value, keys, cell));
            match found {
                Some(at) => {
                    table.values[cell] = raws[at];
                    table.known[cell] = 1;
                    table.chosen[cell] = at as u32;
                }
                None => table.complete = false,
            }
        }
        // Cells without a value still lie within the bounds of the others, which later arithmetic relies on.
        let known = table
            .values
            .iter()
            .zip(&table.known)
            .filter(|(_, known)| **known == 1)
            .map(|(value, _)| *value);
        let least = known.min().unwrap_or(0);
        for (value, known) in table.values.iter_mut().zip(&table.known) {
            if *known == 0 {
                *value = least;
            }
        }
        for (key, ty) in wrong {
            self.literal(&key, &ty);
        }
        Some(table)
    }

    /// How far a value's keys lie from a cell's: 0 is exact; `None` where it does not hold there.
    fn fits(&self, value: &ParameterValue, keys: &[KeyPart], cell: usize) -> Option<usize> {
        let mut rest = cell;
        let mut far = 0;
        for (part, key) in keys.iter().zip(&value.keys).rev() {
            let at = rest % part.size;
            rest /= part.size;
            let Some(key) = key else {
                // Said for all: further away than any place above.
                far += 100;
                continue;
            };
            far += match &part.ty {
                Type::Place => self.places.distance(at, &key.text)?,
                ty => {
                    let int = self.places.literal(&key.text, ty).ok()?;
                    (raw_of(int) == at as i64).then_some(0)?
                }
            };
        }
        Some(far)
    }
}

fn raw_of(int: Int) -> i64 {
    match int.src {
        Src::Const(raw) => raw,
        Src::Reg(_) => 0,
    }
}

/// The value in force on a day whose keys lie nearest; a deeper pack and a later start win.
pub fn best(parameter: &Parameter, day: i32, far: impl Fn(&ParameterValue) -> Option<usize>) -> Option<usize> {
    parameter
        .values
        .iter()
        .enumerate()
        .filter(|(_, value)| value.from <= day && value.to.is_none_or(|to| to >= day))
        .filter_map(|(at, value)| Some((far(value)?, std::cmp::Reverse((value.depth, value.from)), at)))
        .min()
        .map(|(.., at)| at)
}

impl Table {
    /// The keys of a cell in words, for a message that names what has no value.
    pub fn cell_words(&self, cell: usize, places: &PlaceIndex) -> Vec<String> {
        let mut rest = cell;
        let mut words = Vec::new();
        for (size, ty) in self.keys.iter().rev() {
            let at = rest % size;
            rest /= size;
            words.push(match ty {
                Type::Place => places.slot_word(at),
                Type::Enum(values) => values.get(at).cloned().unwrap_or_default(),
                Type::Bool => (at == 1).to_string(),
                _ => at.to_string(),
            });
        }
        words.reverse();
        words
    }
}

/// Whether a variable's value is given rather than worked out.
pub fn is_given(origin: &Origin) -> bool {
    matches!(origin, Origin::Input | Origin::Registry | Origin::Feed(_))
}
