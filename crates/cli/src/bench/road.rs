//! `anwang bench road`: a large sample from files to conclusions, stage by stage.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anwang_contracts::Contracts;
use anwang_domain::Day;
use anwang_intake::{Outcome, Report};
use anwang_lake::Lake;
use anwang_registry::PageSource;
use arrow_array::UInt64Array;
use serde::Serialize;

use super::measure::{Measured, Stage, machine};
use crate::error::CliError;
use crate::site::SiteArgs;
use crate::synth::FileFormat;
use crate::ui::Ui;
use crate::{intake, refresh, synth};

const AS_OF: (i32, u8, u8) = (2026, 6, 30);
/// So many pages are read one after the other, after a warm-up of the same size.
const PAGES: usize = 200;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder for the sample and the data; a sample that is there already is used again
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,

    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    population: u64,

    #[arg(long, value_name = "DIR", default_value = "policies/shanxi")]
    pack: PathBuf,
}

#[derive(Serialize)]
struct RoadFigures {
    machine: String,
    people: u64,
    stages: Vec<Measured>,
    /// Wall milliseconds inside the refresh.
    refresh_stages_ms: std::collections::BTreeMap<&'static str, u64>,
    page: Option<PageFigures>,
}

/// One person's page, warm, in milliseconds.
#[derive(Serialize)]
struct PageFigures {
    pages: usize,
    p50_ms: f64,
    p99_ms: f64,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let departments = args.folder.join("departments");
    let site = SiteArgs {
        data: args.folder.join("data"),
        database: None,
        keys: None,
    };
    make_sample(&args, &departments, ui)?;
    remove_earlier_run(&site)?;

    let taking = Stage::begin("intake: files to landed tables");
    let reports = intake::take_in(&intake_args(&departments, &site), ui)?;
    let taken = taking.end(rows_landed(&reports));

    let refreshing = Stage::begin("refresh: landed tables to conclusions");
    let refreshed = refresh::refresh(
        &refresh::Args {
            full: true,
            as_of: Some(as_of()),
            pack: args.pack.clone(),
            site: site.clone(),
        },
        ui,
    )?;
    let refreshed_stage = refreshing.end(refreshed.report.records);

    let figures = RoadFigures {
        machine: machine()?,
        people: refreshed.report.people,
        stages: vec![taken, refreshed_stage],
        refresh_stages_ms: refreshed.report.milliseconds.clone(),
        page: pages(&site)?,
    };
    ui.answer(&figures, |ui| show(&figures, ui))
}

fn as_of() -> Day {
    Day::from_ymd(AS_OF.0, AS_OF.1, AS_OF.2).expect("a date of the calendar")
}

fn make_sample(args: &Args, departments: &Path, ui: &Ui) -> Result<(), CliError> {
    if departments.join("manifest.json").exists() {
        ui.say(format!("using the sample in {}", departments.display()));
        return Ok(());
    }
    let stage = Stage::begin("sample");
    let options = synth::Args {
        out: departments.to_path_buf(),
        population: args.population,
        seed: 1,
        as_of: as_of(),
        months: 1,
        format: FileFormat::Parquet,
    };
    let summary = synth::synthesize(&options, ui)?;
    let made = stage.end(summary.rows_by_feed.iter().map(|(_, rows)| rows).sum());
    ui.say(format!(
        "sample: {} files, {} rows in {:.0} s",
        summary.files, made.rows, made.wall_s
    ));
    Ok(())
}

/// The folder is the bench's own: what an earlier run landed is thrown away.
fn remove_earlier_run(site: &SiteArgs) -> Result<(), CliError> {
    if site.data.exists() {
        std::fs::remove_dir_all(&site.data).map_err(CliError::file("remove", &site.data))?;
    }
    Ok(())
}

fn intake_args(departments: &Path, site: &SiteArgs) -> intake::Args {
    intake::Args {
        paths: vec![departments.join("feeds")],
        feed: None,
        confirm: false,
        as_of: Some(as_of()),
        contracts: None,
        site: site.clone(),
    }
}

fn rows_landed(reports: &[Report]) -> u64 {
    reports
        .iter()
        .map(|report| match &report.outcome {
            Outcome::Landed { counts, .. } => counts.landed,
            _ => 0,
        })
        .sum()
}

/// Pages of persons spread evenly over the key space: keys are random, so these are random persons.
fn pages(site: &SiteArgs) -> Result<Option<PageFigures>, CliError> {
    let opened = site.open()?;
    let lake = site.open_lake(&opened)?;
    let persons = some_persons(&lake)?;
    if persons.is_empty() {
        return Ok(None);
    }
    let source = PageSource {
        lake: &lake,
        vault: &opened.vault,
        contracts: Contracts::embedded(),
        at: Some(lake.latest()?),
    };
    for person in &persons {
        source.page(*person)?;
    }
    let mut times_ms = Vec::with_capacity(persons.len());
    for person in &persons {
        let start = Instant::now();
        source.page(*person)?;
        times_ms.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    times_ms.sort_by(f64::total_cmp);
    let at = |share: f64| times_ms[((times_ms.len() - 1) as f64 * share) as usize];
    Ok(Some(PageFigures {
        pages: times_ms.len(),
        p50_ms: at(0.5),
        p99_ms: at(0.99),
    }))
}

fn some_persons(lake: &Lake) -> Result<Vec<u64>, CliError> {
    let mut persons = Vec::new();
    for file in lake.files("people", None)? {
        for rows in lake.read(&file, &["person"], 0..=u64::MAX)? {
            let keys = rows.column(0).as_any().downcast_ref::<UInt64Array>();
            persons.extend(keys.map(|keys| keys.values().to_vec()).unwrap_or_default());
        }
    }
    let step = (persons.len() / PAGES).max(1);
    Ok(persons.into_iter().step_by(step).take(PAGES).collect())
}

fn show(figures: &RoadFigures, ui: &Ui) {
    ui.say(format!(
        "{}; {} people",
        figures.machine,
        crate::ui::thousands(figures.people as i64)
    ));
    let rows: Vec<Vec<String>> = figures.stages.iter().map(Measured::cells).collect();
    ui.table(
        &[
            "stage",
            "rows",
            "wall s",
            "CPU s",
            "rows/s",
            "peak MiB",
            "read MiB",
            "written MiB",
        ],
        &rows,
    );
    let wall: f64 = figures.stages.iter().map(|stage| stage.wall_s).sum();
    ui.say(format!("files to conclusions: {wall:.1} s"));
    for (stage, milliseconds) in &figures.refresh_stages_ms {
        ui.say(format!("  {stage} {:.1} s", *milliseconds as f64 / 1000.0));
    }
    if let Some(page) = &figures.page {
        ui.say(format!(
            "one person's page, warm: p50 {:.1} ms, p99 {:.1} ms over {} pages",
            page.p50_ms, page.p99_ms, page.pages
        ));
    }
}
