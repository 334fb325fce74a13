//! `anwang policy backpay`: what a corrected rule would have paid, month by month, as proposals for the ledger.

use std::path::PathBuf;
use std::sync::Arc;

use anwang_domain::Day;
use anwang_policy::simulate::standings;
use anwang_policy::{CompileOptions, Mode, Pack, Program};
use arrow_array::types::{Date32Type, Decimal64Type};
use arrow_array::{ArrayRef, PrimitiveArray, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use serde::Serialize;

use super::pack_folder;
use super::results::Results;
use super::simulate::{changed, read};
use super::tables::{HOUSEHOLD, Tables};
use crate::clock;
use crate::error::CliError;
use crate::ui::{Ui, thousands};

/// Fifty years of months: more is a mistake in a date.
const MONTHS_MAX: usize = 600;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The pack by which was paid
    #[arg(long, value_name = "DIR")]
    pack: PathBuf,
    /// The pack by which should have been paid [default: the same, with --set]
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
    /// A corrected parameter: NAME=VALUE everywhere, or NAME*=FACTOR for each of its values
    #[arg(long = "set", value_name = "CHANGE")]
    changes: Vec<String>,
    #[arg(long, value_name = "FILE")]
    persons: PathBuf,
    #[arg(long, value_name = "FILE")]
    households: PathBuf,
    /// First month, by any of its days
    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    since: Day,
    /// Last month, by any of its days
    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    until: Day,
    /// Parquet of proposals: household, programme, month, paid, due, difference
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Default, Serialize)]
struct Summary {
    months: usize,
    proposals: usize,
    households: usize,
    /// In 1/10,000 yuan.
    to_pay_e4: i128,
    to_recover_e4: i128,
    /// Months in which one of the packs leaves a household undecided: nothing is proposed for them.
    undecided: usize,
}

/// Proposals column by column.
#[derive(Default)]
struct Proposals {
    household: Vec<u32>,
    programme: Vec<String>,
    month: Vec<i32>,
    paid_e4: Vec<i64>,
    due_e4: Vec<i64>,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let paid = pack_folder::load(&args.pack, ui)?;
    let due = match &args.against {
        Some(folder) => pack_folder::load(folder, ui)?,
        None => paid.clone(),
    };
    let due = changed(due, &args.changes)?;
    let (mut summary, mut proposals) = (Summary::default(), Proposals::default());
    let mut tables: Option<Tables> = None;
    for first in months(args.since, args.until)? {
        let (paid, due) = (compile(&paid, first, ui)?, compile(&due, first, ui)?);
        let tables = match &mut tables {
            Some(tables) => tables,
            none => none.insert(read(&paid, &due, &args.persons, &args.households)?),
        };
        month(first, &paid, &due, tables, &mut summary, &mut proposals)?;
    }
    let Some(tables) = tables else { return Ok(()) };
    let mut homes = proposals.household.clone();
    homes.sort_unstable();
    homes.dedup();
    (summary.households, summary.proposals) = (homes.len(), proposals.household.len());
    proposals.write(&args, &tables)?;
    ui.answer(&summary, |ui| show(&summary, ui))
}

/// The first day of each month.
fn months(since: Day, until: Day) -> Result<Vec<Day>, CliError> {
    let (year, month, _) = since.ymd();
    let start = Day::from_ymd(year, month, 1).unwrap_or(since);
    let count = usize::try_from(until.months_since(start) + 1).unwrap_or(0);
    if count == 0 || count > MONTHS_MAX {
        return Err(CliError::refused(
            "policy.months",
            format!("{count} months: 1 to {MONTHS_MAX} can be worked out"),
        ));
    }
    Ok((0..count as i32).map(|month| start.add_months(month)).collect())
}

fn compile(pack: &Pack, as_of: Day, ui: &Ui) -> Result<Program, CliError> {
    let options = CompileOptions {
        as_of,
        mode: Mode::Case,
        feeds: &[],
    };
    pack.compile(&options)
        .map_err(|diagnostics| pack_folder::refuse(&diagnostics, ui))
}

