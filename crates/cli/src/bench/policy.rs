//! `anwang bench policy`: the case of bench/policy-case at full size, beside other engines in the same run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anwang_domain::Day;
use anwang_policy::{CompileOptions, Document, Mode, offsets_in_order};
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use parquet::arrow::arrow_writer::ArrowWriter;
use serde::Serialize;

use crate::error::CliError;
use crate::policy::evaluate;
use crate::policy::pack_folder;
use crate::policy::tables::{self, HOUSEHOLD, PERSON};
use crate::ui::{Ui, thousands};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The case: pack/, sample/, scripts of the peers
    #[arg(long, value_name = "DIR", default_value = "bench/policy-case")]
    case: PathBuf,
    /// Households; the sample is repeated until there are as many
    #[arg(long, default_value_t = 1_000_000)]
    households: usize,
    /// A Python with duckdb, openfisca-core and pyarrow; without them the peers are left out, and it says so
    #[arg(long, value_name = "FILE", default_value = "python3")]
    python: PathBuf,
    /// A pack and a household for the time of one answer with reasons
    #[arg(long, value_name = "DIR", default_value = "policies/shanxi")]
    reasons_pack: PathBuf,
    #[arg(long, value_name = "FILE", default_value = "bench/policy-case/household.yaml")]
    reasons_case: PathBuf,
}

/// How often one household is answered.
const ANSWERS: usize = 2_000;
const REPEATS: u32 = 7;
const AS_OF: Day = Day(20_057); // 2024-11-30, a heating month

