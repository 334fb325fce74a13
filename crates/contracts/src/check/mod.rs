//! From a contract.yaml to a [`Contract`]: every name resolved, every promise checked, all faults at once.

mod columns;
mod rules;

use std::fmt;

use anwang_domain::{Day, Fen, Level, Month};

use crate::column::{Column, ColumnType};
use crate::contract::{Contract, Delivery, Freshness, GoneWhen, HouseholdColumn};
use crate::file::{ContractFile, DeliveryFile, Mode, ScopeLevel};

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
