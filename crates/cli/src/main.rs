//! `anwang`: the command line. It reads the clock, the terminal and the file system, so that the rooms need not.

use std::process::ExitCode;

use clap::Parser;

mod allocator;
mod clock;
mod command;
mod error;
mod site;
mod ui;

mod alerts;
mod audit;
mod bench;
mod demo;
mod doctor;
mod intake;
mod night;
mod person;
mod policy;
mod refresh;
mod rejects;
mod serve;
mod status;
mod synth;
mod titles;
mod worker;

use command::Command;
use ui::Ui;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Anwang 安网: one registry of people and households, from departments' files to conclusions with reasons.
#[derive(Debug, Parser)]
#[command(name = "anwang", version, about)]
struct Anwang {
    /// Print one JSON document instead of text.
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let anwang = Anwang::parse();
    let ui = Ui::new(anwang.json);
    if anwang.command.is_bulk_work() {
        allocator::keep_freed_pages();
    }
    match command::run(anwang.command, &ui) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => ui.fail(&error),
    }
}