#[derive(Debug, Serialize)]
struct Figures {
    evaluate: evaluate::Report,
    compute_cpu_seconds_median: f64,
    one_household_microseconds: Quantiles,
    one_household_with_reasons_microseconds: Quantiles,
    peers: Vec<serde_json::Value>,
    not_run: Vec<String>,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Quantiles {
    p50: f64,
    p99: f64,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let scratch = std::env::temp_dir().join(format!("anwang-bench-policy-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).map_err(CliError::file("create", &scratch))?;
    let figures = figures(&args, &scratch, ui);
    std::fs::remove_dir_all(&scratch).map_err(CliError::file("remove", &scratch))?;
    let figures = figures?;
    ui.answer(&figures, |ui| show(&figures, ui))
}

fn figures(args: &Args, scratch: &Path, ui: &Ui) -> Result<Figures, CliError> {
    let sample = args.case.join("sample");
    let spinner = ui.spinner("repeating the sample");
    repeat(&sample, scratch, args.households)?;
    spinner.finish_and_clear();
    let evaluation = evaluate::Args {
        pack: args.case.join("pack"),
        persons: scratch.join("persons.parquet"),
        households: scratch.join("households.parquet"),
        out: scratch.join("out"),
        as_of: AS_OF,
        repeat: Some(REPEATS),
    };
    let evaluate = evaluate::report(&evaluation, ui)?;
    let mut sorted = evaluate.compute_cpu_seconds.clone();
    sorted.sort_by(f64::total_cmp);
    let mut figures = Figures {
        compute_cpu_seconds_median: sorted[sorted.len() / 2],
        one_household_microseconds: one_household(&evaluation, &sample, ui)?,
        one_household_with_reasons_microseconds: with_reasons(args, ui)?,
        evaluate,
        peers: Vec::new(),
        not_run: Vec::new(),
    };
    for script in ["duckdb_case.py", "openfisca_case.py"] {
        match peer(&args.python, &args.case.join(script), scratch) {
            Ok(report) => figures.peers.push(report),
            Err(why) => figures.not_run.push(why),
        }
    }
    Ok(figures)
}

/// The sample again and again under new ids.
fn repeat(sample: &Path, scratch: &Path, households: usize) -> Result<(), CliError> {
    let wrong = |error: String| CliError::refused("bench.policy", error);
    let ids = tables::read_all(&sample.join("households.parquet"))?;
    let times = households.div_ceil(ids.num_rows().max(1));
    for (file, keys) in [
        ("persons.parquet", &[PERSON, HOUSEHOLD][..]),
        ("households.parquet", &[HOUSEHOLD][..]),
    ] {
        let whole = tables::read_all(&sample.join(file))?;
        let inputs: Vec<usize> = (0..whole.num_columns())
            .filter(|at| !whole.schema().field(*at).name().starts_with("x_"))
            .collect();
        let part = whole.project(&inputs).map_err(|error| wrong(error.to_string()))?;
        let out = scratch.join(file);
        let to = std::fs::File::create(&out).map_err(CliError::file("write", &out))?;
        let mut writer = ArrowWriter::try_new(to, part.schema(), None).map_err(|error| wrong(error.to_string()))?;
        for time in 0..times as i64 {
            let batch = shifted(&part, keys, time * 1_000_000).map_err(|error| wrong(error.to_string()))?;
            writer.write(&batch).map_err(|error| wrong(error.to_string()))?;
        }
        writer.close().map_err(|error| wrong(error.to_string()))?;
    }
    Ok(())
}

fn shifted(batch: &RecordBatch, keys: &[&str], by: i64) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let schema = batch.schema();
    let column = |(field, column): (&arrow_schema::FieldRef, &ArrayRef)| -> ArrayRef {
        if !keys.contains(&field.name().as_str()) {
            return column.clone();
        }
        let ids = column.as_primitive::<Int64Type>().values().iter().map(|id| id + by);
        std::sync::Arc::new(ids.collect::<Int64Array>())
    };
    let columns = schema.fields().iter().zip(batch.columns()).map(column).collect();
    RecordBatch::try_new(schema.clone(), columns)
}

/// All variables of the case for one household at a time, every register kept.
fn one_household(evaluation: &evaluate::Args, sample: &Path, ui: &Ui) -> Result<Quantiles, CliError> {
    let pack = pack_folder::load(&evaluation.pack, ui)?;
    let options = CompileOptions {
        as_of: AS_OF,
        mode: Mode::Case,
        feeds: &[],
    };
    let program = pack
        .compile(&options)
        .map_err(|found| pack_folder::refuse(&found, ui))?;
    let persons = tables::read_all(&sample.join("persons.parquet"))?;
    let households = tables::read_all(&sample.join("households.parquet"))?;
    let owners = tables::household_keys(&persons, "persons")?;
    let (offsets, _) = offsets_in_order(&owners, &tables::household_keys(&households, "households")?);
    let mut times = Vec::with_capacity(ANSWERS);
    for answer in 0..ANSWERS {
        let at = answer % households.num_rows();
        let (from, to) = (offsets[at] as usize, offsets[at + 1] as usize);
        let (members, home) = (persons.slice(from, to - from), households.slice(at, 1));
        let started = Instant::now();
        program
            .keep(&members, &home)
            .map_err(|error| CliError::refused(error.code(), error.to_string()))?;
        times.push(started.elapsed().as_secs_f64() * 1e6);
    }
    Ok(quantiles(times))
}

/// All programmes of a real pack for one household, with reasons as sentences.
fn with_reasons(args: &Args, ui: &Ui) -> Result<Quantiles, CliError> {
    let pack = pack_folder::load(&args.reasons_pack, ui)?;
    let text = std::fs::read_to_string(&args.reasons_case).map_err(CliError::file("read", &args.reasons_case))?;
    let document = Document::parse(&args.reasons_case.display().to_string(), &text)
        .map_err(|found| CliError::refused("policy.case", format!("\n{found}")))?;
    let options = CompileOptions {
        as_of: document.as_of.unwrap_or(AS_OF),
        mode: Mode::Case,
        feeds: &[],
    };
    let program = pack
        .compile(&options)
        .map_err(|found| pack_folder::refuse(&found, ui))?;
    let mut times = Vec::with_capacity(ANSWERS);
    for _ in 0..ANSWERS {
        let started = Instant::now();
        let kept = program
            .answer(&document.facts)
            .map_err(|error| CliError::refused(error.code(), error.to_string()))?;
        let reasons = kept.reasons();
        times.push(started.elapsed().as_secs_f64() * 1e6);
        drop(reasons);
    }
    Ok(quantiles(times))
}

fn quantiles(mut times: Vec<f64>) -> Quantiles {
    times.sort_by(f64::total_cmp);
    Quantiles {
        p50: times[times.len() / 2],
        p99: times[times.len() * 99 / 100],
    }
}

fn peer(python: &Path, script: &Path, scratch: &Path) -> Result<serde_json::Value, String> {
    let name = script.display();
    let output = Command::new(python)
        .arg(script)
        .arg(scratch)
        .arg(scratch.join("out"))
        .output()
        .map_err(|error| format!("{name}: {} does not start: {error}", python.display()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let report = text.lines().last().and_then(|line| serde_json::from_str(line).ok());
    report.ok_or_else(|| {
        let errors = String::from_utf8_lossy(&output.stderr);
        let last = errors.lines().last().unwrap_or("no answer").to_owned();
        format!("{name}: {last} (a Python with `pip install duckdb openfisca-core pyarrow` is given by --python)")
    })
}

fn show(figures: &Figures, ui: &Ui) {
    let evaluated = &figures.evaluate;
    let wall = evaluated.compute_seconds.iter().copied().fold(f64::MAX, f64::min);
    let mut rows = vec![
        vec![
            "anwang, in memory".to_owned(),
            format!("{:.3}", figures.compute_cpu_seconds_median),
            format!("{wall:.3}"),
            "0".to_owned(),
        ],
        vec![
            "anwang, Parquet to Parquet".to_owned(),
            format!("{:.3}", evaluated.cpu_seconds),
            format!("{:.3}", evaluated.seconds),
            "0".to_owned(),
        ],
    ];
    for peer in &figures.peers {
        let field = |name: &str| {
            peer.get(name)
                .map(|value| value.to_string().replace('"', ""))
                .unwrap_or_default()
        };
        rows.push(vec![
            field("engine"),
            field("compute_cpu_seconds"),
            field("compute_seconds"),
            field("wrong_payable"),
        ]);
    }
    ui.say(format!(
        "{} households, {} persons, {} + {} variables",
        thousands(evaluated.households as i64),
        thousands(evaluated.persons as i64),
        evaluated.person_columns,
        evaluated.household_columns
    ));
    ui.table(&["engine", "CPU-s", "s", "wrong payable amounts"], &rows);
    let (one, told) = (
        figures.one_household_microseconds,
        figures.one_household_with_reasons_microseconds,
    );
    ui.say(format!(
        "one household, all variables: p50 {:.0} µs, p99 {:.0} µs",
        one.p50, one.p99
    ));
    ui.say(format!(
        "one household, all programmes with reasons: p50 {:.0} µs, p99 {:.0} µs",
        told.p50, told.p99
    ));
    figures.not_run.iter().for_each(|why| ui.say(format!("not run: {why}")));
}
