//! `anwang alerts …`: the loop from a warning to a settled household.

use anwang_domain::Day;
use anwang_monitoring::alerts::{self, Actor, Alert, Event, Filter, Outcome, Source, State, Visit};
use anwang_monitoring::{Disposition, Route, Severity, open_tables, reports};
use anwang_server::token::{person_from_url as key_from_text, person_to_url as key_to_text};
use anwang_store::Book;

use crate::clock;
use crate::error::CliError;
use crate::site::SiteArgs;
use crate::ui::{Ui, thousands};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// The tasks of a place, most urgent first.
    List(ListArgs),
    /// One task with everything that happened to it.
    Show(ShowArgs),
    /// Write down what a visit found.
    Visit(VisitArgs),
    /// Settle a visited task with one of the four dispositions (国办发〔2023〕39号).
    Settle(SettleArgs),
    /// A household that a grid worker or the hotline noticed.
    Clue(ClueArgs),
    /// Open tasks per county: waiting, assigned, late, oldest.
    Open(OpenArgs),
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    #[command(flatten)]
    site: SiteArgs,

    /// A division code, from the province down to a village.
    #[arg(long, value_name = "CODE")]
    place: Option<u64>,

    /// waiting, assigned, visited, closed or lapsed.
    #[arg(long)]
    state: Option<String>,

    /// Only tasks with a signal of this indicator.
    #[arg(long, value_name = "NAME")]
    indicator: Option<String>,

    /// red, orange or yellow.
    #[arg(long)]
    severity: Option<String>,

    #[arg(long, default_value_t = 20)]
    limit: i64,

    #[arg(long, default_value_t = 0)]
    skip: i64,
}

#[derive(Debug, clap::Args)]
struct ShowArgs {
    alert: i64,

    #[command(flatten)]
    site: SiteArgs,
}

#[derive(Debug, clap::Args)]
struct VisitArgs {
    alert: i64,

    #[command(flatten)]
    site: SiteArgs,

    /// Who went there: the staff name that the history keeps.
    #[arg(long)]
    who: String,

    /// What was found, in a few words and without anybody's name or number.
    #[arg(long)]
    finding: String,

    #[arg(long)]
    notes: Option<String>,

    /// The day of the visit [default: today]
    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    day: Option<Day>,
}

#[derive(Debug, clap::Args)]
struct SettleArgs {
    alert: i64,

    #[command(flatten)]
    site: SiteArgs,

    #[arg(long)]
    who: String,

    /// 1 apply the policy, 2 push to the owning department, 3 the county discusses the case, 4 check and hear.
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=4))]
    disposition: i64,

    /// What came of it: case, referral, subsidy or nothing.
    #[arg(long)]
    outcome: String,

    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    day: Option<Day>,
}

#[derive(Debug, clap::Args)]
struct ClueArgs {
    #[command(flatten)]
    site: SiteArgs,

    #[arg(long)]
    who: String,

    /// grid or hotline.
    #[arg(long)]
    source: String,

    /// The household's key, as lists show it.
    #[arg(long)]
    household: String,

    /// The village where it lives, 12 digits.
    #[arg(long, value_name = "CODE")]
    place: u64,

    /// What was seen or said, without anybody's name or number.
    #[arg(long)]
    text: String,

    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    day: Option<Day>,
}

#[derive(Debug, clap::Args)]
struct OpenArgs {
    #[command(flatten)]
    site: SiteArgs,

    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    as_of: Option<Day>,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    match args.action {
        Action::List(args) => list(&args, ui),
        Action::Show(args) => show(&args, ui),
        Action::Visit(args) => visit(&args, ui),
        Action::Settle(args) => settle(&args, ui),
        Action::Clue(args) => clue(&args, ui),
        Action::Open(args) => open(&args, ui),
    }
}

fn book(site: &SiteArgs) -> Result<Book, CliError> {
    site.must_exist()?;
    let book = Book::open(&site.book_url())?;
    open_tables(&book)?;
    Ok(book)
}

fn actor(who: &str, day: Option<Day>) -> Actor<'_> {
    Actor {
        who,
        at_ms: clock::now_ms(),
        day: day.unwrap_or_else(clock::today),
    }
}

fn list(args: &ListArgs, ui: &Ui) -> Result<(), CliError> {
    let book = book(&args.site)?;
    let filter = Filter {
        place: args.place,
        state: args.state.as_deref().map(State::parse).transpose()?,
        indicator: args.indicator.as_deref(),
        severity: args.severity.as_deref().map(Severity::parse).transpose()?,
    };
    let alerts = alerts::list(&book, &filter, args.skip, args.limit)?;
    let documents: Vec<serde_json::Value> = alerts.iter().map(document).collect();
    ui.answer(&documents, |ui| {
        if alerts.is_empty() {
            return ui.say("没有符合条件的任务。No such tasks.");
        }
        let rows: Vec<Vec<String>> = alerts.iter().map(row).collect();
        ui.table(
            &[
                "№",
                "等级 severity",
                "成算 chance",
                "状态 state",
                "乡镇 township",
                "期限 due",
                "住户 household",
                "信号 signals",
            ],
            &rows,
        );
    })
}

fn show(args: &ShowArgs, ui: &Ui) -> Result<(), CliError> {
    let (alert, events) = alerts::show(&book(&args.site)?, args.alert)?;
    let mut document = document(&alert);
    document["events"] = events.iter().map(event_document).collect();
    ui.answer(&document, |ui| {
        ui.table(&["", ""], &facts(&alert));
        ui.say("");
        let rows: Vec<Vec<String>> = events
            .iter()
            .map(|event| {
                let day = Day((event.at_ms.div_euclid(86_400_000)) as i32);
                vec![
                    day.to_string(),
                    event.who.clone(),
                    event.action.clone(),
                    event.detail.clone(),
                ]
            })
            .collect();
        ui.table(&["日期 day", "谁 who", "何事 what", "详情 detail"], &rows);
    })
}

