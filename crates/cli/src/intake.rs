//! `anwang intake`: departments' files into the lake, each checked against its contract.

use std::path::{Path, PathBuf};

use anwang_contracts::Contracts;
use anwang_domain::{Day, Places};
use anwang_intake::{Confirmation, Counts, Delivery, Intake, Outcome, Report, files_below};
use anwang_lake::Lake;
use serde_json::{Value, json};

use crate::clock;
use crate::error::CliError;
use crate::site::{Site, SiteArgs};
use crate::ui::{Ui, thousands};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files as departments sent them (CSV, XLSX, NDJSON, Parquet, also in zip or gz), or folders of them
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// The feed they belong to [default: as their headers say]
    #[arg(long, value_name = "NAME")]
    pub(crate) feed: Option<String>,

    /// Let land what was held
    #[arg(long)]
    pub(crate) confirm: bool,

    /// The day the files speak of, where their paths do not say [default: today]
    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    pub(crate) as_of: Option<Day>,

    /// Contracts of a folder instead of those built in
    #[arg(long, value_name = "DIR")]
    pub(crate) contracts: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) site: SiteArgs,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let reports = take_in(&args, ui)?;
    let document: Vec<Value> = reports.iter().map(as_json).collect();
    ui.answer(&document, |ui| show(&reports, ui))?;
    let waiting = reports.iter().filter(|report| !is_settled(&report.outcome)).count();
    if waiting == 0 {
        return Ok(());
    }
    Err(CliError::refused(
        "intake.waiting",
        format!("{waiting} of {} tables did not land, see above", reports.len()),
    ))
}

/// Takes everything in and says what became of it; what `demo` calls.
pub fn take_in(args: &Args, ui: &Ui) -> Result<Vec<Report>, CliError> {
    let Site { book, vault } = args.site.open_or_create()?;
    let lake = Lake::open(&args.site.lake_root(), book)?;
    lake.sweep()?;
    let loaded = args.contracts.as_deref().map(load_contracts).transpose()?;
    let contracts = loaded.as_ref().unwrap_or_else(|| Contracts::embedded());
    let intake = Intake::new(contracts, Places::shanxi(), &lake, &vault)?;
    let mut files = Vec::new();
    for path in &args.paths {
        files.extend(files_below(path)?);
    }
    let bar = ui.progress("收取数据 intake", files.iter().map(|file| file_bytes(file)).sum());
    let mut reports = Vec::new();
    for file in &files {
        bar.set_message(short_name(file));
        let delivery = Delivery {
            path: file,
            feed: args.feed.as_deref(),
            as_of: args.as_of.unwrap_or_else(clock::today),
            received_at_ms: clock::now_ms(),
            confirmation: if args.confirm {
                Confirmation::Given
            } else {
                Confirmation::Missing
            },
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        };
        reports.extend(intake.take_in(&delivery, &|_rows| bar.tick())?);
        bar.inc(file_bytes(file));
    }
    bar.finish_and_clear();
    Ok(reports)
}

fn load_contracts(folder: &Path) -> Result<Contracts, CliError> {
    Contracts::load(folder).map_err(|faults| {
        let text: Vec<String> = faults.iter().map(ToString::to_string).collect();
        CliError::refused("intake.contracts", text.join("; "))
    })
}

fn file_bytes(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

fn short_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn is_settled(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Landed { .. } | Outcome::AlreadyIn { .. })
}

fn show(reports: &[Report], ui: &Ui) {
    let head = [
        "文件 file",
        "数据 feed",
        "结果 outcome",
        "批 batch",
        "行 rows",
        "入库 landed",
        "退回 rejected",
        "待查 review",
        "重复 repeated",
    ];
    let rows: Vec<Vec<String>> = reports.iter().map(row_of).collect();
    ui.table(&head, &rows);
    for report in reports {
        if let Some(why) = why(&report.outcome) {
            ui.say(format!("{}: {why}", report.file));
        }
    }
}

