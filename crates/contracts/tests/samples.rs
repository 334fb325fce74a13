//! The sample files beside the contracts: they fit their contract, and what is expected of bad.csv names codes, columns and
//! rules that exist. That intake says exactly this of them is tested in intake.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anwang_contracts::{Contract, Contracts, RejectCode, RuleKind, Severity};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn folder(contract: &Contract) -> PathBuf {
    root().join(format!("contracts/{:02}-{}", contract.number, contract.feed))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[track_caller]
fn check_header(contract: &Contract, path: &Path) {
    let text = read(path);
    let header: Vec<&str> = text.lines().next().expect("a header").split(',').collect();
    let detected = Contracts::embedded().detect(&header);
    assert_eq!(detected[0].contract.feed, contract.feed, "{}", path.display());
    assert!(
        detected[0].is_complete() && detected[0].header.matched() == header.len(),
        "{}",
        path.display()
    );
    assert!(text.lines().count() >= 2, "{} has no rows", path.display());
}

#[test]
fn samples_and_the_village_s_files_have_the_header_of_their_feed() {
    for contract in Contracts::embedded().iter() {
        let samples = folder(contract);
        check_header(contract, &samples.join("good.csv"));
        check_header(contract, &samples.join("bad.csv"));
        let village = format!(
            "fixtures/village/2026-10-31/{:02}-{}.csv",
            contract.number, contract.feed
        );
        check_header(contract, &root().join(village));
    }
}

#[test]
fn expectations_name_codes_columns_and_severities_that_exist() {
    for contract in Contracts::embedded().iter() {
        let rows = read(&folder(contract).join("bad.csv")).lines().count();
        for (row, code, column, severity) in expected(contract) {
            let place = format!("{} {row} {code} {column}", contract.feed);
            assert!((2..=rows).contains(&row), "{place}: no such row");
            assert!(
                column.is_empty() || contract.position(&column).is_some(),
                "{place}: no such column"
            );
            let severities: Vec<&str> = match code.strip_prefix("rule.") {
                Some(id) => {
                    let rule = contract
                        .rules
                        .iter()
                        .find(|rule| rule.id == id)
                        .unwrap_or_else(|| panic!("{place}"));
                    vec![if rule.severity == Severity::Warn {
                        "warn"
                    } else {
                        "reject"
                    }]
                }
                None => RejectCode::ALL
                    .iter()
                    .filter(|known| known.code(contract) == code)
                    .map(|_| "reject")
                    .collect(),
            };
            assert_eq!(severities, [severity.as_str()], "{place}");
        }
    }
}

#[test]
fn every_rule_of_a_row_is_broken_by_a_sample_of_some_feed() {
    let mut unbroken = Vec::new();
    for contract in Contracts::embedded().iter() {
        let broken: BTreeSet<String> = expected(contract).into_iter().map(|(_, code, _, _)| code).collect();
        for rule in &contract.rules {
            // Rules of the same kind and id are shared by feeds; one sample of them is enough.
            let shared = [
                "not_in_the_future",
                "ended_has_a_date",
                "ends_after_it_starts",
                "agrees_with_id",
            ];
            let by_one_row = !matches!(rule.kind, RuleKind::ExactlyOne { .. });
            if by_one_row && !shared.contains(&rule.id.as_str()) && !broken.contains(&format!("rule.{}", rule.id)) {
                unbroken.push(format!("{}.{}", contract.feed, rule.id));
            }
        }
    }
    assert_eq!(unbroken, Vec::<String>::new());
}

#[test]
fn every_feed_s_folder_tells_people_what_to_know() {
    for contract in Contracts::embedded().iter() {
        let readme = read(&folder(contract).join("README.md"));
        for word in [&contract.title.zh, &contract.owner.zh, &contract.basis[0]] {
            assert!(readme.contains(word.as_str()), "{} does not say {word}", contract.feed);
        }
    }
}

#[test]
fn codes_of_rejects_are_distinct_and_have_hints() {
    let contract = Contracts::embedded().by_number(1).unwrap();
    let codes: BTreeSet<_> = RejectCode::ALL.iter().map(|reject| reject.code(contract)).collect();
    assert_eq!(codes.len(), RejectCode::ALL.len());
    for reject in RejectCode::ALL {
        let hint = reject.hint(contract);
        assert!(!hint.zh.is_empty() && !hint.en.is_empty(), "{reject:?}");
    }
}

/// (row, code, column, severity) of bad.expected
fn expected(contract: &Contract) -> Vec<(usize, String, String, String)> {
    let path = folder(contract).join("bad.expected");
    let text = read(&path);
    let lines = text.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        let &[row, code, column, severity] = fields.as_slice() else {
            panic!("{}: {line}", path.display())
        };
        (
            row.parse().expect("a row number"),
            code.to_owned(),
            column.to_owned(),
            severity.to_owned(),
        )
    });
    lines.collect()
}
