//! `anwang policy check`: what is wrong with a pack, with file, line, caret and proposal.

use std::path::PathBuf;

use anwang_contracts::Contracts;
use anwang_domain::Day;
use anwang_policy::{Diagnostic, FeedSchema, Pack, Severity};

use super::pack_folder;
use crate::clock;
use crate::error::CliError;
use crate::ui::Ui;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders of packs; packs that they extend lie beside them
    #[arg(required = true, value_name = "DIR")]
    packs: Vec<PathBuf>,
    /// The day for which parameters should have values [default: today]
    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    as_of: Option<Day>,
    /// Refuse warnings too
    #[arg(long)]
    strict: bool,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let as_of = args.as_of.unwrap_or_else(clock::today);
    let schemas = anwang_registry::policy_schemas(Contracts::embedded());
    let mut all = Vec::new();
    for folder in &args.packs {
        all.extend(check(folder, as_of, &schemas)?);
    }
    all.dedup();
    ui.answer(&all, |ui| {
        all.iter().for_each(|diagnostic| ui.say(format!("{diagnostic}\n")))
    })?;
    let errors = all
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .count();
    let warnings = all.len() - errors;
    ui.say(format!(
        "{} packs: {errors} errors, {warnings} warnings",
        args.packs.len()
    ));
    if errors > 0 || (args.strict && warnings > 0) {
        return Err(CliError::refused(
            "policy.check",
            format!("{errors} errors, {warnings} warnings"),
        ));
    }
    Ok(())
}

fn check(folder: &std::path::Path, as_of: Day, schemas: &[FeedSchema]) -> Result<Vec<Diagnostic>, CliError> {
    Ok(match Pack::load(pack_folder::texts(folder)?) {
        Ok(pack) => {
            let place = pack.heads().last().and_then(|head| head.place.as_ref()?.parse().ok());
            pack.check(as_of, schemas, &place.into_iter().collect::<Vec<i64>>())
        }
        Err(diagnostics) => diagnostics,
    })
}
