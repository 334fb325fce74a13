//! Reading a file: only the columns asked for, only the pages that can hold a key asked for.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::ops::{Range, RangeInclusive};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{ArrayRef, RecordBatch, new_null_array};
use arrow_schema::{Field, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMask, PageIndexPolicy};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::statistics::Statistics;

use crate::columns::arrow_type;
use crate::{LakeError, LakeFile};

/// Files kept open with their footers. A refresh reads a few hundred; when there are more, all are let go.
const OPEN_FILES_MOST: usize = 512;

/// Rows per batch that is handed on: a bucket of a large feed in one piece, a whole file in bounded pieces.
const BATCH_ROWS_MOST: usize = 1 << 19;

/// Files that were read before, with their footers and page indexes. Files never change once written.
#[derive(Default)]
pub(crate) struct OpenFiles(Mutex<HashMap<PathBuf, Arc<OpenFile>>>);

struct OpenFile {
    chunks: Chunks,
    footer: ArrowReaderMetadata,
}

impl OpenFiles {
    pub(crate) fn read(
        &self,
        file: &LakeFile,
        columns: &[&str],
        keys: RangeInclusive<u64>,
    ) -> Result<Vec<RecordBatch>, LakeError> {
        if file.rows == 0 || keys.is_empty() || keys.start() > file.keys.end() || keys.end() < file.keys.start() {
            return Ok(Vec::new());
        }
        let open = self.open(&file.path)?;
        let wanted = Wanted::new(file, columns, open.footer.schema())?;
        read(&open, &wanted, &keys).map_err(LakeError::parquet(&file.path))
    }

    fn open(&self, path: &Path) -> Result<Arc<OpenFile>, LakeError> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = held.get(path) {
            return Ok(open.clone());
        }
        drop(held);
        let open = Arc::new(OpenFile::open(path)?);
        held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= OPEN_FILES_MOST {
            held.clear();
        }
        Ok(held.entry(path.to_owned()).or_insert(open).clone())
    }
}

impl OpenFile {
    fn open(path: &Path) -> Result<Self, LakeError> {
        let file = File::open(path).map_err(LakeError::file(path))?;
        let bytes = file.metadata().map_err(LakeError::file(path))?.len();
        let chunks = Chunks {
            file: Arc::new(file),
            bytes,
        };
        let options = ArrowReaderOptions::new()
            .with_page_index_policy(PageIndexPolicy::Optional)
            .with_column_index_mask(ColumnChunkMask::columns([0]));
        let footer = ArrowReaderMetadata::load(&chunks, options).map_err(LakeError::parquet(path))?;
        Ok(Self { chunks, footer })
    }
}

/// The columns of an answer: where each comes from in what the file gives.
struct Wanted {
    schema: SchemaRef,
    /// Position among the file's columns that are read, or nothing for a column younger than the file.
    sources: Vec<Option<usize>>,
    /// The file's columns that are read, ascending; the key is always the first.
    read: Vec<usize>,
}

impl Wanted {
    fn new(file: &LakeFile, columns: &[&str], file_schema: &Schema) -> Result<Self, LakeError> {
        let unknown = |column: &str| LakeError::UnknownColumn {
            table: file.table.name.clone(),
            column: column.to_owned(),
        };
        let places: Vec<Option<usize>> = columns.iter().map(|name| file_schema.index_of(name).ok()).collect();
        let mut read: Vec<usize> = places.iter().flatten().copied().chain([0]).collect();
        read.sort_unstable();
        read.dedup();
        let mut fields = Vec::with_capacity(columns.len());
        let mut sources = Vec::with_capacity(columns.len());
        for (name, place) in columns.iter().zip(places) {
            match place {
                Some(place) => {
                    // The column id is the catalogue's business, not the reader's.
                    fields.push(Field::clone(file_schema.field(place)).with_metadata(HashMap::new()));
                    sources.push(read.binary_search(&place).ok());
                }
                None => {
                    let column = file.table.columns.iter().find(|column| column.name == *name);
                    let data_type = column.and_then(|column| arrow_type(&column.lake_type));
                    fields.push(Field::new(*name, data_type.ok_or_else(|| unknown(name))?, true));
                    sources.push(None);
                }
            }
        }
        Ok(Self {
            schema: Arc::new(Schema::new(fields)),
            sources,
            read,
        })
    }

    /// The answer's columns out of what was decoded.
    fn arrange(&self, decoded: &RecordBatch) -> Result<RecordBatch, ParquetError> {
        let rows = decoded.num_rows();
        let columns: Vec<ArrayRef> = self
            .sources
            .iter()
            .zip(self.schema.fields())
            .map(|(source, field)| match source {
                Some(place) => decoded.column(*place).clone(),
                None => new_null_array(field.data_type(), rows),
            })
            .collect();
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(
            self.schema.clone(),
            columns,
            &options,
        )?)
    }
}

