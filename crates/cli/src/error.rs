//! What a command says when it cannot do what it was asked.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anwang_intake::IntakeError;
use anwang_lake::LakeError;
use anwang_monitoring::MonitoringError;
use anwang_server::ServerError;
use anwang_store::StoreError;
use anwang_vault::VaultError;

/// One clear line for a person, one stable code for a machine. A room's own error enters by `From`.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The command understood its input and says no; `code` is stable, in `area.reason` form.
    #[error("{message}")]
    Refused { code: &'static str, message: String },
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        doing: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot serve on {address}: {source}")]
    Listen {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("the password cannot be kept: {0}")]
    Password(#[from] anwang_server::PasswordError),
    #[error(transparent)]
    Intake(#[from] IntakeError),
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error(transparent)]
    Monitoring(#[from] MonitoringError),
    #[error(transparent)]
    Registry(#[from] anwang_registry::RegistryError),
    #[error(transparent)]
    Server(#[from] ServerError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Synth(#[from] anwang_synth::SynthError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("cannot write the answer: {0}")]
    Answer(#[from] serde_json::Error),
}

impl CliError {
    pub fn refused(code: &'static str, message: impl Into<String>) -> CliError {
        CliError::Refused {
            code,
            message: message.into(),
        }
    }

    /// Names the file that an I/O error happened to, which the error itself does not.
    pub fn file(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> CliError {
        let path = path.to_path_buf();
        move |source| CliError::File { doing, path, source }
    }

    pub fn code(&self) -> &'static str {
        match self {
            CliError::Refused { code, .. } => code,
            CliError::File { .. } => "cli.file",
            CliError::Listen { .. } => "cli.listen",
            CliError::Password(_) => "cli.password",
            CliError::Intake(error) => error.code(),
            CliError::Lake(error) => error.code(),
            CliError::Monitoring(error) => error.code(),
            CliError::Registry(error) => error.code(),
            CliError::Server(error) => error.code(),
            CliError::Store(error) => error.code(),
            CliError::Synth(error) => error.code(),
            CliError::Vault(error) => error.code(),
            CliError::Answer(_) => "cli.answer",
        }
    }
}
