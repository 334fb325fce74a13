use std::path::Path;

use anwang_domain::Day;
use anwang_store::{Book, Row, StoreError, Tx};

use crate::{LakeError, unique};

const FORMAT: &str = "0.3";

/// Number of a state of the lake; later states have greater numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SnapshotId(pub i64);

/// A state of the lake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub snapshot_id: SnapshotId,
    /// UTC, as DuckLake writes it: `2026-07-01 02:00:00.000000+00`.
    pub time: String,
    /// What made it, in DuckLake's words: `inserted_into_table:3` …
    pub changes: String,
    pub note: Option<String>,
}

/// The counters that a new snapshot continues.
pub(crate) struct Counters {
    pub(crate) snapshot_id: i64,
    pub(crate) schema_version: i64,
    pub(crate) next_catalog_id: i64,
    pub(crate) next_file_id: i64,
}

/// Makes an empty catalogue on first use and keeps its idea of where the files are up to date.
pub(crate) fn prepare(book: &Book, root: &Path) -> Result<(), LakeError> {
    let data_path = format!("{}/", root.display());
    book.transaction(|tx| {
        tx.lock("lake")?;
        let known = tx.query(
            "SELECT key, value FROM ducklake_metadata WHERE key IN ('version', 'data_path') ORDER BY key",
            &[],
        )?;
        match known.as_slice() {
            [] => create(tx, &data_path),
            [held_path, version] => {
                if version.text(1)? != FORMAT {
                    return Err(LakeError::CatalogueFormat {
                        found: version.text(1)?.to_owned(),
                    });
                }
                // The data folder may have been moved; paths of files are relative to it.
                if held_path.text(1)? != data_path {
                    tx.execute(
                        "UPDATE ducklake_metadata SET value = $1 WHERE key = 'data_path'",
                        &[data_path.as_str().into()],
                    )?;
                }
                Ok(())
            }
            _ => Err(LakeError::CatalogueFormat {
                found: "an incomplete one".into(),
            }),
        }
    })
}

fn create(tx: &mut Tx<'_>, data_path: &str) -> Result<(), LakeError> {
    for (key, value) in [
        ("version", FORMAT),
        ("created_by", concat!("anwang ", env!("CARGO_PKG_VERSION"))),
        ("data_path", data_path),
        ("encrypted", "false"),
    ] {
        tx.execute(
            "INSERT INTO ducklake_metadata (key, value) VALUES ($1, $2)",
            &[key.into(), value.into()],
        )?;
    }
    // Snapshot 0 is the empty lake; it has been so for ever.
    tx.execute(
        "INSERT INTO ducklake_snapshot (snapshot_id, snapshot_time, schema_version, next_catalog_id, next_file_id) VALUES (0, $1, 0, 1, 0)",
        &[time_text(0).into()],
    )?;
    tx.execute(
        "INSERT INTO ducklake_snapshot_changes (snapshot_id, changes_made) VALUES (0, 'created_schema:\"main\"')",
        &[],
    )?;
    tx.execute(
        "INSERT INTO ducklake_schema (schema_id, schema_uuid, begin_snapshot, schema_name, path, path_is_relative) VALUES (0, $1, 0, 'main', 'main/', 1)",
        &[unique::uuid().into()],
    )?;
    tx.execute(
        "INSERT INTO ducklake_schema_versions (begin_snapshot, schema_version) VALUES (0, 0)",
        &[],
    )?;
    Ok(())
}

pub(crate) fn counters(tx: &mut Tx<'_>) -> Result<Counters, LakeError> {
    let rows = tx.query(
        "SELECT snapshot_id, schema_version, next_catalog_id, next_file_id FROM ducklake_snapshot ORDER BY snapshot_id DESC LIMIT 1",
        &[],
    )?;
    let row = rows.first().ok_or_else(|| LakeError::CatalogueFormat {
        found: "one without snapshots".into(),
    })?;
    Ok(Counters {
        snapshot_id: row.int(0)?,
        schema_version: row.int(1)?,
        next_catalog_id: row.int(2)?,
        next_file_id: row.int(3)?,
    })
}

pub(crate) fn add(
    tx: &mut Tx<'_>,
    counters: &Counters,
    at_ms: i64,
    changes: &str,
    note: &str,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO ducklake_snapshot (snapshot_id, snapshot_time, schema_version, next_catalog_id, next_file_id) VALUES ($1, $2, $3, $4, $5)",
        &[
            counters.snapshot_id.into(),
            time_text(at_ms).into(),
            counters.schema_version.into(),
            counters.next_catalog_id.into(),
            counters.next_file_id.into(),
        ],
    )?;
    tx.execute(
        "INSERT INTO ducklake_snapshot_changes (snapshot_id, changes_made, author, commit_message) VALUES ($1, $2, 'anwang', $3)",
        &[counters.snapshot_id.into(), changes.into(), note.into()],
    )?;
    Ok(())
}

pub(crate) fn latest(book: &Book) -> Result<SnapshotId, LakeError> {
    let row = book.query_one("SELECT max(snapshot_id) FROM ducklake_snapshot", &[])?;
    Ok(SnapshotId(row.map_or(Ok(0), |row| row.int(0))?))
}

/// The last state at or before a moment.
pub(crate) fn snapshot_at(book: &Book, at_ms: i64) -> Result<SnapshotId, LakeError> {
    let row = book.query_one(
        "SELECT coalesce(max(snapshot_id), 0) FROM ducklake_snapshot WHERE snapshot_time <= $1",
        &[time_text(at_ms).into()],
    )?;
    Ok(SnapshotId(row.map_or(Ok(0), |row| row.int(0))?))
}

pub(crate) fn all_snapshots(book: &Book) -> Result<Vec<Snapshot>, LakeError> {
    let rows = book.query(
        "SELECT s.snapshot_id, s.snapshot_time, c.changes_made, c.commit_message
         FROM ducklake_snapshot s JOIN ducklake_snapshot_changes c ON c.snapshot_id = s.snapshot_id ORDER BY s.snapshot_id",
        &[],
    )?;
    rows.iter().map(parse).collect()
}

fn parse(row: &Row) -> Result<Snapshot, LakeError> {
    Ok(Snapshot {
        snapshot_id: SnapshotId(row.int(0)?),
        time: row.text(1)?.to_owned(),
        changes: row.text(2)?.to_owned(),
        note: row.optional_text(3)?.map(str::to_owned),
    })
}

/// Text of fixed width, so that it sorts as time does.
fn time_text(at_ms: i64) -> String {
    const DAY_MS: i64 = 86_400_000;
    let day = Day(i32::try_from(at_ms.div_euclid(DAY_MS)).unwrap_or(i32::MAX));
    let ms = at_ms.rem_euclid(DAY_MS);
    format!(
        "{day} {:02}:{:02}:{:02}.{:03}000+00",
        ms / 3_600_000,
        ms / 60_000 % 60,
        ms / 1_000 % 60,
        ms % 1_000
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn moments_are_written_as_ducklake_writes_them() {
        assert_eq!(super::time_text(0), "1970-01-01 00:00:00.000000+00");
        assert_eq!(super::time_text(1_782_871_234_567), "2026-07-01 02:00:34.567000+00");
        assert_eq!(super::time_text(-1), "1969-12-31 23:59:59.999000+00");
    }
}
