//! `anwang demo`: a sample province, the whole road, what was found, and the pages.

use std::path::PathBuf;
use std::time::Instant;

use anwang_domain::Day;
use anwang_intake::{Outcome, Report};
use anwang_server::figures::overview;
use anwang_store::runs;

use crate::error::CliError;
use crate::serve::{self, Listen};
use crate::site::{Site, SiteArgs};
use crate::synth::FileFormat;
use crate::ui::{Ui, thousands};
use crate::{intake, refresh, status, synth, titles};

/// The sample speaks of one day, so that two demos show the same figures.
const AS_OF: (i32, u8, u8) = (2026, 6, 30);
const SEED: u64 = 2026;
/// Months of history before it.
const MONTHS: u32 = 3;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder for the lake, the book and, beside it, the sample files and the keys
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    data: PathBuf,

    /// People in the sample province
    #[arg(long, value_name = "N", default_value_t = 350_000)]
    population: u64,

    /// Folder of the policy pack
    #[arg(long, value_name = "DIR", default_value = "policies/shanxi")]
    pack: PathBuf,

    #[command(flatten)]
    listen: Listen,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let start = Instant::now();
    let site = SiteArgs {
        data: args.data.clone(),
        database: None,
        keys: None,
    };
    if args.data.exists() {
        must_be_finished(&site)?;
        // An earlier demo is shown again: making it anew is one `rm -r` away, throwing it away unasked is not.
        ui.say(format!(
            "已有示例数据，直接打开。{} is already there and is shown as it is.",
            args.data.display()
        ));
    } else {
        make(&args, &site, ui)?;
        ui.say(format!(
            "全程 {0:.0} 秒。The whole road took {0:.0} s.",
            start.elapsed().as_secs_f64()
        ));
    }
    serve_found(&site, &args, ui)
}

/// An interrupted demo leaves a folder without conclusions; showing it would puzzle.
fn must_be_finished(site: &SiteArgs) -> Result<(), CliError> {
    let opened = site.open()?;
    if runs::last_done(&opened.book, "refresh")?.is_some() {
        return Ok(());
    }
    let message = format!(
        "{} holds a demo that was interrupted; remove the folder and start again",
        site.data.display()
    );
    Err(CliError::refused("demo.unfinished", message))
}

/// The road: files as departments send them, landed, refreshed.
fn make(args: &Args, site: &SiteArgs, ui: &Ui) -> Result<(), CliError> {
    let as_of = Day::from_ymd(AS_OF.0, AS_OF.1, AS_OF.2).expect("a date of the calendar");
    let departments = beside(&args.data, "departments");
    if departments.exists() {
        // Left over from a demo that was interrupted; nobody edits these files.
        std::fs::remove_dir_all(&departments).map_err(CliError::file("remove", &departments))?;
    }
    let making = Instant::now();
    let made = synth::synthesize(
        &synth::Args {
            out: departments.clone(),
            population: args.population,
            seed: SEED,
            as_of,
            months: MONTHS,
            format: FileFormat::Mixed,
        },
        ui,
    )?;
    let rows: u64 = made.rows_by_feed.iter().map(|(_, rows)| rows).sum();
    ui.say(made.to_string());
    step(
        ui,
        "样本 sample",
        making,
        format!(
            "{} files, {} rows in {}",
            made.files,
            thousands(rows as i64),
            departments.display()
        ),
    );

    mark_as_sample(site)?;
    for cutoff in cutoffs(&departments.join("feeds"))? {
        live_through(&cutoff, args, site, ui)?;
    }
    Ok(())
}

