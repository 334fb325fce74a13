//! `/person/{key}`: one person with sources and reasons, after a purpose and with a line in the audit chain.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::for_staff;
use super::frame::Frame;
use super::person_view::View;
use super::purpose::{self, Purpose};
use crate::app::{App, Staff, Visitor};
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
        let view = app.work(move |shared| View::read(shared, person, purpose)).await?;
        let frame = Frame {
            app: &app,
            visitor: &visitor,
            title: ("个人页", "Person"),
        };
        Ok(frame.wrap(view.body(app.titles(), visitor.language)).into_response())
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
