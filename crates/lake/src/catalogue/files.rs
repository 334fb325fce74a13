use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anwang_store::{Book, Row, StoreError, Tx};

use super::tables::{self, Table};
use super::{SnapshotId, snapshots::Counters};
use crate::statistics::{self, Side};
use crate::{LakeError, StagedFile, staging};

/// A file of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LakeFile {
    pub file_id: i64,
    pub table: Arc<Table>,
    pub path: PathBuf,
    pub rows: u64,
    pub bytes: u64,
    /// Smallest and largest key in it.
    pub keys: RangeInclusive<u64>,
    /// The snapshot that brought it.
    pub since: SnapshotId,
}

/// The files of a table at a snapshot, the oldest first. None if there is no such table.
pub(crate) fn live_files(
    book: &Book,
    root: &Path,
    name: &str,
    at: Option<SnapshotId>,
) -> Result<Vec<LakeFile>, LakeError> {
    let Some(table) = tables::table(&mut &*book, name, at)? else {
        return Ok(Vec::new());
    };
    let Some(key) = table.columns.first().map(|column| column.column_id) else {
        return Ok(Vec::new());
    };
    let table = Arc::new(table);
    let rows = book.query(
        "SELECT f.data_file_id, f.path, f.record_count, f.file_size_bytes, f.begin_snapshot, s.min_value, s.max_value
         FROM ducklake_data_file f
         LEFT JOIN ducklake_file_column_stats s ON s.data_file_id = f.data_file_id AND s.column_id = $3
         WHERE f.table_id = $1 AND f.begin_snapshot <= $2 AND (f.end_snapshot IS NULL OR f.end_snapshot > $2)
         ORDER BY f.data_file_id",
        &[table.table_id.into(), at.map_or(i64::MAX, |at| at.0).into(), key.into()],
    )?;
    let folder = staging::table_folder(root, name);
    rows.iter().map(|row| parse(row, &table, &folder)).collect()
}

fn parse(row: &Row, table: &Arc<Table>, folder: &Path) -> Result<LakeFile, LakeError> {
    let key = |column: usize, unknown: u64| -> Result<u64, StoreError> {
        Ok(row
            .optional_text(column)?
            .and_then(|text| text.parse().ok())
            .unwrap_or(unknown))
    };
    Ok(LakeFile {
        file_id: row.int(0)?,
        table: table.clone(),
        path: folder.join(row.text(1)?),
        rows: row.int(2)?.cast_unsigned(),
        bytes: row.int(3)?.cast_unsigned(),
        keys: key(5, 0)?..=key(6, u64::MAX)?,
        since: SnapshotId(row.int(4)?),
    })
}

/// `table/file` of every file that any snapshot has.
pub(crate) fn all_paths(book: &Book) -> Result<HashSet<PathBuf>, LakeError> {
    let rows = book.query(
        "SELECT t.path, f.path FROM ducklake_data_file f JOIN ducklake_table t ON t.table_id = f.table_id",
        &[],
    )?;
    rows.iter()
        .map(|row| Ok(Path::new(row.text(0)?).join(row.text(1)?)))
        .collect()
}

/// Adds a staged file and widens the table's statistics.
pub(crate) fn add(tx: &mut Tx<'_>, counters: &mut Counters, table: &Table, file: &StagedFile) -> Result<(), LakeError> {
    let file_id = counters.next_file_id;
    counters.next_file_id += 1;
    let held = tx.query(
        "SELECT next_row_id FROM ducklake_table_stats WHERE table_id = $1",
        &[table.table_id.into()],
    )?;
    let first_row_id = held.first().map_or(Ok(0), |row| row.int(0))?;
    tx.execute(
        "INSERT INTO ducklake_data_file (data_file_id, table_id, begin_snapshot, path, path_is_relative, file_format, record_count, file_size_bytes, footer_size, row_id_start)
         VALUES ($1, $2, $3, $4, 1, 'parquet', $5, $6, $7, $8)",
        &[
            file_id.into(),
            table.table_id.into(),
            counters.snapshot_id.into(),
            file.name.as_str().into(),
            file.rows.into(),
            file.bytes.into(),
            file.footer_bytes.into(),
            first_row_id.into(),
        ],
    )?;
    tx.insert_many(
        "ducklake_file_column_stats",
        &[
            "data_file_id",
            "table_id",
            "column_id",
            "column_size_bytes",
            "value_count",
            "null_count",
            "min_value",
            "max_value",
        ],
        file.columns.iter().map(|(column, statistics)| {
            vec![
                file_id.into(),
                table.table_id.into(),
                column.column_id.into(),
                statistics.bytes.into(),
                statistics.values.into(),
                statistics.nulls.into(),
                statistics.least.as_deref().into(),
                statistics.greatest.as_deref().into(),
            ]
        }),
    )?;
    tx.execute(
        "UPDATE ducklake_table_stats SET record_count = record_count + $2, next_row_id = next_row_id + $2, file_size_bytes = file_size_bytes + $3 WHERE table_id = $1",
        &[table.table_id.into(), file.rows.into(), file.bytes.into()],
    )?;
    widen_statistics(tx, table, file, first_row_id)
}

