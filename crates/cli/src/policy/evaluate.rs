//! `anwang policy evaluate`: a pack over Parquet files of persons and households.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anwang_domain::Day;
use anwang_policy::{CompileOptions, InputInfo, Mode, Outcome, Program};
use arrow_array::{ArrayRef, RecordBatch, UInt32Array};
use arrow_schema::Schema;
use serde::Serialize;

use super::results::Results;
use super::tables::{self, HOUSEHOLD, PERSON, Tables};
use super::windows::{Next, Windows};
use super::{meter, pack_folder};
use crate::clock;
use crate::error::CliError;
use crate::ui::{Ui, thousands};

#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Folder of the pack; packs that it extends lie beside it
    #[arg(long, value_name = "DIR")]
    pub pack: PathBuf,
    /// Persons: Parquet with person_id, household_id and the pack's inputs
    #[arg(long, value_name = "FILE")]
    pub persons: PathBuf,
    /// Households: Parquet with household_id and the pack's inputs
    #[arg(long, value_name = "FILE")]
    pub households: PathBuf,
    /// Where persons.parquet and households.parquet are written
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    pub as_of: Day,
    /// Compute so many times in memory and print the processor seconds of each
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: Option<u32>,
}

/// What was done, for people and machines.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub persons: usize,
    pub households: usize,
    pub person_columns: usize,
    pub household_columns: usize,
    /// Reading, evaluating and writing, window by window.
    pub cpu_seconds: f64,
    pub seconds: f64,
    persons_per_second: f64,
    /// Under `--repeat`: evaluating alone, everything read into memory before.
    pub compute_cpu_seconds: Vec<f64>,
    pub compute_seconds: Vec<f64>,
    pub peak_bytes: u64,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let report = report(&args, ui)?;
    ui.answer(&report, |ui| show(&report, ui))
}

/// Evaluates, writes, and says what it took.
pub fn report(args: &Args, ui: &Ui) -> Result<Report, CliError> {
    let pack = pack_folder::load(&args.pack, ui)?;
    let options = CompileOptions {
        as_of: args.as_of,
        mode: Mode::Case,
        feeds: &[],
    };
    let program = pack
        .compile(&options)
        .map_err(|diagnostics| pack_folder::refuse(&diagnostics, ui))?;
    std::fs::create_dir_all(&args.out).map_err(CliError::file("create", &args.out))?;
    let (started, before) = (Instant::now(), meter::cpu_seconds());
    let mut report = match in_windows(&program, args)? {
        Some(report) => report,
        None => at_once(&program, args)?,
    };
    report.cpu_seconds = meter::cpu_seconds() - before;
    report.seconds = started.elapsed().as_secs_f64();
    report.persons_per_second = report.persons as f64 / report.seconds;
    report.peak_bytes = meter::peak_bytes();
    if let Some(repeat) = args.repeat {
        in_memory(&program, args, repeat, &mut report)?;
    }
    Ok(report)
}

/// Both files of results.
struct Written {
    persons: Results,
    households: Results,
}

impl Written {
    fn create(args: &Args, tables: &Tables, outcome: &Outcome) -> Result<Written, CliError> {
        let schema = |batches: &[RecordBatch]| {
            batches
                .first()
                .map_or_else(|| Arc::new(Schema::empty()), |batch| batch.schema())
        };
        let persons = args.out.join("persons.parquet");
        let households = args.out.join("households.parquet");
        Ok(Written {
            persons: Results::create(&persons, &person_ids(tables), &schema(&outcome.persons))?,
            households: Results::create(&households, &household_ids(tables), &schema(&outcome.households))?,
        })
    }

    fn append(&mut self, tables: &Tables, outcome: &Outcome) -> Result<(), CliError> {
        let (persons, households) = rayon::join(
            || self.persons.append(&person_ids(tables), &outcome.persons),
            || self.households.append(&household_ids(tables), &outcome.households),
        );
        persons.and(households)
    }

    fn close(self) -> Result<(), CliError> {
        self.persons.close().and(self.households.close())
    }
}

/// `None` where persons do not lie in the order of households.
fn in_windows(program: &Program, args: &Args) -> Result<Option<Report>, CliError> {
    let mut windows = Windows::open(program, &args.persons, &args.households)?;
    let mut report = Report::default();
    let mut written: Option<Written> = None;
    let mut next = windows.next()?;
    loop {
        let tables = match next {
            Next::Window(tables) => tables,
            Next::OutOfOrder => return Ok(None),
            Next::Done => break,
        };
        if written.is_none() {
            refuse_absent(program, &tables, args)?;
        }
        // While one window is evaluated and written, the next is read.
        let (done, read) = rayon::join(
            || {
                let outcome = evaluate(program, &tables)?;
                let mut to = match written.take() {
                    Some(to) => to,
                    None => Written::create(args, &tables, &outcome)?,
                };
                to.append(&tables, &outcome)?;
                report.count(&tables, &outcome);
                Ok::<_, CliError>(to)
            },
            || windows.next(),
        );
        written = Some(done?);
        next = read?;
    }
    match written {
        Some(written) => written.close()?,
        None => return Ok(None),
    }
    Ok(Some(report))
}

/// Persons in any order: everything is read, sorted, evaluated, and put back in order.
fn at_once(program: &Program, args: &Args) -> Result<Report, CliError> {
    let tables = read(program, args)?;
    let mut outcome = evaluate(program, &tables)?;
    let mut report = Report::default();
    report.count(&tables, &outcome);
    if let Some(order) = &tables.order {
        outcome.persons = in_order(order, outcome.persons)?;
    }
    let tables = match &tables.order {
        Some(order) => {
            let persons = in_order(order, vec![tables.persons.clone()])?;
            let persons = persons.into_iter().next().unwrap_or_else(|| tables.persons.clone());
            Tables {
                persons,
                households: tables.households,
                offsets: tables.offsets,
                order: None,
            }
        }
        None => tables,
    };
    let mut written = Written::create(args, &tables, &outcome)?;
    written.append(&tables, &outcome)?;
    written.close()?;
    Ok(report)
}

