//! Which column of a file is which column of a contract.

use anwang_domain::Fen;

use crate::column::{Column, ColumnType};
use crate::contract::Contract;
use crate::spelling::{narrow, normalise};

/// A header row held against one contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderMatch {
    /// For each column of the file: what it is, or none when the contract does not know it.
    pub columns: Vec<Option<MatchedColumn>>,
    /// Required columns of the contract that the file lacks.
    pub missing_required: Vec<usize>,
    /// Positions in the file whose column was already taken by an earlier one.
    pub repeated: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchedColumn {
    /// Position in the contract.
    pub column: usize,
    pub unit: WrittenUnit,
}

/// The unit that a header states in brackets, where it changes how its numbers are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenUnit {
    AsTheContractSays,
    Fen,
    TenThousandYuan,
    Percent,
}

impl WrittenUnit {
    /// How many fen one unit of a money column is.
    pub fn fen_per_unit(self) -> i64 {
        match self {
            WrittenUnit::Fen => 1,
            WrittenUnit::TenThousandYuan => Fen::PER_TEN_THOUSAND_YUAN,
            WrittenUnit::AsTheContractSays | WrittenUnit::Percent => Fen::PER_YUAN,
        }
    }

    fn of(bracketed: &str, kind: ColumnType) -> WrittenUnit {
        match kind {
            ColumnType::Money if bracketed.starts_with("万") => WrittenUnit::TenThousandYuan,
            ColumnType::Money if bracketed == "分" => WrittenUnit::Fen,
            ColumnType::Rate if bracketed.contains('%') || bracketed.contains("百分") => WrittenUnit::Percent,
            _ => WrittenUnit::AsTheContractSays,
        }
    }
}

impl Contract {
    /// Matches names, Chinese and English titles and synonyms, whatever the case, width and spacing, with or without a
    /// bracketed unit: `金额（万元）`.
    pub fn match_header<S: AsRef<str>>(&self, header: &[S]) -> HeaderMatch {
        let mut taken = vec![false; self.columns.len()];
        let mut matched = HeaderMatch {
            columns: Vec::new(),
            missing_required: Vec::new(),
            repeated: Vec::new(),
        };
        for (at, title) in header.iter().enumerate() {
            let found = self.match_title(title.as_ref());
            let repeated = found.is_some_and(|found| std::mem::replace(&mut taken[found.column], true));
            if repeated {
                matched.repeated.push(at);
            }
            matched.columns.push(if repeated { None } else { found });
        }
        matched.missing_required = (0..self.columns.len())
            .filter(|&column| self.columns[column].required && !taken[column])
            .collect();
        matched
    }

    fn match_title(&self, title: &str) -> Option<MatchedColumn> {
        let whole = normalise(title);
        if let Some(column) = self.columns.iter().position(|column| column.is_called(&whole)) {
            return Some(MatchedColumn {
                column,
                unit: WrittenUnit::AsTheContractSays,
            });
        }
        let (name, bracketed) = split_brackets(title)?;
        let name = normalise(&name);
        let column = self.columns.iter().position(|column| column.is_called(&name))?;
        Some(MatchedColumn {
            column,
            unit: WrittenUnit::of(&normalise(&bracketed), self.columns[column].kind),
        })
    }
}

impl HeaderMatch {
    pub fn matched(&self) -> usize {
        self.columns.iter().flatten().count()
    }
}

impl Column {
    fn is_called(&self, normalised: &str) -> bool {
        self.titles.iter().any(|title| title == normalised)
    }
}

/// `金额（万元）` → (`金额`, `万元`)
fn split_brackets(title: &str) -> Option<(String, String)> {
    let narrowed: String = title
        .chars()
        .map(narrow)
        .map(|c| {
            if c == '【' {
                '['
            } else if c == '】' {
                ']'
            } else {
                c
            }
        })
        .collect();
    let open = narrowed.find(['(', '['])?;
    let close = narrowed.rfind([')', ']'])?;
    (open < close).then(|| {
        let name = format!("{}{}", &narrowed[..open], &narrowed[close + 1..]);
        (name, narrowed[open + 1..close].to_owned())
    })
}
