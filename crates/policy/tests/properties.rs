//! What holds for any household and any text: one by one equals the batch, order and partition do not matter, the
//! parser never panics, numbers are exact.

mod support;

use std::sync::Arc;

use anwang_domain::Day;
use anwang_policy::{CompileOptions, Mode, Outcome, Program};
use arrow_array::{ArrayRef, BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{Field, Schema};
use proptest::prelude::*;

const RULES: &str = "\
variables:
  born: {of: person, type: date, input: true}
  wage: {of: person, type: money/month, input: true, range: [-10000, 100000]}
  disabled: {of: person, type: bool, input: true}
  area: {of: household, type: 'enum(urban, rural)', input: true}
  rent: {of: household, type: money/month, input: true, range: [0, 10000]}
  age: {of: person, type: count, unit: years, formula: 'YEARS_BETWEEN(born, as_of)', basis: x}
  counted: {of: person, type: money/month, formula: 'GREATEST(wage * 0.8 - household.rent / 3, 0) * 3', basis: x}
  works: {of: person, type: bool, formula: 'age BETWEEN 16 AND 59 AND NOT disabled', basis: x}
  members: {of: household, type: count, count: members, over: members, basis: x}
  adults: {of: household, type: count, count: age >= 18, over: members, basis: x}
  any_disabled: {of: household, type: bool, any: disabled, over: members, basis: x}
  all_work: {of: household, type: bool, all: works, over: members, where: age >= 18, basis: x}
  oldest: {of: household, type: count, unit: years, max: age, over: members, where: wage > 0, basis: x}
  income: {of: household, type: money/month, sum: wage, over: members, where: NOT disabled, basis: x}
  head: {of: household, type: money/month, formula: income / members, basis: x}
  rounded: {of: household, type: money/month, formula: 'ROUND(income / members, 2)', basis: x}
  poor: {of: household, type: bool, formula: head < standard, basis: x}
  gap: {of: household, type: money/month, formula: 'CASE WHEN poor THEN (standard - head) * members ELSE 0 END', basis: x}
  share: {of: person, type: money/month, formula: 'COALESCE(wage, household.rounded)', basis: x}
parameters:
  standard:
    type: money/month
    by: [area]
    values:
      - {area: urban, from: 2020-01-01, value: 669.5, basis: x}
      - {area: rural, from: 2026-06-01, value: 555, basis: x}
";

fn program(as_of: &str) -> Program {
    let as_of = Day::parse(as_of).expect("a day");
    let options = CompileOptions {
        as_of,
        mode: Mode::Case,
        feeds: &[],
    };
    support::pack(RULES)
        .compile(&options)
        .unwrap_or_else(|found| panic!("{}", support::shown(&found)))
}

#[derive(Debug, Clone)]
struct Person {
    born: Option<i32>,
    wage_fen: Option<i64>,
    disabled: Option<bool>,
}

#[derive(Debug, Clone)]
struct Household {
    area: Option<&'static str>,
    rent_fen: Option<i64>,
    members: Vec<Person>,
}

fn maybe<T: std::fmt::Debug + Clone + 'static>(of: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Option<T>> {
    prop_oneof![1 => Just(None), 6 => of.prop_map(Some)].boxed()
}

fn person() -> impl Strategy<Value = Person> {
    // Days of 1900 to 2026; wages with some outside their range, and many on the standard.
    let wage = prop_oneof![4 => -500_000i64..300_000, 1 => Just(66_950i64), 1 => Just(20_000_000i64)];
    (maybe(-25_567i32..20_600), maybe(wage), maybe(any::<bool>())).prop_map(|(born, wage_fen, disabled)| Person {
        born,
        wage_fen,
        disabled,
    })
}

fn household() -> impl Strategy<Value = Household> {
    let area = prop_oneof![Just("urban"), Just("rural"), Just("elsewhere")];
    (maybe(area), maybe(0i64..200_000), prop::collection::vec(person(), 0..6)).prop_map(|(area, rent_fen, members)| {
        Household {
            area,
            rent_fen,
            members,
        }
    })
}

fn run(program: &Program, households: &[Household]) -> Outcome {
    let people: Vec<&Person> = households.iter().flat_map(|household| &household.members).collect();
    let persons = batch(vec![
        ("born", Arc::new(people.iter().map(|p| p.born).collect::<Date32Array>())),
        (
            "wage_fen",
            Arc::new(people.iter().map(|p| p.wage_fen).collect::<Int64Array>()),
        ),
        (
            "disabled",
            Arc::new(people.iter().map(|p| p.disabled).collect::<BooleanArray>()),
        ),
    ]);
    let homes = batch(vec![
        (
            "area",
            Arc::new(households.iter().map(|h| h.area).collect::<StringArray>()),
        ),
        (
            "rent",
            Arc::new(households.iter().map(|h| h.rent_fen).collect::<Int64Array>()),
        ),
    ]);
    let mut offsets = vec![0u32];
    for household in households {
        offsets.push(offsets[offsets.len() - 1] + household.members.len() as u32);
    }
    program.run(&persons, &homes, &offsets).expect("a run")
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, a)| Field::new(*name, a.data_type().clone(), true))
        .collect();
    RecordBatch::try_new(
        Arc::new(Schema::new(fields)),
        columns.into_iter().map(|(_, a)| a).collect(),
    )
    .expect("a batch")
}

