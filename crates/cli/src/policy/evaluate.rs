//! `anwang policy evaluate`: a pack over Parquet files of persons and households.

use std::path::PathBuf;
use std::time::Instant;

use anwang_domain::Day;
use anwang_policy::{CompileOptions, Mode, Outcome, Program};
use arrow_array::{ArrayRef, RecordBatch, UInt32Array};
use serde::Serialize;

use super::tables::{self, HOUSEHOLD, PERSON, Tables};
use super::{meter, pack_folder};
use crate::clock;
use crate::error::CliError;
use crate::ui::{Ui, thousands};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the pack; packs that it extends lie beside it
    #[arg(long, value_name = "DIR")]
    pack: PathBuf,
    /// Persons: Parquet with person_id, household_id and the pack's inputs
    #[arg(long, value_name = "FILE")]
    persons: PathBuf,
    /// Households: Parquet with household_id and the pack's inputs
    #[arg(long, value_name = "FILE")]
    households: PathBuf,
    /// Where persons.parquet and households.parquet are written
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    as_of: Day,
    /// Compute so many times in memory and print the processor seconds of each
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
}

/// What was done, for people and machines.
#[derive(Debug, Serialize)]
struct Report {
    persons: usize,
    households: usize,
    person_columns: usize,
    household_columns: usize,
    read_cpu_seconds: f64,
    /// One per repetition: columns bound, evaluated, results as Arrow columns in memory.
    compute_cpu_seconds: Vec<f64>,
    compute_seconds: Vec<f64>,
    write_cpu_seconds: f64,
    total_cpu_seconds: f64,
    persons_per_second: f64,
    peak_bytes: u64,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let begun = meter::cpu_seconds();
    let pack = pack_folder::load(&args.pack, ui)?;
    let options = CompileOptions { as_of: args.as_of, mode: Mode::Case, feeds: &[] };
    let program = pack.compile(&options).map_err(|diagnostics| pack_folder::refuse(&diagnostics, ui))?;
    let tables = read(&program, &args)?;
    let read_done = meter::cpu_seconds();

    let (mut cpu, mut wall, mut outcome) = (Vec::new(), Vec::new(), None);
    for _ in 0..args.repeat {
        drop(outcome.take());
        let (started, before) = (Instant::now(), meter::cpu_seconds());
        let run = program.run(&tables.persons, &tables.households, &tables.offsets);
        let run = run.map_err(|error| CliError::refused(error.code(), error.to_string()))?;
        cpu.push(meter::cpu_seconds() - before);
        wall.push(started.elapsed().as_secs_f64());
        outcome = Some(run);
    }
    let Some(outcome) = outcome else { return Ok(()) };
    refuse_faults(&outcome)?;

    let computed = meter::cpu_seconds();
    std::fs::create_dir_all(&args.out).map_err(CliError::file("create", &args.out))?;
    let (person_columns, household_columns) = write(&args, &tables, outcome)?;
    let report = Report {
        persons: tables.persons.num_rows(),
        households: tables.households.num_rows(),
        person_columns,
        household_columns,
        read_cpu_seconds: read_done - begun,
        write_cpu_seconds: meter::cpu_seconds() - computed,
        total_cpu_seconds: meter::cpu_seconds() - begun,
        persons_per_second: tables.persons.num_rows() as f64 / wall.iter().copied().fold(f64::MAX, f64::min),
        compute_cpu_seconds: cpu,
        compute_seconds: wall,
        peak_bytes: meter::peak_bytes(),
    };
    ui.answer(&report, |ui| show(&report, ui))
}

fn read(program: &Program, args: &Args) -> Result<Tables, CliError> {
    let (persons, households) = rayon::join(
        || tables::read(&args.persons, &program.person_inputs(), &[PERSON, HOUSEHOLD]),
        || tables::read(&args.households, &program.household_inputs(), &[HOUSEHOLD]),
    );
    let (persons, households) = (persons?, households?);
    let absent = |inputs: Vec<&anwang_policy::InputInfo>, batch: &RecordBatch, file: &PathBuf| {
        let given = |name: &str| {
            batch.column_by_name(name).is_some() || batch.column_by_name(&format!("{name}_fen")).is_some()
        };
        match inputs.into_iter().find(|input| !given(&input.name)) {
            Some(input) => {
                let message = format!("{} has no column `{}` ({})", file.display(), input.name, input.ty);
                Err(CliError::refused("policy.no_column", message))
            }
            None => Ok(()),
        }
    };
    absent(program.person_inputs(), &persons, &args.persons)?;
    absent(program.household_inputs(), &households, &args.households)?;
    tables::join(persons, households)
}

