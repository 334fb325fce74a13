use std::collections::BTreeMap;

use anwang_store::{Book, StoreError, Tx, Value};

use super::SnapshotId;
use super::snapshots::Counters;
use crate::columns::Column;
use crate::{LakeError, unique};

/// A table of the lake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub table_id: i64,
    pub name: String,
    /// In order; the first is the sort key.
    pub columns: Vec<Column>,
}

/// Runs a query either on the book or inside a transaction.
pub(crate) trait Ask {
    fn ask(&mut self, sql: &str, values: &[Value]) -> Result<Vec<anwang_store::Row>, StoreError>;
}

impl Ask for &Book {
    fn ask(&mut self, sql: &str, values: &[Value]) -> Result<Vec<anwang_store::Row>, StoreError> {
        self.query(sql, values)
    }
}

impl Ask for Tx<'_> {
    fn ask(&mut self, sql: &str, values: &[Value]) -> Result<Vec<anwang_store::Row>, StoreError> {
        self.query(sql, values)
    }
}

pub(crate) fn table(asked: &mut impl Ask, name: &str, at: Option<SnapshotId>) -> Result<Option<Table>, LakeError> {
    let at = at.map_or(i64::MAX, |at| at.0);
    let rows = asked.ask(
        "SELECT t.table_id, c.column_id, c.column_name, c.column_type
         FROM ducklake_table t JOIN ducklake_column c ON c.table_id = t.table_id
         WHERE t.table_name = $1 AND t.begin_snapshot <= $2 AND (t.end_snapshot IS NULL OR t.end_snapshot > $2)
           AND c.begin_snapshot <= $2 AND (c.end_snapshot IS NULL OR c.end_snapshot > $2)
         ORDER BY c.column_order",
        &[name.into(), at.into()],
    )?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let columns = rows
        .iter()
        .map(|row| {
            Ok(Column {
                column_id: row.int(1)?,
                name: row.text(2)?.to_owned(),
                lake_type: row.text(3)?.to_owned(),
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(Some(Table {
        table_id: first.int(0)?,
        name: name.to_owned(),
        columns,
    }))
}

/// Names and numbers of all tables at a snapshot.
pub(crate) fn tables(book: &Book, at: Option<SnapshotId>) -> Result<BTreeMap<String, i64>, LakeError> {
    let at = at.map_or(i64::MAX, |at| at.0);
    let rows = book.query(
        "SELECT table_name, table_id FROM ducklake_table WHERE begin_snapshot <= $1 AND (end_snapshot IS NULL OR end_snapshot > $1)",
        &[at.into()],
    )?;
    rows.iter()
        .map(|row| Ok((row.text(0)?.to_owned(), row.int(1)?)))
        .collect()
}

/// Ids of columns are never used twice within a table.
pub(crate) fn next_column_id(asked: &mut impl Ask, table_id: i64) -> Result<i64, LakeError> {
    let rows = asked.ask(
        "SELECT coalesce(max(column_id), 0) + 1 FROM ducklake_column WHERE table_id = $1",
        &[table_id.into()],
    )?;
    Ok(rows.first().map_or(Ok(1), |row| row.int(0))?)
}

/// Adds a table; its folder has its name.
pub(crate) fn create(
    tx: &mut Tx<'_>,
    counters: &mut Counters,
    name: &str,
    columns: &[Column],
) -> Result<Table, StoreError> {
    let table_id = counters.next_catalog_id;
    counters.next_catalog_id += 1;
    tx.execute(
        "INSERT INTO ducklake_table (table_id, table_uuid, begin_snapshot, schema_id, table_name, path, path_is_relative) VALUES ($1, $2, $3, 0, $4, $5, 1)",
        &[
            table_id.into(),
            unique::uuid().into(),
            counters.snapshot_id.into(),
            name.into(),
            format!("{name}/").into(),
        ],
    )?;
    add_columns(tx, counters, table_id, 0, columns)?;
    tx.execute(
        "INSERT INTO ducklake_table_stats (table_id, record_count, next_row_id, file_size_bytes) VALUES ($1, 0, 0, 0)",
        &[table_id.into()],
    )?;
    Ok(Table {
        table_id,
        name: name.to_owned(),
        columns: columns.to_vec(),
    })
}

/// Adds columns behind the `behind` that a table has.
pub(crate) fn add_columns(
    tx: &mut Tx<'_>,
    counters: &Counters,
    table_id: i64,
    behind: usize,
    columns: &[Column],
) -> Result<(), StoreError> {
    tx.insert_many(
        "ducklake_column",
        &[
            "column_id",
            "begin_snapshot",
            "table_id",
            "column_order",
            "column_name",
            "column_type",
            "nulls_allowed",
        ],
        columns.iter().enumerate().map(|(at, column)| {
            vec![
                column.column_id.into(),
                counters.snapshot_id.into(),
                table_id.into(),
                ((behind + at + 1) as i64).into(),
                column.name.as_str().into(),
                column.lake_type.as_str().into(),
                // The key is never null; whether others may be is the contracts' business.
                i64::from(behind + at > 0).into(),
            ]
        }),
    )?;
    Ok(())
}

/// Notes that the shape of the lake changed with this snapshot.
pub(crate) fn new_schema_version(tx: &mut Tx<'_>, counters: &mut Counters) -> Result<(), StoreError> {
    counters.schema_version += 1;
    tx.execute(
        "INSERT INTO ducklake_schema_versions (begin_snapshot, schema_version) VALUES ($1, $2)",
        &[counters.snapshot_id.into(), counters.schema_version.into()],
    )?;
    Ok(())
}
