//! The audit chain: each entry's hash covers all its fields and the hash before it.
//!
//! The hash is HMAC-SM3 under a key that the book does not hold: whoever can write the book but lacks the
//! key file cannot alter, drop, insert or reorder entries unnoticed. Cutting off the end leaves a shorter
//! whole chain, so the length and last hash are also noted in an anchor file beside the key file.

use anwang_store::{Book, Row, StoreError, Tx, Value};
use hmac::{Hmac, KeyInit, Mac};
use sm3::Sm3;

use crate::VaultError;
use crate::keyring::Key;

/// One read or change of a person's data, as it is noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// Account name of staff, or the name of a client.
    pub who: String,
    /// Why, in the words of whoever asked; never empty.
    pub purpose: String,
    /// What was done: `person.read`, `review.decide` …
    pub action: String,
    /// Whose data, if one person's.
    pub subject_key: Option<u64>,
    /// Further facts, never an identity in clear.
    pub detail: String,
}

/// What a whole chain looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    pub entries: u64,
    /// Hash of the last entry; 32 zero bytes when there is none.
    pub head: [u8; 32],
    /// Entries that the anchor vouches for.
    pub anchored_entries: u64,
}

/// The first thing that is wrong with a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    #[error("audit entry {sequence} was altered, or the one before it was")]
    Altered { sequence: u64 },
    #[error("audit entry {sequence} is missing")]
    Missing { sequence: u64 },
    #[error("the audit chain was cut: it has {found} entries, the anchor knows of {anchored}")]
    Cut { found: u64, anchored: u64 },
    #[error("the audit chain was rebuilt: entry {sequence} is not the one that was anchored")]
    Rebuilt { sequence: u64 },
}

impl AuditFault {
    pub fn code(self) -> &'static str {
        match self {
            Self::Altered { .. } => "audit_altered",
            Self::Missing { .. } => "audit_missing",
            Self::Cut { .. } => "audit_cut",
            Self::Rebuilt { .. } => "audit_rebuilt",
        }
    }
}

/// A place in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) entries: u64,
    pub(crate) hash: [u8; 32],
}

const START: Head = Head {
    entries: 0,
    hash: [0; 32],
};

/// Entries read at a time while verifying; a chain of any length needs the same memory.
const PAGE: i64 = 10_000;

/// Adds an entry at the end of the chain, inside the transaction of what it notes.
pub(crate) fn append(tx: &mut Tx<'_>, key: &Key, entry: &AuditEntry) -> Result<Head, VaultError> {
    tx.lock("audit")?;
    let last = tx.query("SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1", &[])?;
    let before = match last.first() {
        Some(row) => Head {
            entries: row.key(0)?,
            hash: hash_of(row, 1)?,
        },
        None => START,
    };
    let head = next(key, before, entry);
    tx.execute(
        "INSERT INTO audit (sequence, at_ms, who, purpose, action, subject_key, detail, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            head.entries.into(),
            entry.at_ms.into(),
            entry.who.as_str().into(),
            entry.purpose.as_str().into(),
            entry.action.as_str().into(),
            entry.subject_key.into(),
            entry.detail.as_str().into(),
            head.hash.as_slice().into(),
        ],
    )?;
    Ok(head)
}

/// Walks the whole chain. `anchor` is where the chain is known to have been.
pub(crate) fn verify(book: &Book, key: &Key, anchor: Option<Head>) -> Result<Result<Head, AuditFault>, VaultError> {
    let mut head = START;
    loop {
        let rows = book.query(
            "SELECT sequence, hash, at_ms, who, purpose, action, subject_key, detail FROM audit WHERE sequence > $1 ORDER BY sequence LIMIT $2",
            &[head.entries.into(), PAGE.into()],
        )?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            match step(key, head, row, anchor)? {
                Ok(next) => head = next,
                Err(fault) => return Ok(Err(fault)),
            }
        }
    }
    match anchor {
        Some(anchor) if anchor.entries > head.entries => Ok(Err(AuditFault::Cut {
            found: head.entries,
            anchored: anchor.entries,
        })),
        _ => Ok(Ok(head)),
    }
}

fn step(key: &Key, before: Head, row: &Row, anchor: Option<Head>) -> Result<Result<Head, AuditFault>, VaultError> {
    let sequence = before.entries + 1;
    if row.key(0)? != sequence {
        return Ok(Err(AuditFault::Missing { sequence }));
    }
    let head = next(key, before, &entry_of(row)?);
    // A hash of the wrong length is an alteration like any other.
    if row.get(1) != &Value::from(head.hash.as_slice()) {
        return Ok(Err(AuditFault::Altered { sequence }));
    }
    if anchor.is_some_and(|anchor| anchor.entries == sequence && anchor.hash != head.hash) {
        return Ok(Err(AuditFault::Rebuilt { sequence }));
    }
    Ok(Ok(head))
}

fn next(key: &Key, before: Head, entry: &AuditEntry) -> Head {
    let sequence = before.entries + 1;
    let mut mac = Hmac::<Sm3>::new_from_slice(&key.0).expect("HMAC takes keys of any length");
    mac.update(&before.hash);
    mac.update(&sequence.to_be_bytes());
    mac.update(&entry.at_ms.to_be_bytes());
    // Lengths go in too: otherwise ("ab", "c") and ("a", "bc") would have one hash.
    for text in [&entry.who, &entry.purpose, &entry.action, &entry.detail] {
        mac.update(&(text.len() as u64).to_be_bytes());
        mac.update(text.as_bytes());
    }
    match entry.subject_key {
        Some(subject) => {
            mac.update(&[1]);
            mac.update(&subject.to_be_bytes());
        }
        None => mac.update(&[0]),
    }
    Head {
        entries: sequence,
        hash: mac.finalize().into_bytes().into(),
    }
}

fn entry_of(row: &Row) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        at_ms: row.int(2)?,
        who: row.text(3)?.to_owned(),
        purpose: row.text(4)?.to_owned(),
        action: row.text(5)?.to_owned(),
        subject_key: if row.is_null(6) { None } else { Some(row.key(6)?) },
        detail: row.text(7)?.to_owned(),
    })
}

fn hash_of(row: &Row, column: usize) -> Result<[u8; 32], StoreError> {
    row.blob(column)?.try_into().map_err(|_| StoreError::Content {
        wanted: "a hash of 32 bytes",
        found: format!("{} bytes", row.blob(column).map_or(0, <[u8]>::len)),
    })
}
