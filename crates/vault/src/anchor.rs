//! The anchor: how far the audit chain had come, noted beside the key file and signed with the audit key.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sm3::Sm3;

use crate::VaultError;
use crate::audit::Head;
use crate::keyring::Key;

/// Moves the anchor forward to `head`; it never moves back.
///
/// The file is one short line of fixed length written by one call, so a process that is killed leaves the
/// old line or the new one; the file lock orders several processes.
pub(crate) fn advance(path: &Path, key: &Key, head: Head) -> Result<(), VaultError> {
    let failed = |error: std::io::Error| VaultError::Anchor {
        path: path.display().to_string(),
        reason: error.to_string(),
    };
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    file.lock().map_err(failed)?;
    if read(path, key)?.is_some_and(|anchored| anchored.entries >= head.entries) {
        return Ok(());
    }
    file.write_all_at(line(key, head).as_bytes(), 0).map_err(failed)
}

/// The anchor, or `None` before the first entry.
pub(crate) fn read(path: &Path, key: &Key) -> Result<Option<Head>, VaultError> {
    let failed = |reason: &str| VaultError::Anchor {
        path: path.display().to_string(),
        reason: reason.to_owned(),
    };
    let text = match fs::read_to_string(path) {
        Ok(text) if text.is_empty() => return Ok(None),
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(&error.to_string())),
    };
    let mut words = text.split_whitespace();
    let entries = words.next().and_then(|word| word.parse().ok());
    let hash = words.next().and_then(digits);
    let (Some(entries), Some(hash)) = (entries, hash) else {
        return Err(failed("it is not an anchor"));
    };
    let head = Head { entries, hash };
    if line(key, head) != text {
        return Err(failed("it was altered, or belongs to another key file"));
    }
    Ok(Some(head))
}

fn line(key: &Key, head: Head) -> String {
    let mut mac = Hmac::<Sm3>::new_from_slice(&key.0).expect("HMAC takes keys of any length");
    mac.update(b"anchor");
    mac.update(&head.entries.to_be_bytes());
    mac.update(&head.hash);
    let signature = mac.finalize().into_bytes();
    format!("{:020} {} {}\n", head.entries, hex(&head.hash), hex(&signature))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn digits(word: &str) -> Option<[u8; 32]> {
    let bytes: Option<Vec<u8>> = (0..word.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(word.get(at..at + 2)?, 16).ok())
        .collect();
    bytes?.try_into().ok()
}
