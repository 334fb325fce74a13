//! Sealed bytes: SM4 in GCM (RFC 8998 gives the mode and its vectors).
//!
//! Layout: format (1 byte, 1) · key id (2 bytes, big-endian) · nonce (12) · ciphertext · tag (16).

use std::sync::atomic::{AtomicU64, Ordering};

use crate::VaultError;
use crate::gcm::{NONCE, Sm4Gcm, TAG};
use crate::keyring::SealingKey;

const FORMAT: u8 = 1;
const HEADER: usize = 3;

/// Bytes that sealing adds.
pub(crate) const OVERHEAD: usize = HEADER + NONCE + TAG;

pub(crate) struct Sealing {
    keys: Vec<(u16, Sm4Gcm)>,
    nonces: Nonces,
}

impl Sealing {
    pub(crate) fn new(keys: &[SealingKey]) -> Result<Self, VaultError> {
        Ok(Self {
            keys: keys.iter().map(|key| (key.key_id, Sm4Gcm::new(&key.key))).collect(),
            nonces: Nonces::random()?,
        })
    }

    pub(crate) fn add(&mut self, key: &SealingKey) {
        self.keys.push((key.key_id, Sm4Gcm::new(&key.key)));
    }

    /// Appends the sealed form of `plain` to `out`.
    pub(crate) fn seal_into(&self, plain: &[u8], bound_to: &[u8], out: &mut Vec<u8>) {
        let (key_id, cipher) = self.keys.last().expect("a key file holds at least one sealing key");
        let nonce = self.nonces.next();
        out.reserve(plain.len() + OVERHEAD);
        out.push(FORMAT);
        out.extend_from_slice(&key_id.to_be_bytes());
        out.extend_from_slice(&nonce);
        let start = out.len();
        out.extend_from_slice(plain);
        let tag = cipher.encrypt(nonce, bound_to, &mut out[start..]);
        out.extend_from_slice(&tag);
    }

    pub(crate) fn open(&self, sealed: &[u8], bound_to: &[u8]) -> Result<Vec<u8>, VaultError> {
        let key_id = key_id(sealed)?;
        let (_, cipher) = self
            .keys
            .iter()
            .find(|(held, _)| *held == key_id)
            .ok_or(VaultError::SealKey { key_id })?;
        let (nonce, rest) = sealed[HEADER..].split_at(NONCE);
        let (text, tag) = rest.split_at(rest.len() - TAG);
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| VaultError::SealFormat)?;
        let tag: [u8; TAG] = tag.try_into().map_err(|_| VaultError::SealFormat)?;
        let mut plain = text.to_vec();
        cipher.decrypt(nonce, bound_to, &mut plain, tag)?;
        Ok(plain)
    }

    /// Whether the bytes were sealed under the key that seals today.
    pub(crate) fn is_current(&self, sealed: &[u8]) -> Result<bool, VaultError> {
        let found = key_id(sealed)?;
        Ok(self.keys.last().is_some_and(|(current, _)| *current == found))
    }
}

fn key_id(sealed: &[u8]) -> Result<u16, VaultError> {
    match sealed {
        [FORMAT, high, low, ..] if sealed.len() >= OVERHEAD => Ok(u16::from_be_bytes([*high, *low])),
        _ => Err(VaultError::SealFormat),
    }
}

/// Numbers used once: 96 bits from a random start, counted up. Asking the system for random bytes each time
/// would cost half of a seal; two processes meet with probability 2^-50 even after 2^40 seals each.
struct Nonces {
    high: [u8; 4],
    next: AtomicU64,
}

impl Nonces {
    fn random() -> Result<Self, VaultError> {
        let mut start = [0; NONCE];
        getrandom::fill(&mut start).map_err(|error| VaultError::NoRandomness {
            reason: error.to_string(),
        })?;
        let [a, b, c, d, low @ ..] = start;
        Ok(Self {
            high: [a, b, c, d],
            next: AtomicU64::new(u64::from_be_bytes(low)),
        })
    }

    fn next(&self) -> [u8; NONCE] {
        let low = self.next.fetch_add(1, Ordering::Relaxed);
        let mut nonce = [0; NONCE];
        nonce[..4].copy_from_slice(&self.high);
        nonce[4..].copy_from_slice(&low.to_be_bytes());
        nonce
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::Key;
    use proptest::prelude::*;

    fn sealing(ids: &[u16]) -> Sealing {
        let keys: Vec<SealingKey> = ids
            .iter()
            .map(|id| SealingKey {
                key_id: *id,
                key: Key([*id as u8; 16]),
            })
            .collect();
        Sealing::new(&keys).unwrap()
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_and_hides_the_text(plain in proptest::collection::vec(any::<u8>(), 0..200), aad in proptest::collection::vec(any::<u8>(), 0..30)) {
            let sealing = sealing(&[1]);
            let mut sealed = vec![];
            sealing.seal_into(&plain, &aad, &mut sealed);
            prop_assert_eq!(sealed.len(), plain.len() + OVERHEAD);
            prop_assert_eq!(sealing.open(&sealed, &aad).unwrap(), plain.clone());
            prop_assert!(plain.len() < 8 || !sealed.windows(plain.len()).any(|window| window == plain));
        }

        #[test]
        fn any_changed_byte_is_noticed(plain in proptest::collection::vec(any::<u8>(), 0..60), at: prop::sample::Index, flip in 1..=255_u8) {
            let sealing = sealing(&[1]);
            let mut sealed = vec![];
            sealing.seal_into(&plain, b"record 7", &mut sealed);
            prop_assert!(sealing.open(&sealed, b"record 8").is_err());
            let place = at.index(sealed.len());
            sealed[place] ^= flip;
            prop_assert!(sealing.open(&sealed, b"record 7").is_err());
        }

        #[test]
        fn bytes_that_were_never_sealed_are_refused(junk in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert!(sealing(&[1]).open(&junk, b"").is_err());
        }
    }

    #[test]
    fn old_keys_still_open_and_the_newest_seals() {
        let mut sealed = vec![];
        sealing(&[1]).seal_into(b"text", b"", &mut sealed);
        let rotated = sealing(&[1, 2]);
        assert_eq!(rotated.open(&sealed, b"").unwrap(), b"text");
        assert!(!rotated.is_current(&sealed).unwrap());
        let mut again = vec![];
        rotated.seal_into(b"text", b"", &mut again);
        assert!(rotated.is_current(&again).unwrap());
        assert!(matches!(
            sealing(&[1]).open(&again, b""),
            Err(VaultError::SealKey { key_id: 2 })
        ));
    }
}
