//! `/api/v1`: the same figures for machines. Errors are problem details (RFC 9457).

use axum::Json;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::app::Visitor;
use crate::error::ServerError;

pub mod status;

pub mod findings;

pub mod alerts;

pub mod openapi;

/// RFC 9457: what went wrong, with a stable code in `type`.
#[derive(Serialize)]
struct Problem {
    r#type: String,
    title: String,
    status: u16,
}

/// An answer for staff, or a problem.
fn answer<T: Serialize>(outcome: Result<T, ServerError>) -> Response {
    match outcome {
        Ok(document) => Json(document).into_response(),
        Err(error) => problem(&error),
    }
}

fn problem(error: &ServerError) -> Response {
    let status = error.status();
    let problem = Problem {
        r#type: format!("urn:anwang:problem:{}", error.code()),
        title: error.to_string(),
        status: status.as_u16(),
    };
    let mut response = (status, Json(problem)).into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

fn require_staff(visitor: &Visitor) -> Result<(), ServerError> {
    visitor.staff.as_ref().map(|_| ()).ok_or(ServerError::NotLoggedIn)
}
