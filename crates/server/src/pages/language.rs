//! `POST /language`: which of the two languages this browser reads.

use axum::Form;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::app::LANGUAGE_COOKIE;

#[derive(Deserialize)]
pub struct Choice {
    language: String,
    back: String,
}

pub async fn change(Form(choice): Form<Choice>) -> Response {
    let language = if choice.language == "en" { "en" } else { "zh" };
    let cookie = format!("{LANGUAGE_COOKIE}={language}; Path=/; Max-Age=31536000; SameSite=Strict; HttpOnly");
    (
        AppendHeaders([(SET_COOKIE, cookie)]),
        Redirect::to(own_path(&choice.back)),
    )
        .into_response()
}

/// Only a path of this server; `//elsewhere.example` would be another one.
fn own_path(back: &str) -> &str {
    let is_own = back.starts_with('/') && !back.starts_with("//") && !back.contains(['\\', '\r', '\n']);
    if is_own { back } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_language_never_leads_to_another_site() {
        for (back, path) in [
            ("/missed?county=140105000000", "/missed?county=140105000000"),
            ("//elsewhere.example/", "/"),
            ("https://elsewhere.example/", "/"),
            ("/\\elsewhere.example", "/"),
            ("", "/"),
        ] {
            assert_eq!(own_path(back), path, "{back}");
        }
    }
}
