//! `/map`: the province by county, shaded by a programme's count, with the same figures as a table.

use std::collections::HashMap;

use anwang_domain::{DivisionCode, Places};
use anwang_store::coverage::Coverage;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;

use super::frame::Frame;
use super::{empty, for_staff, grouped};
use crate::app::{App, Visitor};
use crate::figures::{Measure, latest_coverage, programmes_of};
use crate::language::Language;
use crate::map::{Boundaries, Shape};

/// More shades than this cannot be told apart; the lowest is kept for none at all.
const SHADES: usize = 5;

#[derive(Deserialize)]
pub struct Asked {
    programme: Option<String>,
    measure: Option<Measure>,
}

pub async fn show(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    for_staff(&app, &visitor, async |_| {
        let coverage = app.work(|shared| Ok(latest_coverage(&shared.book)?)).await?;
        let view = View::new(&app, visitor.language, asked, &coverage);
        let frame = Frame {
            app: &app,
            visitor: &visitor,
            title: ("地图", "Map"),
        };
        Ok(frame.wrap(view.body()).into_response())
    })
    .await
}

struct View<'a> {
    app: &'a App,
    language: Language,
    measure: Measure,
    /// `None` stands for all programmes together.
    programme: Option<String>,
    programmes: Vec<String>,
    counts: HashMap<u64, i64>,
    /// Upper bounds of the shades, ascending.
    bounds: Vec<i64>,
}

