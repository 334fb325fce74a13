//! `anwang bench …`: the figures of docs/performance.md, made again on this machine.

mod measure;
mod road;

use crate::error::CliError;
use crate::ui::Ui;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: BenchCommand,
}

#[derive(Debug, clap::Subcommand)]
enum BenchCommand {
    /// From departments' files to conclusions: rows per second, CPU seconds and memory of each stage.
    Road(road::Args),
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    match args.command {
        BenchCommand::Road(args) => road::run(args, ui),
    }
}