fn read(open: &OpenFile, wanted: &Wanted, keys: &RangeInclusive<u64>) -> Result<Vec<RecordBatch>, ParquetError> {
    let plan = Plan::new(&open.footer, keys);
    if plan.rows == 0 {
        return Ok(Vec::new());
    }
    let mask = ProjectionMask::roots(open.footer.parquet_schema(), wanted.read.iter().copied());
    let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(open.chunks.clone(), open.footer.clone())
        .with_projection(mask)
        .with_row_groups(plan.groups)
        .with_batch_size(plan.rows.min(BATCH_ROWS_MOST));
    if let Some(selection) = plan.selection {
        builder = builder.with_row_selection(selection);
    }
    let mut found = Vec::new();
    for decoded in builder.build()? {
        let decoded = decoded?;
        let within = within(decoded.column(0).as_primitive::<UInt64Type>().values(), keys);
        if !within.is_empty() {
            found.push(wanted.arrange(&decoded.slice(within.start, within.len()))?);
        }
    }
    Ok(found)
}

/// Keys are sorted, so those asked for lie together.
fn within(sorted: &[u64], keys: &RangeInclusive<u64>) -> Range<usize> {
    let start = sorted.partition_point(|key| key < keys.start());
    let end = sorted.partition_point(|key| key <= keys.end());
    start..end
}

/// Which row groups, and which rows of them, can hold a key asked for.
struct Plan {
    groups: Vec<usize>,
    /// Nothing when all rows of the groups are read.
    selection: Option<RowSelection>,
    rows: usize,
}

impl Plan {
    fn new(footer: &ArrowReaderMetadata, keys: &RangeInclusive<u64>) -> Self {
        let footer = footer.metadata();
        let mut groups = Vec::new();
        let mut ranges = Vec::new();
        let (mut rows, mut total) = (0, 0);
        for (at, group) in footer.row_groups().iter().enumerate() {
            let group_rows = usize::try_from(group.num_rows()).unwrap_or(0);
            let Some(bounds) = bounds(group.column(0).statistics()) else {
                // Without bounds everything may match.
                groups.push(at);
                ranges.push(total..total + group_rows);
                (rows, total) = (rows + group_rows, total + group_rows);
                continue;
            };
            if bounds.end() < keys.start() || bounds.start() > keys.end() {
                continue;
            }
            let inside = if keys.contains(bounds.start()) && keys.contains(bounds.end()) {
                0..group_rows
            } else {
                pages(footer, at, keys, group_rows)
            };
            if inside.is_empty() {
                continue;
            }
            groups.push(at);
            rows += inside.len();
            ranges.push(total + inside.start..total + inside.end);
            total += group_rows;
        }
        let selection = (rows < total).then(|| RowSelection::from_consecutive_ranges(ranges.into_iter(), total));
        Self {
            groups,
            selection,
            rows,
        }
    }
}

fn bounds(statistics: Option<&Statistics>) -> Option<RangeInclusive<u64>> {
    match statistics? {
        Statistics::Int64(bounds) => Some(bounds.min_opt()?.cast_unsigned()..=bounds.max_opt()?.cast_unsigned()),
        _ => None,
    }
}

/// Rows of the pages whose bounds meet the keys; sorted, so they lie together.
fn pages(
    footer: &parquet::file::metadata::ParquetMetaData,
    group: usize,
    keys: &RangeInclusive<u64>,
    group_rows: usize,
) -> Range<usize> {
    let index = footer.page_index_for_row_group(group);
    let (Some(ColumnIndexMetaData::INT64(bounds)), Some(places)) = (index.column_index(0), index.offset_index(0))
    else {
        return 0..group_rows;
    };
    let places = places.page_locations();
    let first = bounds
        .max_values()
        .partition_point(|max| max.cast_unsigned() < *keys.start());
    let behind = bounds
        .min_values()
        .partition_point(|min| min.cast_unsigned() <= *keys.end());
    let row = |page: usize| {
        places.get(page).map_or(group_rows, |place| {
            usize::try_from(place.first_row_index).unwrap_or(group_rows)
        })
    };
    row(first)..row(behind).max(row(first))
}

/// Reads by position, so threads share one open file.
#[derive(Clone)]
struct Chunks {
    file: Arc<File>,
    bytes: u64,
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.bytes
    }
}

impl ChunkReader for Chunks {
    type T = ReadFrom;

    fn get_read(&self, start: u64) -> Result<ReadFrom, ParquetError> {
        Ok(ReadFrom {
            chunks: self.clone(),
            at: start,
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let mut buffer = vec![0; length];
        self.file.read_exact_at(&mut buffer, start)?;
        Ok(buffer.into())
    }
}

struct ReadFrom {
    chunks: Chunks,
    at: u64,
}

impl Read for ReadFrom {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.chunks.file.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}
