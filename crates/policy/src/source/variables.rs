//! Reading `variables:`.

use super::declaration::{Ask, FeedAggregate, How, Origin, Variable};
use super::fields::{Fields, Reading, words};
use super::spot::{Fault, Spot};
use super::yaml::{Key, Node, NodeKind};
use crate::decimal::Decimal;
use crate::expression::syntax::{Expr, ExprKind, Operator};
use crate::types::{Entity, Type};

pub fn read(node: &Node, reading: &mut Reading) -> Vec<(Variable, bool)> {
    let Some(entries) = node.map() else {
        reading.report(Fault::Shape, node.spot, "`variables:` maps names to declarations");
        return Vec::new();
    };
    entries
        .iter()
        .filter_map(|(key, node)| variable(key, node, reading))
        .collect()
}

fn variable(key: &Key, node: &Node, reading: &mut Reading) -> Option<(Variable, bool)> {
    let mut fields = Fields::of(node, reading)?.at(key.spot);
    let entity = entity(&mut fields, reading);
    let ty = value_type(&mut fields, reading);
    let label = fields.words("label", reading);
    let basis = fields.citations("basis", reading);
    let ask = fields.take("ask").and_then(|node| ask(node, reading));
    let range = fields.take("range").and_then(|node| range(node, reading));
    let scan = fields.literal("scan");
    let replaces = fields.take("replaces").is_some();
    fields.take("note");
    let origin = origin(&mut fields, key, reading);
    fields.done(reading);
    let (entity, ty, origin) = (entity?, ty?, origin?);
    let variable = Variable {
        name: key.text.clone(),
        spot: key.spot,
        entity,
        ty,
        label,
        basis,
        ask,
        range,
        scan,
        origin,
    };
    Some((variable, replaces))
}

pub fn entity(fields: &mut Fields<'_>, reading: &mut Reading) -> Option<Entity> {
    let node = fields.needed("of", reading)?;
    match node.text() {
        Some("person") => Some(Entity::Person),
        Some("household") => Some(Entity::Household),
        _ => {
            reading.report(Fault::Shape, node.spot, "`of` is person or household");
            None
        }
    }
}

pub fn value_type(fields: &mut Fields<'_>, reading: &mut Reading) -> Option<Type> {
    let unit = fields.text("unit", reading);
    let node = fields.needed("type", reading)?;
    let ty = node.text().and_then(|text| Type::parse(text, unit));
    if ty.is_none() {
        reading.report(
            Fault::Shape,
            node.spot,
            "a type is bool, count, date, month, place, enum(a, b), text, money, money/month, money/year, rate or ratio",
        );
    }
    ty
}

fn ask(node: &Node, reading: &mut Reading) -> Option<Ask> {
    let mut fields = Fields::of(node, reading)?;
    let question = super::declaration::Words {
        zh: fields.text("zh", reading).unwrap_or_default().to_owned(),
        en: fields.text("en", reading).unwrap_or_default().to_owned(),
    };
    let help = fields.take("help").map(|node| words(node, reading)).unwrap_or_default();
    let why = fields.take("why").map(|node| words(node, reading)).unwrap_or_default();
    fields.done(reading);
    Some(Ask { question, help, why })
}

pub fn range(node: &Node, reading: &mut Reading) -> Option<(Decimal, Decimal)> {
    let bounds: Option<Vec<Decimal>> = node
        .list()
        .map(|items| items.iter().filter_map(|i| Decimal::parse(i.text()?)).collect());
    match bounds.as_deref() {
        Some([low, high]) => Some((*low, *high)),
        _ => {
            reading.report(Fault::Shape, node.spot, "`range` is [lowest, highest]");
            None
        }
    }
}