impl<'a> View<'a> {
    fn new(app: &'a App, language: Language, asked: Asked, coverage: &[Coverage]) -> View<'a> {
        let programmes = programmes_of(coverage, app.titles());
        let programme = asked.programme.filter(|name| programmes.contains(name));
        let measure = asked.measure.unwrap_or(Measure::Served);
        let mut counts: HashMap<u64, i64> = HashMap::new();
        for one in coverage
            .iter()
            .filter(|one| programme.as_ref().is_none_or(|name| *name == one.programme))
        {
            *counts.entry(one.county).or_default() += measure.of(one);
        }
        let bounds = bounds(counts.values().copied());
        View {
            app,
            language,
            measure,
            programme,
            programmes,
            counts,
            bounds,
        }
    }

    fn body(&self) -> Markup {
        html! {
            h1 { (self.language.pick("全省地图", "Map of the province")) }
            p.lead { (self.language.pick("颜色越深，人数越多。每个县都可以点开，右侧表格是同样的数字。",
                "The darker, the more people. Every county opens its list; the table gives the same figures.")) }
            (self.filter())
            @if self.programmes.is_empty() {
                (empty(self.language, "还没有结论，地图是空白的。", "No conclusions yet, so there is nothing to shade."))
            } @else {
                div.split { div.sheet.map { (self.drawing()) (self.legend()) } (self.table()) }
            }
        }
    }

    fn filter(&self) -> Markup {
        html! {
            form.filter method="get" action="/map" {
                div {
                    label for="programme" { (self.language.pick("项目", "Programme")) }
                    select id="programme" name="programme" {
                        option value="" { (self.language.pick("全部项目", "All programmes")) }
                        @for name in &self.programmes {
                            option value=(name) selected[self.programme.as_ref() == Some(name)] { (self.app.titles().programme(name, self.language)) }
                        }
                    }
                }
                div {
                    label for="measure" { (self.language.pick("看什么", "Show")) }
                    select id="measure" name="measure" {
                        @for measure in Measure::ALL {
                            option value=(measure.name()) selected[*measure == self.measure] { (measure.title(self.language)) }
                        }
                    }
                }
                button.button { (self.language.pick("显示", "Show")) }
            }
        }
    }

    fn drawing(&self) -> Markup {
        let Boundaries {
            width,
            height,
            counties,
            cities,
        } = self.app.boundaries();
        let label = match &self.programme {
            Some(name) => self.app.titles().programme(name, self.language).to_owned(),
            None => self.language.pick("全部项目", "All programmes").to_owned(),
        };
        html! {
            svg viewBox={ "0 0 " (width) " " (height) } role="group" aria-label={ (label) " · " (self.measure.title(self.language)) } {
                @for county in counties { (self.county(county)) }
                @for city in cities { path.city d=(PreEscaped(&city.path)) {} }
                @for city in cities { text x=(city.centre.0) y=(city.centre.1) aria-hidden="true" { (city.name.trim_end_matches('市')) } }
            }
        }
    }

    fn county(&self, county: &Shape) -> Markup {
        let count = self.count(county.division);
        let label = format!("{} {}", county.name, grouped(count));
        html! {
            a href=(self.list(county.division)) aria-label=(label) {
                path class={ "county c" (self.shade(count)) } d=(PreEscaped(&county.path)) { title { (label) } }
            }
        }
    }

    fn legend(&self) -> Markup {
        let mut from = 1;
        html! {
            ul.legend {
                li { i.c0 {} "0" }
                @for (place, bound) in self.bounds.iter().enumerate() {
                    li { i class={ "c" (place + 1) } {} (range(from, *bound)) }
                    ({ from = bound + 1; "" })
                }
            }
        }
    }

    fn table(&self) -> Markup {
        let mut rows: Vec<(&Shape, i64)> = self
            .app
            .boundaries()
            .counties
            .iter()
            .map(|county| (county, self.count(county.division)))
            .collect();
        rows.sort_by_key(|(county, count)| (std::cmp::Reverse(*count), county.division));
        html! {
            div.scroll tabindex="0" role="region" aria-label=(self.language.pick("各县数字", "Figures by county")) {
                table {
                    thead { tr {
                        th scope="col" { (self.language.pick("县（市、区）", "County")) }
                        th scope="col" { (self.language.pick("市", "City")) }
                        th.number scope="col" { (self.measure.title(self.language)) }
                    } }
                    tbody {
                        @for (county, count) in rows {
                            tr {
                                th scope="row" { (county.name) }
                                td { (city_name(county.parent)) }
                                td.number { @if count == 0 { "0" } @else { a.row href=(self.list(county.division)) { (grouped(count)) } } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn count(&self, county: u64) -> i64 {
        self.counts.get(&county).copied().unwrap_or(0)
    }

    /// 0 for none, then 1 to 5 by the bounds.
    fn shade(&self, count: i64) -> usize {
        if count == 0 {
            0
        } else {
            1 + self.bounds.partition_point(|bound| *bound < count)
        }
    }

    fn list(&self, county: u64) -> String {
        let programme = self.programme.as_deref().unwrap_or("");
        format!("{}?county={county}&programme={programme}", self.measure.list_path())
    }
}

fn city_name(city: u64) -> &'static str {
    Places::shanxi().find(DivisionCode(city)).map_or("", |place| place.name)
}

fn range(from: i64, to: i64) -> String {
    if from >= to {
        grouped(to)
    } else {
        format!("{}–{}", grouped(from), grouped(to))
    }
}

/// Upper bounds that put about equally many counties into each shade; equal bounds fall together.
fn bounds(counts: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut counts: Vec<i64> = counts.filter(|count| *count > 0).collect();
    counts.sort_unstable();
    if counts.is_empty() {
        return Vec::new();
    }
    let mut bounds: Vec<i64> = (1..=SHADES)
        .map(|shade| counts[(counts.len() * shade).div_ceil(SHADES) - 1])
        .collect();
    bounds.dedup();
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_split_the_counties_evenly_and_never_repeat() {
        assert_eq!(bounds((1..=10).chain([0, 0])), vec![2, 4, 6, 8, 10]);
        assert_eq!(bounds([3, 3, 3, 3, 9].into_iter()), vec![3, 9]);
        assert_eq!(bounds([7].into_iter()), vec![7]);
        assert_eq!(bounds([0].into_iter()), Vec::<i64>::new());
    }
}
