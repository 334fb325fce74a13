//! `anwang doctor`: whether an installation can do its work, one line per check.

use anwang_lake::Lake;
use anwang_store::Book;
use anwang_vault::Vault;
use serde::Serialize;

use crate::error::CliError;
use crate::site::SiteArgs;
use crate::ui::Ui;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    site: SiteArgs,
}

#[derive(Serialize)]
struct Check {
    name: &'static str,
    /// What was found, or what is wrong.
    finding: Result<String, String>,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    args.site.must_exist()?;
    let checks = [
        check("book", book(&args.site)),
        check("keys", keys(&args.site)),
        check("audit chain", audit(&args.site)),
        check("lake", lake(&args.site)),
    ];
    let failed = checks.iter().filter(|check| check.finding.is_err()).count();
    ui.answer(&checks, |ui| {
        for Check { name, finding } in &checks {
            match finding {
                Ok(found) => ui.say(format!("✔ {name}: {found}")),
                Err(wrong) => ui.say(format!("✘ {name}: {wrong}")),
            }
        }
    })?;
    if failed == 0 {
        return Ok(());
    }
    Err(CliError::refused(
        "doctor.failed",
        format!("{failed} of {} checks failed", checks.len()),
    ))
}

fn check(name: &'static str, finding: Result<String, CliError>) -> Check {
    Check {
        name,
        finding: finding.map_err(|error| error.to_string()),
    }
}

fn book(site: &SiteArgs) -> Result<String, CliError> {
    let book = Book::open(&site.book_url())?;
    Ok(format!("{:?}, {}", book.kind(), book.location()))
}

fn keys(site: &SiteArgs) -> Result<String, CliError> {
    Vault::open(&site.keys_path())?;
    if site.keys_path().starts_with(&site.data) {
        return Err(CliError::refused(
            "doctor.keys_inside",
            "the key ring lies inside the data folder; move it out",
        ));
    }
    Ok(format!("{}, outside the data folder", site.keys_path().display()))
}

fn audit(site: &SiteArgs) -> Result<String, CliError> {
    let site = site.open()?;
    let report = site
        .vault
        .verify_audit(&site.book)?
        .map_err(|fault| CliError::refused(fault.code(), fault.to_string()))?;
    Ok(format!("{} entries, whole", report.entries))
}

/// Every file of the newest snapshot is there and has the size that the catalogue says.
fn lake(site: &SiteArgs) -> Result<String, CliError> {
    let lake = Lake::open(&site.lake_root(), Book::open(&site.book_url())?)?;
    let (mut files, mut rows, mut bytes) = (0_u64, 0_u64, 0_u64);
    for table in lake.tables(None)? {
        for file in lake.files(&table, None)? {
            let found = std::fs::metadata(&file.path).map_err(CliError::file("find the lake's file", &file.path))?;
            if found.len() != file.bytes {
                let message = format!(
                    "{} has {} bytes, the catalogue says {}",
                    file.path.display(),
                    found.len(),
                    file.bytes
                );
                return Err(CliError::refused("doctor.file_size", message));
            }
            files += 1;
            rows += file.rows;
            bytes += file.bytes;
        }
    }
    Ok(format!(
        "{files} files, {rows} rows, {:.1} MB, all there",
        bytes as f64 / 1e6
    ))
}
