//! `/person`: find a person by citizen id. The id travels in the form's body, never in an address.

use anwang_domain::CitizenId;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::for_staff;
use super::frame::Frame;
use super::purpose::{self, Purpose};
use crate::app::{App, Staff, Visitor};
use crate::token::person_to_url;

#[derive(Deserialize)]
pub struct Wanted {
    form_token: String,
    citizen_id: String,
    purpose: String,
}

#[derive(Clone, Copy)]
enum Refused {
    CitizenId,
    Purpose,
}

pub async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    for_staff(&app, &visitor, async |staff| {
        Ok(page(&app, &visitor, &staff, None).into_response())
    })
    .await
}

pub async fn find(State(app): State<App>, visitor: Visitor, Form(wanted): Form<Wanted>) -> Response {
    for_staff(&app, &visitor, async |staff| {
        staff.check_form(&wanted.form_token)?;
        let Some(purpose) = Purpose::stated(&wanted.purpose) else {
            return Ok(page(&app, &visitor, &staff, Some(Refused::Purpose)).into_response());
        };
        let Ok(id) = CitizenId::parse(&wanted.citizen_id) else {
            return Ok(page(&app, &visitor, &staff, Some(Refused::CitizenId)).into_response());
        };
        let person = app.work(move |shared| Ok(shared.vault.person_key(id))).await?;
        app.sessions()
            .remember_purpose(&staff.session_id, person, purpose.as_str());
        Ok(Redirect::to(&format!("/person/{}", person_to_url(person))).into_response())
    })
    .await
}

fn page(app: &App, visitor: &Visitor, staff: &Staff, refused: Option<Refused>) -> Markup {
    let language = visitor.language;
    let body = html! {
        h1 { (language.pick("查人", "Find a person")) }
        p.lead { (language.pick(
            "每次查看个人信息都要写明事由，并记入防篡改的日志；与申请无关的查询是违法的（社会救助法第七十条）。",
            "Every look at a person's data states its purpose and goes into a tamper-evident log; queries unrelated to assistance are punished (Social Assistance Law, art. 70).",
        )) }
        @if let Some(refused) = refused {
            div.error role="alert" { p { (match refused {
                Refused::CitizenId => language.pick("这不是有效的公民身份号码，请核对每一位。", "This is not a valid citizen id; please check every digit."),
                Refused::Purpose => language.pick("请写明事由，至少四个字。", "Please state a purpose of at least four characters."),
            }) } }
        }
        form.sheet method="post" action="/person" autocomplete="off" {
            input type="hidden" name="form_token" value=(staff.session.form_token);
            div.field {
                label for="citizen_id" { (language.pick("公民身份号码", "Citizen id")) }
                p.hint id="citizen_id_hint" { (language.pick("18 位或旧的 15 位，最后一位可以是 X", "18 digits, or 15 of the old kind; the last may be X")) }
                input.wide type="text" id="citizen_id" name="citizen_id" required maxlength="40" autocomplete="off" spellcheck="false" aria-describedby="citizen_id_hint";
            }
            (purpose::field(language))
            button.button { (language.pick("查看", "Open")) }
        }
    };
    Frame {
        app,
        visitor,
        title: ("查人", "Find a person"),
    }
    .wrap(body)
}
