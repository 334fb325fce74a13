//! `anwang policy …`: packs on their own, on any files, without an installation.

use clap::Subcommand;

use crate::error::CliError;
use crate::ui::Ui;

mod backpay;
mod check;
pub mod evaluate;
mod explain;
pub mod meter;
pub mod pack_folder;
mod results;
mod simulate;
pub mod tables;
mod test;
mod windows;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// What a corrected rule would have paid, month by month, as proposals for the ledger
    Backpay(backpay::Args),
    /// What is wrong with packs, with line, caret and proposal
    Check(check::Args),
    /// Every variable of a pack over persons and households: Parquet in, Parquet out.
    Evaluate(evaluate::Args),
    /// One household, all programmes, with reasons
    Explain(explain::Args),
    /// What a changed parameter or another pack would bring: in, out, up, down, money
    Simulate(simulate::Args),
    /// The cases of packs: each holds, or what was found instead
    Test(test::Args),
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    match args.command {
        PolicyCommand::Backpay(args) => backpay::run(args, ui),
        PolicyCommand::Check(args) => check::run(args, ui),
        PolicyCommand::Simulate(args) => simulate::run(args, ui),
        PolicyCommand::Explain(args) => explain::run(args, ui),
        PolicyCommand::Evaluate(args) => evaluate::run(args, ui),
        PolicyCommand::Test(args) => test::run(args, ui),
    }
}
