//! What a pack says, read from YAML but not yet checked against each other.

use super::spot::Spot;
use crate::decimal::Decimal;
use crate::expression::syntax::Expr;
use crate::types::{Entity, Type};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

#[derive(Debug, Clone, Default)]
pub struct PackHead {
    pub name: String,
    pub title: Words,
    pub extends: Option<(String, Spot)>,
    pub place: Option<String>,
    pub version: String,
    /// Places of a pack without a division tree: code and parent.
    pub places: Vec<(String, Option<String>)>,
}

#[derive(Debug, Clone)]
pub struct Variable {
    pub name: String,
    pub spot: Spot,
    pub entity: Entity,
    pub ty: Type,
    pub label: Words,
    pub basis: Vec<String>,
    pub ask: Option<Ask>,
    pub range: Option<(Decimal, Decimal)>,
    /// What a population scan takes where nobody was asked.
    pub scan: Option<Literal>,
    pub origin: Origin,
}

#[derive(Debug, Clone, Default)]
pub struct Ask {
    pub question: Words,
    pub help: Words,
    pub why: Words,
}

/// A value written in a pack, before its type is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Literal {
    pub text: String,
    pub spot: Spot,
}

/// Where a variable's value comes from.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "a pack has a few hundred variables; a box would only blur the reading"
)]
pub enum Origin {
    Input,
    Registry,
    Feed(FeedAggregate),
    Formula(Expr),
    /// Over the members of a household.
    Members {
        how: How,
        value: Expr,
        filter: Option<Expr>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum How {
    Sum,
    Count,
    Any,
    All,
    Min,
    Max,
    Latest,
    Earliest,
}

impl How {
    pub const ALL: [(&'static str, How); 8] = [
        ("sum", How::Sum),
        ("count", How::Count),
        ("any", How::Any),
        ("all", How::All),
        ("min", How::Min),
        ("max", How::Max),
        ("latest", How::Latest),
        ("earliest", How::Earliest),
    ];
}

#[derive(Debug, Clone)]
pub struct FeedAggregate {
    pub feed: String,
    pub feed_spot: Spot,
    pub how: How,
    pub value: Expr,
    pub filter: Option<Expr>,
    /// Months and date column.
    pub window: Option<(u32, Expr)>,
    /// Date column that orders records for `latest` and `earliest`.
    pub by: Option<Expr>,
    /// What no record means; without it the value is missing.
    pub absent: Option<Literal>,
}

#[derive(Debug, Clone)]
pub struct Parameter {
    pub name: String,
    pub spot: Spot,
    pub ty: Type,
    pub label: Words,
    /// Variables whose values select among the parameter's values.
    pub by: Vec<(String, Spot)>,
    pub floor_parent: bool,
    pub required: bool,
    /// Values outside are errors.
    pub range: Option<(Decimal, Decimal)>,
    pub values: Vec<ParameterValue>,
}

#[derive(Debug, Clone)]
pub struct ParameterValue {
    pub spot: Spot,
    /// One per name in `by`; `None` holds for all.
    pub keys: Vec<Option<Literal>>,
    pub from: i32,
    /// Inclusive.
    pub to: Option<i32>,
    pub value: Literal,
    pub basis: Option<String>,
    pub illustrative: bool,
    /// Depth of the pack in the chain of inheritance; the same key said again deeper down replaces.
    pub depth: u16,
}

#[derive(Debug, Clone)]
pub struct Programme {
    pub name: String,
    pub spot: Spot,
    pub title: Words,
    pub entity: Entity,
    pub layer: String,
    pub basis: Vec<String>,
    pub in_force: (Option<i32>, Option<i32>),
    pub conditions: Vec<Condition>,
    pub exclusions: Vec<Exclusion>,
    pub higher_of: Vec<(String, Spot)>,
    pub amount: Option<Amount>,
    pub received: Option<Expr>,
    pub paid: Option<Expr>,
    /// Clocks, review, notice, pay and whatever else a programme says that the engine only passes on.
    pub further: serde_json::Map<String, serde_json::Value>,
}

#[derive(Debug, Clone)]
pub struct Condition {
    pub id: String,
    pub spot: Spot,
    pub test: Expr,
    pub needs_check: bool,
    pub met: Words,
    pub unmet: Words,
    pub basis: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Exclusion {
    pub programme: String,
    pub spot: Spot,
    pub basis: Vec<String>,
    pub met: Words,
    pub unmet: Words,
}

#[derive(Debug, Clone)]
pub struct Amount {
    pub value: Expr,
    pub round: Option<Rounding>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rounding {
    /// Decimals kept: 2 for fen, 0 for yuan.
    pub decimals: u8,
    pub mode: RoundMode,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoundMode {
    /// Half away from zero (四舍五入).
    HalfUp,
    Ceil,
    Floor,
}

/// A warning: a test in the same language, with what it should bring about.
#[derive(Debug, Clone)]
pub struct Indicator {
    pub name: String,
    pub spot: Spot,
    pub entity: Entity,
    pub test: Expr,
    pub further: serde_json::Map<String, serde_json::Value>,
}
