//! Deliveries of departments: what came, what landed, what is held.

use crate::{Book, Row, StoreError, Tx, Value};

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its rows are in the lake.
    Landed,
    /// It looks wrong; a person must confirm it or withdraw it.
    Held,
    /// It was held and a person let it land.
    Confirmed,
    /// It was held and a person turned it away.
    Refused,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Landed => "landed",
            Self::Held => "held",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        [Self::Landed, Self::Held, Self::Confirmed, Self::Refused]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| StoreError::Content {
                wanted: "a batch state",
                found: text.to_owned(),
            })
    }
}

/// One delivery. `batch_id` is 0 before [`insert`] gives it a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    pub batch_id: i64,
    pub feed: String,
    /// SM3 or another digest of the file's bytes; the same bytes land once per feed.
    pub content_hash: Vec<u8>,
    pub file_name: String,
    /// For snapshots: the division whose roster this is; otherwise empty.
    pub scope: String,
    pub state: State,
    pub held_reason: Option<String>,
    pub held_detail: Option<String>,
    pub rows_in_file: i64,
    pub rows_landed: i64,
    pub rows_rejected: i64,
    /// ISO dates of the first and last event in the file, where the feed has an event date.
    pub data_from: Option<String>,
    pub data_until: Option<String>,
    pub received_at_ms: i64,
    pub snapshot_id: Option<i64>,
}

const COLUMNS: &str = "batch_id, feed, content_hash, file_name, scope, state, held_reason, held_detail, \
     rows_in_file, rows_landed, rows_rejected, data_from, data_until, received_at_ms, snapshot_id";

/// The number that the next batch will get, taken for good: rows carry it before the batch is committed.
/// Numbers of batches that never landed stay unused.
pub fn reserve_id(book: &Book) -> Result<i64, StoreError> {
    book.transaction(|tx| {
        tx.execute(
            "INSERT INTO settings (name, value) VALUES ('batch_id', '0') ON CONFLICT (name) DO NOTHING",
            &[],
        )?;
        let rows = tx.query(
            "UPDATE settings SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = 'batch_id' RETURNING CAST(value AS BIGINT)",
            &[],
        )?;
        rows[0].int(0)
    })
}

/// Adds a batch under the number in `batch.batch_id`, see [`reserve_id`].
/// [`StoreError::Conflict`] when the same bytes are in the book for this feed.
pub fn insert(tx: &mut Tx<'_>, batch: &Batch) -> Result<(), StoreError> {
    let marks: Vec<String> = (1..=15).map(|n| format!("${n}")).collect();
    let sql = format!("INSERT INTO batches ({COLUMNS}) VALUES ({})", marks.join(", "));
    tx.execute(&sql, &values(batch))?;
    Ok(())
}

/// Lets a held batch land, or turns it away.
pub fn decide(tx: &mut Tx<'_>, batch: &Batch) -> Result<(), StoreError> {
    let changed = tx.execute(
        "UPDATE batches SET state = $2, rows_landed = $3, rows_rejected = $4, snapshot_id = $5 WHERE batch_id = $1 AND state = 'held'",
        &[
            batch.batch_id.into(),
            batch.state.as_str().into(),
            batch.rows_landed.into(),
            batch.rows_rejected.into(),
            batch.snapshot_id.into(),
        ],
    )?;
    if changed == 1 {
        return Ok(());
    }
    Err(StoreError::Content {
        wanted: "a held batch",
        found: format!("none with number {}", batch.batch_id),
    })
}

/// Says in which snapshot a batch landed, when the batch was inserted before the lake's commit.
pub fn set_snapshot(tx: &mut Tx<'_>, batch_id: i64, snapshot_id: i64) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE batches SET snapshot_id = $2 WHERE batch_id = $1",
        &[batch_id.into(), snapshot_id.into()],
    )?;
    Ok(())
}

pub fn by_content(book: &Book, feed: &str, content_hash: &[u8]) -> Result<Option<Batch>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM batches WHERE feed = $1 AND content_hash = $2");
    book.query_one(&sql, &[feed.into(), content_hash.into()])?
        .map(|row| parse(&row))
        .transpose()
}

pub fn by_id(book: &Book, batch_id: i64) -> Result<Option<Batch>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM batches WHERE batch_id = $1");
    book.query_one(&sql, &[batch_id.into()])?
        .map(|row| parse(&row))
        .transpose()
}

/// The last batch of this feed and scope whose rows are in the lake.
pub fn last_landed(book: &Book, feed: &str, scope: &str) -> Result<Option<Batch>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM batches WHERE feed = $1 AND scope = $2 AND state IN ('landed', 'confirmed') ORDER BY batch_id DESC LIMIT 1"
    );
    book.query_one(&sql, &[feed.into(), scope.into()])?
        .map(|row| parse(&row))
        .transpose()
}

/// All batches, the latest first.
pub fn all(book: &Book) -> Result<Vec<Batch>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM batches ORDER BY batch_id DESC");
    book.query(&sql, &[])?.iter().map(parse).collect()
}

fn values(batch: &Batch) -> Vec<Value> {
    vec![
        batch.batch_id.into(),
        batch.feed.as_str().into(),
        batch.content_hash.as_slice().into(),
        batch.file_name.as_str().into(),
        batch.scope.as_str().into(),
        batch.state.as_str().into(),
        batch.held_reason.as_deref().into(),
        batch.held_detail.as_deref().into(),
        batch.rows_in_file.into(),
        batch.rows_landed.into(),
        batch.rows_rejected.into(),
        batch.data_from.as_deref().into(),
        batch.data_until.as_deref().into(),
        batch.received_at_ms.into(),
        batch.snapshot_id.into(),
    ]
}

fn parse(row: &Row) -> Result<Batch, StoreError> {
    Ok(Batch {
        batch_id: row.int(0)?,
        feed: row.text(1)?.to_owned(),
        content_hash: row.blob(2)?.to_vec(),
        file_name: row.text(3)?.to_owned(),
        scope: row.text(4)?.to_owned(),
        state: State::parse(row.text(5)?)?,
        held_reason: row.optional_text(6)?.map(str::to_owned),
        held_detail: row.optional_text(7)?.map(str::to_owned),
        rows_in_file: row.int(8)?,
        rows_landed: row.int(9)?,
        rows_rejected: row.int(10)?,
        data_from: row.optional_text(11)?.map(str::to_owned),
        data_until: row.optional_text(12)?.map(str::to_owned),
        received_at_ms: row.int(13)?,
        snapshot_id: row.optional_int(14)?,
    })
}
