//! `check` points at the place and says what would help.

mod support;

use anwang_domain::Day;
use anwang_policy::Diagnostic;

fn diagnostics(text: &str) -> Vec<Diagnostic> {
    match support::load(text) {
        Ok(pack) => pack.check(Day::from_ymd(2026, 7, 1).expect("a day"), &[], &[140_000_000_000]),
        Err(diagnostics) => diagnostics,
    }
}

/// The first finding with this code stands at this line and column and its message or proposal holds these words.
fn check(text: &str, code: &str, line: u32, column: u32, words: &str) {
    let found = diagnostics(text);
    let Some(diagnostic) = found.iter().find(|diagnostic| diagnostic.code == code) else {
        panic!("no {code} in\n{}", support::shown(&found));
    };
    let said = format!(
        "{} {}",
        diagnostic.message,
        diagnostic.proposal.clone().unwrap_or_default()
    );
    assert_eq!((diagnostic.line, diagnostic.column), (line, column), "{diagnostic}");
    assert!(said.contains(words), "`{words}` is not in `{said}`");
}

const WAGES: &str = "\
variables:
  wage: {of: person, type: money/month, input: true}
  bonus: {of: person, type: money/year, input: true}
  area: {of: household, type: 'enum(urban, rural)', input: true}
  place: {of: household, type: place, input: true}
";

fn with(text: &str) -> String {
    format!("{WAGES}{text}")
}

#[test]
fn an_unknown_name_is_met_with_the_nearest_one() {
    let text = with("  pay: {of: person, type: money/month, formula: wagee + 1, basis: x}\n");
    check(&text, "policy.unknown_name", 6, 49, "did you mean `wage`?");
}

#[test]
fn yuan_per_month_and_per_year_do_not_add_up() {
    let text = with("  pay: {of: person, type: money/month, formula: wage + bonus, basis: x}\n");
    check(&text, "policy.unit", 6, 49, "divide the money/year side by 12");
}

#[test]
fn a_yearly_formula_for_a_monthly_variable_is_told_to_divide() {
    let text = with("  pay: {of: person, type: money/month, formula: bonus * 2, basis: x}\n");
    check(&text, "policy.unit", 6, 49, "divide by 12");
}

#[test]
fn variables_that_depend_on_each_other_name_the_circle() {
    let text = with(
        "  a: {of: person, type: money/month, formula: b, basis: x}\n  b: {of: person, type: money/month, formula: a, basis: x}\n",
    );
    check(&text, "policy.cycle", 6, 3, "a → b → a");
}

#[test]
fn a_condition_that_no_value_can_meet_is_pointed_out() {
    let text = "\
variables:
  age: {of: person, type: count, unit: years, input: true, range: [0, 150]}
  old: {of: person, type: bool, formula: age > 150, basis: x}
";
    check(text, "policy.unreachable", 3, 42, "never holds");
}

#[test]
fn bands_out_of_order_overlap() {
    let text = "\
variables:
  age: {of: person, type: count, input: true}
  aid:
    of: person
    type: money/month
    bands: {on: age, values: [{below: 90, value: 60}, {below: 80, value: 0}, {value: 300}]}
    basis: x
";
    check(text, "policy.band_overlap", 6, 63, "overlaps the one up to 90");
}

#[test]
fn dated_values_must_not_overlap_nor_leave_gaps() {
    let values = |first: &str, second: &str| {
        with(&format!(
            "  pay: {{of: household, type: money/month, formula: std, basis: x}}\nparameters:\n  std:\n    type: money/month\n    values:\n      - {{from: 2025-01-01, to: {first}, value: 1, basis: x}}\n      - {{from: {second}, value: 2, basis: x}}\n"
        ))
    };
    check(
        &values("2025-12-31", "2025-12-01"),
        "policy.date_overlap",
        11,
        9,
        "end it on 2025-11-30",
    );
    check(
        &values("2025-11-30", "2026-01-01"),
        "policy.date_gap",
        11,
        9,
        "from 2025-12-01 to 2025-12-31",
    );
}

#[test]
fn a_county_cannot_undercut_its_province() {
    let text = with(
        "  pay: {of: household, type: money/month, formula: std, basis: x}\nparameters:\n  std:\n    type: money/month\n    by: [place, area]\n    floor: parent\n    values:\n      - {place: 140000000000, from: 2025-01-01, value: 600, basis: x}\n      - {place: 140105000000, from: 2025-01-01, value: 599.99, basis: x}\n",
    );
    check(&text, "policy.below_floor", 14, 56, "600 or more");
}

#[test]
fn a_parameter_without_a_value_for_the_place_is_named() {
    let text = with(
        "  pay: {of: household, type: money/month, formula: std, basis: x}\nparameters:\n  std:\n    type: money/month\n    by: [place, area]\n    values:\n      - {place: 140000000000, area: urban, from: 2025-01-01, value: 600, basis: x}\n",
    );
    check(&text, "policy.parameter_missing", 8, 3, "140000000000");
}

#[test]
fn what_nothing_uses_and_what_cites_nothing_is_listed() {
    let text = "\
variables:
  wage: {of: person, type: money/month, input: true}
  pay: {of: person, type: money/month, formula: wage}
parameters:
  cap: {type: money, value: 5, basis: x}
";
    check(text, "policy.unused", 5, 3, "`cap`");
    check(text, "policy.uncited", 3, 3, "`pay`");
}

#[test]
fn a_household_reads_a_person_only_through_an_aggregate() {
    let text = with("  pay: {of: household, type: money/month, formula: wage, basis: x}\n");
    check(&text, "policy.entity", 6, 52, "over: members");
}

#[test]
fn a_misspelt_key_is_met_with_the_nearest_one() {
    let text = "variables:\n  a: {of: person, type: bool, input: true, labell: x}\n";
    check(text, "policy.shape", 2, 44, "did you mean `label`?");
}

#[test]
fn the_caret_stands_under_the_word_after_chinese_text() {
    let text = with("  pay: {of: person, label: {zh: 工资, en: pay}, type: money/month, formula: wagee, basis: x}\n");
    let found = diagnostics(&text);
    let shown = support::shown(&found);
    let lines: Vec<&str> = shown.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.contains("formula: wagee"))
        .expect("the line");
    let width = |text: &str| text.chars().map(|c| if c > '\u{2e80}' { 2 } else { 1 }).sum::<usize>();
    let (before, _) = lines[at].split_once("wagee").expect("the word");
    let (blank, _) = lines[at + 1].split_once('^').expect("a caret");
    assert_eq!(width(before), width(blank), "{shown}");
}
