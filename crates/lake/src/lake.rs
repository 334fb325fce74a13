use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anwang_store::{Book, Tx};
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::LakeError;
use crate::catalogue::{self, Change, LakeFile, Snapshot, SnapshotId, Table};
use crate::columns::{self, Column};
use crate::compaction::{self, Compaction};
use crate::reading::OpenFiles;
use crate::staging::{self, Destination, StagedFile};
use crate::writers::{self, Writer};

/// A lake: a folder of Parquet files and their catalogue in the book. Shared between threads by reference.
pub struct Lake {
    root: PathBuf,
    book: Book,
    writer: OnceLock<Writer>,
    open_files: OpenFiles,
}

impl Lake {
    /// Opens the lake in a folder, making both on first use.
    pub fn open(root: &Path, book: Book) -> Result<Self, LakeError> {
        fs::create_dir_all(root).map_err(LakeError::file(root))?;
        let root = root.canonicalize().map_err(LakeError::file(root))?;
        catalogue::prepare(&book, &root)?;
        Ok(Self {
            root,
            book,
            writer: OnceLock::new(),
            open_files: OpenFiles::default(),
        })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn book(&self) -> &Book {
        &self.book
    }

    /// Writes rows, sorted by the first column, as a file that nobody sees until it is committed.
    /// May be called from several threads at once.
    pub fn stage(
        &self,
        table: &str,
        schema: &SchemaRef,
        batches: impl IntoIterator<Item = RecordBatch>,
    ) -> Result<StagedFile, LakeError> {
        let columns = plan_columns(&mut &self.book, table, schema)?;
        let destination = Destination {
            table: table.to_owned(),
            folder: staging::table_folder(&self.root, table),
            name: self.writer()?.file_name(),
            columns,
        };
        staging::write(destination, schema, batches)
    }

    /// Makes one new snapshot of all changes, within a transaction of the book: either everything in the
    /// transaction happens, or nothing. `at_ms` is the moment to note, `note` says what for.
    pub fn commit(
        &self,
        tx: &mut Tx<'_>,
        changes: Vec<Change>,
        at_ms: i64,
        note: &str,
    ) -> Result<SnapshotId, LakeError> {
        catalogue::commit(tx, changes, at_ms, note)
    }

    /// The files of a table now, or as of a snapshot. A table that nobody wrote yet has none.
    pub fn files(&self, table: &str, at: Option<SnapshotId>) -> Result<Vec<LakeFile>, LakeError> {
        catalogue::live_files(&self.book, &self.root, table, at)
    }

    /// Rows of a file with a key in `keys`, in order, with the columns asked for. Columns that the table
    /// has but the file is too old for are null.
    pub fn read(
        &self,
        file: &LakeFile,
        columns: &[&str],
        keys: RangeInclusive<u64>,
    ) -> Result<Vec<RecordBatch>, LakeError> {
        self.open_files.read(file, columns, keys)
    }

    /// The table's columns; `None` if there is no such table.
    pub fn table(&self, name: &str, at: Option<SnapshotId>) -> Result<Option<Table>, LakeError> {
        catalogue::table(&mut &self.book, name, at)
    }

    /// Names of all tables.
    pub fn tables(&self, at: Option<SnapshotId>) -> Result<Vec<String>, LakeError> {
        Ok(catalogue::tables(&self.book, at)?.into_keys().collect())
    }

    pub fn latest(&self) -> Result<SnapshotId, LakeError> {
        catalogue::latest(&self.book)
    }

    /// The last snapshot at or before a moment (milliseconds since 1970-01-01 UTC).
    pub fn snapshot_at(&self, at_ms: i64) -> Result<SnapshotId, LakeError> {
        catalogue::snapshot_at(&self.book, at_ms)
    }

    pub fn snapshots(&self) -> Result<Vec<Snapshot>, LakeError> {
        catalogue::all_snapshots(&self.book)
    }

    /// Merges the files of a table into one, as changes that the caller commits; `None` if it has fewer
    /// than two. Rows keep the order of the leading columns `order`, all of them numbers.
    pub fn compact(&self, table: &str, order: &[&str]) -> Result<Option<Compaction>, LakeError> {
        compaction::compact(self, table, order)
    }

    /// Deletes files that belong to no snapshot and whose writer is gone; says how many.
    pub fn sweep(&self) -> Result<u64, LakeError> {
        // The order matters: a file seen here is either in the catalogue read afterwards, or its writer
        // still holds its lock, or it is an orphan.
        let found = self.files_on_disk()?;
        let mut orphans = Vec::new();
        for path in found {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !writers::is_alive(&self.root, &name)? {
                orphans.push(path);
            }
        }
        let known = catalogue::all_paths(&self.book)?;
        orphans.retain(|path| {
            let within = path.strip_prefix(self.root.join("main"));
            within.is_ok_and(|within| !known.contains(within))
        });
        for path in &orphans {
            fs::remove_file(path).map_err(LakeError::file(path))?;
        }
        writers::forget_dead(&self.root)?;
        Ok(orphans.len() as u64)
    }

    fn files_on_disk(&self) -> Result<Vec<PathBuf>, LakeError> {
        let main = self.root.join("main");
        if !main.exists() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for folder in children(&main)? {
            found.extend(
                children(&folder)?
                    .into_iter()
                    .filter(|path| path.extension().is_some_and(|end| end == "parquet")),
            );
        }
        Ok(found)
    }

    fn writer(&self) -> Result<&Writer, LakeError> {
        if let Some(writer) = self.writer.get() {
            return Ok(writer);
        }
        // Two threads may both register; the second lock is dropped again.
        let writer = Writer::register(&self.root)?;
        Ok(self.writer.get_or_init(|| writer))
    }
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, LakeError> {
    let wrong = LakeError::file(folder);
    let entries = fs::read_dir(folder).map_err(&wrong)?;
    entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(&wrong))
        .collect()
}

/// The columns under their ids: the table's own where it has them, the next free ones for new columns.
pub(crate) fn plan_columns(
    asked: &mut impl catalogue::Ask,
    table: &str,
    schema: &SchemaRef,
) -> Result<Vec<Column>, LakeError> {
    staging::check_schema(table, schema)?;
    let held = catalogue::table(asked, table, None)?;
    let mut next = match &held {
        Some(held) => catalogue::next_column_id(asked, held.table_id)?,
        None => 1,
    };
    let mut planned = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        let lake_type = columns::lake_type(field.data_type()).ok_or_else(|| LakeError::ColumnType {
            table: table.to_owned(),
            column: field.name().clone(),
            arrow_type: field.data_type().to_string(),
        })?;
        let known = held
            .as_ref()
            .and_then(|held| held.columns.iter().find(|column| column.name == *field.name()));
        planned.push(match known {
            Some(column) if column.lake_type == lake_type => column.clone(),
            Some(column) => {
                return Err(LakeError::ColumnChanged {
                    table: table.to_owned(),
                    column: column.name.clone(),
                    held: column.lake_type.clone(),
                    offered: lake_type,
                });
            }
            None => {
                next += 1;
                Column {
                    column_id: next - 1,
                    name: field.name().clone(),
                    lake_type,
                }
            }
        });
    }
    Ok(planned)
}
