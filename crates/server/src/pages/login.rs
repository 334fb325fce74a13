//! `/login`, `/logout`: one password, printed when the server starts.

use std::time::Instant;

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::Frame;
use super::refusal;
use crate::app::{App, SESSION_COOKIE, Visitor};
use crate::error::ServerError;

#[derive(Deserialize)]
pub struct Entry {
    password: String,
}

#[derive(Deserialize)]
pub struct Leaving {
    form_token: String,
}

#[derive(Clone, Copy)]
enum Turned {
    Away,
    AwayForAWhile,
}

pub async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    if visitor.staff.is_some() {
        return Redirect::to("/").into_response();
    }
    form(&app, &visitor, None).into_response()
}

pub async fn enter(State(app): State<App>, visitor: Visitor, Form(entry): Form<Entry>) -> Response {
    let now = Instant::now();
    if !app.sessions().may_try(now) {
        let page = form(&app, &visitor, Some(Turned::AwayForAWhile));
        return (StatusCode::TOO_MANY_REQUESTS, page).into_response();
    }
    let right = app
        .work(move |shared| Ok(shared.password.verify(entry.password.trim())))
        .await;
    match right.and_then(|right| {
        if right {
            Ok(app.sessions().start(now)?)
        } else {
            Err(ServerError::NotLoggedIn)
        }
    }) {
        Ok(session_id) => {
            app.sessions().note_success();
            let cookie = format!("{SESSION_COOKIE}={session_id}; Path=/; HttpOnly; SameSite=Strict");
            (AppendHeaders([(SET_COOKIE, cookie)]), Redirect::to("/")).into_response()
        }
        Err(ServerError::NotLoggedIn) => {
            app.sessions().note_failure(now);
            (StatusCode::UNAUTHORIZED, form(&app, &visitor, Some(Turned::Away))).into_response()
        }
        Err(error) => refusal(&app, &visitor, &error),
    }
}

pub async fn leave(State(app): State<App>, visitor: Visitor, Form(leaving): Form<Leaving>) -> Response {
    if let Some(staff) = &visitor.staff {
        if let Err(error) = staff.check_form(&leaving.form_token) {
            return refusal(&app, &visitor, &error);
        }
        app.sessions().end(&staff.session_id);
    }
    let gone = format!("{SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    (AppendHeaders([(SET_COOKIE, gone)]), Redirect::to("/login")).into_response()
}

fn form(app: &App, visitor: &Visitor, turned: Option<Turned>) -> Markup {
    let language = visitor.language;
    let body = html! {
        div.login {
            h1 { (language.pick("登录", "Log in")) }
            @if let Some(turned) = turned {
                div.error role="alert" { p { (match turned {
                    Turned::Away => language.pick("密码不对，请再试一次。", "That is not the password; please try again."),
                    Turned::AwayForAWhile => language.pick("试错太多，请十秒后再试。", "Too many wrong tries; please wait ten seconds."),
                }) } }
            }
            form.sheet method="post" action="/login" {
                div.field {
                    label for="password" { (language.pick("密码", "Password")) }
                    p.hint id="password-hint" { (language.pick("启动服务时显示在终端里", "Shown in the terminal when the server started")) }
                    input.wide type="password" id="password" name="password" required autocomplete="current-password" aria-describedby="password-hint";
                }
                button.button { (language.pick("登录", "Log in")) }
            }
        }
    };
    Frame {
        app,
        visitor,
        title: ("登录", "Log in"),
    }
    .wrap(body)
}
