//! Reading `cases.yaml`: defaults that a file's cases share, and the cases themselves.

use std::collections::BTreeMap;

use anwang_domain::Day;

use crate::compile::lowering::Mode;
use crate::pack::Pack;
use crate::source::fields::{Fields, Reading};
use crate::source::spot::{Diagnostic, Fault, Spot};
use crate::source::yaml::{Node, parse};

/// Values by name; `None` was written as `null` and un-sets a default.
pub type Given = BTreeMap<String, Option<String>>;

#[derive(Debug)]
pub struct Case {
    pub spot: Spot,
    pub name: String,
    pub article: String,
    /// The programme whose folder the case lies in.
    pub programme: Option<String>,
    pub as_of: Day,
    pub mode: Mode,
    pub household: Given,
    pub persons: Vec<(String, Given)>,
    /// Values that a case brings instead of the pack's.
    pub parameters: Vec<(String, String)>,
    /// Evaluated on so many days, a month apart; `expect_total` holds the sums.
    pub months: i32,
    pub expect: Vec<(String, Node)>,
    pub expect_total: Vec<(String, Node)>,
}

#[derive(Default)]
struct Defaults<'n> {
    as_of: Option<&'n Node>,
    place: Option<&'n Node>,
    area: Option<&'n Node>,
    household: Given,
    person: Given,
}

/// Cases of the leaf pack, in the order of its files.
pub fn cases(pack: &Pack) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let folder = leaf_folder(pack);
    let mut reading = Reading::default();
    let mut found = Vec::new();
    for (spot, node) in &pack.said.cases {
        let path = pack.sources.path(*spot);
        if path.starts_with(folder) {
            file(node, programme_of(path), &mut reading, &mut found);
        }
    }
    if reading.findings.is_empty() {
        Ok(found)
    } else {
        Err(reading
            .findings
            .into_iter()
            .map(|finding| finding.resolve(&pack.sources))
            .collect())
    }
}

fn leaf_folder(pack: &Pack) -> &str {
    let leaf = pack.heads().last().map_or("", |head| head.name.as_str());
    let head = pack.files().iter().find(|(path, text)| {
        path.ends_with("pack.yaml")
            && parse(0, text).is_ok_and(|node| node.get("pack").and_then(Node::text) == Some(leaf))
    });
    head.map_or("", |(path, _)| path.trim_end_matches("pack.yaml"))
}

fn programme_of(path: &str) -> Option<String> {
    let (_, below) = path.rsplit_once("programmes/")?;
    below.split('/').next().map(str::to_owned)
}

fn file(node: &Node, programme: Option<String>, reading: &mut Reading, found: &mut Vec<Case>) {
    let Some(mut fields) = Fields::of(node, reading) else {
        return;
    };
    let defaults = fields
        .take("defaults")
        .map(|node| defaults(node, reading))
        .unwrap_or_default();
    let list = fields.take("cases");
    fields.done(reading);
    match list.and_then(Node::list) {
        Some(cases) => found.extend(
            cases
                .iter()
                .filter_map(|node| case(node, &defaults, &programme, reading)),
        ),
        None => reading.report(Fault::Shape, node.spot, "`cases` is a list"),
    }
}

fn defaults<'n>(node: &'n Node, reading: &mut Reading) -> Defaults<'n> {
    let Some(mut fields) = Fields::of(node, reading) else {
        return Defaults::default();
    };
    let defaults = Defaults {
        as_of: fields.take("as_of"),
        place: fields.take("place"),
        area: fields.take("area"),
        household: given(fields.take("household"), reading),
        person: given(fields.take("person"), reading),
    };
    fields.done(reading);
    defaults
}

fn case(node: &Node, defaults: &Defaults<'_>, programme: &Option<String>, reading: &mut Reading) -> Option<Case> {
    let mut fields = Fields::of(node, reading)?;
    let name = fields.needed("name", reading)?;
    let article = fields.needed("article", reading)?;
    let as_of = fields.take("as_of").or(defaults.as_of);
    let mut household = defaults.household.clone();
    for (key, default) in [("place", defaults.place), ("area", defaults.area)] {
        if let Some(value) = fields.take(key).or(default) {
            household.insert(key.to_owned(), word(value));
        }
    }
    household.extend(given(fields.take("household"), reading));
    let persons = persons(fields.needed("persons", reading)?, defaults, reading);
    let mode = match fields.take("mode").and_then(Node::text) {
        Some("scan") => Mode::Scan,
        _ => Mode::Case,
    };
    let parameters = given(fields.take("parameters"), reading);
    let months = fields
        .take("months")
        .and_then(Node::text)
        .and_then(|text| text.parse().ok());
    let expect = expectations(fields.take("expect"));
    let expect_total = expectations(fields.take("expect_total"));
    fields.take("note");
    fields.done(reading);
    if expect.is_empty() && expect_total.is_empty() {
        reading.report(Fault::Shape, node.spot, "a case that expects nothing holds nothing");
    }
    let Some(as_of) = as_of.and_then(Node::text).and_then(Day::parse) else {
        reading.report(Fault::Shape, node.spot, "`as_of` is a day, like 2026-08-01");
        return None;
    };
    Some(Case {
        spot: name.spot,
        name: name.text()?.to_owned(),
        article: article.text()?.to_owned(),
        programme: programme.clone(),
        as_of,
        mode,
        household,
        persons,
        parameters: parameters
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect(),
        months: months.unwrap_or(1),
        expect,
        expect_total,
    })
}

fn persons(node: &Node, defaults: &Defaults<'_>, reading: &mut Reading) -> Vec<(String, Given)> {
    let Some(list) = node.list() else {
        reading.report(Fault::Shape, node.spot, "`persons` is a list");
        return Vec::new();
    };
    let mut found = Vec::new();
    for (at, node) in list.iter().enumerate() {
        let mut values = defaults.person.clone();
        values.extend(given(Some(node), reading));
        let id = values
            .remove("id")
            .flatten()
            .unwrap_or_else(|| format!("person {}", at + 1));
        found.push((id, values));
    }
    found
}

fn given(node: Option<&Node>, reading: &mut Reading) -> Given {
    let Some(node) = node else { return Given::new() };
    let Some(entries) = node.map() else {
        reading.report(Fault::Shape, node.spot, "expected `name: value` pairs");
        return Given::new();
    };
    entries
        .iter()
        .map(|(key, value)| (key.text.clone(), word(value)))
        .collect()
}

fn word(node: &Node) -> Option<String> {
    if node.is_null() {
        None
    } else {
        node.text().map(str::to_owned)
    }
}

fn expectations(node: Option<&Node>) -> Vec<(String, Node)> {
    let entries = node.and_then(Node::map).unwrap_or_default();
    entries
        .iter()
        .map(|(key, value)| (key.text.clone(), value.clone()))
        .collect()
}
