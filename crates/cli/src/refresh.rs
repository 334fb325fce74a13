//! `anwang refresh`: from landed feeds to people, households, the missed and the wrong.

use std::path::PathBuf;

use anwang_contracts::Contracts;
use anwang_domain::{Day, Places};
use anwang_lake::Lake;
use anwang_monitoring::NightResult;
use anwang_policy::{CompileOptions, Mode};
use anwang_registry::{Refresh, RefreshReport, Stage, policy_schemas};

use crate::error::CliError;
use crate::policy::pack_folder;
use crate::site::{Site, SiteArgs};
use crate::ui::{Ui, thousands};
use crate::{clock, night};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Recompute everything. A refresh by the changes is not built yet, so every refresh does
    #[arg(long)]
    pub(crate) full: bool,

    /// The day the conclusions speak of [default: today]
    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    pub(crate) as_of: Option<Day>,

    /// Folder of the policy pack; the packs it extends lie beside it
    #[arg(long, value_name = "DIR", default_value = "policies/shanxi")]
    pub(crate) pack: PathBuf,

    #[command(flatten)]
    pub(crate) site: SiteArgs,
}

/// What a refresh found, and what came of its signals.
#[derive(Debug, serde::Serialize)]
pub struct Refreshed {
    #[serde(flatten)]
    pub report: RefreshReport,
    pub night: NightResult,
}

/// What may wait in memory between the two stages; more goes to temporary files in the data folder.
const EXCHANGE_BYTES: usize = 1 << 30;

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let refreshed = refresh(&args, ui)?;
    ui.answer(&refreshed, |ui| {
        show(&refreshed.report, ui);
        show_night(&refreshed.night, ui);
    })
}

/// Refreshes and says what came of it; what `demo` calls.
pub fn refresh(args: &Args, ui: &Ui) -> Result<Refreshed, CliError> {
    args.site.must_exist()?;
    let Site { book, vault } = args.site.open()?;
    let lake = Lake::open(&args.site.lake_root(), book)?;
    let contracts = Contracts::embedded();
    let pack = pack_folder::load(&args.pack, ui)?;
    let program = pack
        .compile(&CompileOptions {
            as_of: args.as_of.unwrap_or_else(clock::today),
            mode: Mode::Scan,
            feeds: &policy_schemas(contracts),
        })
        .map_err(|diagnostics| pack_folder::refuse(&diagnostics, ui))?;
    let bar = ui.progress("", 1);
    let report = Refresh {
        lake: &lake,
        vault: &vault,
        contracts,
        program: &program,
        places: Places::shanxi(),
        spill_folder: &args.site.data,
        exchange_bytes: EXCHANGE_BYTES,
        progress: &|stage, done, parts| {
            bar.set_message(label(stage));
            bar.set_length(parts as u64);
            bar.set_position(done as u64);
        },
        clock: &clock::now_ms,
    }
    .full()?;
    bar.finish_and_clear();
    let night = night::follow(lake.book(), &program, &report)?;
    Ok(Refreshed { report, night })
}

/// One line on the alerts.
pub fn show_night(night: &NightResult, ui: &Ui) {
    ui.say(format!(
        "预警：新信号 {}，新任务 {}，本周派出 {}，排队 {}，逾期上报 {}。Warnings: {} new signals, {} new tasks, {} handed out this week, {} waiting, {} late and raised.",
        night.begun, night.opened, night.assigned, night.waiting, night.raised,
        night.begun, night.opened, night.assigned, night.waiting, night.raised,
    ));
}

fn label(stage: Stage) -> &'static str {
    match stage {
        Stage::Links => "亲属关系 relations",
        Stage::Persons => "人员 people",
        Stage::Households => "家庭 households",
        Stage::Publish => "发布 publish",
    }
}

fn show(report: &RefreshReport, ui: &Ui) {
    ui.say(format!(
        "{} 人 people, {} 户 households, {} 人低收入 in aid, {} 人已故 dead; {} 条记录 records; as of {}",
        thousands(report.people as i64),
        thousands(report.households as i64),
        thousands(report.in_aid as i64),
        thousands(report.deaths as i64),
        thousands(report.records as i64),
        report.as_of,
    ));
    let rows: Vec<Vec<String>> = (report.missed_and_wrong.iter())
        .map(|(programme, (missed, wrong))| {
            vec![programme.clone(), thousands(*missed as i64), thousands(*wrong as i64)]
        })
        .collect();
    ui.table(&["项目 programme", "疑似漏保 missed", "疑似错保 wrong"], &rows);
    let times: Vec<String> = report
        .milliseconds
        .iter()
        .map(|(stage, ms)| format!("{stage} {:.1} s", *ms as f64 / 1000.0))
        .collect();
    ui.say(times.join(", "));
}
