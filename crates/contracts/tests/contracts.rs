//! The contracts of /contracts, and what is said about faulty ones.

use anwang_contracts::{ColumnType, Contracts, Delivery, LakeType, WrittenUnit};

const FEEDS: [&str; 18] = [
    "dibao",
    "tekun",
    "edge_rigid",
    "temporary_aid",
    "children",
    "subsidies",
    "marriage",
    "cremation",
    "hukou",
    "disability_card",
    "medical",
    "serious_illness",
    "employment",
    "social_insurance",
    "schooling",
    "housing",
    "rural_watch",
    "check",
];

#[test]
fn the_eighteen_feeds_are_there_in_their_order_and_without_fault() {
    let found: Vec<(i16, &str)> = Contracts::embedded()
        .iter()
        .map(|contract| (contract.number, contract.feed.as_str()))
        .collect();
    let expected: Vec<(i16, &str)> = (1..).zip(FEEDS).collect();
    assert_eq!(found[..18], expected);
}

#[test]
fn only_the_check_stays_out_of_population_scans() {
    let asked: Vec<&str> = Contracts::embedded()
        .iter()
        .filter(|contract| !contract.population_wide)
        .map(|c| c.feed.as_str())
        .collect();
    assert_eq!(asked, ["check"]);
}

#[test]
fn every_feed_is_recognised_by_its_own_chinese_and_english_header() {
    for contract in Contracts::embedded().iter() {
        let headers: [Vec<&str>; 3] = [
            contract.columns.iter().map(|column| column.zh.as_str()).collect(),
            contract.columns.iter().map(|column| column.en.as_str()).collect(),
            contract.columns.iter().map(|column| column.name.as_str()).collect(),
        ];
        for header in headers {
            let detected = Contracts::embedded().detect(&header);
            assert_eq!(detected[0].contract.feed, contract.feed, "{header:?}");
            assert_eq!(detected[0].score, 1000);
            assert!(detected[0].is_complete());
            assert!(
                detected[1].score < 900,
                "{} looks like {}",
                contract.feed,
                detected[1].contract.feed
            );
        }
    }
}

#[test]
fn titles_are_matched_by_synonym_width_case_spacing_and_bracketed_unit() {
    let medical = Contracts::embedded().by_name("medical").unwrap();
    let header = [
        "结算流水号",
        "身份证号码",
        "ＫＩＮＤ",
        " 总费用（万元）",
        "自付金额(元)",
        "结算 时间",
        "备注",
        "总金额",
    ];
    let matched = medical.match_header(&header);
    let names: Vec<Option<&str>> = matched
        .columns
        .iter()
        .map(|found| found.map(|found| medical.columns[found.column].name.as_str()))
        .collect();
    let expected = ["settlement_no", "id_no", "kind", "fee", "self_paid", "settled_on"].map(Some);
    assert_eq!(names[..6], expected);
    assert_eq!(names[6..], [None, None]);
    assert_eq!(matched.columns[3].unwrap().unit, WrittenUnit::TenThousandYuan);
    assert_eq!(matched.columns[4].unwrap().unit, WrittenUnit::AsTheContractSays);
    assert_eq!(matched.repeated, [7]);
    assert!(matched.missing_required.is_empty());
}

#[test]
fn codes_are_read_by_number_name_label_and_other_spellings() {
    let hukou = Contracts::embedded().by_name("hukou").unwrap();
    let relation = &hukou.column("relation").unwrap().codes;
    for (text, code) in [
        ("户主", 1),
        ("01", 1),
        ("1", 1),
        ("配偶", 10),
        ("妻", 10),
        ("son", 20),
        ("21", 20),
        ("父亲", 50),
    ] {
        assert_eq!(relation.resolve(text), Some(code), "{text}");
    }
    for text in ["", "邻居", "100", "-1"] {
        assert_eq!(relation.resolve(text), None, "{text}");
    }
    let sex = &hukou.column("sex").unwrap().codes;
    assert_eq!(
        [
            sex.resolve("0"),
            sex.resolve("00"),
            sex.resolve("男性"),
            sex.resolve("Ｆ")
        ],
        [Some(0), Some(0), Some(1), Some(2)]
    );
}

#[test]
fn a_feed_table_keeps_no_identity_in_clear() {
    for contract in Contracts::embedded().iter() {
        let columns = contract.lake_columns();
        let mut names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{}", contract.feed);
        for column in &columns {
            let Some(source) = column.column.map(|at| &contract.columns[at]) else {
                continue;
            };
            if source.kind.is_identity() {
                assert_eq!(
                    (column.kind, column.name.ends_with("_tag")),
                    (LakeType::UInt64, true),
                    "{}",
                    column.name
                );
            }
            if source.kind == ColumnType::CitizenId {
                assert_eq!(column.kind, LakeType::UInt64);
            }
        }
    }
}

#[test]
fn a_feed_of_one_person_has_its_id_once_and_a_marriage_has_both() {
    let lake = |feed: &str| -> Vec<String> {
        let contract = Contracts::embedded().by_name(feed).unwrap();
        contract.lake_columns().into_iter().map(|column| column.name).collect()
    };
    assert!(!lake("medical").contains(&"id_no".to_owned()));
    assert!(lake("marriage").contains(&"party_a_id".to_owned()) && lake("marriage").contains(&"party_b_id".to_owned()));
    assert!(lake("hukou").contains(&"father_id".to_owned()));
}