/// Evaluates what lies in memory again and again; results are made as Arrow columns, a window at a time.
fn in_memory(program: &Program, args: &Args, repeat: u32, report: &mut Report) -> Result<(), CliError> {
    let mut windows = Windows::open(program, &args.persons, &args.households)?;
    let mut held = Vec::new();
    while let Next::Window(tables) = windows.next()? {
        held.push(tables);
    }
    for _ in 0..repeat {
        let (started, before) = (Instant::now(), meter::cpu_seconds());
        for tables in &held {
            evaluate(program, tables)?;
        }
        report.compute_cpu_seconds.push(meter::cpu_seconds() - before);
        report.compute_seconds.push(started.elapsed().as_secs_f64());
    }
    Ok(())
}

fn read(program: &Program, args: &Args) -> Result<Tables, CliError> {
    let persons = tables::read(&args.persons, &program.person_inputs(), &[PERSON, HOUSEHOLD])?;
    let households = tables::read(&args.households, &program.household_inputs(), &[HOUSEHOLD])?;
    tables::join(persons, households)
}

/// An input that a file lacks altogether is a mistake in a name, not a column of missing values.
fn refuse_absent(program: &Program, tables: &Tables, args: &Args) -> Result<(), CliError> {
    let absent = |inputs: Vec<&InputInfo>, batch: &RecordBatch, file: &Path| {
        let given =
            |name: &str| batch.column_by_name(name).is_some() || batch.column_by_name(&format!("{name}_fen")).is_some();
        match inputs.into_iter().find(|input| !given(&input.name)) {
            Some(input) => {
                let message = format!("{} has no column `{}` ({})", file.display(), input.name, input.ty);
                Err(CliError::refused("policy.no_column", message))
            }
            None => Ok(()),
        }
    };
    absent(program.person_inputs(), &tables.persons, &args.persons)?;
    absent(program.household_inputs(), &tables.households, &args.households)
}

/// A benchmark's or a department's file with impossible values is refused, not half evaluated.
fn evaluate(program: &Program, tables: &Tables) -> Result<Outcome, CliError> {
    let outcome = program
        .run(&tables.persons, &tables.households, &tables.offsets)
        .map_err(|error| CliError::refused(error.code(), error.to_string()))?;
    match outcome.faults.first() {
        Some(fault) => {
            let (values, input) = (fault.values, &fault.input);
            let message = format!(
                "{values} values of `{input}` lie outside its range, in a window's row {}",
                fault.first_row
            );
            Err(CliError::refused("policy.out_of_range", message))
        }
        None => Ok(outcome),
    }
}

type Ids = Vec<(&'static str, ArrayRef)>;

fn ids(batch: &RecordBatch, names: &[&'static str]) -> Ids {
    names
        .iter()
        .filter_map(|name| Some((*name, batch.column_by_name(name)?.clone())))
        .collect()
}

fn person_ids(tables: &Tables) -> Ids {
    ids(&tables.persons, &[PERSON, HOUSEHOLD])
}

fn household_ids(tables: &Tables) -> Ids {
    ids(&tables.households, &[HOUSEHOLD])
}

/// Persons as they stood in the file.
fn in_order(order: &UInt32Array, batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, CliError> {
    let wrong = |error: arrow_schema::ArrowError| CliError::refused("policy.order", error.to_string());
    let Some(first) = batches.first() else {
        return Ok(batches);
    };
    let whole = arrow_select::concat::concat_batches(&first.schema(), &batches).map_err(wrong)?;
    let mut places = vec![0u32; order.len()];
    for (place, row) in order.values().iter().enumerate() {
        places[*row as usize] = place as u32;
    }
    let places = UInt32Array::from(places);
    let take = |column: &ArrayRef| arrow_select::take::take(column, &places, None).map_err(wrong);
    let columns = whole.columns().iter().map(take).collect::<Result<Vec<_>, _>>()?;
    Ok(vec![RecordBatch::try_new(whole.schema(), columns).map_err(wrong)?])
}

impl Report {
    fn count(&mut self, tables: &Tables, outcome: &Outcome) {
        let columns = |batches: &[RecordBatch]| batches.first().map_or(0, RecordBatch::num_columns);
        self.persons += tables.persons.num_rows();
        self.households += tables.households.num_rows();
        self.person_columns = columns(&outcome.persons);
        self.household_columns = columns(&outcome.households);
    }
}

fn show(report: &Report, ui: &Ui) {
    ui.say(format!(
        "{} persons in {} households: {} + {} variables",
        thousands(report.persons as i64),
        thousands(report.households as i64),
        report.person_columns,
        report.household_columns
    ));
    ui.say(format!(
        "read, evaluated, written: {:.3} CPU-s, {:.3} s, {} persons/s, peak {} MiB",
        report.cpu_seconds,
        report.seconds,
        thousands(report.persons_per_second as i64),
        report.peak_bytes >> 20
    ));
    for (cpu, wall) in report.compute_cpu_seconds.iter().zip(&report.compute_seconds) {
        let rate = thousands((report.persons as f64 / wall) as i64);
        ui.say(format!(
            "evaluated in memory: {cpu:.3} CPU-s, {wall:.3} s, {rate} persons/s"
        ));
    }
}
