//! Reasons: conditions with numbers and articles, arithmetic as a clerk writes it, plain sentences.

mod support;

use std::collections::BTreeMap;

use anwang_domain::Day;
use anwang_policy::{CompileOptions, ConditionState, Facts, Mode, Program, Reasons, ValueSource};

const DIBAO: &str = "\
programme: dibao
title: {zh: 最低生活保障, en: the minimum living guarantee}
of: household
basis: 社会救助法 art 18
in_force: {from: 2021-07-01}
conditions:
  - id: income_below_standard
    test: per_capita_income < standard
    met: {zh: \"人均月收入{per_capita_income}元，低于标准{standard}元。\", en: \"Income per head is {per_capita_income}, below {standard}.\"}
    unmet: {zh: \"人均月收入{per_capita_income}元，不低于标准{standard}元。\", en: \"Income per head is {per_capita_income}, not below {standard}.\"}
    basis: 社会救助法 art 18
amount:
  value: (standard - per_capita_income) * members
  round: {to: fen, mode: half_up}
variables:
  area: {of: household, type: 'enum(urban, rural)', input: true, label: {zh: 城乡, en: area}}
  wage: {of: person, type: money/month, input: true, label: {zh: 月工资, en: monthly wage}}
  members: {of: household, type: count, count: members, over: members, basis: x}
  income: {of: household, type: money/month, sum: wage, over: members, basis: x}
  per_capita_income: {of: household, type: money/month, formula: income / members, label: {zh: 人均月收入, en: income per head}, basis: x}
parameters:
  standard:
    type: money/month
    by: [area]
    values:
      - {area: urban, from: 2025-01-01, value: 669, basis: \"2025-11 press conference\"}
";

fn program(as_of: (i32, u8, u8)) -> Program {
    let as_of = Day::from_ymd(as_of.0, as_of.1, as_of.2).expect("a day");
    let options = CompileOptions {
        as_of,
        mode: Mode::Case,
        feeds: &[],
    };
    support::pack(DIBAO)
        .compile(&options)
        .unwrap_or_else(|found| panic!("{}", support::shown(&found)))
}

fn reasons(program: &Program, area: &str, wages: &[Option<&str>]) -> Reasons {
    let answers = |name: &str, value: Option<&str>| BTreeMap::from([(name.to_owned(), value.map(str::to_owned))]);
    let persons = wages.iter().map(|wage| answers("wage", *wage)).collect();
    let facts = Facts {
        household: answers("area", Some(area)),
        persons,
    };
    program
        .answer(&facts)
        .expect("facts that the pack knows")
        .reasons()
        .remove(0)
}

#[test]
fn the_amount_is_written_out_as_a_clerk_would() {
    let program = program((2026, 8, 1));
    let found = reasons(&program, "urban", &[Some("1237.50"), Some("0"), Some("0")]);
    assert_eq!(found.outcome, "eligible");
    assert_eq!(found.amount.as_deref(), Some("769.50"));
    assert_eq!(found.arithmetic.as_deref(), Some("(669.00 − 412.50) × 3 = 769.50"));
    let condition = &found.conditions[0];
    assert_eq!(
        (condition.state, condition.arithmetic.as_deref()),
        (ConditionState::Met, Some("412.50 < 669.00"))
    );
    assert_eq!(condition.text.zh, "人均月收入412.50元，低于标准669.00元。");
    assert_eq!(
        found.sentences.last().expect("a sentence").zh,
        "每月769.50元：(669.00 − 412.50) × 3 = 769.50。"
    );
}

#[test]
fn one_fen_decides_and_the_refusal_says_by_which_numbers() {
    let program = program((2026, 8, 1));
    let covered = reasons(&program, "urban", &[Some("668.99")]);
    assert_eq!((covered.outcome, covered.amount.as_deref()), ("eligible", Some("0.01")));
    let refused = reasons(&program, "urban", &[Some("669.00")]);
    assert_eq!((refused.outcome, refused.amount), ("not_eligible", None));
    assert_eq!(refused.sentences[1].en, "Income per head is 669.00, not below 669.00.");
    assert_eq!(refused.conditions[0].basis, ["社会救助法 art 18"]);
}

#[test]
fn a_missing_wage_and_a_missing_standard_are_named() {
    let program = program((2026, 8, 1));
    let unknown = reasons(&program, "urban", &[Some("0"), None]);
    assert_eq!(
        (unknown.outcome, unknown.missing.as_slice()),
        ("undecidable", ["wage".to_owned()].as_slice())
    );
    assert_eq!(unknown.sentences[1].zh, "还缺：月工资。");
    let rural = reasons(&program, "rural", &[Some("0")]);
    assert_eq!(rural.outcome, "undecidable");
    assert_eq!(rural.missing, ["param standard (rural) on 2026-08-01"]);
}

#[test]
fn values_say_where_they_come_from() {
    let program = program((2026, 8, 1));
    let found = reasons(&program, "urban", &[Some("0")]);
    let standard = found.conditions[0]
        .values
        .iter()
        .find(|value| value.name == "standard")
        .expect("the standard");
    assert_eq!(standard.value.as_deref(), Some("669.00"));
    let ValueSource::Parameter { from, keys, basis, .. } = &standard.source else {
        panic!("a parameter")
    };
    assert_eq!(from.as_deref(), Some("2025-01-01"));
    assert_eq!(keys, &["urban"]);
    assert_eq!(basis.as_deref(), Some("2025-11 press conference"));
}

#[test]
fn a_day_before_the_rule_is_refused_and_not_guessed() {
    let found = reasons(&program((2021, 6, 30)), "urban", &[Some("0")]);
    assert_eq!((found.outcome, found.amount), ("not_in_force", None));
}

#[test]
fn only_what_can_change_the_outcome_is_asked() {
    let program = program((2026, 8, 1));
    let answers = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), Some(value.to_owned()))]);
    let asked = |facts: &Facts| -> Vec<(String, Option<usize>)> {
        let kept = program.answer(facts).expect("facts that the pack knows");
        kept.questions(&["dibao"])
            .into_iter()
            .map(|question| (question.input, question.person))
            .collect()
    };
    let mut facts = Facts {
        household: BTreeMap::new(),
        persons: vec![answers("wage", "0"), BTreeMap::new()],
    };
    let both = [("wage".to_owned(), Some(1)), ("area".to_owned(), None)];
    let mut found = asked(&facts);
    found.sort();
    assert_eq!(found, [both[1].clone(), both[0].clone()]);
    facts.household = answers("area", "urban");
    assert_eq!(asked(&facts), [both[0].clone()]);
    facts.persons[1] = answers("wage", "5000");
    assert_eq!(asked(&facts), []);
}
