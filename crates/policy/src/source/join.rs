//! From the files of several packs to one text: each file read, parents before children, restatements applied.

use std::collections::BTreeMap;

use super::declaration::{Indicator, PackHead, Parameter, Programme, Variable, Words};
use super::fields::{Fields, Reading};
use super::spot::{Fault, Finding, Sources, Spot};
use super::yaml::{self, Node};
use super::{parameters, programmes, variables};
use crate::types::{Entity, Type};

/// Everything that a chain of packs says.
#[derive(Debug, Clone, Default)]
pub struct Declarations {
    /// Root first.
    pub heads: Vec<PackHead>,
    pub variables: BTreeMap<String, Variable>,
    pub parameters: BTreeMap<String, Parameter>,
    pub programmes: Vec<Programme>,
    pub indicators: Vec<Indicator>,
    /// Files with `cases:`, as read.
    pub cases: Vec<(Spot, Node)>,
    pub expressions: usize,
}

struct PackFiles {
    folder: String,
    head: PackHead,
    spot: Spot,
    documents: Vec<Node>,
}

pub fn read(sources: &Sources) -> (Declarations, Vec<Finding>) {
    let mut reading = Reading::default();
    let mut packs = packs(sources, &mut reading);
    let order = order(&packs, &mut reading);
    let mut said = Declarations::default();
    for (depth, at) in order.into_iter().enumerate() {
        said.heads.push(packs[at].head.clone());
        for document in std::mem::take(&mut packs[at].documents) {
            document_into(&mut said, document, depth as u16, &mut reading);
        }
    }
    for (name, parameter) in &said.parameters {
        if parameter.ty == Type::Unknown {
            reading.report(
                Fault::Shape,
                parameter.spot,
                format!("`type` of parameter `{name}` is missing"),
            );
        }
    }
    said.expressions = reading.numbering.count();
    (said, reading.findings)
}

