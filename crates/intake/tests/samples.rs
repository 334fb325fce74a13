//! Each contract's samples: every row of good.csv passes, bad.csv gives exactly bad.expected.

use std::path::{Path, PathBuf};

use anwang_contracts::{Contract, Contracts, Severity};
use anwang_domain::{Day, Places};
use anwang_intake::check::chunk::Chunk;
use anwang_intake::plan::{KnownDivisions, Plan};
use anwang_intake::run::kept::is_of_whole_row;
use anwang_intake::source::{self, ReadFault};

/// The day on which the samples were "delivered".
const DELIVERED: &str = "2026-10-31";

fn folder(contract: &Contract) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../contracts/{:02}-{}", contract.number, contract.feed))
}

/// `row,code,column,severity` of every fault and notice, and the number of rows.
fn faults(contract: &Contract, file: &Path) -> (Vec<String>, usize) {
    let divisions = KnownDivisions::of(Places::shanxi());
    let delivered = Day::parse(DELIVERED).expect("a date");
    let (mut found, mut count) = (Vec::new(), 0);
    source::open::<ReadFault>(file, 1 << 20, &mut |entry| {
        let mut table = entry.expect("the sample can be read").table;
        let header = table.preview[0].clone();
        let plan = Plan::new(contract, &contract.match_header(&header), 1, table.shape, &divisions);
        let mut chunk = Chunk::new(&plan);
        while let Some(block) = table.blocks.next_block()? {
            block.rows(&header, |text, rows| {
                chunk.check(&plan, text, rows, delivered);
                count += chunk.len();
                let mut line = |row: u32, code: &str, column: &str, severity: &str| {
                    found.push((
                        rows.numbers()[row as usize + chunk.skipped],
                        format!("{code},{column},{severity}"),
                    ));
                };
                for fault in &chunk.faults {
                    let column = if is_of_whole_row(fault.code) {
                        ""
                    } else {
                        &contract.columns[fault.column].name
                    };
                    line(fault.row, &fault.code.code(contract), column, "reject");
                }
                for &(rule, row) in &chunk.notices {
                    let rule = &contract.rules[rule];
                    assert_eq!(rule.severity, Severity::Warn);
                    line(row, &format!("rule.{}", rule.id), "", "warn");
                }
            })?;
        }
        Ok(())
    })
    .expect("the sample can be read");
    found.sort();
    (
        found.into_iter().map(|(row, rest)| format!("{row},{rest}")).collect(),
        count,
    )
}

#[test]
fn every_row_of_the_good_samples_passes() {
    for contract in Contracts::embedded().iter() {
        let (found, count) = faults(contract, &folder(contract).join("good.csv"));
        assert_eq!(found, Vec::<String>::new(), "{}", contract.feed);
        assert!(count > 0, "{} has no rows", contract.feed);
    }
}

#[test]
fn every_row_of_the_village_of_liugou_passes() {
    for contract in Contracts::embedded().iter() {
        let name = format!(
            "../../fixtures/village/{DELIVERED}/{:02}-{}.csv",
            contract.number, contract.feed
        );
        let (found, count) = faults(contract, &Path::new(env!("CARGO_MANIFEST_DIR")).join(name));
        assert_eq!(found, Vec::<String>::new(), "{}", contract.feed);
        assert!(count > 0, "{} has no rows", contract.feed);
    }
}

#[test]
fn the_bad_samples_give_exactly_the_faults_that_are_written_beside_them() {
    for contract in Contracts::embedded().iter() {
        let (found, _) = faults(contract, &folder(contract).join("bad.csv"));
        let text = std::fs::read_to_string(folder(contract).join("bad.expected")).expect("bad.expected");
        let expected: Vec<String> = text.lines().skip(1).map(without_column_of_notices).collect();
        assert_eq!(found, expected, "{}", contract.feed);
    }
}

/// A notice belongs to its rule; intake counts it by rule and does not say a column.
fn without_column_of_notices(line: &str) -> String {
    let cells: Vec<&str> = line.split(',').collect();
    if cells[3] == "warn" {
        format!("{},{},,warn", cells[0], cells[1])
    } else {
        line.to_owned()
    }
}
