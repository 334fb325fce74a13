//! What can go wrong between landed tables and conclusions.

use arrow_schema::ArrowError;

#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    #[error("a table has no column `{column}`")]
    NoColumn { column: String },
    #[error("column `{column}` is {found}, not {wanted}")]
    ColumnType {
        column: String,
        wanted: &'static str,
        found: String,
    },
    #[error("columns do not fit together: {0}")]
    Arrow(#[from] ArrowError),
    #[error("a programme answers `{word}`, which is none of the known outcomes")]
    UnknownOutcome { word: String },
    #[error(transparent)]
    Lake(#[from] anwang_lake::LakeError),
    #[error(transparent)]
    Store(#[from] anwang_store::StoreError),
    #[error(transparent)]
    Vault(#[from] anwang_vault::VaultError),
    #[error(transparent)]
    Policy(#[from] anwang_policy::RunError),
    #[error("the report of a refresh cannot be written: {0}")]
    Report(serde_json::Error),
    #[error("temporary files of the refresh: {0}")]
    Spill(std::io::Error),
    #[error("a temporary file of the refresh is shorter than what was written to it")]
    SpillShort,
}

impl RegistryError {
    /// A stable code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoColumn { .. } => "registry.no_column",
            Self::ColumnType { .. } => "registry.column_type",
            Self::UnknownOutcome { .. } => "registry.unknown_outcome",
            Self::Lake(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::Vault(error) => error.code(),
            Self::Policy(error) => error.code(),
            Self::Report(_) => "registry.report",
            Self::Arrow(_) => "registry.arrow",
            Self::Spill(_) | Self::SpillShort => "registry.spill",
        }
    }
}