fn is_pack_text(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn packs(sources: &Sources, reading: &mut Reading) -> Vec<PackFiles> {
    let mut packs: Vec<PackFiles> = Vec::new();
    let mut others: Vec<(&str, Node)> = Vec::new();
    for (number, (path, text)) in sources.files.iter().enumerate() {
        if !is_pack_text(path) {
            continue;
        }
        let node = match yaml::parse(number as u16, text) {
            Ok(node) => node,
            Err(finding) => {
                reading.findings.push(finding);
                continue;
            }
        };
        if path == "pack.yaml" || path.ends_with("/pack.yaml") {
            if let Some((head, spot)) = head(&node, reading) {
                packs.push(PackFiles {
                    folder: folder(path).to_owned(),
                    head,
                    spot,
                    documents: Vec::new(),
                });
            }
        } else {
            others.push((path, node));
        }
    }
    for (path, node) in others {
        let owner = packs
            .iter_mut()
            .filter(|pack| pack.folder.is_empty() || path.starts_with(&format!("{}/", pack.folder)))
            .max_by_key(|pack| pack.folder.len());
        match owner {
            Some(pack) => pack.documents.push(node),
            None => reading.report(Fault::Shape, node.spot, "this file lies in no folder with a pack.yaml"),
        }
    }
    if packs.is_empty() {
        reading.report(
            Fault::Shape,
            Spot {
                line: 1,
                column: 1,
                ..Spot::default()
            },
            "there is no pack.yaml",
        );
    }
    packs
}

fn head(node: &Node, reading: &mut Reading) -> Option<(PackHead, Spot)> {
    let mut fields = Fields::of(node, reading)?;
    let name = fields.needed("pack", reading)?;
    let title = fields.words("title", reading);
    let extends = fields
        .take("extends")
        .and_then(|node| Some((node.text()?.to_owned(), node.spot)));
    let place = fields.text("place", reading).map(str::to_owned);
    let version = fields.text("version", reading).unwrap_or_default().to_owned();
    fields.citations("basis", reading);
    fields.take("note");
    let mut places = Vec::new();
    for item in fields.take("places").and_then(Node::list).unwrap_or_default() {
        let Some(mut place) = Fields::of(item, reading) else {
            continue;
        };
        let code = place.needed("code", reading).and_then(Node::text);
        let parent = place.text("parent", reading).map(str::to_owned);
        place.take("name");
        place.done(reading);
        places.extend(code.map(|code| (code.to_owned(), parent)));
    }
    fields.done(reading);
    let head = PackHead {
        name: name.text()?.to_owned(),
        title,
        extends,
        place,
        version,
        places,
    };
    Some((head, name.spot))
}

/// Indices of packs, root first: the one that no other extends is the leaf.
fn order(packs: &[PackFiles], reading: &mut Reading) -> Vec<usize> {
    let named = |name: &str| packs.iter().position(|pack| pack.head.name == name);
    let extended: Vec<usize> = packs
        .iter()
        .filter_map(|pack| named(&pack.head.extends.as_ref()?.0))
        .collect();
    let leaves: Vec<usize> = (0..packs.len()).filter(|at| !extended.contains(at)).collect();
    let Some(&leaf) = leaves.first() else {
        if let Some(pack) = packs.first() {
            reading.report(Fault::Cycle, pack.spot, "packs extend each other in a circle");
        }
        return Vec::new();
    };
    for &other in leaves.iter().skip(1) {
        reading.report(
            Fault::Shape,
            packs[other].spot,
            format!(
                "packs `{}` and `{}` both stand at the end",
                packs[leaf].head.name, packs[other].head.name
            ),
        );
    }
    let mut order = vec![leaf];
    let mut at = leaf;
    while let Some((parent, spot)) = &packs[at].head.extends {
        match named(parent) {
            Some(next) if order.contains(&next) => {
                reading.report(Fault::Cycle, *spot, "packs extend each other in a circle");
                break;
            }
            Some(next) => {
                order.push(next);
                at = next;
            }
            None => {
                reading.report(
                    Fault::UnknownName,
                    *spot,
                    format!("the files of pack `{parent}` were not given"),
                );
                break;
            }
        }
    }
    order.reverse();
    order
}

fn document_into(said: &mut Declarations, node: Node, depth: u16, reading: &mut Reading) {
    if node.get("cases").is_some() {
        said.cases.push((node.spot, node));
        return;
    }
    let Some(mut fields) = Fields::of(&node, reading) else {
        return;
    };
    let programme = if fields.take("programme").is_some() {
        programmes::read(&mut fields, reading)
    } else {
        None
    };
    let own_variables = fields.take("variables").map(|node| variables::read(node, reading));
    let own_parameters = fields.take("parameters").map(|node| parameters::read(node, reading));
    let own_indicators = fields
        .take("indicators")
        .map(|node| programmes::indicators(node, reading));
    fields.take("note");
    fields.done(reading);
    for (variable, replaces) in own_variables.unwrap_or_default() {
        add_variable(said, variable, replaces, reading);
    }
    for parameter in own_parameters.unwrap_or_default() {
        add_parameter(said, parameter, depth, reading);
    }
    if let Some(programme) = programme {
        add_programme(said, programme, reading);
    }
    said.indicators.extend(own_indicators.unwrap_or_default());
}

fn add_variable(said: &mut Declarations, variable: Variable, replaces: bool, reading: &mut Reading) {
    match said.variables.get(&variable.name) {
        Some(_) if !replaces => reading.findings.push(
            Finding::new(
                Fault::Duplicate,
                variable.spot,
                format!("`{}` is declared twice", variable.name),
            )
            .propose("give it another name, or say `replaces: <reason>`"),
        ),
        None if replaces => reading.report(
            Fault::Replaced,
            variable.spot,
            format!("there is no `{}` in a parent pack to replace", variable.name),
        ),
        _ => {
            said.variables.insert(variable.name.clone(), variable);
        }
    }
}

fn add_parameter(said: &mut Declarations, mut parameter: Parameter, depth: u16, reading: &mut Reading) {
    let Some(parent) = said.parameters.get_mut(&parameter.name) else {
        parameter.values.iter_mut().for_each(|value| value.depth = depth);
        said.parameters.insert(parameter.name.clone(), parameter);
        return;
    };
    let own_order = std::mem::take(&mut parameter.by);
    for mut value in parameter.values {
        value.depth = depth;
        let named = reading.deferred_keys.iter().position(|(spot, _)| *spot == value.spot);
        let named = named
            .map(|at| reading.deferred_keys.swap_remove(at).1)
            .unwrap_or_default();
        let mut keys = vec![None; parent.by.len()];
        let own = own_order
            .iter()
            .zip(&value.keys)
            .map(|((name, spot), key)| (name.clone(), key.clone(), *spot));
        for (name, key, spot) in own.chain(named) {
            match parent.by.iter().position(|(by, _)| *by == name) {
                Some(at) => keys[at] = key,
                None => reading.report(
                    Fault::Shape,
                    spot,
                    format!("parameter `{}` has no key `{name}` in its parent pack", parameter.name),
                ),
            }
        }
        value.keys = keys;
        parent.values.push(value);
    }
}

fn add_programme(said: &mut Declarations, programme: Programme, reading: &mut Reading) {
    let known = said.programmes.iter_mut().find(|known| known.name == programme.name);
    match (known, programme.entity) {
        (None, Entity::Row) => reading.report(
            Fault::Replaced,
            programme.spot,
            format!("there is no programme `{}` in a parent pack to replace", programme.name),
        ),
        (None, _) => said.programmes.push(programme),
        (Some(parent), _) => restate(parent, programme),
    }
}

/// Conditions and exclusions replace those of the same name, everything else that is said replaces the parent's.
fn restate(parent: &mut Programme, child: Programme) {
    for condition in child.conditions {
        match parent.conditions.iter_mut().find(|known| known.id == condition.id) {
            Some(known) => *known = condition,
            None => parent.conditions.push(condition),
        }
    }
    for exclusion in child.exclusions {
        match parent
            .exclusions
            .iter_mut()
            .find(|known| known.programme == exclusion.programme)
        {
            Some(known) => *known = exclusion,
            None => parent.exclusions.push(exclusion),
        }
    }
    if child.title != Words::default() {
        parent.title = child.title;
    }
    if child.in_force != (None, None) {
        parent.in_force = child.in_force;
    }
    if !child.higher_of.is_empty() {
        parent.higher_of = child.higher_of;
    }
    parent.amount = child.amount.or(parent.amount.take());
    parent.received = child.received.or(parent.received.take());
    parent.paid = child.paid.or(parent.paid.take());
    parent.basis.extend(child.basis);
    parent.further.extend(child.further);
}