/// A benchmark's or a department's file with impossible values is refused, not half evaluated.
fn refuse_faults(outcome: &Outcome) -> Result<(), CliError> {
    match outcome.faults.first() {
        Some(fault) => Err(CliError::refused(
            "policy.out_of_range",
            format!("{} values of `{}` lie outside its range, first in row {}", fault.values, fault.input, fault.first_row),
        )),
        None => Ok(()),
    }
}

/// Gives the number of columns written per file, ids not counted.
fn write(args: &Args, tables: &Tables, outcome: Outcome) -> Result<(usize, usize), CliError> {
    let id = |batch: &RecordBatch, name: &'static str| -> Option<(&'static str, ArrayRef)> {
        Some((name, batch.column_by_name(name)?.clone()))
    };
    let person_ids: Vec<_> =
        [id(&tables.persons, PERSON), id(&tables.persons, HOUSEHOLD)].into_iter().flatten().collect();
    let household_ids: Vec<_> = id(&tables.households, HOUSEHOLD).into_iter().collect();
    let columns = |batches: &[RecordBatch]| batches.first().map_or(0, RecordBatch::num_columns);
    let counts = (columns(&outcome.persons), columns(&outcome.households));
    let (person_ids, persons) = match &tables.order {
        Some(order) => in_order(order, person_ids, outcome.persons)?,
        None => (person_ids, outcome.persons),
    };
    let (persons, households) = rayon::join(
        || tables::write(&args.out.join("persons.parquet"), &person_ids, &persons),
        || tables::write(&args.out.join("households.parquet"), &household_ids, &outcome.households),
    );
    persons?;
    households?;
    Ok(counts)
}

type Ids = Vec<(&'static str, ArrayRef)>;

/// Persons as they stood in the file.
fn in_order(order: &UInt32Array, ids: Ids, batches: Vec<RecordBatch>) -> Result<(Ids, Vec<RecordBatch>), CliError> {
    let wrong = |error: arrow_schema::ArrowError| CliError::refused("policy.order", error.to_string());
    let Some(first) = batches.first() else { return Ok((ids, batches)) };
    let whole = arrow_select::concat::concat_batches(&first.schema(), &batches).map_err(wrong)?;
    let mut places = vec![0u32; order.len()];
    for (place, row) in order.values().iter().enumerate() {
        places[*row as usize] = place as u32;
    }
    let places = UInt32Array::from(places);
    let take = |column: &ArrayRef| arrow_select::take::take(column, &places, None).map_err(wrong);
    let columns = whole.columns().iter().map(take).collect::<Result<Vec<_>, _>>()?;
    let ids = ids.into_iter().map(|(name, ids)| Ok((name, take(&ids)?))).collect::<Result<Ids, CliError>>()?;
    Ok((ids, vec![RecordBatch::try_new(whole.schema(), columns).map_err(wrong)?]))
}

fn show(report: &Report, ui: &Ui) {
    ui.say(format!(
        "{} persons in {} households: {} + {} variables",
        thousands(report.persons as i64),
        thousands(report.households as i64),
        report.person_columns,
        report.household_columns
    ));
    for (cpu, wall) in report.compute_cpu_seconds.iter().zip(&report.compute_seconds) {
        let rate = report.persons as f64 / wall;
        ui.say(format!("compute  {cpu:.3} CPU-s  {wall:.3} s  {} persons/s", thousands(rate as i64)));
    }
    ui.say(format!(
        "read {:.3}  write {:.3}  in all {:.3} CPU-s  peak {} MiB",
        report.read_cpu_seconds,
        report.write_cpu_seconds,
        report.total_cpu_seconds,
        report.peak_bytes >> 20
    ));
}
