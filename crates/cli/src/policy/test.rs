//! `anwang policy test`: the cases of packs.

use std::path::PathBuf;

use anwang_policy::CaseFailure;
use serde::Serialize;

use super::pack_folder;
use crate::error::CliError;
use crate::ui::Ui;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders of packs; packs that they extend lie beside them and are tested on their own
    #[arg(required = true, value_name = "DIR")]
    packs: Vec<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Tested {
    pack: String,
    cases: usize,
    expectations: usize,
    failures: Vec<CaseFailure>,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let tested = args
        .packs
        .iter()
        .map(|folder| test(folder, ui))
        .collect::<Result<Vec<_>, _>>()?;
    ui.answer(&tested, |ui| tested.iter().for_each(|pack| show(pack, ui)))?;
    let failed: usize = tested.iter().map(|pack| pack.failures.len()).sum();
    if failed > 0 {
        return Err(CliError::refused("policy.cases", format!("{failed} cases do not hold")));
    }
    Ok(())
}

fn test(folder: &std::path::Path, ui: &Ui) -> Result<Tested, CliError> {
    let pack = pack_folder::load(folder, ui)?;
    let report = pack
        .test()
        .map_err(|diagnostics| pack_folder::refuse(&diagnostics, ui))?;
    Ok(Tested {
        pack: folder.display().to_string(),
        cases: report.cases,
        expectations: report.expectations,
        failures: report.failures,
    })
}

fn show(pack: &Tested, ui: &Ui) {
    for failure in &pack.failures {
        ui.say(format!(
            "{}:{} {} ({})",
            failure.file, failure.line, failure.name, failure.article
        ));
        for mismatch in &failure.mismatches {
            ui.say(format!(
                "    {}: expected {}, found {}",
                mismatch.of, mismatch.expected, mismatch.found
            ));
        }
    }
    let held = pack.cases - pack.failures.len();
    ui.say(format!(
        "{}: {held} of {} cases hold, {} expectations",
        pack.pack, pack.cases, pack.expectations
    ));
}
