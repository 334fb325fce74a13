//! The commands, one module each: `Args`, and `run(args, &Ui) -> Result<(), CliError>`.

use clap::Subcommand;

use crate::error::CliError;
use crate::ui::Ui;
use crate::{alerts, serve, status};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Warnings: one task per household, from a signal to a settled visit.
    Alerts(alerts::Args),
    /// The pages and the API, behind a password that is printed here.
    Serve(serve::Args),
    /// What lies in the data folder: feeds, freshness, rows, rejects, runs.
    Status(status::Args),
}

pub fn run(command: Command, ui: &Ui) -> Result<(), CliError> {
    match command {
        Command::Alerts(args) => alerts::run(args, ui),
        Command::Serve(args) => serve::run(args, ui),
        Command::Status(args) => status::run(args, ui),
    }
}