fn visit(args: &VisitArgs, ui: &Ui) -> Result<(), CliError> {
    let visit = Visit {
        finding: &args.finding,
        notes: args.notes.as_deref(),
        ..Visit::default()
    };
    let book = book(&args.site)?;
    alerts::visit(&book, args.alert, actor(&args.who, args.day), &visit)?;
    after(&book, args.alert, ui)
}

fn settle(args: &SettleArgs, ui: &Ui) -> Result<(), CliError> {
    let book = book(&args.site)?;
    let disposition = Disposition::from_number(args.disposition)?;
    let outcome = Outcome::parse(&args.outcome)?;
    alerts::settle(&book, args.alert, actor(&args.who, args.day), disposition, outcome)?;
    after(&book, args.alert, ui)
}

fn clue(args: &ClueArgs, ui: &Ui) -> Result<(), CliError> {
    let household = key_from_text(&args.household).ok_or_else(|| {
        CliError::refused(
            "alerts.household",
            format!("`{}` is not a household's key", args.household),
        )
    })?;
    let source = Source::parse(&args.source)?;
    let book = book(&args.site)?;
    let alert = alerts::clue(
        &book,
        actor(&args.who, args.day),
        source,
        Route::of(args.place),
        household,
        &args.text,
    )?;
    after(&book, alert, ui)
}

fn open(args: &OpenArgs, ui: &Ui) -> Result<(), CliError> {
    let by_county = reports::open(&book(&args.site)?, args.as_of.unwrap_or_else(clock::today))?;
    ui.answer(&by_county, |ui| {
        let rows: Vec<Vec<String>> = by_county
            .iter()
            .map(|(county, open)| {
                vec![
                    place_name(*county),
                    thousands(open.waiting),
                    thousands(open.assigned),
                    thousands(open.visited),
                    thousands(open.late),
                    thousands(open.oldest_days),
                ]
            })
            .collect();
        ui.table(
            &[
                "县 county",
                "排队 waiting",
                "已派 assigned",
                "已访 visited",
                "逾期 late",
                "最久天数 oldest days",
            ],
            &rows,
        );
    })
}

fn after(book: &Book, alert: i64, ui: &Ui) -> Result<(), CliError> {
    let (alert, _) = alerts::show(book, alert)?;
    ui.answer(&document(&alert), |ui| {
        ui.say(format!(
            "任务 {} 现为 {} task {} is now {}",
            alert.alert_id,
            state_zh(alert.state),
            alert.alert_id,
            alert.state.as_str()
        ));
    })
}

fn document(alert: &Alert) -> serde_json::Value {
    serde_json::json!({
        "alert": alert.alert_id,
        "household": key_to_text(alert.household),
        "division": alert.division,
        "township": alert.township,
        "county": alert.county,
        "source": alert.source.as_str(),
        "severity": alert.severity.as_str(),
        "chance_ppm": alert.chance_ppm,
        "state": alert.state.as_str(),
        "opened": alert.opened.to_string(),
        "assigned": alert.assigned.map(|day| day.to_string()),
        "due": alert.due.map(|day| day.to_string()),
        "raised": alert.raised.map(|day| day.to_string()),
        "closed": alert.closed.map(|day| day.to_string()),
        "finding": alert.finding,
        "disposition": alert.disposition.map(Disposition::number),
        "outcome": alert.outcome.map(Outcome::as_str),
        "indicators": alert.indicators,
    })
}

fn event_document(event: &Event) -> serde_json::Value {
    let detail: serde_json::Value = serde_json::from_str(&event.detail).unwrap_or_else(|_| event.detail.clone().into());
    serde_json::json!({"at_ms": event.at_ms, "who": event.who, "action": event.action, "detail": detail})
}

fn row(alert: &Alert) -> Vec<String> {
    vec![
        alert.alert_id.to_string(),
        severity_words(alert.severity),
        chance(alert.chance_ppm),
        state_zh(alert.state).to_owned(),
        place_name(alert.township),
        alert.due.map_or("—".to_owned(), |day| day.to_string()),
        key_to_text(alert.household),
        alert.indicators.join(" "),
    ]
}

fn facts(alert: &Alert) -> Vec<Vec<String>> {
    let pair = |name: &str, value: String| vec![name.to_owned(), value];
    vec![
        pair("任务 task", alert.alert_id.to_string()),
        pair("等级 severity", severity_words(alert.severity)),
        pair("成算 chance", chance(alert.chance_ppm)),
        pair(
            "状态 state",
            format!("{} {}", state_zh(alert.state), alert.state.as_str()),
        ),
        pair("地点 place", place_name(alert.division)),
        pair("住户 household", key_to_text(alert.household)),
        pair("信号 signals", alert.indicators.join(" ")),
    ]
}

fn severity_words(severity: Severity) -> String {
    match severity {
        Severity::Red => "红 red",
        Severity::Orange => "橙 orange",
        Severity::Yellow => "黄 yellow",
    }
    .to_owned()
}

fn chance(ppm: u32) -> String {
    format!("{:.0}%", f64::from(ppm) / 10_000.0)
}

fn state_zh(state: State) -> &'static str {
    match state {
        State::Waiting => "排队",
        State::Assigned => "已派",
        State::Visited => "已访",
        State::Closed => "办结",
        State::Lapsed => "失效",
    }
}

fn place_name(code: u64) -> String {
    let code = anwang_domain::DivisionCode(code);
    anwang_domain::Places::shanxi()
        .full_name(code)
        .unwrap_or_else(|| code.0.to_string())
}
