use anwang_lake::LakeError;
use anwang_store::StoreError;
use anwang_vault::VaultError;
use arrow_schema::ArrowError;
use thiserror::Error;

use crate::source::ReadFault;

/// What stops intake itself. Faults of a delivery are no errors: they are reported and the delivery waits.
#[derive(Debug, Error)]
pub enum IntakeError {
    #[error(transparent)]
    Read(#[from] ReadFault),
    #[error("lake: {0}")]
    Lake(#[from] LakeError),
    #[error("book: {0}")]
    Store(#[from] StoreError),
    #[error("vault: {0}")]
    Vault(#[from] VaultError),
    #[error("columns do not fit together: {0}")]
    Columns(#[from] ArrowError),
    #[error("there is no feed named {name}; feeds: {known}")]
    UnknownFeed { name: String, known: String },
    #[error("batch {batch_id} is not in the book")]
    UnknownBatch { batch_id: i64 },
    #[error("the spreadsheet cannot be written: {0}")]
    Spreadsheet(String),
    #[error("{path} cannot be listed: {reason}")]
    Folder { path: String, reason: String },
    #[error("batch numbers have run out of 32 bits")]
    BatchNumbers,
}

impl IntakeError {
    /// Stable code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            IntakeError::Read(fault) => fault.code(),
            IntakeError::Lake(error) => error.code(),
            IntakeError::Store(error) => error.code(),
            IntakeError::Vault(error) => error.code(),
            IntakeError::Columns(_) => "intake_columns",
            IntakeError::UnknownFeed { .. } => "intake_unknown_feed",
            IntakeError::UnknownBatch { .. } => "intake_unknown_batch",
            IntakeError::Spreadsheet(_) => "intake_spreadsheet",
            IntakeError::Folder { .. } => "intake_folder",
            IntakeError::BatchNumbers => "intake_batch_numbers",
        }
    }
}
