//! Reading a programme's `rules.yaml` and indicators.

use super::declaration::{Amount, Condition, Exclusion, Indicator, Programme, RoundMode, Rounding, Words};
use super::fields::{Fields, Reading};
use super::spot::Fault;
use super::variables::entity;
use super::yaml::{Key, Node, NodeKind};
use crate::expression::syntax::Expr;
use crate::types::Entity;

/// What a programme says that the engine passes on as it stands.
const FURTHER: [&str; 10] = [
    "clocks",
    "review",
    "notice",
    "pay",
    "grace",
    "documents",
    "steps",
    "apply",
    "refer",
    "survey",
];

/// A condition list has a limit because `<programme>_unmet` is a mask of 63 bits.
const CONDITIONS_MAX: usize = 60;

pub fn read(fields: &mut Fields<'_>, reading: &mut Reading) -> Option<Programme> {
    let name = fields.needed("programme", reading)?;
    let title = fields.words("title", reading);
    // A child pack that restates a programme may leave out whose it is; `Entity::Row` stands for "as the parent says".
    let restated = fields.take("replaces").is_some() && fields.take("of").is_none();
    let entity = if restated {
        Some(Entity::Row)
    } else {
        entity(fields, reading)
    };
    let layer = fields.text("layer", reading).unwrap_or_default().to_owned();
    let basis = fields.citations("basis", reading);
    let in_force = fields
        .take("in_force")
        .map_or((None, None), |node| period(node, reading));
    let conditions: Vec<Condition> = items(fields.take("conditions"), reading, |fields, reading| {
        condition(fields, reading)
    });
    let exclusions = items(fields.take("exclusions"), reading, |fields, reading| {
        exclusion(fields, reading)
    });
    let higher_of = match fields.take("higher_of").map(|node| (&node.kind, node.spot)) {
        None => Vec::new(),
        Some((NodeKind::List(items), _)) => items
            .iter()
            .filter_map(|item| item.text().map(|t| (t.to_owned(), item.spot)))
            .collect(),
        Some((_, spot)) => {
            reading.report(Fault::Shape, spot, "`higher_of` is a list of programmes");
            Vec::new()
        }
    };
    let amount = fields.take("amount").and_then(|node| amount(node, reading));
    let received = fields.take("received").and_then(|node| reading.expression(node));
    let paid = fields.take("paid").and_then(|node| reading.expression(node));
    let mut further = serde_json::Map::new();
    for key in FURTHER {
        if let Some(node) = fields.take(key) {
            further.insert(key.to_owned(), node.to_json());
        }
    }
    if conditions.len() + exclusions.len() > CONDITIONS_MAX {
        reading.report(
            Fault::Shape,
            name.spot,
            format!("more than {CONDITIONS_MAX} conditions"),
        );
    }
    Some(Programme {
        name: name.text()?.to_owned(),
        spot: name.spot,
        title,
        entity: entity?,
        layer,
        basis,
        in_force,
        conditions,
        exclusions,
        higher_of,
        amount,
        received,
        paid,
        further,
    })
}

