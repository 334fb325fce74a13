//! `/person/{key}`: one person with sources and reasons, after a purpose and with a line in the audit chain.

use anwang_store::findings;
use anwang_vault::AuditEntry;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::for_staff;
use super::frame::Frame;
use super::purpose::{self, Purpose};
use crate::app::{App, Shared, Staff, Visitor, now_ms};
use crate::error::ServerError;
use crate::token::{person_from_url, person_to_url};

#[derive(Deserialize)]
pub struct Stated {
    form_token: String,
    purpose: String,
}

pub async fn show(State(app): State<App>, visitor: Visitor, Path(key): Path<String>) -> Response {
    for_staff(&app, &visitor, async |staff| {
        let person = person_from_url(&key).ok_or(ServerError::NotFound)?;
        let Some(purpose) = staff.session.purpose(person).map(str::to_owned) else {
            return Ok(ask_purpose(&app, &visitor, &staff, person).into_response());
        };
        let view = app.work(move |shared| read(shared, person, purpose)).await?;
        let frame = Frame {
            app: &app,
            visitor: &visitor,
            title: ("个人页", "Person"),
        };
        Ok(frame.wrap(view.body(&app, visitor.language)).into_response())
    })
    .await
}

pub async fn state_purpose(
    State(app): State<App>,
    visitor: Visitor,
    Path(key): Path<String>,
    Form(stated): Form<Stated>,
) -> Response {
    for_staff(&app, &visitor, async |staff| {
        staff.check_form(&stated.form_token)?;
        let person = person_from_url(&key).ok_or(ServerError::NotFound)?;
        if let Some(purpose) = Purpose::stated(&stated.purpose) {
            app.sessions()
                .remember_purpose(&staff.session_id, person, purpose.as_str());
        }
        Ok(Redirect::to(&format!("/person/{key}")).into_response())
    })
    .await
}

struct View {
    person: u64,
    /// Masked: the page is for checking facts, not for copying numbers.
    masked_id: Option<String>,
    purpose: String,
    findings: Vec<findings::Finding>,
}

/// Notes the look before anything is read: a page that fails half-way was still asked for.
fn read(shared: &Shared, person: u64, purpose: String) -> Result<View, ServerError> {
    shared.vault.audit(
        &shared.book,
        &AuditEntry {
            at_ms: now_ms(),
            who: "staff".to_owned(),
            purpose: purpose.clone(),
            action: "person.read".to_owned(),
            subject_key: Some(person),
            detail: "page".to_owned(),
        },
    )?;
    Ok(View {
        person,
        masked_id: shared.vault.reveal(person).map(|id| id.masked()),
        findings: findings::of_person(&shared.book, person)?,
        purpose,
    })
}

impl View {
    fn body(&self, app: &App, language: crate::language::Language) -> Markup {
        html! {
            h1 { (language.pick("个人页", "Person")) }
            p.lead { (language.pick("事由：", "Purpose: ")) (self.purpose) (language.pick("。本次查看已记入日志。", ". This look is in the audit log.")) }
            div.sheet {
                dl.facts {
                    dt { (language.pick("公民身份号码", "Citizen id")) } dd { (self.masked_id.as_deref().unwrap_or("—")) }
                    dt { (language.pick("人员代号", "Person key")) } dd { code { (person_to_url(self.person)) } }
                }
            }
            @if !self.findings.is_empty() {
                h2 { (language.pick("需要核查的情况", "To be checked")) }
                ul.sheet.conditions {
                    @for finding in &self.findings { (finding_line(finding, app, language)) }
                }
            }
        }
    }
}

fn finding_line(finding: &findings::Finding, app: &App, language: crate::language::Language) -> Markup {
    let (class, word) = match finding.kind {
        findings::Kind::Missed => ("warn", language.pick("应享未享", "missed")),
        findings::Kind::Wrong => ("bad", language.pick("疑似错享", "wrong")),
    };
    html! {
        li {
            span class={ "mark " (class) } { (word) }
            span {
                strong { (app.titles().programme(&finding.programme, language)) } "　"
                (app.titles().reason(finding.kind, &finding.programme, &finding.reason, language))
                @if let Some(since) = &finding.since { span.quiet { (language.pick("　自 ", " since ")) (since) } }
            }
        }
    }
}

fn ask_purpose(app: &App, visitor: &Visitor, staff: &Staff, person: u64) -> Markup {
    let language = visitor.language;
    let body = html! {
        h1 { (language.pick("为什么要看这个人？", "Why do you need to see this person?")) }
        p.lead { (language.pick("写明事由后打开；事由和时间会记入防篡改的日志。", "State the purpose to open the page; purpose and time go into a tamper-evident log.")) }
        form.sheet method="post" action={ "/person/" (person_to_url(person)) } autocomplete="off" {
            input type="hidden" name="form_token" value=(staff.session.form_token);
            (purpose::field(language))
            button.button { (language.pick("打开", "Open")) }
        }
    };
    Frame {
        app,
        visitor,
        title: ("写明事由", "State a purpose"),
    }
    .wrap(body)
}
