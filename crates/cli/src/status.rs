//! `anwang status`: feeds, freshness, rows, rejects and runs of an installation.

use std::path::PathBuf;

use anwang_domain::Day;
use anwang_server::figures::{FeedStatus, Freshness, Overview, overview};
use anwang_store::Book;

use crate::error::CliError;
use crate::site::SiteArgs;
use crate::ui::{Ui, thousands};
use crate::{clock, titles};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    site: SiteArgs,

    /// Folder of the policy pack, for the words of programmes
    #[arg(long, value_name = "DIR", default_value = "policies/shanxi")]
    pack: PathBuf,

    /// The day against which freshness is judged [default: today]
    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    as_of: Option<Day>,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    args.site.must_exist()?;
    let book = Book::open(&args.site.book_url())?;
    let titles = titles::read(&book, Some(&args.pack), ui)?;
    let overview = overview(&book, &titles, args.as_of.unwrap_or_else(clock::today))?;
    ui.answer(&overview, |ui| show(&overview, &titles, ui))
}

fn show(overview: &Overview, titles: &anwang_server::figures::Titles, ui: &Ui) {
    let rows: Vec<Vec<String>> = overview.feeds.iter().map(feed_row).collect();
    ui.table(
        &[
            "№",
            "数据 feed",
            "",
            "新鲜度 freshness",
            "截至 until",
            "批 batches",
            "行 rows",
            "退回 rejects",
        ],
        &rows,
    );
    show_coverage(overview, titles, ui);
    ui.say("");
    for run in &overview.runs {
        let seconds = run
            .took_ms
            .map_or("—".to_owned(), |took| format!("{:.1} s", took as f64 / 1000.0));
        let as_of = run.as_of.as_deref().unwrap_or("—");
        ui.say(format!(
            "run {}  {}  {}  as of {as_of}  {seconds}",
            run.run_id, run.kind, run.state
        ));
    }
}

/// The table of programmes: who is served, missed, wrong.
pub fn show_coverage(overview: &Overview, titles: &anwang_server::figures::Titles, ui: &Ui) {
    if overview.programmes.is_empty() {
        ui.say("");
        ui.say("还没有结论，请运行 anwang refresh。No conclusions yet: run anwang refresh.");
        return;
    }
    let rows: Vec<Vec<String>> = overview
        .programmes
        .iter()
        .map(|one| {
            let (zh, en) = titles.programme_names(&one.programme);
            vec![
                zh.to_owned(),
                en.to_owned(),
                thousands(one.served),
                thousands(one.missed),
                thousands(one.wrong),
                thousands(one.undecidable),
            ]
        })
        .collect();
    ui.say("");
    ui.table(
        &[
            "项目",
            "programme",
            "享受 served",
            "应享未享 missed",
            "疑似错享 wrong",
            "资料不足 undecidable",
        ],
        &rows,
    );
}

fn feed_row(feed: &FeedStatus) -> Vec<String> {
    let freshness = match feed.freshness {
        Freshness::Fresh => "新 fresh",
        Freshness::Stale => "过期 stale",
        Freshness::Absent => "未到 none yet",
    };
    vec![
        feed.number.to_string(),
        feed.title.zh.clone(),
        feed.title.en.clone(),
        freshness.to_owned(),
        feed.data_until.clone().unwrap_or_default(),
        thousands(feed.batches),
        thousands(feed.rows_landed),
        thousands(feed.rows_rejected),
    ]
}
