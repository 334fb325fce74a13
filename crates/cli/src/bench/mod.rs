//! `anwang bench …`: the figures of docs/performance.md, made again on this machine.

mod measure;
mod policy;
mod road;
mod score;

use crate::error::CliError;
use crate::ui::Ui;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: BenchCommand,
}

#[derive(Debug, clap::Subcommand)]
enum BenchCommand {
    /// The policy case over a million households, beside DuckDB and OpenFisca, and one household with reasons.
    Policy(policy::Args),
    /// From departments' files to conclusions: rows per second, CPU seconds and memory of each stage.
    Road(road::Args),
    /// Precision and recall of the missed and wrong lists against a sample's truth.
    Score(score::Args),
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    match args.command {
        BenchCommand::Policy(args) => policy::run(args, ui),
        BenchCommand::Road(args) => road::run(args, ui),
        BenchCommand::Score(args) => score::run(args, ui),
    }
}
