//! The records behind a person: each feed's rows that hold now, in words, with batch and line.

use anwang_contracts::{Column, ColumnType, Contract};
use anwang_domain::{Day, Fen, Month};
use arrow_array::{Array, BinaryArray, RecordBatch};

use super::registered::place_name;
use super::{PageSource, key_text};
use crate::columns::{dates, flags, int16s, int32s, int64s, texts, uint64s};
use crate::error::RegistryError;

/// Rows of all feeds whose sealed columns were kept.
const IDENTITIES: &str = "identities";

#[derive(Debug, Clone, serde::Serialize)]
pub struct FeedRecords {
    pub feed: String,
    pub number: i16,
    pub title: Shown,
    pub owner: Shown,
    pub records: Vec<Record>,
}

#[derive(Debug, Clone, serde::Serialize)]
pub struct Record {
    /// The delivery, and the line in its file.
    pub batch: i32,
    pub row: i32,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone, serde::Serialize)]
pub struct Field {
    pub column: String,
    pub name: Shown,
    pub value: Shown,
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Shown {
    pub zh: String,
    pub en: String,
}

impl Shown {
    fn new(zh: &str, en: &str) -> Shown {
        Shown {
            zh: zh.to_owned(),
            en: en.to_owned(),
        }
    }

    fn both(text: String) -> Shown {
        Shown {
            en: text.clone(),
            zh: text,
        }
    }
}

pub fn feeds(source: &PageSource<'_>, person: u64) -> Result<Vec<FeedRecords>, RegistryError> {
    let mut found = Vec::new();
    for contract in source.contracts.iter() {
        if let Some(rows) = source.latest(&contract.table(), person)? {
            found.push(FeedRecords {
                feed: contract.feed.clone(),
                number: contract.number,
                title: Shown::new(&contract.title.zh, &contract.title.en),
                owner: Shown::new(&contract.owner.zh, &contract.owner.en),
                records: records(contract, &rows)?,
            });
        }
    }
    Ok(found)
}

fn records(contract: &Contract, rows: &RecordBatch) -> Result<Vec<Record>, RegistryError> {
    let (batches, lines) = (int32s(rows, "batch")?, int32s(rows, "row")?);
    (0..rows.num_rows())
        .map(|at| {
            Ok(Record {
                batch: batches.value(at),
                row: lines.value(at),
                fields: fields(contract, rows, at)?,
            })
        })
        .collect()
}

fn fields(contract: &Contract, rows: &RecordBatch, at: usize) -> Result<Vec<Field>, RegistryError> {
    let mut fields = Vec::new();
    for lake_column in contract.lake_columns() {
        let Some(column) = lake_column.column.map(|position| &contract.columns[position]) else {
            continue;
        };
        if let Some(value) = shown(column, &lake_column.name, rows, at)? {
            fields.push(Field {
                column: column.name.clone(),
                name: Shown::new(&column.zh, &column.en),
                value,
            });
        }
    }
    Ok(fields)
}

/// The value in words; nothing for empty cells and for identities, which the lake holds only as tags.
fn shown(column: &Column, name: &str, rows: &RecordBatch, at: usize) -> Result<Option<Shown>, RegistryError> {
    let is_there = rows.column_by_name(name).is_some_and(|array| array.is_valid(at));
    if !is_there || column.kind.is_identity() || column.kind == ColumnType::HouseholdNo {
        return Ok(None);
    }
    let text = match column.kind {
        ColumnType::Code => {
            let code = int16s(rows, name)?.value(at);
            return Ok(Some(column.codes.get(code).map_or_else(
                || Shown::both(code.to_string()),
                |one| Shown::new(&one.zh, &one.en),
            )));
        }
        ColumnType::Flag if flags(rows, name)?.value(at) => return Ok(Some(Shown::new("是", "yes"))),
        ColumnType::Flag => return Ok(Some(Shown::new("否", "no"))),
        ColumnType::Money => Fen(int64s(rows, name)?.value(at)).to_string(),
        ColumnType::Date => Day(dates(rows, name)?.value(at)).to_string(),
        ColumnType::Month => Month(int32s(rows, name)?.value(at)).to_string(),
        ColumnType::Count => int32s(rows, name)?.value(at).to_string(),
        ColumnType::Rate => format!("{:.2} %", f64::from(int32s(rows, name)?.value(at)) / 100.0),
        ColumnType::Division => place_name(int64s(rows, name)?.value(at) as u64),
        ColumnType::CitizenId => key_text(uint64s(rows, name)?.value(at)),
        ColumnType::Text | ColumnType::CreditCode => texts(rows, name)?.value(at).to_owned(),
        _ => return Ok(None),
    };
    Ok(Some(Shown::both(text)))
}

/// The newest sealed name, with all but its first character covered.
pub fn masked_name(source: &PageSource<'_>, person: u64) -> Result<Option<String>, RegistryError> {
    let Some(rows) = source.rows(IDENTITIES, person)? else {
        return Ok(None);
    };
    let (records, batches) = (uint64s(&rows, "record")?, int32s(&rows, "batch")?);
    let sealed = rows
        .column_by_name("sealed")
        .and_then(|column| column.as_any().downcast_ref::<BinaryArray>())
        .ok_or_else(|| RegistryError::NoColumn {
            column: "sealed".to_owned(),
        })?;
    let mut newest_first: Vec<usize> = (0..rows.num_rows()).collect();
    newest_first.sort_by_key(|at| std::cmp::Reverse(batches.value(*at)));
    for at in newest_first {
        let opened = source
            .vault
            .open_sealed(sealed.value(at), &records.value(at).to_be_bytes())?;
        let identities: serde_json::Value = serde_json::from_slice(&opened).map_err(RegistryError::Report)?;
        if let Some(name) = identities["name"].as_str() {
            return Ok(Some(masked(name)));
        }
    }
    Ok(None)
}

fn masked(name: &str) -> String {
    name.chars()
        .enumerate()
        .map(|(place, one)| if place == 0 { one } else { '*' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_shows_its_first_character_only() {
        for (name, shown) in [("王小明", "王**"), ("李", "李"), ("", "")] {
            assert_eq!(masked(name), shown);
        }
    }
}
