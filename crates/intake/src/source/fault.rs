use thiserror::Error;

/// Why a file cannot be read at all.
#[derive(Debug, Error)]
pub enum ReadFault {
    #[error("{path} cannot be read: {reason}")]
    File { path: String, reason: String },
    #[error("reading stopped: {0}")]
    Stream(#[from] std::io::Error),
    #[error("not a readable zip archive: {0}")]
    Zip(String),
    #[error("not a readable workbook: {0}")]
    Workbook(String),
    #[error("not a readable Parquet file: {0}")]
    Parquet(String),
    #[error("{kind} is older than this program reads: save it as XLSX or CSV")]
    OldFormat { kind: &'static str },
    #[error("the file holds no rows")]
    Empty,
    #[error("{found} bytes unpacked, {limit} are the limit")]
    TooLarge { found: u64, limit: u64 },
}

impl ReadFault {
    /// Stable code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            ReadFault::File { .. } => "intake_file",
            ReadFault::Stream(_) => "intake_stream",
            ReadFault::Zip(_) => "intake_zip",
            ReadFault::Workbook(_) => "intake_workbook",
            ReadFault::Parquet(_) => "intake_parquet",
            ReadFault::OldFormat { .. } => "intake_old_format",
            ReadFault::Empty => "intake_empty",
            ReadFault::TooLarge { .. } => "intake_too_large",
        }
    }
}
