//! `anwang audit verify`: whether the log of who looked at whose data is whole.

use serde_json::json;

use crate::error::CliError;
use crate::site::SiteArgs;
use crate::ui::{Ui, thousands};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, clap::Subcommand)]
enum AuditCommand {
    /// Walk the whole chain; any altered, missing or reordered entry is named.
    Verify {
        #[command(flatten)]
        site: SiteArgs,
    },
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let AuditCommand::Verify { site } = args.command;
    let site = site.open()?;
    let report = site
        .vault
        .verify_audit(&site.book)?
        .map_err(|fault| CliError::refused(fault.code(), fault.to_string()))?;
    let head: String = report.head.iter().map(|byte| format!("{byte:02x}")).collect();
    ui.answer(&json!({"entries": report.entries, "head": head}), |ui| {
        ui.say(format!(
            "完整 whole: {} 条 entries, 末条 head {head}",
            thousands(report.entries as i64)
        ));
    })
}
