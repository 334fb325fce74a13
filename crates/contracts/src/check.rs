//! From a contract.yaml to a [`Contract`]: every name resolved, every promise checked, all faults at once.

use std::fmt;

use anwang_domain::{Day, Fen, Level, Month};

use crate::column::{Code, Codes, Column, ColumnType, Keep, Range, Sensitivity};
use crate::contract::{Contract, Delivery, Freshness, GoneWhen, HouseholdColumn};
use crate::file::WhenFile;
use crate::file::{ColumnFile, ConditionalFile, ContractFile, DeliveryFile, KeepFile, Mode, RuleFile, ScopeLevel};
use crate::rule::{Rule, RuleKind, When, WhenTest};
use crate::spelling::normalise;

/// What is wrong with a contract file, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractFault {
    pub file: String,
    /// `columns.amount.range`, `rules.ends_after_it_starts`; empty when the file cannot be read at all.
    pub field: String,
    pub message: String,
}

impl fmt::Display for ContractFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => write!(f, "{}: {}", self.file, self.message),
            field => write!(f, "{}: {field}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for ContractFault {}

/// Reads and checks one file.
pub(crate) fn read(file: &str, text: &str) -> Result<Contract, Vec<ContractFault>> {
    let written: ContractFile = serde_saphyr::from_str(text).map_err(|error| {
        vec![ContractFault {
            file: file.to_owned(),
            field: String::new(),
            message: error.to_string(),
        }]
    })?;
    let mut checker = Checker {
        file,
        columns: Vec::new(),
        faults: Vec::new(),
    };
    let contract = checker.contract(written);
    match checker.faults.is_empty() {
        true => Ok(contract),
        false => Err(checker.faults),
    }
}

struct Checker<'f> {
    file: &'f str,
    columns: Vec<Column>,
    faults: Vec<ContractFault>,
}

