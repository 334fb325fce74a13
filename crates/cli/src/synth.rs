//! `anwang synth`: a sample province as departments would deliver it, and the truth about it.

use std::path::PathBuf;

use anwang_domain::Day;
use anwang_synth::{Format, Options, Progress, Summary, generate};
use serde_json::json;

use crate::clock;
use crate::error::CliError;
use crate::ui::Ui;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A new or empty folder: feeds/ as departments send them, truth/ for scoring only
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,

    #[arg(long, value_name = "N", default_value_t = 350_000)]
    pub(crate) population: u64,

    /// The same seed gives the same bytes
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,

    /// The day that the last delivery speaks of
    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    pub(crate) as_of: Day,

    /// Months of history: one delivery more than months
    #[arg(long, value_name = "M", default_value_t = 3)]
    pub(crate) months: u32,

    /// How departments hand in their files
    #[arg(long, value_name = "FORMAT", default_value = "mixed")]
    pub(crate) format: FileFormat,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum FileFormat {
    /// UTF-8 CSV for every feed
    Csv,
    /// Parquet for the population-wide feeds, CSV for the rosters
    Parquet,
    /// As departments do: GB18030, tabs, spreadsheets, archives, NDJSON, Parquet
    Mixed,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let summary = synthesize(&args, ui)?;
    let rows: serde_json::Map<String, serde_json::Value> = summary
        .rows_by_feed
        .iter()
        .map(|(feed, rows)| ((*feed).to_owned(), json!(rows)))
        .collect();
    ui.answer(&json!({"files": summary.files, "rows_by_feed": rows}), |ui| {
        ui.say(summary.to_string())
    })
}

/// Makes the files; what `demo` calls.
pub fn synthesize(args: &Args, ui: &Ui) -> Result<Summary, CliError> {
    let options = Options {
        out: args.out.clone(),
        population: args.population,
        seed: args.seed,
        as_of: args.as_of.0,
        months: args.months,
        format: match args.format {
            FileFormat::Csv => Format::Csv,
            FileFormat::Parquet => Format::Parquet,
            FileFormat::Mixed => Format::Mixed,
        },
        threads: None,
    };
    let bar = ui.progress("造样本省 sample province", args.population);
    let summary = generate(&options, &|progress: Progress| {
        bar.set_position(progress.people);
    })?;
    bar.finish_and_clear();
    Ok(summary)
}
