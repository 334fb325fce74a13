//! What a value means: types with their units.

use std::fmt;
use std::sync::Arc;

/// Whose value it is. `Row` is a record of a feed while it is being aggregated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Entity {
    Household,
    Person,
    Row,
}

impl Entity {
    pub fn word(self) -> &'static str {
        match self {
            Entity::Household => "household",
            Entity::Person => "person",
            Entity::Row => "record",
        }
    }
}

impl fmt::Display for Entity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// A sum, of no period.
    Once,
    Month,
    Year,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    Bool,
    /// A whole number with its unit, where one is said.
    Count(Option<Arc<str>>),
    Date,
    Month,
    Place,
    Enum(Arc<[String]>),
    Text,
    Money(Period),
    /// A dimensionless decimal.
    Rate,
    /// A dimensionless exact ratio.
    Ratio,
    /// A number written in an expression: takes the unit of what it meets.
    Number,
    /// `NULL`, or the type of something already reported as wrong.
    Unknown,
}

impl Type {
    pub fn is_number(&self) -> bool {
        matches!(
            self,
            Type::Count(_) | Type::Money(_) | Type::Rate | Type::Ratio | Type::Number | Type::Unknown
        )
    }

    pub fn is_dimensionless(&self) -> bool {
        matches!(
            self,
            Type::Count(_) | Type::Rate | Type::Ratio | Type::Number | Type::Unknown
        )
    }

    pub fn is_months(&self) -> bool {
        matches!(self, Type::Count(Some(unit)) if matches!(&**unit, "months" | "month" | "月"))
    }

    /// Reads the word after `type:`.
    pub fn parse(text: &str, unit: Option<&str>) -> Option<Type> {
        let unit = unit.map(Arc::from);
        Some(match text {
            "bool" => Type::Bool,
            "count" => Type::Count(unit),
            "date" => Type::Date,
            "month" => Type::Month,
            "place" => Type::Place,
            "text" => Type::Text,
            "money" => Type::Money(Period::Once),
            "money/month" => Type::Money(Period::Month),
            "money/year" => Type::Money(Period::Year),
            "rate" => Type::Rate,
            "ratio" => Type::Ratio,
            _ => {
                let values = text.strip_prefix("enum(")?.strip_suffix(')')?;
                let values: Vec<String> = values
                    .split(',')
                    .map(|v| v.trim().trim_matches('\'').to_owned())
                    .collect();
                if values.iter().any(String::is_empty) {
                    return None;
                }
                Type::Enum(values.into())
            }
        })
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Bool => f.write_str("bool"),
            Type::Count(None) => f.write_str("count"),
            Type::Count(Some(unit)) => write!(f, "count of {unit}"),
            Type::Date => f.write_str("date"),
            Type::Month => f.write_str("month"),
            Type::Place => f.write_str("place"),
            Type::Enum(values) => write!(f, "enum({})", values.join(", ")),
            Type::Text => f.write_str("text"),
            Type::Money(Period::Once) => f.write_str("money"),
            Type::Money(Period::Month) => f.write_str("money/month"),
            Type::Money(Period::Year) => f.write_str("money/year"),
            Type::Rate => f.write_str("rate"),
            Type::Ratio => f.write_str("ratio"),
            Type::Number => f.write_str("number"),
            Type::Unknown => f.write_str("unknown"),
        }
    }
}
