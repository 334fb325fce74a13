//! Records that name nobody for certain; a person decides whose they are.

use crate::{Book, Row, StoreError, Tx, Value};

/// What was decided about a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It belongs to this person key.
    Matched { person: u64 },
    /// It belongs to nobody we know.
    Dismissed,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    /// 0 before [`insert`] gives it a number.
    pub review_id: i64,
    pub feed: String,
    pub batch_id: i64,
    pub row_number: i64,
    /// Stable code of why no id could be used.
    pub reason: String,
    /// JSON: the likeliest people with their weights.
    pub candidates: String,
    pub sealed_row: Option<Vec<u8>>,
    pub decision: Option<Decision>,
    pub decided_by: Option<String>,
    pub decided_at_ms: Option<i64>,
}

/// Adds open reviews; a decision in them is not written, see [`decide`].
pub fn insert(tx: &mut Tx<'_>, reviews: impl IntoIterator<Item = Review>) -> Result<u64, StoreError> {
    tx.insert_many(
        "reviews",
        &[
            "feed",
            "batch_id",
            "row_number",
            "reason",
            "candidates",
            "sealed_row",
            "state",
        ],
        reviews.into_iter().map(|review| {
            vec![
                review.feed.into(),
                review.batch_id.into(),
                review.row_number.into(),
                review.reason.into(),
                review.candidates.into(),
                review.sealed_row.into(),
                "open".into(),
            ]
        }),
    )
}

/// Open reviews of a feed, or of all feeds, after `after_review_id`, at most `limit`.
pub fn open(book: &Book, feed: Option<&str>, after_review_id: i64, limit: i64) -> Result<Vec<Review>, StoreError> {
    let rows = book.query(
        "SELECT review_id, feed, batch_id, row_number, reason, candidates, sealed_row, state, person, decided_by, decided_at_ms
         FROM reviews WHERE state = 'open' AND (CAST($1 AS TEXT) IS NULL OR feed = $1) AND review_id > $2 ORDER BY review_id LIMIT $3",
        &[feed.into(), after_review_id.into(), limit.into()],
    )?;
    rows.iter().map(parse).collect()
}

/// Decides an open review; says whether it was still open.
pub fn decide(
    tx: &mut Tx<'_>,
    review_id: i64,
    decision: Decision,
    decided_by: &str,
    decided_at_ms: i64,
) -> Result<Option<()>, StoreError> {
    let (state, person) = match decision {
        Decision::Matched { person } => ("matched", Value::from(person)),
        Decision::Dismissed => ("dismissed", Value::Null),
    };
    let changed = tx.execute(
        "UPDATE reviews SET state = $2, person = $3, decided_by = $4, decided_at_ms = $5 WHERE review_id = $1 AND state = 'open'",
        &[review_id.into(), state.into(), person, decided_by.into(), decided_at_ms.into()],
    )?;
    Ok((changed == 1).then_some(()))
}

fn parse(row: &Row) -> Result<Review, StoreError> {
    let decision = match row.text(7)? {
        "open" => None,
        "dismissed" => Some(Decision::Dismissed),
        "matched" => Some(Decision::Matched { person: row.key(8)? }),
        other => {
            return Err(StoreError::Content {
                wanted: "a review state",
                found: other.to_owned(),
            });
        }
    };
    Ok(Review {
        review_id: row.int(0)?,
        feed: row.text(1)?.to_owned(),
        batch_id: row.int(2)?,
        row_number: row.int(3)?,
        reason: row.text(4)?.to_owned(),
        candidates: row.text(5)?.to_owned(),
        sealed_row: row.optional_blob(6)?.map(<[u8]>::to_vec),
        decision,
        decided_by: row.optional_text(9)?.map(str::to_owned),
        decided_at_ms: row.optional_int(10)?,
    })
}