impl Checker<'_> {
    fn fault(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.faults.push(ContractFault {
            file: self.file.to_owned(),
            field: field.into(),
            message: message.into(),
        });
    }

    fn contract(&mut self, written: ContractFile) -> Contract {
        for column in written.columns {
            let column = self.column(column);
            self.columns.push(column);
        }
        self.check_titles();
        let contract = Contract {
            persons: self.named("person", &written.person, &[ColumnType::CitizenId]),
            key: self.named("key", &written.key, &[]),
            event_date: written
                .event_date
                .map(|name| self.one("event_date", &name, &[ColumnType::Date])),
            delivery: self.delivery(&written.delivery),
            household: written.household.map(|household| HouseholdColumn {
                column: self.one("household.column", &household.column, &[ColumnType::HouseholdNo]),
                relation: household.relation,
            }),
            gone_when: written.gone_when.map(|gone| {
                let column = self.one("gone_when.column", &gone.column, &[ColumnType::Code]);
                self.check_codes("gone_when.is", column, &gone.is);
                GoneWhen { column, codes: gone.is }
            }),
            rules: written.rules.into_iter().filter_map(|rule| self.rule(rule)).collect(),
            feed: written.feed,
            number: written.number,
            title: written.title.into(),
            owner: written.owner.into(),
            basis: written.basis,
            freshness: Freshness {
                cadence: written.freshness.cadence,
                by_day: written.freshness.by_day,
                stale_after_days: written.freshness.stale_after_days,
            },
            population_wide: written.population_wide,
            without_id: written.without_id,
            columns: std::mem::take(&mut self.columns),
        };
        self.check_whole(&contract);
        contract
    }

    fn column(&mut self, written: ColumnFile) -> Column {
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
        Column {
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
    fn check_titles(&mut self) {
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

    fn delivery(&mut self, written: &DeliveryFile) -> Delivery {
        match (written.mode, &written.scope, written.scope_level) {
            (Mode::Snapshot, Some(scope), Some(level)) => {
                let column = self.one("delivery.scope", scope, &[ColumnType::Division]);
                let level = match level {
                    ScopeLevel::Province => Level::Province,
                    ScopeLevel::City => Level::City,
                    ScopeLevel::County => Level::County,
                    ScopeLevel::Township => Level::Township,
                    ScopeLevel::Village => Level::Village,
                };
                Delivery::Snapshot { column, level }
            }
            (Mode::Increment, None, None) => Delivery::Increment,
            (Mode::Events, None, None) => Delivery::Events,
            _ => {
                self.fault("delivery", "a snapshot says its scope and scope_level; others do not");
                Delivery::Events
            }
        }
    }

    fn rule(&mut self, written: RuleFile) -> Option<Rule> {
        let field = format!("rules.{}", written.id);
        let mut kinds = Vec::new();
        if let Some(pair) = written.not_before {
            let column = self.one(&field, &pair.column, &[ColumnType::Date]);
            kinds.push(RuleKind::NotBefore {
                column,
                other: self.one(&field, &pair.other, &[ColumnType::Date]),
            });
        }
        if let Some(list) = written.not_after_delivery {
            kinds.push(RuleKind::NotAfterDelivery {
                columns: self.named(&field, &list.columns, &[ColumnType::Date]),
            });
        }
        if let Some(rule) = written.not_before_delivery {
            let (column, when) = self.conditional(&field, rule, &[ColumnType::Date]);
            kinds.push(RuleKind::NotBeforeDelivery { column, when });
        }
        if let Some(rule) = written.above_zero_when {
            let (column, when) = self.conditional(&field, rule, &[ColumnType::Money, ColumnType::Count]);
            kinds.push(RuleKind::AboveZeroWhen { column, when });
        }
        if let Some(rule) = written.required_when {
            let (column, when) = self.conditional(&field, rule, &[]);
            kinds.extend(
                self.condition(&field, when)
                    .map(|when| RuleKind::RequiredWhen { column, when }),
            );
        }
        if let Some(rule) = written.absent_when {
            let (column, when) = self.conditional(&field, rule, &[]);
            kinds.extend(
                self.condition(&field, when)
                    .map(|when| RuleKind::AbsentWhen { column, when }),
            );
        }
        if let Some(rule) = written.within {
            let column = self.one(&field, &rule.column, &[ColumnType::Money]);
            kinds.push(RuleKind::Within {
                column,
                of: self.one(&field, &rule.of, &[ColumnType::Money]),
            });
        }
        if let Some(rule) = written.sum_equals {
            let columns = self.named(&field, &rule.columns, &[ColumnType::Money]);
            kinds.push(RuleKind::SumEquals {
                columns,
                total: self.one(&field, &rule.total, &[ColumnType::Money]),
            });
        }
        if let Some(rule) = written.different {
            kinds.push(RuleKind::Different {
                columns: self.named(&field, &rule.columns, &[]),
            });
        }
        if let Some(rule) = written.agrees_with_id {
            kinds.push(RuleKind::AgreesWithId {
                id: self.one(&field, &rule.id, &[ColumnType::CitizenId]),
                birth: rule.birth.map(|name| self.one(&field, &name, &[ColumnType::Date])),
                sex: rule.sex.map(|name| self.one(&field, &name, &[ColumnType::Code])),
            });
        }
        if let Some(rule) = written.exactly_one {
            let column = self.one(&field, &rule.column, &[ColumnType::Flag]);
            kinds.push(RuleKind::ExactlyOne {
                column,
                per: self.one(&field, &rule.per, &[]),
            });
        }
        if !is_identifier(&written.id) {
            self.fault(field.clone(), "an id is small letters, digits and underscores");
        }
        if kinds.len() != 1 {
            self.fault(field, "a rule has exactly one kind");
            return None;
        }
        let kind = kinds.remove(0);
        Some(Rule {
            id: written.id,
            kind,
            severity: written.severity,
            text: written.text.into(),
        })
    }

    fn conditional(&mut self, field: &str, rule: ConditionalFile, types: &[ColumnType]) -> (usize, Option<When>) {
        let column = self.one(field, &rule.column, types);
        (column, rule.when.and_then(|when| self.when(field, when)))
    }

    fn condition(&mut self, field: &str, when: Option<When>) -> Option<When> {
        if when.is_none() {
            self.fault(field, "this kind of rule says when it holds");
        }
        when
    }

    fn when(&mut self, field: &str, written: WhenFile) -> Option<When> {
        let column = self.one(field, &written.column, &[]);
        let test = match (written.is, written.present, written.below) {
            (Some(codes), None, None) => {
                self.check_codes(field, column, &codes);
                WhenTest::Is(codes)
            }
            (None, Some(true), None) => WhenTest::Present,
            (None, None, Some(bound)) => {
                let kind = self.columns.get(column)?.kind;
                let Some(limit) = in_lake_unit(kind, &bound) else {
                    self.fault(field, "`below` is not a value of the column's type");
                    return None;
                };
                WhenTest::Below(limit)
            }
            _ => {
                self.fault(field, "a condition is one of `is`, `present: true` and `below`");
                return None;
            }
        };
        Some(When { column, test })
    }

    fn check_codes(&mut self, field: &str, column: usize, codes: &[i16]) {
        let Some(column) = self.columns.get(column) else { return };
        let unknown: Vec<i16> = codes
            .iter()
            .copied()
            .filter(|&code| column.codes.get(code).is_none())
            .collect();
        if !unknown.is_empty() {
            let message = format!("{} has no codes {unknown:?}", column.name);
            self.fault(field, message);
        }
    }

    fn named(&mut self, field: &str, names: &[String], types: &[ColumnType]) -> Vec<usize> {
        names.iter().map(|name| self.one(field, name, types)).collect()
    }

    /// The position of a named column; position 0 stands in after a fault, and a faulty contract is never handed out.
    fn one(&mut self, field: &str, name: &str, types: &[ColumnType]) -> usize {
        let Some(position) = self.columns.iter().position(|column| column.name == name) else {
            self.fault(field, format!("no column is called {name}"));
            return 0;
        };
        if !types.is_empty() && !types.contains(&self.columns[position].kind) {
            self.fault(field, format!("{name} has to be of type {types:?}"));
        }
        position
    }

    fn check_whole(&mut self, contract: &Contract) {
        if !is_identifier(&contract.feed) {
            self.fault("feed", "a name is small letters, digits and underscores");
        }
        if contract.number < 1 {
            self.fault("number", "feeds are numbered from 1");
        }
        for (field, empty) in [
            ("basis", contract.basis.is_empty()),
            ("person", contract.persons.is_empty()),
            ("key", contract.key.is_empty()),
        ] {
            if empty {
                self.fault(field, "has to name something");
            }
        }
        let mut ids: Vec<&str> = contract.rules.iter().map(|rule| rule.id.as_str()).collect();
        ids.sort_unstable();
        if let Some(twice) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            self.fault("rules", format!("{} is the id of two rules", twice[0]));
        }
    }
}

/// A bound as the lake counts: fen, days, months, ten-thousandths.
fn in_lake_unit(kind: ColumnType, text: &str) -> Option<i64> {
    match kind {
        ColumnType::Money => Fen::parse(text).ok().map(|fen| fen.0),
        ColumnType::Date => Day::parse(text).map(|day| i64::from(day.0)),
        ColumnType::Month => Month::parse(text).map(|month| i64::from(month.0)),
        // Ten-thousandths of one are what a fen is to a hundred yuan, so money's exact reader serves.
        ColumnType::Rate => Fen::parse_in_unit(text, 10_000).ok().map(|rate| rate.0),
        ColumnType::Count => text.parse().ok(),
        _ => None,
    }
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