fn month(
    first: Day,
    paid: &Program,
    due: &Program,
    tables: &Tables,
    summary: &mut Summary,
    proposals: &mut Proposals,
) -> Result<(), CliError> {
    let run = |program: &Program| {
        let outcome = program
            .run(&tables.persons, &tables.households, &tables.offsets)
            .map_err(|error| CliError::refused(error.code(), error.to_string()))?;
        Ok::<_, CliError>(standings(program, &outcome, &tables.offsets))
    };
    let (paid, due) = (run(paid)?, run(due)?);
    summary.months += 1;
    for (programme, paid) in &paid {
        let Some(due) = due.get(programme) else { continue };
        for (household, (paid, due)) in paid.iter().zip(due).enumerate() {
            if paid.undecidable || due.undecidable {
                summary.undecided += 1;
                continue;
            }
            let difference = i128::from(due.amount_e4) - i128::from(paid.amount_e4);
            if difference == 0 {
                continue;
            }
            if difference > 0 {
                summary.to_pay_e4 += difference;
            } else {
                summary.to_recover_e4 -= difference;
            }
            proposals.household.push(household as u32);
            proposals.programme.push(programme.clone());
            proposals.month.push(first.0);
            proposals.paid_e4.push(paid.amount_e4);
            proposals.due_e4.push(due.amount_e4);
        }
    }
    Ok(())
}

impl Proposals {
    fn write(self, args: &Args, tables: &Tables) -> Result<(), CliError> {
        let wrong = |error: ArrowError| CliError::refused("policy.parquet", error.to_string());
        let money = DataType::Decimal64(18, 4);
        let amount = |values: Vec<i64>| -> ArrayRef {
            Arc::new(PrimitiveArray::<Decimal64Type>::from(values).with_data_type(money.clone()))
        };
        let difference = self
            .due_e4
            .iter()
            .zip(&self.paid_e4)
            .map(|(due, paid)| due - paid)
            .collect();
        let field = |name: &str, ty: DataType| Field::new(name, ty, false);
        let schema = Schema::new(vec![
            field("programme", DataType::Utf8),
            field("month", DataType::Date32),
            field("paid", money.clone()),
            field("due", money.clone()),
            field("difference", money.clone()),
        ]);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(self.programme)),
            Arc::new(PrimitiveArray::<Date32Type>::from(self.month)),
            amount(self.paid_e4),
            amount(self.due_e4),
            amount(difference),
        ];
        let rows = RecordBatch::try_new(Arc::new(schema.clone()), columns).map_err(wrong)?;
        let all = tables.households.column_by_name(HOUSEHOLD).cloned().ok_or_else(|| {
            CliError::refused(
                "policy.no_household_id",
                format!("the households file has no column {HOUSEHOLD}"),
            )
        })?;
        let ids = arrow_select::take::take(&all, &UInt32Array::from(self.household), None).map_err(wrong)?;
        let ids = [(HOUSEHOLD, ids)];
        let mut results = Results::create(&args.out, &ids, &schema)?;
        results.append(&ids, &[rows])?;
        results.close()
    }
}

fn show(summary: &Summary, ui: &Ui) {
    let yuan = |e4: i128| format!("{}.{:02}", thousands((e4 / 10_000) as i64), e4 % 10_000 / 100);
    ui.say(format!(
        "{} months: {} proposals for {} households, {} yuan to pay, {} yuan to recover",
        summary.months,
        thousands(summary.proposals as i64),
        thousands(summary.households as i64),
        yuan(summary.to_pay_e4),
        yuan(summary.to_recover_e4)
    ));
    if summary.undecided > 0 {
        ui.say(format!(
            "{} programme-months stay undecided: nothing is proposed for them",
            thousands(summary.undecided as i64)
        ));
    }
}
