use anwang_store::StoreError;
use parquet::errors::ParquetError;
use thiserror::Error;

/// What the lake refuses, each with a stable code.
#[derive(Debug, Error)]
pub enum LakeError {
    #[error("{path}: {source}")]
    File { path: String, source: std::io::Error },
    #[error("{path}: {source}")]
    Parquet { path: String, source: ParquetError },
    #[error("table {table}: the first column is the sort key and must be an unsigned 64-bit number without gaps")]
    SortKey { table: String },
    #[error("table {table}: row {row} has a smaller key than the one before it")]
    NotSorted { table: String, row: u64 },
    #[error("table {table}: a batch has other columns than the schema says")]
    BatchSchema { table: String },
    #[error("table {table}, column {column}: type {arrow_type} has no place in the lake")]
    ColumnType {
        table: String,
        column: String,
        arrow_type: String,
    },
    #[error("table {table}, column {column} is {held} in the lake, the new rows have {offered}")]
    ColumnChanged {
        table: String,
        column: String,
        held: String,
        offered: String,
    },
    #[error("table {table} changed while its rows were being written; write them again")]
    TableChanged { table: String },
    #[error("table {table} has no column {column}")]
    UnknownColumn { table: String, column: String },
    #[error("the lake has no table {table}")]
    UnknownTable { table: String },
    #[error("file {file_id} is not part of table {table} now")]
    NotLive { table: String, file_id: i64 },
    #[error("the catalogue is of DuckLake format {found}; this program knows 0.3")]
    CatalogueFormat { found: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LakeError {
    /// Stable code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "lake_file",
            Self::Parquet { .. } => "lake_parquet",
            Self::SortKey { .. } => "lake_sort_key",
            Self::NotSorted { .. } => "lake_not_sorted",
            Self::BatchSchema { .. } => "lake_batch_schema",
            Self::ColumnType { .. } => "lake_column_type",
            Self::ColumnChanged { .. } => "lake_column_changed",
            Self::TableChanged { .. } => "lake_table_changed",
            Self::UnknownColumn { .. } => "lake_unknown_column",
            Self::UnknownTable { .. } => "lake_unknown_table",
            Self::NotLive { .. } => "lake_not_live",
            Self::CatalogueFormat { .. } => "lake_catalogue_format",
            Self::Store(error) => error.code(),
        }
    }

    pub(crate) fn file(path: &std::path::Path) -> impl Fn(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::File {
            path: path.clone(),
            source,
        }
    }

    pub(crate) fn parquet(path: &std::path::Path) -> impl Fn(ParquetError) -> Self {
        let path = path.display().to_string();
        move |source| Self::Parquet {
            path: path.clone(),
            source,
        }
    }
}