/// One delivery of the departments, and the refresh of the evening: this is how the registry gets a history.
fn live_through(cutoff: &Cutoff, args: &Args, site: &SiteArgs, ui: &Ui) -> Result<(), CliError> {
    let taking = Instant::now();
    let reports = intake::take_in(&intake_args(&cutoff.folder, cutoff.day, site), ui)?;
    step(ui, &format!("入库 intake {}", cutoff.day), taking, landed(&reports));

    let refreshing = Instant::now();
    let refreshed = refresh::refresh(
        &refresh::Args {
            full: true,
            as_of: Some(cutoff.day),
            pack: args.pack.clone(),
            site: site.clone(),
        },
        ui,
    )?;
    let report = &refreshed.report;
    let found = format!(
        "{} people, {} households, {} tasks handed out",
        thousands(report.people as i64),
        thousands(report.households as i64),
        thousands(refreshed.night.assigned as i64)
    );
    step(ui, &format!("结论 refresh {}", cutoff.day), refreshing, found);
    Ok(())
}

/// A folder of files that departments sent up to a day.
struct Cutoff {
    day: Day,
    folder: PathBuf,
}

/// The deliveries in the order of their days.
fn cutoffs(feeds: &std::path::Path) -> Result<Vec<Cutoff>, CliError> {
    let mut cutoffs = Vec::new();
    for entry in std::fs::read_dir(feeds).map_err(CliError::file("read the folder", feeds))? {
        let folder = entry.map_err(CliError::file("read the folder", feeds))?.path();
        let day = folder.file_name().and_then(|name| Day::parse(name.to_str()?));
        cutoffs.extend(day.map(|day| Cutoff { day, folder }));
    }
    cutoffs.sort_by_key(|cutoff| cutoff.day);
    Ok(cutoffs)
}

fn intake_args(folder: &std::path::Path, as_of: Day, site: &SiteArgs) -> intake::Args {
    intake::Args {
        paths: vec![folder.to_path_buf()],
        feed: None,
        // The sample plants batches that look wrong; the demo shows them as held rather than waving them through.
        confirm: false,
        as_of: Some(as_of),
        contracts: None,
        site: site.clone(),
    }
}

fn mark_as_sample(site: &SiteArgs) -> Result<(), CliError> {
    let Site { book, .. } = site.open_or_create()?;
    book.execute(
        "INSERT INTO settings (name, value) VALUES ($1, 'true') ON CONFLICT (name) DO NOTHING",
        &[titles::SAMPLE.into()],
    )?;
    Ok(())
}

/// Says what was found, then serves it.
fn serve_found(site: &SiteArgs, args: &Args, ui: &Ui) -> Result<(), CliError> {
    let opened = site.open()?;
    let lake = site.open_lake(&opened)?;
    let titles = titles::read(&opened.book, Some(&args.pack), ui)?;
    let as_of = Day::from_ymd(AS_OF.0, AS_OF.1, AS_OF.2).expect("a date of the calendar");
    let overview = overview(&opened.book, &titles, as_of)?;
    status::show_coverage(&overview, &titles, ui);
    ui.say("");
    ui.say("应享未享：像是符合条件却没有享受；疑似错享：正在享受却像是不符合条件，或已故。都只是核查线索。");
    ui.say("Missed: seem eligible, are not served. Wrong: are served, seem not eligible or dead. Both ask for a check, no more.");
    serve::serve(opened, lake, Some(&args.pack), &args.listen, ui)
}

/// `demo-data` and `departments` give `demo-data.departments`: outside the data folder, which holds nobody's name.
fn beside(data: &std::path::Path, what: &str) -> PathBuf {
    let mut name = data.as_os_str().to_owned();
    name.push(".");
    name.push(what);
    PathBuf::from(name)
}

fn landed(reports: &[Report]) -> String {
    let mut landed = 0;
    let mut rejected = 0;
    let mut waiting = 0;
    for report in reports {
        match &report.outcome {
            Outcome::Landed { counts, .. } => {
                landed += counts.landed;
                rejected += counts.rejected;
            }
            Outcome::AlreadyIn { .. } => {}
            _ => waiting += 1,
        }
    }
    format!(
        "{} rows landed, {} sent back, {waiting} files held",
        thousands(landed as i64),
        thousands(rejected as i64)
    )
}

fn step(ui: &Ui, name: &str, since: Instant, what: String) {
    ui.say(format!("{name}  {:.1} s  {what}", since.elapsed().as_secs_f64()));
}
