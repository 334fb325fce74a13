//! `/missed` and `/wrong`: who should be looked at, by county and programme, page by page.

use anwang_domain::{DivisionCode, Places};
use anwang_store::findings::{self, Cursor, Filter, Finding, Kind};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::Frame;
use super::{empty, for_staff, grouped, yuan};
use crate::app::{App, Visitor};
use crate::error::ServerError;
use crate::figures::{cursor_from_text, cursor_to_text, latest_coverage, programmes_of};
use crate::language::Language;
use crate::token::person_to_url;

/// A screenful to work through; the next one is a link away.
const ROWS_PER_PAGE: usize = 50;

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    county: String,
    #[serde(default)]
    programme: String,
    after: Option<String>,
}

pub async fn missed(state: State<App>, visitor: Visitor, asked: Query<Asked>) -> Response {
    show(state, visitor, asked, Kind::Missed).await
}

pub async fn wrong(state: State<App>, visitor: Visitor, asked: Query<Asked>) -> Response {
    show(state, visitor, asked, Kind::Wrong).await
}

async fn show(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>, kind: Kind) -> Response {
    for_staff(&app, &visitor, async |_| {
        let view = app.work(move |shared| View::read(shared, kind, asked)).await?;
        let title = match kind {
            Kind::Missed => ("应享未享", "Missed"),
            Kind::Wrong => ("疑似错享", "Wrong"),
        };
        let frame = Frame {
            app: &app,
            visitor: &visitor,
            title,
        };
        Ok(frame.wrap(view.body(&app, visitor.language)).into_response())
    })
    .await
}

struct View {
    kind: Kind,
    county: Option<u64>,
    programme: String,
    programmes: Vec<String>,
    total: i64,
    rows: Vec<Finding>,
    next: Option<Cursor>,
    is_first_page: bool,
}

impl View {
    fn read(shared: &crate::app::Shared, kind: Kind, asked: Asked) -> Result<View, ServerError> {
        let county = crate::figures::county_from_text(&asked.county)?;
        let cursor = asked.after.as_deref().map(cursor_from_text).transpose()?;
        let programme = Some(asked.programme.as_str()).filter(|name| !name.is_empty());
        let filter = Filter {
            kind,
            county,
            programme,
        };
        let mut rows = findings::page(&shared.book, &filter, cursor.as_ref(), ROWS_PER_PAGE as i64 + 1)?;
        let more = rows.len() > ROWS_PER_PAGE;
        rows.truncate(ROWS_PER_PAGE);
        let next = rows.last().filter(|_| more).map(|last| Cursor {
            programme: last.programme.clone(),
            person: last.person,
        });
        Ok(View {
            kind,
            county,
            total: findings::count(&shared.book, &filter)?,
            programmes: programmes_of(&latest_coverage(&shared.book)?, &shared.titles),
            programme: asked.programme,
            rows,
            next,
            is_first_page: cursor.is_none(),
        })
    }

    fn path(&self) -> &'static str {
        match self.kind {
            Kind::Missed => "/missed",
            Kind::Wrong => "/wrong",
        }
    }

    fn body(&self, app: &App, language: Language) -> Markup {
        let (heading, lead) = match self.kind {
            Kind::Missed => (
                language.pick(
                    "应享未享：像是符合条件，却没有享受",
                    "Missed: seem eligible and are not served",
                ),
                language.pick(
                    "先核实，再告知本人可以申请。名单来自最近一次刷新。",
                    "Check first, then tell the person that they may apply. The list is from the last refresh.",
                ),
            ),
            Kind::Wrong => (
                language.pick(
                    "疑似错享：正在享受，却像是不符合条件",
                    "Wrong: are served and seem not eligible",
                ),
                language.pick(
                    "先核实并听取本人意见，任何减发、停发都须依程序作出决定。",
                    "Check and hear the person first; reducing or ending aid takes a decision by procedure.",
                ),
            ),
        };
        html! {
            h1 { (heading) }
            p.lead { (lead) }
            (self.filter(app, language))
            @if self.rows.is_empty() {
                (empty(language, "没有符合筛选条件的人。", "Nobody matches this filter."))
            } @else {
                p { strong { (grouped(self.total)) } (language.pick(" 条", " entries")) }
                (self.table(app, language))
                (self.turn_page(language))
            }
        }
    }

    fn filter(&self, app: &App, language: Language) -> Markup {
        html! {
            form.filter method="get" action=(self.path()) {
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
                    label for="programme" { (language.pick("项目", "Programme")) }
                    select id="programme" name="programme" {
                        option value="" { (language.pick("全部项目", "All programmes")) }
                        @for name in &self.programmes {
                            option value=(name) selected[*name == self.programme] { (app.titles().programme(name, language)) }
                        }
                    }
                }
                button.button { (language.pick("筛选", "Filter")) }
            }
        }
    }

    fn table(&self, app: &App, language: Language) -> Markup {
        let amount = match self.kind {
            Kind::Missed => language.pick("每月应得（元）", "Due, yuan per month"),
            Kind::Wrong => language.pick("每月在发（元）", "Paid, yuan per month"),
        };
        html! {
            div.scroll tabindex="0" role="region" aria-label=(language.pick("名单", "List")) {
                table.list {
                    thead { tr {
                        th scope="col" { (language.pick("人员代号", "Person")) }
                        th scope="col" { (language.pick("项目", "Programme")) }
                        th scope="col" { (language.pick("理由", "Reason")) }
                        th scope="col" { (language.pick("所在地", "Place")) }
                        th scope="col" { (language.pick("自", "Since")) }
                        th.number scope="col" { (amount) }
                    } }
                    tbody { @for row in &self.rows { (self.row(row, app, language)) } }
                }
            }
        }
    }

    fn row(&self, row: &Finding, app: &App, language: Language) -> Markup {
        let key = person_to_url(row.person);
        html! {
            tr {
                td { a.row href={ "/person/" (key) } { code { (key) } } }
                th scope="row" { (app.titles().programme(&row.programme, language)) }
                td { (app.titles().reason(self.kind, &row.programme, &row.reason, language)) }
                td.place { (place(row.division, row.county)) }
                td.nowrap { (row.since.as_deref().unwrap_or("—")) }
                td.number { @match row.amount_fen_per_month { Some(fen) => (yuan(fen)), None => "—" } }
            }
        }
    }

    fn turn_page(&self, language: Language) -> Markup {
        let county = self.county.map(|code| code.to_string()).unwrap_or_default();
        let list = format!("{}?county={county}&programme={}", self.path(), self.programme);
        html! {
            nav.pages aria-label=(language.pick("翻页", "Pages")) {
                @if !self.is_first_page { a href=(list) { (language.pick("回到第一页", "First page")) } }
                @if let Some(next) = &self.next {
                    a href={ (list) "&after=" (cursor_to_text(next)) } rel="next" { (language.pick("下一页", "Next page")) }
                }
            }
        }
    }
}

/// The place in words, from the county down; the code where the tree does not know it.
fn place(division: u64, county: u64) -> String {
    let places = Places::shanxi();
    let own = places
        .find(DivisionCode(division))
        .or_else(|| places.find(DivisionCode(county)));
    let Some(own) = own else {
        return division.to_string();
    };
    let mut names: Vec<&str> = places.ancestors(own.code).map(|above| above.name).collect();
    names.reverse();
    names.push(own.name);
    // The province is the same for all.
    names.iter().skip(1).copied().collect::<Vec<_>>().join(" ")
}
