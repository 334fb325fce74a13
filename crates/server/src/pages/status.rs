//! `/`: how the installation stands, and what the last refresh found.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::frame::Frame;
use super::{empty, for_staff, grouped, yuan};
use crate::app::{App, Visitor, today};
use crate::figures::{FeedStatus, Freshness, Overview, ProgrammeTotals, RunStatus, Titles, overview};
use crate::language::Language;

pub async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    for_staff(&app, &visitor, async |_| {
        let overview = app
            .work(|shared| Ok(overview(&shared.book, &shared.titles, today())?))
            .await?;
        let body = body(&overview, app.titles(), visitor.language);
        let frame = Frame {
            app: &app,
            visitor: &visitor,
            title: ("概况", "Overview"),
        };
        Ok(frame.wrap(body).into_response())
    })
    .await
}

fn body(overview: &Overview, titles: &Titles, language: Language) -> Markup {
    html! {
        h1 { (language.pick("概况", "Overview")) }
        @match &overview.refresh {
            Some(refresh) => {
                p.lead { (as_of(refresh, language)) }
                (headline(overview, refresh, language))
                h2 { (language.pick("各项救助", "Programmes")) }
                (programmes(&overview.programmes, titles, language))
            }
            None => (empty(language,
                "还没有结论：各部门数据入库后，运行 anwang refresh。",
                "No conclusions yet: land the departments' files, then run anwang refresh.")),
        }
        h2 { (language.pick("部门数据", "Feeds")) }
        (feeds(&overview.feeds, language))
        @if !overview.runs.is_empty() {
            h2 { (language.pick("最近的运行", "Recent runs")) }
            (runs(&overview.runs, language))
        }
    }
}

fn as_of(refresh: &RunStatus, language: Language) -> String {
    let day = refresh.as_of.as_deref().unwrap_or("?");
    let pack = refresh.pack_version.as_deref().unwrap_or("?");
    match language {
        Language::Zh => format!("数据与政策截至 {day}，政策包 {pack}。"),
        Language::En => format!("Data and rules as of {day}, policy pack {pack}."),
    }
}

fn headline(overview: &Overview, refresh: &RunStatus, language: Language) -> Markup {
    let sum = |pick: fn(&ProgrammeTotals) -> i64| overview.programmes.iter().map(pick).sum::<i64>();
    let counted = |name: &str| refresh.detail[name].as_i64();
    html! {
        ul.figures {
            @if let Some(people) = counted("people") {
                li { span.name { (language.pick("人口", "People")) } span.value { (grouped(people)) }
                    @if let Some(households) = counted("households") {
                        span.note { (language.pick("户数 ", "households ")) (grouped(households)) }
                    } }
            }
            li { span.name { (language.pick("享受人次", "Served (person-programmes)")) } span.value { (grouped(sum(|p| p.served))) }
                @if sum(|p| p.amount_fen_per_month) > 0 {
                    span.note { (language.pick("月发放（元） ", "yuan per month ")) (yuan(sum(|p| p.amount_fen_per_month))) }
                } }
            li.missed { span.name { (language.pick("应享未享", "Missed")) } span.value { (grouped(sum(|p| p.missed))) }
                a href="/missed" { (language.pick("看名单", "See the list")) } }
            li.wrong { span.name { (language.pick("疑似错享", "Wrong")) } span.value { (grouped(sum(|p| p.wrong))) }
                a href="/wrong" { (language.pick("看名单", "See the list")) } }
        }
    }
}

fn programmes(programmes: &[ProgrammeTotals], titles: &Titles, language: Language) -> Markup {
    let list = |path: &str, programme: &str| format!("{path}?programme={programme}");
    // Rosters without amounts would fill a column with dashes.
    let amounts_known = programmes.iter().any(|row| row.amount_fen_per_month > 0);
    html! {
        div.scroll tabindex="0" role="region" aria-label=(language.pick("各项救助", "Programmes")) {
            table {
                thead { tr {
                    th scope="col" { (language.pick("项目", "Programme")) }
                    th.number scope="col" { (language.pick("享受", "Served")) }
                    th.number scope="col" { (language.pick("应享未享", "Missed")) }
                    th.number scope="col" { (language.pick("疑似错享", "Wrong")) }
                    th.number scope="col" { (language.pick("资料不足", "Undecidable")) }
                    @if amounts_known { th.number scope="col" { (language.pick("每月金额（元）", "Yuan per month")) } }
                } }
                tbody {
                    @for row in programmes {
                        tr {
                            th scope="row" { (titles.programme(&row.programme, language)) }
                            td.number { (grouped(row.served)) }
                            td.number { (linked(row.missed, &list("/missed", &row.programme))) }
                            td.number { (linked(row.wrong, &list("/wrong", &row.programme))) }
                            td.number { (grouped(row.undecidable)) }
                            @if amounts_known { td.number { @if row.amount_fen_per_month == 0 { "—" } @else { (yuan(row.amount_fen_per_month)) } } }
                        }
                    }
                }
            }
        }
    }
}

