//! The commands, one module each: `Args`, and `run(args, &Ui) -> Result<(), CliError>`.

use clap::Subcommand;

use crate::error::CliError;
use crate::status;
use crate::ui::Ui;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// What lies in the data folder: feeds, freshness, rows, rejects, runs.
    Status(status::Args),
}

pub fn run(command: Command, ui: &Ui) -> Result<(), CliError> {
    match command {
        Command::Status(args) => status::run(args, ui),
    }
}
