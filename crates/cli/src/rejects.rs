//! `anwang rejects`: what did not land and why; with `--out`, the rows themselves as a spreadsheet for the department.

use std::path::PathBuf;

use anwang_contracts::Contracts;
use anwang_intake::{Asker, workbook_of_rejects};
use anwang_store::rejects::tally;
use anwang_store::{Book, batches};
use serde_json::json;

use crate::clock;
use crate::error::CliError;
use crate::site::SiteArgs;
use crate::ui::{Ui, thousands};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this batch
    #[arg(long, value_name = "N")]
    batch: Option<i64>,

    /// Write the batch's rejected rows, in clear, with reason and hint, to this XLSX file
    #[arg(long, value_name = "FILE", requires = "batch", requires = "purpose")]
    out: Option<PathBuf>,

    /// What the rows in clear are for; it is kept in the audit log
    #[arg(long, value_name = "TEXT")]
    purpose: Option<String>,

    #[command(flatten)]
    site: SiteArgs,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    match (&args.out, args.batch, &args.purpose) {
        (Some(out), Some(batch), Some(purpose)) => export(&args, out, batch, purpose, ui),
        _ => list(&args, ui),
    }
}

fn export(args: &Args, out: &PathBuf, batch: i64, purpose: &str, ui: &Ui) -> Result<(), CliError> {
    let site = args.site.open()?;
    let who = std::env::var("USER").unwrap_or_else(|_| "cli".to_owned());
    let asker = Asker {
        who: &who,
        purpose,
        at_ms: clock::now_ms(),
    };
    let bytes = workbook_of_rejects(&site.book, &site.vault, Contracts::embedded(), batch, &asker)?;
    std::fs::write(out, bytes).map_err(CliError::file("write", out))?;
    ui.answer(&json!({"batch": batch, "file": out}), |ui| {
        ui.say(format!("{}", out.display()))
    })
}

fn list(args: &Args, ui: &Ui) -> Result<(), CliError> {
    args.site.must_exist()?;
    let book = Book::open(&args.site.book_url())?;
    let batches = batches::all(&book)?;
    let counted: Vec<_> = tally(&book)?
        .into_iter()
        .filter(|one| args.batch.is_none_or(|batch| batch == one.batch_id))
        .collect();
    let feed = |batch: i64| {
        batches
            .iter()
            .find(|one| one.batch_id == batch)
            .map(|one| one.feed.clone())
            .unwrap_or_default()
    };
    let document: Vec<_> = counted
        .iter()
        .map(|one| json!({"batch": one.batch_id, "feed": feed(one.batch_id), "column": one.column_name, "code": one.code, "rows": one.rows}))
        .collect();
    ui.answer(&document, |ui| {
        let rows: Vec<Vec<String>> = counted
            .iter()
            .map(|one| {
                vec![
                    one.batch_id.to_string(),
                    feed(one.batch_id),
                    one.column_name.clone(),
                    one.code.clone(),
                    thousands(one.rows),
                ]
            })
            .collect();
        ui.table(&["批 batch", "数据 feed", "栏目 column", "问题 code", "行 rows"], &rows);
    })
}
