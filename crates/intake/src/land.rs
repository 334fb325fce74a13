//! The one transaction in which a batch becomes part of the lake and of the book.

use std::collections::HashMap;

use anwang_contracts::{Contract, Delivery};
use anwang_domain::Day;
use anwang_lake::{Change, Lake, SnapshotId};
use anwang_store::batches::{self, Batch, State};
use anwang_store::{Book, Tx, rejects, reviews};

use crate::error::IntakeError;
use crate::hold::{Earlier, HoldReason, contains};
use crate::read::Reading;
use crate::report::Counts;
use crate::run::Tally;

/// Rejects kept of a batch that is held; the whole list comes when it lands.
const REJECTS_OF_HELD: usize = 10_000;

/// A batch on its way in.
pub struct Arrival<'a> {
    pub contract: &'a Contract,
    pub batch_id: i64,
    pub file_name: &'a str,
    pub content_hash: &'a [u8],
    pub as_of: Day,
    pub received_at_ms: i64,
    pub header: &'a [String],
    /// Whether the book has it as held.
    pub was_held: bool,
}

/// Batches of the feed whose rows are in, the latest first.
pub fn earlier(book: &Book, feed: &str, than_batch: i64) -> Result<Vec<Earlier>, IntakeError> {
    let rows = book.query(
        "SELECT b.batch_id, b.scope, b.rows_landed, d.as_of_day, b.snapshot_id
         FROM batches b JOIN intake_deliveries d ON d.batch_id = b.batch_id
         WHERE b.feed = $1 AND b.batch_id <> $2 AND b.state IN ('landed', 'confirmed') ORDER BY b.batch_id DESC",
        &[feed.into(), than_batch.into()],
    )?;
    let first_day = rows
        .iter()
        .map(|row| row.int(3))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .min();
    rows.iter()
        .map(|row| {
            Ok(Earlier {
                batch_id: row.int(0)?,
                scope: row.text(1)?.to_owned(),
                rows: row.int(2)?.unsigned_abs(),
                as_of_day: row.int(3)?,
                snapshot_id: row.optional_int(4)?,
                is_first: Some(row.int(3)?) == first_day,
            })
        })
        .collect()
}

/// A batch of the feed that landed with just these rows. A roster may be the same on another day, a change or an event may not.
pub fn same_rows(book: &Book, arrival: &Arrival<'_>, tally: &Tally) -> Result<Option<i64>, IntakeError> {
    if tally.rows_passed == 0 {
        return Ok(None);
    }
    let of_any_day = !matches!(arrival.contract.delivery, Delivery::Snapshot { .. });
    let row = book.query_one(
        "SELECT b.batch_id FROM batches b JOIN intake_deliveries d ON d.batch_id = b.batch_id
         WHERE b.feed = $1 AND b.batch_id <> $2 AND b.state IN ('landed', 'confirmed') AND d.rows_digest = $3
         AND (d.as_of_day = $4 OR $5 = 1) ORDER BY b.batch_id DESC LIMIT 1",
        &[
            arrival.contract.feed.as_str().into(),
            arrival.batch_id.into(),
            tally.digest.into(),
            arrival.as_of.0.into(),
            of_any_day.into(),
        ],
    )?;
    row.map(|row| Ok(row.int(0)?)).transpose()
}

/// Notes a batch as held, with a first part of its rejects. What was staged is dropped with `reading`.
pub fn hold(
    book: &Book,
    arrival: &Arrival<'_>,
    scope: &str,
    mut reading: Reading,
    reason: &HoldReason,
) -> Result<(), IntakeError> {
    reading.rejects.truncate(REJECTS_OF_HELD);
    book.transaction(|tx| {
        let mut batch = batch(arrival, scope, &reading.tally);
        batch.state = State::Held;
        batch.held_reason = Some(reason.code().to_owned());
        batch.held_detail = Some(reason.to_string());
        batch.rows_landed = 0;
        if arrival.was_held {
            clear(tx, arrival.batch_id)?;
            let said = [arrival.batch_id.into(), reason.code().into(), reason.to_string().into()];
            tx.execute(
                "UPDATE batches SET held_reason = $2, held_detail = $3 WHERE batch_id = $1 AND state = 'held'",
                &said,
            )?;
        } else {
            batches::insert(tx, &batch)?;
        }
        insert_delivery(tx, arrival, &reading.tally)?;
        rejects::insert(tx, reading.rejects)?;
        Ok(())
    })
}

