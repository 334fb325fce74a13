use std::path::{Path, PathBuf};

use anwang_domain::CitizenId;
use anwang_store::{Book, Tx};

use crate::VaultError;
use crate::anchor;
use crate::audit::{self, AuditEntry, AuditFault, AuditReport};
use crate::keyring::{Keyring, PersonKeyCipher};
use crate::person_key::Permutation;
use crate::sealing::Sealing;
use crate::tags::{Kind, Tags};

/// All keys of an installation, ready for use; shared between threads by reference.
pub struct Vault {
    path: PathBuf,
    keyring: Keyring,
    permutation: Permutation,
    tags: Tags,
    sealing: Sealing,
}

impl Vault {
    /// Makes a key file with new random keys. Fails if the file exists: other keys would orphan all data.
    pub fn create(path: &Path) -> Result<Self, VaultError> {
        Self::create_with(path, PersonKeyCipher::Aes)
    }

    /// As [`Vault::create`], with the block cipher of the person key chosen.
    pub fn create_with(path: &Path, cipher: PersonKeyCipher) -> Result<Self, VaultError> {
        let keyring = Keyring::generate(cipher)?;
        keyring.create(path)?;
        Self::with(path, keyring)
    }

    pub fn open(path: &Path) -> Result<Self, VaultError> {
        Self::with(path, Keyring::read(path)?)
    }

    fn with(path: &Path, keyring: Keyring) -> Result<Self, VaultError> {
        Ok(Self {
            path: path.to_owned(),
            permutation: Permutation::new(keyring.person_key_cipher, &keyring.person_key),
            tags: Tags::new(&keyring.tag_key),
            sealing: Sealing::new(&keyring.sealing_keys)?,
            keyring,
        })
    }

    /// The person key of one id; for many use [`Vault::person_keys`], which is many times faster per id.
    pub fn person_key(&self, id: CitizenId) -> u64 {
        self.permutation.forward(id.packed())
    }

    /// Turns packed ids ([`CitizenId::packed`]) into person keys, in place.
    pub fn person_keys(&self, packed: &mut [u64]) {
        self.permutation.forward_all(packed);
    }

    /// The id behind a person key; `None` if no valid id has this key.
    pub fn reveal(&self, person: u64) -> Option<CitizenId> {
        CitizenId::from_packed(self.permutation.backward(person))
    }

    /// Key of a household by its number in the police register. Keyed hash: among 10 million households two
    /// meet with probability 3 in a million.
    pub fn household_key(&self, number: &str) -> u64 {
        self.tags.tag(Kind::Household, number)
    }

    /// Keyed hash of an identity for look-up and comparison; spellings that mean the same have one tag.
    pub fn tag(&self, kind: Kind, text: &str) -> u64 {
        self.tags.tag(kind, text)
    }

    /// Encrypts and authenticates; `bound_to` (say, the record) must be the same when opening.
    pub fn seal(&self, plain: &[u8], bound_to: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::new();
        self.sealing.seal_into(plain, bound_to, &mut sealed);
        sealed
    }

    /// As [`Vault::seal`], appended to `out`.
    pub fn seal_into(&self, plain: &[u8], bound_to: &[u8], out: &mut Vec<u8>) {
        self.sealing.seal_into(plain, bound_to, out);
    }

    pub fn open_sealed(&self, sealed: &[u8], bound_to: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.sealing.open(sealed, bound_to)
    }

    /// The same content under today's key, or `None` if it is under it already.
    pub fn reseal(&self, sealed: &[u8], bound_to: &[u8]) -> Result<Option<Vec<u8>>, VaultError> {
        if self.sealing.is_current(sealed)? {
            return Ok(None);
        }
        let plain = zeroize::Zeroizing::new(self.sealing.open(sealed, bound_to)?);
        Ok(Some(self.seal(&plain, bound_to)))
    }

    /// Adds a sealing key; from now on it seals, the older ones still open.
    /// Person keys and tags stay: they are in every row of the lake.
    pub fn rotate(&mut self) -> Result<(), VaultError> {
        self.keyring.rotate(&self.path)?;
        if let Some(newest) = self.keyring.sealing_keys.last() {
            self.sealing.add(newest);
        }
        Ok(())
    }

    /// Notes an entry in the audit chain, in a transaction of its own, and moves the anchor.
    pub fn audit(&self, book: &Book, entry: &AuditEntry) -> Result<(), VaultError> {
        let head = book.transaction(|tx| audit::append(tx, &self.keyring.audit_key, entry))?;
        anchor::advance(&self.anchor_path(), &self.keyring.audit_key, head)
    }

    /// Notes an entry within a larger transaction. The anchor moves with the next [`Vault::audit`] or
    /// [`Vault::verify_audit`].
    pub fn audit_in(&self, tx: &mut Tx<'_>, entry: &AuditEntry) -> Result<(), VaultError> {
        audit::append(tx, &self.keyring.audit_key, entry).map(drop)
    }

    /// Walks the audit chain from its first entry, and moves the anchor to its end when it is whole.
    pub fn verify_audit(&self, book: &Book) -> Result<Result<AuditReport, AuditFault>, VaultError> {
        let key = &self.keyring.audit_key;
        let anchored = anchor::read(&self.anchor_path(), key)?;
        match audit::verify(book, key, anchored)? {
            Ok(head) => {
                if head.entries > 0 {
                    anchor::advance(&self.anchor_path(), key, head)?;
                }
                Ok(Ok(AuditReport {
                    entries: head.entries,
                    head: head.hash,
                    anchored_entries: anchored.map_or(0, |anchor| anchor.entries),
                }))
            }
            Err(fault) => Ok(Err(fault)),
        }
    }

    fn anchor_path(&self) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_os_string();
        name.push(".anchor");
        self.path.with_file_name(name)
    }
}
