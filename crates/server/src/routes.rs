//! Every address the server answers, in one list.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use tokio::net::TcpListener;

use crate::app::App;
use crate::{api, pages, security};

const ICON: &str = include_str!("assets/icon.svg");
const STYLE: &str = include_str!("assets/style.css");

/// Pages, API and style sheet, with the guard around all of them.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/", get(pages::status::show))
        .route("/map", get(pages::map::show))
        .route("/missed", get(pages::findings::missed))
        .route("/wrong", get(pages::findings::wrong))
        .route("/alerts", get(pages::alerts::show))
        .route("/person", get(pages::search::show).post(pages::search::find))
        .route(
            "/person/{key}",
            get(pages::person::show).post(pages::person::state_purpose),
        )
        .route("/login", get(pages::login::show).post(pages::login::enter))
        .route("/logout", post(pages::login::leave))
        .route("/language", post(pages::language::change))
        .route("/api/v1/status", get(api::status::get))
        .route("/api/v1/missed", get(api::findings::missed))
        .route("/api/v1/wrong", get(api::findings::wrong))
        .route("/api/v1/alerts", get(api::alerts::list))
        .route("/api/openapi.json", get(api::openapi::get))
        .route("/assets/style.css", get(style))
        .route("/assets/icon.svg", get(icon))
        .fallback(pages::not_found)
        .layer(middleware::from_fn(security::guard))
        .with_state(app)
}

/// Serves until the process is asked to end.
pub async fn serve(listener: TcpListener, app: App) -> std::io::Result<()> {
    axum::serve(listener, router(app))
        .with_graceful_shutdown(until_asked())
        .await
}

async fn until_asked() {
    // Without a signal handler the process ends at once, which harms nothing: the server holds no unsaved state.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn icon() -> impl IntoResponse {
    let headers = [(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, "max-age=86400")];
    (headers, ICON)
}

async fn style() -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "max-age=300"),
    ];
    (headers, STYLE)
}