fn origin(fields: &mut Fields<'_>, key: &Key, reading: &mut Reading) -> Option<Origin> {
    let input = fields.flag("input", reading);
    let source = fields.take("source");
    let feed = fields.take("feed");
    let formula = fields.take("formula");
    let bands = fields.take("bands");
    let table = fields.take("table");
    let over = fields.take("over");
    let said = usize::from(input)
        + [source, feed, formula, bands, table, over]
            .iter()
            .filter(|given| given.is_some())
            .count();
    if said != 1 {
        reading.report(
            Fault::Shape,
            key.spot,
            "exactly one of input, source, feed, formula, bands, table, over: members says where the value comes from",
        );
        return None;
    }
    match (source, feed, formula, bands, table, over) {
        (Some(source), ..) => match source.text() {
            Some("registry") => Some(Origin::Registry),
            _ => {
                reading.report(Fault::Shape, source.spot, "`source` is registry");
                None
            }
        },
        (_, Some(feed), ..) => feed_aggregate(feed, fields, reading),
        (_, _, Some(formula), ..) => reading.expression(formula).map(Origin::Formula),
        (_, _, _, Some(bands), ..) => self::bands(bands, reading).map(Origin::Formula),
        (_, _, _, _, Some(table), _) => self::table(table, reading).map(Origin::Formula),
        (.., Some(over)) => members(over, fields, reading),
        _ => Some(Origin::Input),
    }
}

/// The one aggregation that is said, with its expression.
fn aggregation<'n>(fields: &mut Fields<'n>, reading: &mut Reading) -> Option<(How, &'n Node)> {
    let said: Vec<(How, &Node)> = How::ALL
        .iter()
        .filter_map(|(word, how)| fields.take(word).map(|node| (*how, node)))
        .collect();
    match said.as_slice() {
        [one] => Some(*one),
        _ => {
            reading.report(
                Fault::Shape,
                fields.spot,
                "say one of sum, count, any, all, min, max, latest, earliest",
            );
            None
        }
    }
}

fn members(over: &Node, fields: &mut Fields<'_>, reading: &mut Reading) -> Option<Origin> {
    if over.text() != Some("members") {
        reading.report(Fault::Shape, over.spot, "`over` is members");
    }
    let (how, node) = aggregation(fields, reading)?;
    if matches!(how, How::Latest | How::Earliest) {
        reading.report(
            Fault::Shape,
            node.spot,
            "members have no order: use sum, count, any, all, min or max",
        );
        return None;
    }
    let value = every_member(how, node, reading)?;
    let filter = fields.take("where").map(|node| reading.expression(node));
    match filter {
        Some(None) => None,
        filter => Some(Origin::Members {
            how,
            value,
            filter: filter.flatten(),
        }),
    }
}

/// `count: members` and `count: records` count everything.
fn every_member(how: How, node: &Node, reading: &mut Reading) -> Option<Expr> {
    if how == How::Count && matches!(node.text(), Some("members" | "records")) {
        return Some(Expr {
            id: reading.numbering.next(),
            spot: node.spot,
            kind: ExprKind::Bool(true),
        });
    }
    reading.expression(node)
}

fn feed_aggregate(feed: &Node, fields: &mut Fields<'_>, reading: &mut Reading) -> Option<Origin> {
    let (how, node) = aggregation(fields, reading)?;
    let value = every_member(how, node, reading);
    let filter = fields.take("where").map(|node| reading.expression(node));
    let by = fields.take("by").map(|node| reading.expression(node));
    let window = fields.take("window").map(|node| window(node, reading));
    let absent = fields.literal("absent");
    if by.is_none() && matches!(how, How::Latest | How::Earliest) {
        reading.report(Fault::Shape, node.spot, "say `by:` which date orders the records");
        return None;
    }
    let all_read = filter != Some(None) && by != Some(None) && !matches!(window, Some(None));
    all_read.then_some(())?;
    Some(Origin::Feed(FeedAggregate {
        feed: feed.text()?.to_owned(),
        feed_spot: feed.spot,
        how,
        value: value?,
        filter: filter.flatten(),
        window: window.flatten(),
        by: by.flatten(),
        absent,
    }))
}

