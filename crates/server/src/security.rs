//! What every answer and every form must satisfy, whatever the page.

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// No script, no frame, no foreign origin; the style sheet is a file of ours.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 5] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Turns foreign posts away and adds the headers. Pages hold people's data, so nothing is cached unless it says so itself.
pub async fn guard(request: Request, next: Next) -> Response {
    if is_foreign_post(request.method(), request.headers()) {
        return (StatusCode::FORBIDDEN, "the form came from another site\n").into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A browser names the origin of a post; it must be this host. (The session's form token is checked as well.)
fn is_foreign_post(method: &Method, headers: &HeaderMap) -> bool {
    if matches!(*method, Method::GET | Method::HEAD) {
        return false;
    }
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    match (text(ORIGIN), text(HOST)) {
        (Some(origin), Some(host)) => origin.strip_prefix("http://").or(origin.strip_prefix("https://")) != Some(host),
        (Some(_), None) => true,
        // Not a browser: it carries no cookie that someone else could abuse.
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_from_another_origin_is_foreign() {
        let check = |method: Method, origin: Option<&str>, foreign: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("127.0.0.1:8080"));
            if let Some(origin) = origin {
                headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
            }
            assert_eq!(is_foreign_post(&method, &headers), foreign, "{method} {origin:?}");
        };
        check(Method::GET, Some("http://elsewhere.example"), false);
        check(Method::POST, Some("http://127.0.0.1:8080"), false);
        check(Method::POST, Some("http://127.0.0.1:9090"), true);
        check(Method::POST, Some("http://elsewhere.example"), true);
        check(Method::POST, Some("null"), true);
        check(Method::POST, None, false);
    }
}
