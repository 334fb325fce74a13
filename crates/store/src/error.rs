use thiserror::Error;

/// What the book refuses, each with a stable code.
#[derive(Debug, Error)]
pub enum StoreError {
    #[error("the book cannot be opened at {location}: {reason}")]
    Open { location: String, reason: String },
    #[error("the book is busy: another process held it for longer than {waited_s} s")]
    Busy { waited_s: u64 },
    #[error("already in the book: {constraint}")]
    Conflict { constraint: String },
    #[error("the book refused a statement: {reason}; statement: {statement}")]
    Statement { statement: String, reason: String },
    #[error("column {column} holds {found}, {wanted} was wanted")]
    Type {
        column: usize,
        wanted: &'static str,
        found: &'static str,
    },
    #[error("the book was written by a later version: {area} has migration {found}, this program knows {known}")]
    NewerBook { area: String, found: i64, known: i64 },
    #[error("the book holds {found} where {wanted} was expected")]
    Content { wanted: &'static str, found: String },
}

impl StoreError {
    /// Stable code for machines; the text may change, this does not.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "store_open",
            Self::Busy { .. } => "store_busy",
            Self::Conflict { .. } => "store_conflict",
            Self::Statement { .. } => "store_statement",
            Self::Type { .. } => "store_type",
            Self::NewerBook { .. } => "store_newer_book",
            Self::Content { .. } => "store_content",
        }
    }
}
