//! Long operations: refreshes, compactions, bulk intakes.

use crate::{Book, Row, StoreError, Tx};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Running,
    Done,
    Failed,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        [Self::Running, Self::Done, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| StoreError::Content {
                wanted: "a run state",
                found: text.to_owned(),
            })
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub run_id: i64,
    /// `refresh`, `compaction` …
    pub kind: String,
    pub state: State,
    /// ISO date the run answers for.
    pub as_of: Option<String>,
    pub pack_version: Option<String>,
    pub started_at_ms: i64,
    pub finished_at_ms: Option<i64>,
    pub snapshot_id: Option<i64>,
    /// JSON: counts and timings.
    pub detail: String,
}

const COLUMNS: &str = "run_id, kind, state, as_of, pack_version, started_at_ms, finished_at_ms, snapshot_id, detail";

/// Notes that a run has begun and gives it a number.
pub fn start(
    book: &Book,
    kind: &str,
    as_of: Option<&str>,
    pack_version: Option<&str>,
    started_at_ms: i64,
) -> Result<i64, StoreError> {
    book.transaction(|tx| {
        let rows = tx.query(
            "INSERT INTO runs (kind, state, as_of, pack_version, started_at_ms) VALUES ($1, 'running', $2, $3, $4) RETURNING run_id",
            &[kind.into(), as_of.into(), pack_version.into(), started_at_ms.into()],
        )?;
        rows[0].int(0)
    })
}

/// Notes how a run ended, in the transaction that publishes what it made.
pub fn finish(
    tx: &mut Tx<'_>,
    run_id: i64,
    state: State,
    finished_at_ms: i64,
    snapshot_id: Option<i64>,
    detail: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE runs SET state = $2, finished_at_ms = $3, snapshot_id = $4, detail = $5 WHERE run_id = $1",
        &[
            run_id.into(),
            state.as_str().into(),
            finished_at_ms.into(),
            snapshot_id.into(),
            detail.into(),
        ],
    )?;
    Ok(())
}

/// The latest runs first, at most `limit`.
pub fn latest(book: &Book, limit: i64) -> Result<Vec<Run>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM runs ORDER BY run_id DESC LIMIT $1");
    book.query(&sql, &[limit.into()])?.iter().map(parse).collect()
}

/// The last run of this kind that ended well.
pub fn last_done(book: &Book, kind: &str) -> Result<Option<Run>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM runs WHERE kind = $1 AND state = 'done' ORDER BY run_id DESC LIMIT 1");
    book.query_one(&sql, &[kind.into()])?.map(|row| parse(&row)).transpose()
}

/// The last run of this kind that ended well and answers for a day before `as_of` (ISO date).
pub fn last_done_before(book: &Book, kind: &str, as_of: &str) -> Result<Option<Run>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM runs WHERE kind = $1 AND state = 'done' AND as_of < $2 ORDER BY as_of DESC, run_id DESC LIMIT 1"
    );
    book.query_one(&sql, &[kind.into(), as_of.into()])?
        .map(|row| parse(&row))
        .transpose()
}

fn parse(row: &Row) -> Result<Run, StoreError> {
    Ok(Run {
        run_id: row.int(0)?,
        kind: row.text(1)?.to_owned(),
        state: State::parse(row.text(2)?)?,
        as_of: row.optional_text(3)?.map(str::to_owned),
        pack_version: row.optional_text(4)?.map(str::to_owned),
        started_at_ms: row.int(5)?,
        finished_at_ms: row.optional_int(6)?,
        snapshot_id: row.optional_int(7)?,
        detail: row.text(8)?.to_owned(),
    })
}
