//! The project's own packs: every case holds, and a case that should not hold does not.

use std::path::{Path, PathBuf};

use anwang_policy::{CaseReport, Pack};

fn shelf() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies")
}

fn texts(folder: &Path, files: &mut Vec<(String, String)>) {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            texts(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push((
                path.display().to_string(),
                std::fs::read_to_string(&path).expect("UTF-8"),
            ));
        }
    }
}

fn tested(packs: &[&str]) -> CaseReport {
    let mut files = Vec::new();
    packs.iter().for_each(|pack| texts(&shelf().join(pack), &mut files));
    let pack = Pack::load(files).unwrap_or_else(|diagnostics| panic!("{}", diagnostics[0]));
    pack.test().unwrap_or_else(|diagnostics| panic!("{}", diagnostics[0]))
}

fn check(packs: &[&str], at_least: usize) {
    let report = tested(packs);
    assert_eq!(report.failures, [], "in {packs:?}");
    assert!(report.cases >= at_least, "{} cases in {packs:?}", report.cases);
}

#[test]
fn every_case_of_the_national_pack_holds() {
    check(&["national"], 60);
}

#[test]
fn every_case_of_shanxi_holds() {
    check(&["national", "shanxi"], 360);
}

#[test]
fn every_case_of_the_second_place_holds() {
    check(&["national", "zaozhuang-shizhong"], 20);
}

const HEAD: &str = "pack: small\ntitle: {zh: 小, en: small}\nversion: \"1\"\n";
const RULES: &str = "
variables:
  wage: {of: person, type: money/month, input: true, range: [0, 10000], label: {zh: 工资, en: wage}, basis: a}
  income: {of: household, type: money/month, sum: wage, over: members, label: {zh: 收入, en: income}, basis: a}
programme: aid
title: {zh: 救助, en: aid}
of: household
layer: basic
basis: [a]
in_force: {from: 2020-01-01}
conditions:
  - {id: is_poor, test: income < 500, basis: a, met: {zh: 是, en: yes}, unmet: {zh: 否, en: no}}
amount: {value: 500 - income}
clocks: {decide: {working_days: 30}}
";

fn mismatches(case: &str) -> Vec<String> {
    let cases = format!("defaults: {{as_of: 2026-01-01}}\ncases:\n  - {{name: n, article: a, {case}}}\n");
    let files = [
        ("p/pack.yaml", HEAD),
        ("p/programmes/aid/rules.yaml", RULES),
        ("p/programmes/aid/cases.yaml", &cases),
    ];
    let files = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    let pack = Pack::load(files).unwrap_or_else(|diagnostics| panic!("{}", diagnostics[0]));
    let report = pack.test().unwrap_or_else(|diagnostics| panic!("{}", diagnostics[0]));
    assert_eq!(report.cases, 1);
    let found = report.failures.into_iter().flat_map(|failure| failure.mismatches);
    found
        .map(|m| format!("{}: {} / {}", m.of, m.expected, m.found))
        .collect()
}

#[test]
fn a_case_that_holds_reports_nothing() {
    let case = "persons: [{wage: 100.5}, {wage: 0}], expect: {aid_outcome: eligible, aid_amount: 399.50, unmet: []}";
    assert_eq!(mismatches(case), Vec::<String>::new());
}

#[test]
fn an_amount_one_fen_off_is_reported_with_what_was_found() {
    let found = mismatches("persons: [{wage: 100}], expect: {aid_amount: 400.01}");
    assert_eq!(found, ["aid_amount: 400.01 / 400"]);
}

#[test]
fn a_condition_that_failed_unexpectedly_is_named() {
    let found = mismatches("persons: [{wage: 500}], expect: {unmet: []}");
    assert_eq!(found, ["unmet:  / is_poor"]);
}

#[test]
fn a_left_out_input_is_missing_and_never_zero() {
    let found = mismatches("persons: [{wage: 100}, {}], expect: {aid_outcome: eligible, missing: [income]}");
    assert_eq!(found, ["aid_outcome: eligible / undecidable", "missing: income / wage"]);
}

#[test]
fn a_misspelt_input_is_refused_with_a_proposal() {
    let found = mismatches("persons: [{wag: 100}], expect: {aid_outcome: eligible}");
    assert_eq!(
        found,
        ["the case: values of inputs / `wag` is no input of the pack; did you mean `wage`?"]
    );
}

#[test]
fn a_misspelt_expectation_is_refused() {
    let found = mismatches("persons: [{wage: 100}], expect: {aid_outcom: eligible}");
    assert_eq!(
        found,
        ["aid_outcom: eligible / neither a variable nor a programme's column"]
    );
}

#[test]
fn a_clock_that_differs_is_reported() {
    let found = mismatches("persons: [{wage: 100}], expect: {clocks.decide.working_days: 20}");
    assert_eq!(found, ["clocks.decide.working_days: 20 / 30"]);
}

#[test]
fn a_total_over_months_is_held() {
    let found = mismatches("months: 12, persons: [{wage: 100}], expect_total: {aid_amount: 4800.01}");
    assert_eq!(found, ["total of aid_amount: 4800.01 / 4800"]);
}

#[test]
fn a_day_before_the_rule_is_not_in_force() {
    let found = mismatches("as_of: 2019-12-31, persons: [{wage: 100}], expect: {aid_outcome: eligible}");
    assert_eq!(found, ["aid_outcome: eligible / not_in_force"]);
}

/// `policies/README.md` says of each published rule which case holds it; a renamed case must not leave it behind.
#[test]
fn every_case_that_the_readme_names_is_there() {
    let mut files = Vec::new();
    texts(&shelf(), &mut files);
    let names: Vec<&str> = files
        .iter()
        .filter(|(path, _)| path.ends_with("cases.yaml"))
        .flat_map(|(_, text)| text.lines())
        .filter_map(|line| line.trim_start().strip_prefix("- name: "))
        .collect();
    let readme = std::fs::read_to_string(shelf().join("README.md")).expect("the README is there");
    let rules: Vec<&str> = readme
        .lines()
        .filter(|line| {
            line.strip_prefix("| ")
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        })
        .collect();
    assert_eq!(rules.len(), 78, "published rules");
    for rule in rules {
        let held = rule.trim_end_matches(" |").rsplit(" | ").next().expect("a last column");
        let held = held.split(". Out").next().expect("a first part");
        let held = held.split(" (Shenzhen").next().expect("a first part");
        for case in held.split("; ") {
            assert!(names.contains(&case), "no case is called `{case}`");
        }
    }
}