/// Files, batch, rejects and review list, all or nothing.
pub fn land(
    lake: &Lake,
    arrival: &Arrival<'_>,
    scope: &str,
    reading: Reading,
    earlier: &[Earlier],
) -> Result<SnapshotId, IntakeError> {
    let Reading {
        tally,
        staged,
        rejects,
        reviews,
        ..
    } = reading;
    let mut changes = retired(lake, arrival, scope, earlier)?;
    changes.extend(staged.into_iter().map(Change::Append));
    lake.book().transaction(|tx| {
        let mut batch = batch(arrival, scope, &tally);
        if arrival.was_held {
            clear(tx, arrival.batch_id)?;
        } else {
            batches::insert(tx, &batch)?;
        }
        insert_delivery(tx, arrival, &tally)?;
        rejects::insert(tx, rejects)?;
        reviews::insert(tx, reviews)?;
        let note = format!("intake {} batch {}", arrival.contract.feed, arrival.batch_id);
        let snapshot = lake.commit(tx, changes, arrival.received_at_ms, &note)?;
        if arrival.was_held {
            batch.state = State::Confirmed;
            batch.snapshot_id = Some(snapshot.0);
            batches::decide(tx, &batch)?;
            tx.execute(
                "UPDATE batches SET scope = $2, rows_in_file = $3 WHERE batch_id = $1",
                &[batch.batch_id.into(), scope.into(), batch.rows_in_file.into()],
            )?;
        } else {
            batches::set_snapshot(tx, arrival.batch_id, snapshot.0)?;
        }
        Ok(snapshot)
    })
}

/// The files of the batches that a snapshot takes the place of: whoever is not in the new one has left.
/// Batches of the same day stay: a department may send one roster in several files.
fn retired(lake: &Lake, arrival: &Arrival<'_>, scope: &str, earlier: &[Earlier]) -> Result<Vec<Change>, IntakeError> {
    let contract = arrival.contract;
    if !matches!(contract.delivery, Delivery::Snapshot { .. }) {
        return Ok(Vec::new());
    }
    let replaced: HashMap<i64, i64> = earlier
        .iter()
        .filter(|batch| batch.as_of_day < i64::from(arrival.as_of.0) && contains(scope, &batch.scope))
        .filter_map(|batch| Some((batch.snapshot_id?, batch.batch_id)))
        .collect();
    let mut changes = Vec::new();
    for table in [contract.table(), "identities".to_owned()] {
        for file in lake.files(&table, None)? {
            if replaced.contains_key(&file.since.0) {
                changes.push(Change::Retire {
                    table: table.clone(),
                    file_id: file.file_id,
                });
            }
        }
    }
    Ok(changes)
}

/// Takes out what was noted of a batch while it was held.
fn clear(tx: &mut Tx<'_>, batch_id: i64) -> Result<(), IntakeError> {
    for sql in [
        "DELETE FROM rejects WHERE batch_id = $1",
        "DELETE FROM reviews WHERE batch_id = $1",
        "DELETE FROM intake_deliveries WHERE batch_id = $1",
    ] {
        tx.execute(sql, &[batch_id.into()])?;
    }
    Ok(())
}

fn insert_delivery(tx: &mut Tx<'_>, arrival: &Arrival<'_>, tally: &Tally) -> Result<(), IntakeError> {
    let counts = Counts::of(tally, arrival.contract);
    let notices: serde_json::Map<String, serde_json::Value> = counts
        .notices
        .into_iter()
        .map(|(rule, rows)| (rule, rows.into()))
        .collect();
    tx.execute(
        "INSERT INTO intake_deliveries (batch_id, as_of_day, header, rows_to_review, rows_equal, rows_superseded, rows_gone, rows_digest, notices)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            arrival.batch_id.into(),
            arrival.as_of.0.into(),
            serde_json::Value::from(arrival.header.to_vec()).to_string().into(),
            (counts.to_review as i64).into(),
            (counts.equal as i64).into(),
            (counts.superseded as i64).into(),
            (counts.gone as i64).into(),
            tally.digest.into(),
            serde_json::Value::from(notices).to_string().into(),
        ],
    )?;
    Ok(())
}

fn batch(arrival: &Arrival<'_>, scope: &str, tally: &Tally) -> Batch {
    let counts = Counts::of(tally, arrival.contract);
    let day = |day: Option<i64>| {
        day.and_then(|day| i32::try_from(day).ok())
            .map(|day| Day(day).to_string())
    };
    Batch {
        batch_id: arrival.batch_id,
        feed: arrival.contract.feed.clone(),
        content_hash: arrival.content_hash.to_vec(),
        file_name: arrival.file_name.to_owned(),
        scope: scope.to_owned(),
        state: State::Landed,
        held_reason: None,
        held_detail: None,
        rows_in_file: counts.rows as i64,
        rows_landed: counts.landed as i64,
        rows_rejected: counts.rejected as i64,
        data_from: day(tally.first_event),
        data_until: day(tally.last_event),
        received_at_ms: arrival.received_at_ms,
        snapshot_id: None,
    }
}
