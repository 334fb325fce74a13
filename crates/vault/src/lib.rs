//! Identities and keys: the only crate that can turn a person key back into a citizen id.
//!
//! What it must not know: feeds, files, policies. It hands out person keys (a keyed permutation of the
//! citizen id), tags (keyed hashes for look-up), sealed bytes (SM4 in GCM) and keeps the audit chain (SM3).
//! Keys lie in one file outside the data folder; whoever has only the data can tell nobody's name.

mod anchor;
mod audit;
mod error;
mod gcm;
mod keyring;
mod person_key;
mod sealing;
mod sm4_blocks;
mod tags;
mod vault;

pub use audit::{AuditEntry, AuditFault, AuditReport};
pub use error::VaultError;
pub use keyring::PersonKeyCipher;
pub use tags::Kind;
pub use vault::Vault;