/// DuckDB answers from these bounds that nothing can match, so they must hold every file there ever was.
/// A column that some file lacks, because it is younger or was left out, holds nulls.
fn widen_statistics(tx: &mut Tx<'_>, table: &Table, file: &StagedFile, rows_before: i64) -> Result<(), LakeError> {
    let held = tx.query(
        "SELECT column_id, contains_null, min_value, max_value FROM ducklake_table_column_stats WHERE table_id = $1",
        &[table.table_id.into()],
    )?;
    for (column, new) in &file.columns {
        if new.values == 0 && new.nulls == 0 {
            continue;
        }
        let before = held
            .iter()
            .find(|row| row.int(0).is_ok_and(|id| id == column.column_id));
        let (nulls, least, greatest) = match before {
            None => (
                i64::from(new.nulls > 0 || rows_before > 0),
                new.least.clone(),
                new.greatest.clone(),
            ),
            Some(row) if new.values == 0 => (
                1,
                row.optional_text(2)?.map(str::to_owned),
                row.optional_text(3)?.map(str::to_owned),
            ),
            Some(row) => {
                let wider =
                    |held, new: &Option<String>, side| statistics::wider(&column.lake_type, held, new.as_deref(), side);
                (
                    i64::from(new.nulls > 0).max(row.int(1)?),
                    wider(row.optional_text(2)?, &new.least, Side::Least),
                    wider(row.optional_text(3)?, &new.greatest, Side::Greatest),
                )
            }
        };
        tx.execute(
            "DELETE FROM ducklake_table_column_stats WHERE table_id = $1 AND column_id = $2",
            &[table.table_id.into(), column.column_id.into()],
        )?;
        tx.execute(
            "INSERT INTO ducklake_table_column_stats (table_id, column_id, contains_null, min_value, max_value) VALUES ($1, $2, $3, $4, $5)",
            &[table.table_id.into(), column.column_id.into(), nulls.into(), least.into(), greatest.into()],
        )?;
    }
    let left_out = table
        .columns
        .iter()
        .filter(|column| file.columns.iter().all(|(held, _)| held != *column));
    for column in left_out.filter(|_| file.rows > 0) {
        tx.execute(
            "UPDATE ducklake_table_column_stats SET contains_null = 1 WHERE table_id = $1 AND column_id = $2",
            &[table.table_id.into(), column.column_id.into()],
        )?;
    }
    Ok(())
}

/// From this snapshot on the file is not part of its table; earlier snapshots still have it.
pub(crate) fn retire(tx: &mut Tx<'_>, counters: &Counters, table: &Table, file_id: i64) -> Result<(), LakeError> {
    let ended = tx.query(
        "UPDATE ducklake_data_file SET end_snapshot = $3 WHERE data_file_id = $1 AND table_id = $2 AND end_snapshot IS NULL RETURNING record_count, file_size_bytes",
        &[file_id.into(), table.table_id.into(), counters.snapshot_id.into()],
    )?;
    let Some(row) = ended.first() else {
        return Err(LakeError::NotLive {
            table: table.name.clone(),
            file_id,
        });
    };
    tx.execute(
        "UPDATE ducklake_table_stats SET record_count = record_count - $2, file_size_bytes = file_size_bytes - $3 WHERE table_id = $1",
        &[table.table_id.into(), row.get(0).clone(), row.get(1).clone()],
    )?;
    Ok(())
}
