//! Reading `parameters:`.

use super::declaration::{Parameter, ParameterValue};
use super::fields::{Fields, Reading, literal};
use super::spot::Fault;
use super::variables::value_type;
use super::yaml::{Key, Node, NodeKind};

pub fn read(node: &Node, reading: &mut Reading) -> Vec<Parameter> {
    let Some(entries) = node.map() else {
        reading.report(Fault::Shape, node.spot, "`parameters:` maps names to declarations");
        return Vec::new();
    };
    entries
        .iter()
        .filter_map(|(key, node)| parameter(key, node, reading))
        .collect()
}

fn parameter(key: &Key, node: &Node, reading: &mut Reading) -> Option<Parameter> {
    let mut fields = Fields::of(node, reading)?.at(key.spot);
    // A pack that restates a parameter for its place may leave out what the parent says.
    let restated = fields.take("type").is_none();
    let ty = if restated {
        Some(crate::types::Type::Unknown)
    } else {
        value_type(&mut fields, reading)
    };
    let label = fields.words("label", reading);
    let by = by(fields.take("by"), reading);
    let floor = fields.text("floor", reading);
    if floor.is_some_and(|word| word != "parent") {
        reading.report(Fault::Shape, key.spot, "`floor` is parent");
    }
    let required = fields.flag("required", reading);
    let shared_basis = fields.text("basis", reading).map(str::to_owned);
    fields.take("note");
    fields.take("replaces");
    fields.take("unit");
    let range = fields
        .take("range")
        .and_then(|node| super::variables::range(node, reading));
    let values = fields.take("values");
    let single = fields.literal("value");
    fields.done(reading);
    let mut list = Vec::new();
    match values.map(|node| (&node.kind, node.spot)) {
        Some((NodeKind::List(items), _)) => {
            for item in items {
                list.extend(value(item, &by, restated, shared_basis.as_deref(), reading));
            }
        }
        Some((_, spot)) => reading.report(Fault::Shape, spot, "`values` is a list"),
        None => {}
    }
    if let Some(value) = single {
        list.push(ParameterValue {
            spot: value.spot,
            keys: vec![None; by.len()],
            from: i32::MIN,
            to: None,
            value,
            basis: shared_basis,
            illustrative: false,
            depth: 0,
        });
    }
    if list.is_empty() && !required && !restated && values.is_none() {
        reading.report(
            Fault::Shape,
            key.spot,
            "a parameter has values, or says `required: true`",
        );
    }
    Some(Parameter {
        name: key.text.clone(),
        spot: key.spot,
        ty: ty?,
        label,
        by,
        floor_parent: floor.is_some(),
        required,
        range,
        values: list,
    })
}

fn by(node: Option<&Node>, reading: &mut Reading) -> Vec<(String, super::spot::Spot)> {
    match node.map(|node| (&node.kind, node.spot)) {
        None => Vec::new(),
        Some((NodeKind::List(items), _)) => items
            .iter()
            .filter_map(|item| item.text().map(|text| (text.to_owned(), item.spot)))
            .collect(),
        Some((NodeKind::Scalar { text, .. }, spot)) => vec![(text.clone(), spot)],
        Some((_, spot)) => {
            reading.report(Fault::Shape, spot, "`by` is a list of variables");
            Vec::new()
        }
    }
}

fn value(
    node: &Node,
    by: &[(String, super::spot::Spot)],
    restated: bool,
    shared_basis: Option<&str>,
    reading: &mut Reading,
) -> Option<ParameterValue> {
    let mut fields = Fields::of(node, reading)?;
    let value = fields.needed("value", reading).and_then(literal);
    let from = fields.day("from", reading);
    let to = fields.day("to", reading);
    let basis = fields.text("basis", reading).or(shared_basis).map(str::to_owned);
    let illustrative = fields.flag("illustrative", reading);
    fields.take("note");
    let mut keys = vec![None; by.len()];
    let mut by_name = Vec::new();
    for (key, node) in fields.rest() {
        match by.iter().position(|(name, _)| *name == key.text) {
            Some(at) => keys[at] = literal(node),
            // The parent's `by` is not known yet; `join` puts these in order.
            None if restated && by.is_empty() => by_name.push((key.text.clone(), literal(node), key.spot)),
            None => reading.report(
                Fault::Shape,
                key.spot,
                format!("`{}` is neither a key of a value nor named in `by`", key.text),
            ),
        }
    }
    if !by_name.is_empty() {
        reading.deferred_keys.push((node.spot, by_name));
    }
    Some(ParameterValue {
        spot: node.spot,
        keys,
        from: from.unwrap_or(i32::MIN),
        to,
        value: value?,
        basis,
        illustrative,
        depth: 0,
    })
}
