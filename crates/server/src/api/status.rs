//! `GET /api/v1/status`: feeds, freshness, programmes and runs.

use axum::extract::State;
use axum::response::Response;

use super::{answer, require_staff};
use crate::app::{App, Visitor, today};
use crate::figures::{Overview, overview};

pub async fn get(State(app): State<App>, visitor: Visitor) -> Response {
    answer(read(&app, &visitor).await)
}

async fn read(app: &App, visitor: &Visitor) -> Result<Overview, crate::ServerError> {
    require_staff(visitor)?;
    app.work(|shared| Ok(overview(&shared.book, &shared.titles, today())?))
        .await
}
