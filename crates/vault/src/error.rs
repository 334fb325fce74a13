use anwang_store::StoreError;
use thiserror::Error;

/// What the vault refuses, each with a stable code.
#[derive(Debug, Error)]
pub enum VaultError {
    #[error("the key file {path} cannot be used: {reason}")]
    KeyFile { path: String, reason: String },
    #[error("the key file {path} can be read by others (mode {mode:o}); make it 600")]
    KeyFileOpenToOthers { path: String, mode: u32 },
    #[error("the key file {path} exists already; it is never overwritten")]
    KeyFileExists { path: String },
    #[error("the system gives no random bytes: {reason}")]
    NoRandomness { reason: String },
    #[error("sealed bytes are cut short or of an unknown format")]
    SealFormat,
    #[error("sealed under key {key_id}, which the key file does not hold")]
    SealKey { key_id: u16 },
    #[error("sealed bytes were altered, or belong to another record")]
    SealBroken,
    #[error("the audit anchor {path} cannot be used: {reason}")]
    Anchor { path: String, reason: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl VaultError {
    /// Stable code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KeyFile { .. } => "vault_key_file",
            Self::KeyFileOpenToOthers { .. } => "vault_key_file_open_to_others",
            Self::KeyFileExists { .. } => "vault_key_file_exists",
            Self::NoRandomness { .. } => "vault_no_randomness",
            Self::SealFormat => "vault_seal_format",
            Self::SealKey { .. } => "vault_seal_key",
            Self::SealBroken => "vault_seal_broken",
            Self::Anchor { .. } => "vault_anchor",
            Self::Store(error) => error.code(),
        }
    }
}