fn row_of(report: &Report) -> Vec<String> {
    let (batch, counts) = match &report.outcome {
        Outcome::Landed { batch_id, counts, .. } | Outcome::Held { batch_id, counts, .. } => {
            (Some(*batch_id), Some(counts))
        }
        Outcome::StillHeld { batch_id, .. } | Outcome::AlreadyIn { batch_id } => (Some(*batch_id), None),
        Outcome::NotRecognised(_) | Outcome::Unreadable(_) => (None, None),
    };
    let count = |of: fn(&Counts) -> u64| counts.map(|counts| thousands(of(counts) as i64)).unwrap_or_default();
    let outcome = match &report.outcome {
        Outcome::Landed { .. } => "已入库 landed",
        Outcome::Held { .. } | Outcome::StillHeld { .. } => "待确认 held",
        Outcome::AlreadyIn { .. } => "已有 already in",
        Outcome::NotRecognised(_) => "未识别 not recognised",
        Outcome::Unreadable(_) => "无法读取 unreadable",
    };
    vec![
        report.file.clone(),
        report.feed.clone().unwrap_or_default(),
        outcome.to_owned(),
        batch.map(|batch| batch.to_string()).unwrap_or_default(),
        count(|counts| counts.rows),
        count(|counts| counts.landed),
        count(|counts| counts.rejected),
        count(|counts| counts.to_review),
        count(|counts| counts.equal + counts.superseded),
    ]
}

fn why(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Held { reason, .. } if reason.can_be_confirmed() => Some(format!("{reason}; --confirm lets it land")),
        Outcome::Held { reason, .. } | Outcome::NotRecognised(reason) => Some(reason.to_string()),
        Outcome::StillHeld { detail, .. } => Some(format!("{detail}; --confirm lets it land")),
        Outcome::Unreadable(fault) => Some(fault.to_string()),
        Outcome::Landed { counts, .. } if !counts.notices.is_empty() => {
            let notices: Vec<String> = counts
                .notices
                .iter()
                .map(|(rule, rows)| format!("{rule} {}", thousands(*rows as i64)))
                .collect();
            Some(format!("提示 notices: {}", notices.join(", ")))
        }
        Outcome::Landed { .. } | Outcome::AlreadyIn { .. } => None,
    }
}

fn as_json(report: &Report) -> Value {
    let mut document = json!({"file": report.file, "feed": report.feed, "outcome": report.outcome.code()});
    match &report.outcome {
        Outcome::Landed {
            batch_id,
            snapshot,
            counts,
        } => {
            document["batch"] = json!(batch_id);
            document["snapshot"] = json!(snapshot);
            document["counts"] = counts_json(counts);
        }
        Outcome::Held {
            batch_id,
            reason,
            counts,
        } => {
            document["batch"] = json!(batch_id);
            document["reason"] = json!({"code": reason.code(), "message": reason.to_string()});
            document["counts"] = counts_json(counts);
        }
        Outcome::StillHeld {
            batch_id,
            reason,
            detail,
        } => {
            document["batch"] = json!(batch_id);
            document["reason"] = json!({"code": reason, "message": detail});
        }
        Outcome::AlreadyIn { batch_id } => document["batch"] = json!(batch_id),
        Outcome::NotRecognised(reason) => {
            document["reason"] = json!({"code": reason.code(), "message": reason.to_string()})
        }
        Outcome::Unreadable(fault) => document["reason"] = json!({"code": fault.code(), "message": fault.to_string()}),
    }
    document
}

fn counts_json(counts: &Counts) -> Value {
    json!({
        "rows": counts.rows,
        "landed": counts.landed,
        "rejected": counts.rejected,
        "to_review": counts.to_review,
        "equal": counts.equal,
        "superseded": counts.superseded,
        "gone": counts.gone,
        "notices": counts.notices.iter().map(|(rule, rows)| json!({"rule": rule, "rows": rows})).collect::<Vec<_>>(),
    })
}
