//! The pages, one file each, and what they share.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

use crate::app::{App, Staff, Visitor};
use crate::error::ServerError;
use crate::language::Language;

mod frame;

pub mod status;

pub mod map;

pub mod findings;

pub mod alerts;

pub mod search;

pub mod person;

mod person_view;

mod purpose;

pub mod login;

pub mod language;

use frame::Frame;

/// A page for staff: others are sent to the log-in, errors become a page that says what happened.
pub(crate) async fn for_staff<F, Fut>(app: &App, visitor: &Visitor, page: F) -> Response
where
    F: FnOnce(Staff) -> Fut,
    Fut: Future<Output = Result<Response, ServerError>>,
{
    let outcome = match visitor.staff.clone() {
        Some(staff) => page(staff).await,
        None => Err(ServerError::NotLoggedIn),
    };
    outcome.unwrap_or_else(|error| refusal(app, visitor, &error))
}

pub(crate) async fn not_found(axum::extract::State(app): axum::extract::State<App>, visitor: Visitor) -> Response {
    refusal(&app, &visitor, &ServerError::NotFound)
}

/// An error as a page. Someone without a session is asked to log in instead.
pub(crate) fn refusal(app: &App, visitor: &Visitor, error: &ServerError) -> Response {
    if visitor.staff.is_none() {
        return Redirect::to("/login").into_response();
    }
    if error.status() == StatusCode::INTERNAL_SERVER_ERROR {
        // Person keys may stand in an error's text, identities never do.
        eprintln!("anwang: {error} [{}]", error.code());
    }
    let body = html! {
        h1 { (words(visitor.language, error)) }
        p.lead { code { (error.code()) } }
        p { a.button href="/" { (visitor.language.pick("回到概况", "Back to the overview")) } }
    };
    let frame = Frame {
        app,
        visitor,
        title: ("出错了", "Something went wrong"),
    };
    (error.status(), frame.wrap(body)).into_response()
}

fn words(language: Language, error: &ServerError) -> &'static str {
    match error {
        ServerError::NotLoggedIn => language.pick("请先登录", "Please log in"),
        ServerError::NotFound => language.pick("没有这个页面", "There is no such page"),
        ServerError::StaleForm => language.pick(
            "表单已过期，请刷新页面后重试",
            "The form is out of date; please reload the page",
        ),
        ServerError::BadParameter { .. } => {
            language.pick("网址中有一项参数不正确", "A parameter in the address is not right")
        }
        _ => language.pick("服务器出错，日志中有原因", "The server failed; its log says why"),
    }
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 {
        text.insert(0, '−');
    }
    text
}

/// Fen as yuan with two places and thousands apart.
pub(crate) fn yuan(amount_fen: i64) -> String {
    let cents = amount_fen.unsigned_abs() % 100;
    let whole = grouped((amount_fen.unsigned_abs() / 100) as i64);
    let sign = if amount_fen < 0 { "−" } else { "" };
    format!("{sign}{whole}.{cents:02}")
}

/// What stands in the place of figures that are not there yet.
fn empty(language: Language, zh: &str, en: &str) -> Markup {
    html! { div.sheet.empty { p { (language.pick(zh, en)) } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_shown_to_the_fen_and_numbers_with_their_thousands_apart() {
        for (fen, text) in [(0, "0.00"), (5, "0.05"), (123_456_789, "1,234,567.89"), (-100, "−1.00")] {
            assert_eq!(yuan(fen), text);
        }
        for (number, text) in [(0, "0"), (1_000, "1,000"), (-65_432, "−65,432")] {
            assert_eq!(grouped(number), text);
        }
    }
}