/// Every cell of every row, so that results of any partition can be compared.
fn rows(batches: &[RecordBatch]) -> Vec<String> {
    let row = |batch: &RecordBatch, at: usize| {
        batch
            .columns()
            .iter()
            .map(|column| cell(column, at))
            .collect::<Vec<_>>()
            .join("|")
    };
    batches
        .iter()
        .flat_map(|batch| (0..batch.num_rows()).map(move |at| row(batch, at)))
        .collect()
}

fn cell(column: &ArrayRef, row: usize) -> String {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Decimal64Type, Int64Type};
    use arrow_schema::DataType::*;
    if column.is_null(row) {
        return "?".to_owned();
    }
    match column.data_type() {
        Boolean => column.as_boolean().value(row).to_string(),
        Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        Decimal64(..) => column.as_primitive::<Decimal64Type>().value(row).to_string(),
        other => panic!("unexpected {other}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn one_by_one_equals_the_batch_and_order_does_not_matter(homes in prop::collection::vec(household(), 1..40)) {
        let program = program("2026-08-01");
        let whole = run(&program, &homes);
        let (persons, households) = (rows(&whole.persons), rows(&whole.households));
        let mut apart = (Vec::new(), Vec::new());
        for home in &homes {
            let one = run(&program, std::slice::from_ref(home));
            apart.0.extend(rows(&one.persons));
            apart.1.extend(rows(&one.households));
        }
        prop_assert_eq!(&apart.0, &persons);
        prop_assert_eq!(&apart.1, &households);

        let reversed: Vec<Household> = homes.iter().rev().cloned().collect();
        let mut backwards = rows(&run(&program, &reversed).households);
        backwards.reverse();
        prop_assert_eq!(backwards, households);
    }

    #[test]
    fn a_known_income_per_head_is_rounded_half_up_from_the_exact_sum(wages in prop::collection::vec(0i64..900_000, 1..6)) {
        let members = wages.iter().map(|fen| Person { born: Some(0), wage_fen: Some(*fen), disabled: Some(false) });
        let home = Household { area: Some("urban"), rent_fen: Some(0), members: members.collect() };
        let found = run(&program("2026-08-01"), &[home]);
        let column = found.households[0].column_by_name("rounded").expect("a column").clone();
        let (sum, count) = (wages.iter().sum::<i64>(), wages.len() as i64);
        let half_up = (2 * sum + count) / (2 * count);
        prop_assert_eq!(cell(&column, 0), (half_up * 100).to_string());
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,80}", words in prop::collection::vec(word(), 0..30)) {
        for formula in [text, words.join(" ")] {
            let quoted = formula.replace(['\\', '"'], " ");
            let rules = format!("variables:\n  a: {{of: person, type: count, input: true}}\n  b: {{of: person, type: count, formula: \"{quoted}\", basis: x}}\n");
            if let Ok(pack) = support::load(&rules) {
                let as_of = Day::parse("2026-08-01").expect("a day");
                let _either = pack.compile(&CompileOptions { as_of, mode: Mode::Case, feeds: &[] });
            }
        }
    }

    #[test]
    fn no_file_makes_the_reader_panic(text in "[a-z:{}\\[\\],'\"\\-\n #|>&*?!%@0-9]{0,200}") {
        if let Err(found) = support::load(&text) {
            prop_assert!(found.iter().all(|diagnostic| !diagnostic.to_string().is_empty()));
        }
    }
}

fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a",
        "b",
        "as_of",
        "(",
        ")",
        "(",
        ")",
        ",",
        "+",
        "-",
        "*",
        "/",
        "=",
        "<>",
        "<",
        ">=",
        "AND",
        "OR",
        "NOT",
        "BETWEEN",
        "IN",
        "IS",
        "NULL",
        "CASE",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "COALESCE",
        "ROUND",
        "YEARS_BETWEEN",
        "DATE",
        "'x'",
        "'2026-01-01'",
        "1",
        "0.30",
        "12",
        "household",
        ".",
        "eligible",
        "amount",
        "true",
        "999999999999999999",
    ])
}

#[test]
fn partition_into_morsels_changes_nothing() {
    let member = |n: i64| Person {
        born: Some(n as i32),
        wage_fen: Some(n % 90_000),
        disabled: Some(n % 7 == 0),
    };
    let homes: Vec<Household> = (0..9_000i64)
        .map(|n| Household {
            area: Some(if n % 2 == 0 { "urban" } else { "rural" }),
            rent_fen: Some(n % 3_000),
            members: (0..n % 6).map(|m| member(n * 6 + m)).collect(),
        })
        .collect();
    let program = program("2026-08-01");
    let whole = run(&program, &homes);
    assert!(whole.persons.len() > 1, "more than one morsel");
    let parts: Vec<String> = homes
        .chunks(701)
        .flat_map(|part| rows(&run(&program, part).households))
        .collect();
    assert_eq!(rows(&whole.households), parts);
}

#[test]
fn a_household_of_a_thousand_and_one_is_not_added_up() {
    let member = Person {
        born: Some(0),
        wage_fen: Some(100),
        disabled: Some(false),
    };
    let home = |count: usize| Household {
        area: Some("urban"),
        rent_fen: Some(0),
        members: vec![member.clone(); count],
    };
    let found = run(&program("2026-08-01"), &[home(1_000), home(1_001)]);
    let income = found.households[0].column_by_name("income").expect("a column").clone();
    assert_eq!(
        [cell(&income, 0), cell(&income, 1)],
        ["10000000".to_owned(), "?".to_owned()]
    );
}
