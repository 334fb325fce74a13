//! `/alerts`: the tasks of a county, most urgent first, with what each visit should find out.

use anwang_domain::{Day, DivisionCode, Places};
use anwang_monitoring::Severity;
use anwang_monitoring::alerts::{self, Alert, Filter, State as Step};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::Frame;
use super::{empty, for_staff};
use crate::app::{App, Shared, Visitor};
use crate::error::ServerError;
use crate::figures::county_from_text;
use crate::language::Language;

/// A week's work of a few townships.
const ROWS_PER_PAGE: i64 = 50;

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    county: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    skip: i64,
}

pub async fn show(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    for_staff(&app, &visitor, async |_| {
        let view = app.work(move |shared| View::read(shared, asked)).await?;
        let frame = Frame {
            app: &app,
            visitor: &visitor,
            title: ("预警任务", "Warnings"),
        };
        Ok(frame.wrap(view.body(&app, visitor.language)).into_response())
    })
    .await
}

struct View {
    county: Option<u64>,
    state: Option<Step>,
    skip: i64,
    alerts: Vec<Alert>,
    more: bool,
}

impl View {
    fn read(shared: &Shared, asked: Asked) -> Result<View, ServerError> {
        let county = county_from_text(&asked.county)?;
        let state = Some(asked.state.as_str()).filter(|word| !word.is_empty());
        let state = state
            .map(Step::parse)
            .transpose()
            .map_err(|_| ServerError::BadParameter {
                parameter: "state",
                wrong: "is no state of a task",
            })?;
        let filter = Filter {
            place: county,
            state,
            ..Filter::default()
        };
        let skip = asked.skip.max(0);
        let mut alerts = alerts::list(&shared.book, &filter, skip, ROWS_PER_PAGE + 1)?;
        let more = alerts.len() as i64 > ROWS_PER_PAGE;
        alerts.truncate(ROWS_PER_PAGE as usize);
        Ok(View {
            county,
            state,
            skip,
            alerts,
            more,
        })
    }

    fn body(&self, app: &App, language: Language) -> Markup {
        html! {
            h1 { (language.pick("预警任务：一户一件，先急后缓", "Warnings: one task per household, most urgent first")) }
            p.lead { (language.pick(
                "信号来自部门数据的变化。每个乡镇每周只派出能走完的户数，其余排队，不会丢失。",
                "Signals come from changes in the departments' data. Each township gets as many visits a week as it can make; the rest wait and are not lost.",
            )) }
            (self.filter(app, language))
            @if self.alerts.is_empty() {
                (empty(language, "没有符合筛选条件的任务。", "No task matches this filter."))
            } @else {
                (self.table(app, language))
                (self.turn_page(language))
            }
        }
    }

    fn filter(&self, app: &App, language: Language) -> Markup {
        html! {
            form.filter method="get" action="/alerts" {
                div {
                    label for="county" { (language.pick("县（市、区）", "County")) }
                    select id="county" name="county" {
                        option value="" { (language.pick("全省", "Whole province")) }
                        @for city in &app.boundaries().cities {
                            optgroup label=(city.name) {
                                @for county in app.boundaries().counties.iter().filter(|county| county.parent == city.division) {
                                    option value=(county.division) selected[self.county == Some(county.division)] { (county.name) }
                                }
                            }
                        }
                    }
                }
                div {
                    label for="state" { (language.pick("状态", "State")) }
                    select id="state" name="state" {
                        option value="" { (language.pick("全部", "All")) }
                        @for state in Step::ALL {
                            option value=(state.as_str()) selected[self.state == Some(state)] { (state_word(state, language)) }
                        }
                    }
                }
                button.button { (language.pick("筛选", "Filter")) }
            }
        }
    }

    fn table(&self, app: &App, language: Language) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label=(language.pick("任务", "Tasks")) {
                table.list {
                    thead { tr {
                        th.number scope="col" { (language.pick("编号", "No.")) }
                        th scope="col" { (language.pick("等级", "Severity")) }
                        th scope="col" { (language.pick("信号与核查要点", "Signals, and what to find out")) }
                        th scope="col" { (language.pick("乡镇（街道）", "Township")) }
                        th scope="col" { (language.pick("状态", "State")) }
                        th scope="col" { (language.pick("期限", "Due")) }
                    } }
                    tbody { @for alert in &self.alerts { (row(alert, app, language)) } }
                }
            }
        }
    }

    fn turn_page(&self, language: Language) -> Markup {
        let county = self.county.map(|code| code.to_string()).unwrap_or_default();
        let state = self.state.map_or("", Step::as_str);
        let list = format!("/alerts?county={county}&state={state}");
        html! {
            nav.pages aria-label=(language.pick("翻页", "Pages")) {
                @if self.skip > 0 { a href=(list) { (language.pick("回到第一页", "First page")) } }
                @if self.more {
                    a href={ (list) "&skip=" (self.skip + ROWS_PER_PAGE) } rel="next" { (language.pick("下一页", "Next page")) }
                }
            }
        }
    }
}

fn row(alert: &Alert, app: &App, language: Language) -> Markup {
    html! {
        tr {
            th.number scope="row" { (alert.alert_id) }
            td.nowrap { (severity_word(alert.severity, language)) }
            td {
                @for name in &alert.indicators {
                    @let title = app.titles().indicator(name);
                    div {
                        strong { (title.map_or(name.as_str(), |known| known.title.of(language))) }
                        @if let Some(known) = title { (language.pick("：", ": ")) (known.find_out.of(language)) }
                    }
                }
                @if alert.indicators.is_empty() { (language.pick("线索上报", "reported by a front-line worker")) }
            }
            td.place { (township(alert.township)) }
            td.nowrap { (state_word(alert.state, language)) }
            td.nowrap { (alert.due.map_or("—".to_owned(), |day: Day| day.to_string())) }
        }
    }
}

fn state_word(state: Step, language: Language) -> &'static str {
    match state {
        Step::Waiting => language.pick("排队", "waiting"),
        Step::Assigned => language.pick("已派出", "handed out"),
        Step::Visited => language.pick("已入户", "visited"),
        Step::Closed => language.pick("已办结", "closed"),
        Step::Lapsed => language.pick("信号消失", "lapsed"),
    }
}

/// In words: colour alone tells nothing to those who do not see it.
fn severity_word(severity: Severity, language: Language) -> &'static str {
    match severity {
        Severity::Red => language.pick("红色（特急）", "red, at once"),
        Severity::Orange => language.pick("橙色（紧急）", "orange, soon"),
        Severity::Yellow => language.pick("黄色（一般）", "yellow"),
    }
}

fn township(code: u64) -> String {
    let places = Places::shanxi();
    let Some(own) = places.find(DivisionCode(code)) else {
        return code.to_string();
    };
    let above = places.parent(own.code).and_then(|county| places.find(county));
    above.map_or(own.name.to_owned(), |county| format!("{} {}", county.name, own.name))
}