fn items<T>(
    node: Option<&Node>,
    reading: &mut Reading,
    mut read: impl FnMut(&mut Fields<'_>, &mut Reading) -> Option<T>,
) -> Vec<T> {
    let Some(node) = node else { return Vec::new() };
    let Some(list) = node.list() else {
        reading.report(Fault::Shape, node.spot, "expected a list");
        return Vec::new();
    };
    let mut found = Vec::new();
    for item in list {
        let Some(mut fields) = Fields::of(item, reading) else {
            continue;
        };
        found.extend(read(&mut fields, reading));
        fields.done(reading);
    }
    found
}

fn condition(fields: &mut Fields<'_>, reading: &mut Reading) -> Option<Condition> {
    let id = fields.needed("id", reading)?;
    let test = fields.needed("test", reading)?;
    let needs = fields.take("needs");
    if let Some(needs) = needs.filter(|node| node.text() != Some("check")) {
        reading.report(Fault::Shape, needs.spot, "`needs` is check");
    }
    let met = fields.words("met", reading);
    let unmet = fields.words("unmet", reading);
    let basis = fields.citations("basis", reading);
    fields.take("replaces");
    fields.take("note");
    Some(Condition {
        id: id.text()?.to_owned(),
        spot: id.spot,
        test: reading.expression(test)?,
        needs_check: needs.is_some(),
        met,
        unmet,
        basis,
    })
}

fn exclusion(fields: &mut Fields<'_>, reading: &mut Reading) -> Option<Exclusion> {
    let programme = fields.needed("programme", reading)?;
    let basis = fields.citations("basis", reading);
    let met = fields.words("met", reading);
    let unmet = fields.words("unmet", reading);
    fields.take("note");
    Some(Exclusion {
        programme: programme.text()?.to_owned(),
        spot: programme.spot,
        basis,
        met,
        unmet,
    })
}

fn period(node: &Node, reading: &mut Reading) -> (Option<i32>, Option<i32>) {
    let Some(mut fields) = Fields::of(node, reading) else {
        return (None, None);
    };
    let period = (fields.day("from", reading), fields.day("to", reading));
    fields.done(reading);
    period
}

fn amount(node: &Node, reading: &mut Reading) -> Option<Amount> {
    if node.text().is_some() {
        let value = reading.expression(node)?;
        return Some(Amount { value, round: None });
    }
    let mut fields = Fields::of(node, reading)?;
    let value = fields.needed("value", reading)?;
    let round = fields.take("round").and_then(|node| rounding(node, reading));
    fields.take("basis");
    fields.take("note");
    fields.done(reading);
    Some(Amount {
        value: reading.expression(value)?,
        round,
    })
}

fn rounding(node: &Node, reading: &mut Reading) -> Option<Rounding> {
    let mut fields = Fields::of(node, reading)?;
    let to = fields.needed("to", reading)?;
    let mode = fields.needed("mode", reading)?;
    fields.done(reading);
    let decimals = match to.text() {
        Some("fen") => 2,
        Some("jiao") => 1,
        Some("yuan") => 0,
        _ => {
            reading.report(Fault::Shape, to.spot, "`to` is fen, jiao or yuan");
            return None;
        }
    };
    let mode = match mode.text() {
        Some("half_up") => RoundMode::HalfUp,
        Some("up" | "ceil") => RoundMode::Ceil,
        Some("down" | "floor") => RoundMode::Floor,
        _ => {
            reading.report(Fault::Shape, mode.spot, "`mode` is half_up, up or down");
            return None;
        }
    };
    Some(Rounding { decimals, mode })
}

pub fn indicators(node: &Node, reading: &mut Reading) -> Vec<Indicator> {
    let Some(entries) = node.map() else {
        reading.report(Fault::Shape, node.spot, "`indicators:` maps names to declarations");
        return Vec::new();
    };
    entries
        .iter()
        .filter_map(|(key, node)| indicator(key, node, reading))
        .collect()
}

fn indicator(key: &Key, node: &Node, reading: &mut Reading) -> Option<Indicator> {
    let mut fields = Fields::of(node, reading)?.at(key.spot);
    let entity = entity(&mut fields, reading)?;
    let test: Option<Expr> = fields.needed("test", reading).and_then(|node| reading.expression(node));
    let further = fields
        .rest()
        .map(|(key, node)| (key.text.clone(), node.to_json()))
        .collect();
    Some(Indicator {
        name: key.text.clone(),
        spot: key.spot,
        entity,
        test: test?,
        further,
    })
}

/// The texts of an exclusion that says none.
pub fn exclusion_words(title: &Words, met: &Words, unmet: &Words) -> (Words, Words) {
    let or = |given: &Words, zh: String, en: String| {
        if given.zh.is_empty() {
            Words { zh, en }
        } else {
            given.clone()
        }
    };
    (
        or(
            met,
            format!("未享受{}。", title.zh),
            format!("Not covered by {}.", title.en),
        ),
        or(
            unmet,
            format!("已符合{}条件，不能同时享受。", title.zh),
            format!("Covered by {}, which excludes this one.", title.en),
        ),
    )
}
