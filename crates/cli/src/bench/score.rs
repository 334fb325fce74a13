//! `anwang bench score`: the lists of the last refresh held against what a sample says is true.

use std::fs::File;
use std::path::{Path, PathBuf};

use anwang_contracts::Contracts;
use anwang_domain::{CitizenId, Day};
use anwang_lake::Lake;
use anwang_policy::{CompileOptions, Mode};
use anwang_registry::{Expected, Score, policy_schemas};
use anwang_store::findings::Kind;
use anwang_vault::Vault;
use arrow_array::cast::AsArray;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::clock;
use crate::error::CliError;
use crate::policy::pack_folder;
use crate::site::SiteArgs;
use crate::ui::{Ui, thousands};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder `truth` of the sample that was taken in
    #[arg(long, value_name = "DIR")]
    truth: PathBuf,

    /// Folder of the policy pack that the refresh used
    #[arg(long, value_name = "DIR", default_value = "policies/shanxi")]
    pack: PathBuf,

    /// The day of the refresh
    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    as_of: Day,

    #[command(flatten)]
    site: SiteArgs,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let scores = score(&args, ui)?;
    ui.answer(&scores, |ui| show(&scores, ui))
}

fn score(args: &Args, ui: &Ui) -> Result<Vec<Score>, CliError> {
    let site = args.site.open()?;
    let lake = Lake::open(&args.site.lake_root(), site.book.clone())?;
    let pack = pack_folder::load(&args.pack, ui)?;
    let feeds = policy_schemas(Contracts::embedded());
    let program = pack
        .compile(&CompileOptions {
            as_of: args.as_of,
            mode: Mode::Scan,
            feeds: &feeds,
        })
        .map_err(|diagnostics| pack_folder::refuse(&diagnostics, ui))?;
    let mut truth = expected(&args.truth.join("missed.parquet"), Kind::Missed, &site.vault)?;
    truth.extend(expected(&args.truth.join("wrong.parquet"), Kind::Wrong, &site.vault)?);
    Ok(anwang_registry::score(&lake, &site.book, &program, &truth)?)
}

fn expected(path: &Path, kind: Kind, vault: &Vault) -> Result<Vec<Expected>, CliError> {
    let broken =
        |error: &dyn std::fmt::Display| CliError::refused("bench.truth", format!("{}: {error}", path.display()));
    let file = File::open(path).map_err(CliError::file("read", path))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| broken(&e))?;
    let mut all = Vec::new();
    for batch in reader.build().map_err(|e| broken(&e))? {
        let batch = batch.map_err(|e| broken(&e))?;
        let column = |name: &str| {
            batch
                .column_by_name(name)
                .ok_or_else(|| broken(&format!("no column `{name}`")))
        };
        let (ids, programmes) = (
            column("citizen_id")?.as_string::<i32>(),
            column("programme")?.as_string::<i32>(),
        );
        let visible = column("visible")?.as_boolean();
        for row in 0..batch.num_rows() {
            let id = CitizenId::parse(ids.value(row)).map_err(|_| broken(&"a citizen id that is none"))?;
            all.push(Expected {
                kind,
                programme: programmes.value(row).to_owned(),
                person: vault.person_key(id),
                visible: visible.value(row),
            });
        }
    }
    Ok(all)
}

fn show(scores: &[Score], ui: &Ui) {
    let share = |share: Option<f64>| share.map_or("—".to_owned(), |share| format!("{share:.3}"));
    let rows: Vec<Vec<String>> = scores
        .iter()
        .map(|score| {
            vec![
                score.list.to_owned(),
                score.programme.clone(),
                thousands(score.found as i64),
                share(score.precision()),
                thousands(score.expected as i64),
                share(score.recall()),
            ]
        })
        .collect();
    ui.table(
        &["list", "programme", "found", "precision", "visible in truth", "recall"],
        &rows,
    );
}