#[test]
fn rosters_are_snapshots_of_a_county() {
    for feed in ["dibao", "tekun", "edge_rigid", "children", "subsidies", "schooling"] {
        let contract = Contracts::embedded().by_name(feed).unwrap();
        assert!(matches!(contract.delivery, Delivery::Snapshot { .. }), "{feed}");
    }
}

const SMALL: &str = "
feed: visits
number: 19
title: {zh: 走访, en: visits}
owner: {zh: 民政部门, en: civil affairs}
basis: [社会救助法 art 39]
freshness: {cadence: monthly, stale_after_days: 40}
delivery: {mode: events}
population_wide: true
person: [id_no]
key: [id_no, visited_on]
event_date: visited_on
columns:
  - {name: id_no, zh: 身份证号, en: citizen id, type: citizen_id, required: true, sensitivity: identity, meaning: {zh: 对象, en: whom}}
  - {name: visited_on, zh: 走访日期, en: visited on, type: date, required: true, range: [2020-01-01, 2030-12-31], sensitivity: personal, meaning: {zh: 日期, en: day}}
  - {name: need, zh: 需求, en: need, type: code, sensitivity: personal, codes: [{code: 1, name: care, zh: 照护, en: care}], meaning: {zh: 需求, en: need}}
  - {name: cost, zh: 费用, en: cost, type: money, range: [0, 100.50], sensitivity: personal, meaning: {zh: 费用, en: cost}}
rules:
  - {id: not_tomorrow, not_after_delivery: {columns: [visited_on]}, text: {zh: 未来日期, en: a day to come}}
";

#[track_caller]
fn check(replace: &str, with: &str, field: &str, message: &str) {
    assert!(SMALL.contains(replace), "the sample holds no {replace:?}");
    let files = [("19-visits/contract.yaml".to_owned(), SMALL.replacen(replace, with, 1))];
    let faults = Contracts::from_files(&files).expect_err("the contract is faulty");
    let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let wanted = |fault: &&anwang_contracts::ContractFault| fault.field == field && fault.message.contains(message);
    assert!(faults.iter().any(|fault| wanted(&fault)), "{said:#?}");
    assert!(
        said.iter().all(|line| line.starts_with("19-visits/contract.yaml: ")),
        "{said:#?}"
    );
}

#[test]
fn a_nineteenth_feed_is_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("19-visits")).unwrap();
    std::fs::write(folder.path().join("19-visits/contract.yaml"), SMALL).unwrap();
    let contracts = Contracts::load(folder.path()).unwrap();
    let visits = contracts.by_number(19).unwrap();
    assert_eq!(visits.table(), "feed_visits");
    assert_eq!(
        visits.column("cost").unwrap().range.map(|range| range.high),
        Some(10_050)
    );
}

#[test]
fn a_faulty_contract_says_file_field_and_reason() {
    check("type: date,", "type: datum,", "", "datum");
    check("number: 19", "numbr: 19", "", "numbr");
    check("person: [id_no]", "person: [who]", "person", "no column is called who");
    check("person: [id_no]", "person: [cost]", "person", "CitizenId");
    check("key: [id_no, visited_on]", "key: []", "key", "has to name something");
    check(
        "range: [0, 100.50]",
        "range: [0, 100.505]",
        "columns.cost.range",
        "not a value",
    );
    check(
        "range: [0, 100.50]",
        "range: [5, 1]",
        "columns.cost.range",
        "lies above",
    );
    check("2030-12-31", "2030-02-30", "columns.visited_on.range", "not a value");
    check(
        "type: money, range: [0, 100.50]",
        "type: text, range: [0, 1]",
        "columns.cost.range",
        "only money",
    );
    check(
        "zh: 费用, en: cost,",
        "zh: 需求, en: cost,",
        "columns.cost.synonyms",
        "already means need",
    );
    check("{mode: events}", "{mode: snapshot}", "delivery", "scope");
    check(
        "codes: [{code: 1, name: care, zh: 照护, en: care}],",
        "",
        "columns.need.codes",
        "has a code list",
    );
    check(
        "en: care}]",
        "en: care}, {code: 2, name: other, zh: 照护, en: other}]",
        "columns.need.codes",
        "two codes",
    );
    check("name: care", "name: Care", "columns.need.codes", "is no name");
    check(
        "not_after_delivery: {columns: [visited_on]},",
        "",
        "rules.not_tomorrow",
        "exactly one kind",
    );
    check("columns: [visited_on]", "columns: [cost]", "rules.not_tomorrow", "Date");
    check(
        "type: money,",
        "type: money, keep: seal,",
        "columns.cost.keep",
        "only name",
    );
}

#[test]
fn two_feeds_may_not_share_a_name_or_number() {
    let files = [("a".to_owned(), SMALL.to_owned()), ("b".to_owned(), SMALL.to_owned())];
    let faults = Contracts::from_files(&files).unwrap_err();
    assert_eq!(
        faults[0].to_string(),
        "b: number: feed visits already has this name or number"
    );
}
