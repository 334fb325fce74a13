//! Reading one mapping: keys taken one after another, what is left over is reported with the nearest known key.

use super::declaration::{Literal, Words};
use super::spot::{Fault, Finding, Spot};
use super::yaml::{Key, Node, NodeKind};
use crate::calendar;
use crate::expression::parse::{self, Numbering, Origin};
use crate::expression::syntax::Expr;
use crate::nearest::nearest;

/// The entries of a mapping with what has been asked for so far.
pub struct Fields<'n> {
    entries: &'n [(Key, Node)],
    asked: Vec<&'static str>,
    pub spot: Spot,
}

/// What every reader carries: the findings so far and the numbers of expression nodes.
#[derive(Default)]
pub struct Reading {
    pub findings: Vec<Finding>,
    pub numbering: Numbering,
    /// Keys of parameter values whose order only the parent pack says: place of the value, then name and word of each.
    pub deferred_keys: Vec<(Spot, Vec<DeferredKey>)>,
}

pub type DeferredKey = (String, Option<Literal>, Spot);

impl Reading {
    pub fn report(&mut self, fault: Fault, spot: Spot, message: impl Into<String>) {
        self.findings.push(Finding::new(fault, spot, message));
    }

    pub fn expression(&mut self, node: &Node) -> Option<Expr> {
        let Some(text) = node.text() else {
            self.report(Fault::Shape, node.spot, "expected an expression");
            return None;
        };
        let plain = matches!(node.kind, NodeKind::Scalar { plain: true, .. });
        let characters = text.chars().count() as u32;
        let skip = match (plain, node.spot.length) {
            (true, length) if length == characters => Some(0),
            (false, length) if length == characters + 2 => Some(1),
            _ => None,
        };
        match parse::parse(text, Origin { spot: node.spot, skip }, &mut self.numbering) {
            Ok(expr) => Some(expr),
            Err(finding) => {
                self.findings.push(finding);
                None
            }
        }
    }
}

impl<'n> Fields<'n> {
    pub fn of(node: &'n Node, reading: &mut Reading) -> Option<Fields<'n>> {
        match node.map() {
            Some(entries) => Some(Fields {
                entries,
                asked: Vec::new(),
                spot: node.spot,
            }),
            None => {
                reading.report(Fault::Shape, node.spot, "expected `key: value` lines");
                None
            }
        }
    }

    pub fn at(mut self, spot: Spot) -> Self {
        self.spot = spot;
        self
    }

    pub fn take(&mut self, key: &'static str) -> Option<&'n Node> {
        self.asked.push(key);
        self.entries.iter().find(|(k, _)| k.text == key).map(|(_, node)| node)
    }

    pub fn text(&mut self, key: &'static str, reading: &mut Reading) -> Option<&'n str> {
        let node = self.take(key)?;
        let text = node.text();
        if text.is_none() {
            reading.report(Fault::Shape, node.spot, format!("`{key}` is one word or text"));
        }
        text
    }

    pub fn needed(&mut self, key: &'static str, reading: &mut Reading) -> Option<&'n Node> {
        let found = self.take(key);
        if found.is_none() {
            reading.report(Fault::Shape, self.spot, format!("`{key}` is missing"));
        }
        found
    }

    pub fn flag(&mut self, key: &'static str, reading: &mut Reading) -> bool {
        match self.take(key).map(|node| (node.text(), node.spot)) {
            None | Some((Some("false"), _)) => false,
            Some((Some("true"), _)) => true,
            Some((_, spot)) => {
                reading.report(Fault::Shape, spot, format!("`{key}` is true or false"));
                false
            }
        }
    }

    pub fn day(&mut self, key: &'static str, reading: &mut Reading) -> Option<i32> {
        let node = self.take(key)?;
        let day = node.text().and_then(calendar::parse_day);
        if day.is_none() {
            reading.report(Fault::Shape, node.spot, format!("`{key}` is a day such as 2026-07-01"));
        }
        day
    }

    pub fn words(&mut self, key: &'static str, reading: &mut Reading) -> Words {
        self.take(key).map_or_else(Words::default, |node| words(node, reading))
    }

    /// One citation or a list of them.
    pub fn citations(&mut self, key: &'static str, reading: &mut Reading) -> Vec<String> {
        let Some(node) = self.take(key) else { return Vec::new() };
        match &node.kind {
            NodeKind::Scalar { text, .. } if !text.is_empty() => vec![text.clone()],
            NodeKind::List(items) => items.iter().filter_map(|item| item.text().map(str::to_owned)).collect(),
            _ => {
                reading.report(
                    Fault::Shape,
                    node.spot,
                    format!("`{key}` is a citation or a list of them"),
                );
                Vec::new()
            }
        }
    }

    pub fn literal(&mut self, key: &'static str) -> Option<Literal> {
        self.take(key).and_then(literal)
    }

    pub fn rest(&self) -> impl Iterator<Item = &'n (Key, Node)> + '_ {
        self.entries
            .iter()
            .filter(|(key, _)| !self.asked.iter().any(|asked| *asked == key.text))
    }

    /// Reports every key that nobody asked for.
    pub fn done(self, reading: &mut Reading) {
        for (key, _) in self.rest() {
            let finding = Finding::new(Fault::Shape, key.spot, format!("`{}` is not a key here", key.text));
            reading
                .findings
                .push(match nearest(&key.text, self.asked.iter().copied()) {
                    Some(known) => finding.propose(format!("did you mean `{known}`?")),
                    None => finding.propose(format!("known here: {}", self.asked.join(", "))),
                });
        }
    }
}

pub fn literal(node: &Node) -> Option<Literal> {
    node.text().map(|text| Literal {
        text: text.to_owned(),
        spot: node.spot,
    })
}

/// `{zh: …, en: …}`, or one text for both.
pub fn words(node: &Node, reading: &mut Reading) -> Words {
    if let Some(text) = node.text() {
        return Words {
            zh: text.to_owned(),
            en: text.to_owned(),
        };
    }
    let Some(mut fields) = Fields::of(node, reading) else {
        return Words::default();
    };
    let zh = fields.text("zh", reading).unwrap_or_default().to_owned();
    let en = fields.text("en", reading).unwrap_or_default().to_owned();
    fields.done(reading);
    Words { zh, en }
}
