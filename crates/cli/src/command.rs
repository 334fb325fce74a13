//! The commands, one module each: `Args`, and `run(args, &Ui) -> Result<(), CliError>`.

use clap::Subcommand;

use crate::error::CliError;
use crate::ui::Ui;
use crate::{
    alerts, audit, bench, demo, doctor, intake, person, policy, refresh, rejects, serve, status, synth, worker,
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// A sample province, the whole road, what was found, and the pages.
    Demo(demo::Args),
    /// A sample province as departments would deliver it, and the truth about it.
    Synth(synth::Args),
    /// Warnings: one task per household, from a signal to a settled visit.
    Alerts(alerts::Args),
    /// Departments' files, each checked against its contract and landed once.
    Intake(intake::Args),
    /// From landed feeds to people, households, the missed and the wrong.
    Refresh(refresh::Args),
    /// What did not land and why; the rows themselves as a spreadsheet.
    Rejects(rejects::Args),
    /// Packs on their own: check, test, evaluate, explain, simulate.
    Policy(policy::Args),
    /// One person across all feeds, with conclusions, reasons and records; every look is noted.
    Person(person::Args),
    /// Whether an installation can do its work, one line per check.
    Doctor(doctor::Args),
    /// The log of who looked at whose data.
    Audit(audit::Args),
    /// The figures of docs/performance.md, made again on this machine.
    Bench(bench::Args),
    /// The pages and the API, behind a password that is printed here.
    Serve(serve::Args),
    /// What lies in the data folder: feeds, freshness, rows, rejects, runs.
    Status(status::Args),
    /// The kernel for Spark and friends: Arrow stream in, Arrow stream out.
    Worker(worker::Args),
}

impl Command {
    /// Whether it works through a province's data, rather than answering or serving.
    pub fn is_bulk_work(&self) -> bool {
        matches!(self, Command::Intake(_) | Command::Refresh(_) | Command::Bench(_))
    }
}

pub fn run(command: Command, ui: &Ui) -> Result<(), CliError> {
    match command {
        Command::Demo(args) => demo::run(args, ui),
        Command::Synth(args) => synth::run(args, ui),
        Command::Person(args) => person::run(args, ui),
        Command::Doctor(args) => doctor::run(args, ui),
        Command::Audit(args) => audit::run(args, ui),
        Command::Alerts(args) => alerts::run(args, ui),
        Command::Intake(args) => intake::run(args, ui),
        Command::Refresh(args) => refresh::run(args, ui),
        Command::Rejects(args) => rejects::run(args, ui),
        Command::Policy(args) => policy::run(args, ui),
        Command::Bench(args) => bench::run(args, ui),
        Command::Serve(args) => serve::run(args, ui),
        Command::Status(args) => status::run(args, ui),
        Command::Worker(args) => worker::run(args, ui),
    }
}
