//! `GET /api/v1/missed` and `/api/v1/wrong`: the lists, by cursor.

use anwang_store::findings::{self, Cursor, Filter, Finding, Kind};
use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::{answer, require_staff};
use crate::app::{App, Shared, Visitor};
use crate::error::ServerError;
use crate::figures::{county_from_text, cursor_from_text, cursor_to_text};
use crate::token::person_to_url;

/// One answer stays under a few hundred kilobytes.
const MOST_ROWS: i64 = 1000;
const USUAL_ROWS: i64 = 100;

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    county: String,
    programme: Option<String>,
    after: Option<String>,
    limit: Option<i64>,
}

#[derive(Serialize)]
struct List {
    items: Vec<Item>,
    /// Give it as `after` for the next page; absent on the last.
    next: Option<String>,
}

#[derive(Serialize)]
struct Item {
    person: String,
    household: String,
    programme: String,
    county: String,
    division: String,
    reason: String,
    amount_fen_per_month: Option<i64>,
    since: Option<String>,
}

pub async fn missed(state: State<App>, visitor: Visitor, asked: Query<Asked>) -> Response {
    answer(list(state, visitor, asked, Kind::Missed).await)
}

pub async fn wrong(state: State<App>, visitor: Visitor, asked: Query<Asked>) -> Response {
    answer(list(state, visitor, asked, Kind::Wrong).await)
}

async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
    kind: Kind,
) -> Result<List, ServerError> {
    require_staff(&visitor)?;
    app.work(move |shared| read(shared, kind, &asked)).await
}

fn read(shared: &Shared, kind: Kind, asked: &Asked) -> Result<List, ServerError> {
    let limit = asked.limit.unwrap_or(USUAL_ROWS);
    if !(1..=MOST_ROWS).contains(&limit) {
        return Err(ServerError::BadParameter {
            parameter: "limit",
            wrong: "is not between 1 and 1000",
        });
    }
    let filter = Filter {
        kind,
        county: county_from_text(&asked.county)?,
        programme: asked.programme.as_deref(),
    };
    let cursor = asked.after.as_deref().map(cursor_from_text).transpose()?;
    let mut rows = findings::page(&shared.book, &filter, cursor.as_ref(), limit + 1)?;
    let more = rows.len() as i64 > limit;
    rows.truncate(limit as usize);
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| {
        cursor_to_text(&Cursor {
            programme: row.programme.clone(),
            person: row.person,
        })
    });
    Ok(List {
        items: rows.into_iter().map(item).collect(),
        next,
    })
}

fn item(finding: Finding) -> Item {
    Item {
        person: person_to_url(finding.person),
        household: person_to_url(finding.household),
        programme: finding.programme,
        county: finding.county.to_string(),
        division: finding.division.to_string(),
        reason: finding.reason,
        amount_fen_per_month: finding.amount_fen_per_month,
        since: finding.since,
    }
}
