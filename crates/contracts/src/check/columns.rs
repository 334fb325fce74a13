//! Columns: code lists, ranges, how they are kept, titles that must not collide.

use super::{Checker, in_lake_unit, is_identifier};
use crate::column::{Code, Codes, Column, ColumnType, Keep, Range, Sensitivity};
use crate::file::{ColumnFile, KeepFile};
use crate::spelling::normalise;

impl Checker<'_> {
    pub(super) fn column(&mut self, written: ColumnFile) -> Column {
        let field = format!("columns.{}", written.name);
        let codes = written.codes.into_iter().map(|code| Code {
            code: code.code,
            name: code.name,
            zh: code.zh,
            en: code.en,
            also: code.also,
        });
        let list: Vec<Code> = codes.collect();
        if (written.kind == ColumnType::Code) == list.is_empty() {
            self.fault(
                format!("{field}.codes"),
                "a column of type code has a code list, and no other column has one",
            );
        }
        if let Some(code) = list.iter().find(|code| !is_identifier(&code.name)) {
            let message = format!("{:?} is no name: small letters, digits and underscores", code.name);
            self.fault(format!("{field}.codes"), message);
        }
        let codes = Codes::new(list).unwrap_or_else(|spelling| {
            self.fault(
                format!("{field}.codes"),
                format!("{spelling:?} is a spelling of two codes"),
            );
            Codes::default()
        });
        if written.kind.is_identity() != (written.sensitivity == Sensitivity::Identity)
            && written.kind != ColumnType::CitizenId
        {
            self.fault(
                format!("{field}.sensitivity"),
                "identity belongs to name, phone, address, account and citizen_id",
            );
        }
        let keep = match (written.kind.is_identity(), written.keep) {
            (true, Some(KeepFile::Seal)) => Keep::Seal,
            (true, _) => Keep::Tag,
            (false, None) => Keep::Clear,
            (false, Some(_)) => {
                self.fault(
                    format!("{field}.keep"),
                    "only name, phone, address and account are kept as tag or sealed",
                );
                Keep::Clear
            }
        };
        let range = written
            .range
            .and_then(|(low, high)| self.range(&field, written.kind, &low, &high));
        if !is_identifier(&written.name) {
            self.fault(field, "a name is small letters, digits and underscores");
        }
        let titles = [&written.name, &written.zh, &written.en]
            .into_iter()
            .chain(&written.synonyms);
        Column {
            titles: titles.map(|title| normalise(title)).collect(),
            name: written.name,
            zh: written.zh,
            en: written.en,
            synonyms: written.synonyms,
            kind: written.kind,
            required: written.required,
            unit: written.unit,
            range,
            codes,
            sensitivity: written.sensitivity,
            keep,
            meaning: written.meaning.into(),
        }
    }

    fn range(&mut self, field: &str, kind: ColumnType, low: &str, high: &str) -> Option<Range> {
        if !kind.is_ordered() {
            self.fault(
                format!("{field}.range"),
                "only money, date, month, count and rate have a range",
            );
            return None;
        }
        match (in_lake_unit(kind, low), in_lake_unit(kind, high)) {
            (Some(low), Some(high)) if low <= high => Some(Range { low, high }),
            (Some(_), Some(_)) => {
                self.fault(format!("{field}.range"), "the lower bound lies above the upper one");
                None
            }
            _ => {
                self.fault(format!("{field}.range"), "a bound is not a value of the column's type");
                None
            }
        }
    }

    /// Two columns that answer to one title would make a file's header ambiguous.
    pub(super) fn check_titles(&mut self) {
        let mut seen: Vec<(String, usize)> = Vec::new();
        let mut faults = Vec::new();
        for (at, column) in self.columns.iter().enumerate() {
            for title in [&column.name, &column.zh, &column.en]
                .into_iter()
                .chain(&column.synonyms)
            {
                let title = normalise(title);
                match seen.iter().find(|(other, owner)| *other == title && *owner != at) {
                    Some((_, owner)) => faults.push((column.name.clone(), title, self.columns[*owner].name.clone())),
                    None => seen.push((title, at)),
                }
            }
        }
        for (name, title, owner) in faults {
            self.fault(
                format!("columns.{name}.synonyms"),
                format!("{title:?} already means {owner}"),
            );
        }
    }
}