fn window(node: &Node, reading: &mut Reading) -> Option<(u32, Expr)> {
    let mut fields = Fields::of(node, reading)?;
    let months = fields.needed("months", reading)?;
    let by = fields.needed("by", reading)?;
    fields.done(reading);
    let Some(count) = months
        .text()
        .and_then(|text| text.parse::<u32>().ok())
        .filter(|m| (1..=1200).contains(m))
    else {
        reading.report(Fault::Shape, months.spot, "`months` is a whole number from 1 to 1200");
        return None;
    };
    Some((count, reading.expression(by)?))
}

/// Bands become a `CASE`; an upper bound is exclusive (`below`) or inclusive (`upto`).
fn bands(node: &Node, reading: &mut Reading) -> Option<Expr> {
    let mut fields = Fields::of(node, reading)?;
    let on = fields.needed("on", reading)?;
    let values = fields.needed("values", reading)?;
    fields.done(reading);
    let NodeKind::List(rows) = &values.kind else {
        reading.report(Fault::Shape, values.spot, "`values` is a list of bands");
        return None;
    };
    let on = reading.expression(on)?;
    let mut branches = Vec::new();
    let mut otherwise = None;
    let mut last: Option<Decimal> = None;
    for row in rows {
        let mut fields = Fields::of(row, reading)?;
        let below = fields.take("below");
        let upto = fields.take("upto");
        let value = fields.needed("value", reading)?;
        fields.done(reading);
        let value = reading.expression(value)?;
        match (below, upto) {
            (None, None) => otherwise = Some(Box::new(value)),
            (below, upto) => {
                let operator = if below.is_some() {
                    Operator::Less
                } else {
                    Operator::LessOrEqual
                };
                let bound = reading.expression(below.or(upto)?)?;
                check_order(&bound, &mut last, otherwise.is_some(), reading);
                let kind = ExprKind::Binary(operator, Box::new(on.clone()), Box::new(bound.clone()));
                branches.push((
                    Expr {
                        id: reading.numbering.next(),
                        spot: bound.spot,
                        kind,
                    },
                    value,
                ));
            }
        }
    }
    Some(case(branches, otherwise, node.spot, reading))
}

fn check_order(bound: &Expr, last: &mut Option<Decimal>, after_open: bool, reading: &mut Reading) {
    if after_open {
        reading.report(
            Fault::BandOverlap,
            bound.spot,
            "this band stands below the open one and is never reached",
        );
    }
    let ExprKind::Number(number) = bound.kind else { return };
    if let Some(previous) = *last {
        let scale = number.scale.max(previous.scale);
        if number.at_scale(scale) <= previous.at_scale(scale) {
            reading.findings.push(
                super::spot::Finding::new(
                    Fault::BandOverlap,
                    bound.spot,
                    format!("the band up to {number} overlaps the one up to {previous}"),
                )
                .propose("order bands by their upper bounds"),
            );
        }
    }
    *last = Some(number);
}

fn table(node: &Node, reading: &mut Reading) -> Option<Expr> {
    let NodeKind::List(rows) = &node.kind else {
        reading.report(Fault::Shape, node.spot, "`table` is a list of rows");
        return None;
    };
    let (mut branches, mut otherwise) = (Vec::new(), None);
    for row in rows {
        let mut fields = Fields::of(row, reading)?;
        let when = fields.take("when");
        let value = fields.needed("value", reading)?;
        fields.done(reading);
        if otherwise.is_some() {
            reading.report(
                Fault::Unreachable,
                row.spot,
                "this row stands below the one for all other cases",
            );
        }
        match when {
            Some(when) => branches.push((reading.expression(when)?, reading.expression(value)?)),
            None => otherwise = Some(Box::new(reading.expression(value)?)),
        }
    }
    Some(case(branches, otherwise, node.spot, reading))
}

fn case(branches: Vec<(Expr, Expr)>, otherwise: Option<Box<Expr>>, spot: Spot, reading: &mut Reading) -> Expr {
    match (branches.is_empty(), otherwise) {
        (true, Some(only)) => *only,
        (_, otherwise) => Expr {
            id: reading.numbering.next(),
            spot,
            kind: ExprKind::Case { branches, otherwise },
        },
    }
}
