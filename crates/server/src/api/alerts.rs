//! `GET /api/v1/alerts`: the tasks of a place, most urgent first.

use anwang_monitoring::Severity;
use anwang_monitoring::alerts::{self, Alert, Filter, State as Step};
use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::{answer, require_staff};
use crate::app::{App, Shared, Visitor};
use crate::error::ServerError;
use crate::token::person_to_url;

/// One answer stays under a few hundred kilobytes.
const MOST_ROWS: i64 = 1000;
const USUAL_ROWS: i64 = 100;

#[derive(Deserialize)]
pub struct Asked {
    place: Option<u64>,
    state: Option<String>,
    indicator: Option<String>,
    severity: Option<String>,
    skip: Option<i64>,
    limit: Option<i64>,
}

#[derive(Serialize)]
struct Item {
    alert: i64,
    household: String,
    division: String,
    township: String,
    county: String,
    source: &'static str,
    severity: &'static str,
    chance_ppm: u32,
    state: &'static str,
    opened: String,
    due: Option<String>,
    raised: Option<String>,
    closed: Option<String>,
    disposition: Option<i64>,
    outcome: Option<&'static str>,
    indicators: Vec<String>,
}

pub async fn list(State(app): State<App>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    answer(read_for_staff(&app, &visitor, asked).await)
}

async fn read_for_staff(app: &App, visitor: &Visitor, asked: Asked) -> Result<Vec<Item>, ServerError> {
    require_staff(visitor)?;
    app.work(move |shared| read(shared, &asked)).await
}

fn read(shared: &Shared, asked: &Asked) -> Result<Vec<Item>, ServerError> {
    let limit = asked.limit.unwrap_or(USUAL_ROWS);
    let skip = asked.skip.unwrap_or(0);
    if !(1..=MOST_ROWS).contains(&limit) || skip < 0 {
        return Err(ServerError::BadParameter {
            parameter: "limit",
            wrong: "is not between 1 and 1000, or skip is negative",
        });
    }
    let filter = Filter {
        place: asked.place,
        state: asked
            .state
            .as_deref()
            .map(Step::parse)
            .transpose()
            .map_err(|_| unknown("state"))?,
        indicator: asked.indicator.as_deref(),
        severity: asked
            .severity
            .as_deref()
            .map(Severity::parse)
            .transpose()
            .map_err(|_| unknown("severity"))?,
    };
    Ok(alerts::list(&shared.book, &filter, skip, limit)?
        .into_iter()
        .map(item)
        .collect())
}

fn unknown(parameter: &'static str) -> ServerError {
    ServerError::BadParameter {
        parameter,
        wrong: "is none of the known words",
    }
}

fn item(alert: Alert) -> Item {
    Item {
        alert: alert.alert_id,
        household: person_to_url(alert.household),
        division: alert.division.to_string(),
        township: alert.township.to_string(),
        county: alert.county.to_string(),
        source: alert.source.as_str(),
        severity: alert.severity.as_str(),
        chance_ppm: alert.chance_ppm,
        state: alert.state.as_str(),
        opened: alert.opened.to_string(),
        due: alert.due.map(|day| day.to_string()),
        raised: alert.raised.map(|day| day.to_string()),
        closed: alert.closed.map(|day| day.to_string()),
        disposition: alert.disposition.map(|disposition| disposition.number()),
        outcome: alert.outcome.map(|outcome| outcome.as_str()),
        indicators: alert.indicators,
    }
}