fn linked(count: i64, path: &str) -> Markup {
    html! {
        @if count == 0 { "0" } @else { a.row href=(path) { (grouped(count)) } }
    }
}

fn feeds(feeds: &[FeedStatus], language: Language) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(language.pick("部门数据", "Feeds")) {
            table {
                thead { tr {
                    th.number scope="col" { "№" }
                    th scope="col" { (language.pick("数据", "Feed")) }
                    th scope="col" { (language.pick("来源部门", "Department")) }
                    th scope="col" { (language.pick("新鲜度", "Freshness")) }
                    th.number scope="col" { (language.pick("批次", "Batches")) }
                    th.number scope="col" { (language.pick("入库行数", "Rows landed")) }
                    th.number scope="col" { (language.pick("退回行数", "Rows rejected")) }
                } }
                tbody {
                    @for feed in feeds {
                        tr {
                            td.number { (feed.number) }
                            th scope="row" { (feed.title.of(language)) }
                            td { (feed.owner.of(language)) }
                            td { (freshness(feed, language)) }
                            td.number { (grouped(feed.batches))
                                @if feed.batches_held > 0 { " " span.mark.warn { "+" (feed.batches_held) (language.pick(" 待确认", " held")) } } }
                            td.number { (grouped(feed.rows_landed)) }
                            td.number { (grouped(feed.rows_rejected)) }
                        }
                    }
                }
            }
        }
    }
}

fn freshness(feed: &FeedStatus, language: Language) -> Markup {
    let (class, word) = match feed.freshness {
        Freshness::Fresh => ("good", language.pick("新", "fresh")),
        Freshness::Stale => ("warn", language.pick("过期", "stale")),
        Freshness::Absent => ("plain", language.pick("未到", "none yet")),
    };
    html! {
        span class={ "mark " (class) } { (word) }
        @if let Some(day) = &feed.data_until { " " span.small.quiet { (day) } }
    }
}

fn runs(runs: &[RunStatus], language: Language) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(language.pick("最近的运行", "Recent runs")) {
            table {
                thead { tr {
                    th.number scope="col" { "№" }
                    th scope="col" { (language.pick("运行", "Run")) }
                    th scope="col" { (language.pick("结果", "Outcome")) }
                    th scope="col" { (language.pick("截至", "As of")) }
                    th.number scope="col" { (language.pick("快照", "Snapshot")) }
                    th.number scope="col" { (language.pick("用时（秒）", "Seconds")) }
                } }
                tbody {
                    @for run in runs {
                        tr {
                            td.number { (run.run_id) }
                            th scope="row" { (run_name(&run.kind, language)) }
                            td { (run_state(run.state, language)) }
                            td.nowrap { (run.as_of.as_deref().unwrap_or("—")) }
                            td.number { @if let Some(snapshot) = run.snapshot_id { (snapshot) } @else { "—" } }
                            td.number { @if let Some(took) = run.took_ms { (format!("{:.1}", took as f64 / 1000.0)) } @else { "—" } }
                        }
                    }
                }
            }
        }
    }
}

fn run_name(kind: &str, language: Language) -> &str {
    match kind {
        "refresh" => language.pick("刷新结论", "refresh"),
        "intake" => language.pick("数据入库", "intake"),
        "compaction" => language.pick("文件整理", "compaction"),
        other => other,
    }
}

fn run_state(state: &str, language: Language) -> Markup {
    let (class, word) = match state {
        "done" => ("good", language.pick("完成", "done")),
        "running" => ("plain", language.pick("进行中", "running")),
        _ => ("bad", language.pick("失败", "failed")),
    };
    html! { span class={ "mark " (class) } { (word) } }
}
