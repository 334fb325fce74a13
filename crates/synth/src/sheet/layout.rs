//! The columns of one feed's file, resolved once against its contract.

use anwang_contracts::{ColumnType, Contract, Contracts, Unit};
use arrow_schema::SchemaRef;

use super::columns;
use super::dialect::{CodeStyle, Container, Dialect, MoneyStyle};
use crate::error::SynthError;

#[derive(Debug)]
pub struct Layout {
    pub dialect: Dialect,
    pub kinds: Vec<ColumnType>,
    /// Divisor from fen for money columns written in ten thousand yuan.
    pub in_ten_thousand: Vec<bool>,
    pub headers: Vec<String>,
    pub schema: SchemaRef,
    /// Spelling of each code of each column, indexed by code.
    labels: Vec<Vec<Option<String>>>,
}

impl Layout {
    pub fn resolve(feed: &'static str, names: &[&str], dialect: Dialect) -> Result<Self, SynthError> {
        let contract = contract(feed)?;
        let mut layout = Self {
            dialect,
            kinds: Vec::new(),
            in_ten_thousand: Vec::new(),
            headers: Vec::new(),
            schema: columns::schema(&[]),
            labels: Vec::new(),
        };
        let mut fields = Vec::new();
        for name in names {
            let column = contract.column(name).ok_or_else(|| SynthError::Contract {
                feed,
                reason: format!("has no column {name}"),
            })?;
            let in_ten_thousand =
                dialect.money == MoneyStyle::TenThousand && matches!(column.unit, Some(Unit::Yuan | Unit::YuanPerYear));
            let spelled = match dialect.header {
                0 => &column.zh,
                nth => column
                    .synonyms
                    .get(nth - 1)
                    .filter(|text| !text.is_ascii())
                    .unwrap_or(&column.zh),
            };
            layout.headers.push(match dialect.container {
                Container::Parquet => column.name.clone(),
                Container::NdJson => column.name.clone(),
                _ if in_ten_thousand => format!("{spelled}（万元）"),
                _ => spelled.clone(),
            });
            layout.kinds.push(column.kind);
            layout.in_ten_thousand.push(in_ten_thousand);
            fields.push((column.name.clone(), column.kind));
            let mut labels: Vec<Option<String>> = Vec::new();
            for code in column.codes.list() {
                let at = code.code as usize;
                labels.resize(labels.len().max(at + 1), None);
                labels[at] = Some(match dialect.codes {
                    CodeStyle::Number => code.code.to_string(),
                    CodeStyle::Label => code.zh.clone(),
                    CodeStyle::Other => code.also.first().unwrap_or(&code.zh).clone(),
                });
            }
            layout.labels.push(labels);
        }
        let required = contract.columns.iter().filter(|column| column.required);
        for column in required {
            if !names.contains(&column.name.as_str()) {
                return Err(SynthError::Contract {
                    feed,
                    reason: format!("{} is required but not made", column.name),
                });
            }
        }
        layout.schema = columns::schema(&fields);
        Ok(layout)
    }

    /// A code's spelling; a code outside the list is a mistake of this crate and is written as its number.
    #[inline]
    pub fn label(&self, column: usize, code: i16) -> Option<&str> {
        self.labels[column].get(code as usize).and_then(Option::as_deref)
    }
}

pub fn contract(feed: &'static str) -> Result<&'static Contract, SynthError> {
    Contracts::embedded().by_name(feed).ok_or_else(|| SynthError::Contract {
        feed,
        reason: "is not among the contracts".to_owned(),
    })
}
