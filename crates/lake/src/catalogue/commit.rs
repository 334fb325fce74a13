use std::collections::BTreeSet;

use anwang_store::Tx;
use arrow_schema::SchemaRef;

use super::snapshots::{self, Counters};
use super::{SnapshotId, Table, files, tables};
use crate::columns::Column;
use crate::{LakeError, StagedFile};

/// What a commit does to the lake.
#[derive(Debug)]
pub enum Change {
    /// Adds a file to its table; makes the table, and new columns, where needed.
    Append(StagedFile),
    /// Takes a file out of its table from now on.
    Retire { table: String, file_id: i64 },
    /// Makes an empty table, unless there is one.
    CreateTable { table: String, schema: SchemaRef },
}

/// Writes the changes as one new snapshot, in the caller's transaction.
pub(crate) fn commit(tx: &mut Tx<'_>, changes: Vec<Change>, at_ms: i64, note: &str) -> Result<SnapshotId, LakeError> {
    tx.lock("lake")?;
    let mut counters = snapshots::counters(tx)?;
    counters.snapshot_id += 1;
    let schema_version = counters.schema_version;
    let mut words = BTreeSet::new();
    for change in changes {
        match change {
            Change::Append(mut file) => {
                let columns: Vec<Column> = file.columns.iter().map(|(column, _)| column.clone()).collect();
                let table = ensure(tx, &mut counters, &mut words, &file.table, &columns)?;
                files::add(tx, &mut counters, &table, &file)?;
                words.insert(format!("inserted_into_table:{}", table.table_id));
                file.committed = true;
            }
            Change::Retire { table, file_id } => {
                let table = tables::table(tx, &table, None)?.ok_or(LakeError::UnknownTable { table })?;
                files::retire(tx, &counters, &table, file_id)?;
                words.insert(format!("deleted_from_table:{}", table.table_id));
            }
            Change::CreateTable { table, schema } => {
                let columns = crate::lake::plan_columns(tx, &table, &schema)?;
                ensure(tx, &mut counters, &mut words, &table, &columns)?;
            }
        }
    }
    if words
        .iter()
        .any(|word| word.starts_with("created_table") || word.starts_with("altered_table"))
    {
        tables::new_schema_version(tx, &mut counters)?;
    }
    debug_assert!(
        counters.schema_version <= schema_version + 1,
        "one new version per snapshot"
    );
    let words: Vec<String> = words.into_iter().collect();
    snapshots::add(tx, &counters, at_ms, &words.join(","), note)?;
    Ok(SnapshotId(counters.snapshot_id))
}

/// The table as it is after this commit, made or widened where the columns ask for it.
fn ensure(
    tx: &mut Tx<'_>,
    counters: &mut Counters,
    words: &mut BTreeSet<String>,
    name: &str,
    columns: &[Column],
) -> Result<Table, LakeError> {
    let changed = || LakeError::TableChanged { table: name.to_owned() };
    let Some(mut table) = tables::table(tx, name, None)? else {
        // Ids count from 1 in a new table; others mean that the table was dropped in between.
        if columns.iter().zip(1..).any(|(column, id)| column.column_id != id) {
            return Err(changed());
        }
        words.insert(format!("created_table:\"main\".\"{name}\""));
        return Ok(tables::create(tx, counters, name, columns)?);
    };
    let new: Vec<Column> = columns
        .iter()
        .filter(|column| !table.columns.contains(column))
        .cloned()
        .collect();
    if new.is_empty() {
        return Ok(table);
    }
    let taken = |column: &Column| {
        table
            .columns
            .iter()
            .any(|held| held.name == column.name || held.column_id == column.column_id)
    };
    if new.iter().any(taken) {
        return Err(changed());
    }
    tables::add_columns(tx, counters, table.table_id, table.columns.len(), &new)?;
    words.insert(format!("altered_table:{}", table.table_id));
    table.columns.extend(new);
    Ok(table)
}
