//! The key file: JSON, mode 600, outside the data folder.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::VaultError;

/// The block cipher inside the person key, fixed when the key file is made: every row of the lake depends on it.
/// docs/adr/0003-person-key.md has the costs and when to take which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PersonKeyCipher {
    Aes,
    Sm4,
}

const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keyring {
    format: u32,
    pub(crate) person_key_cipher: PersonKeyCipher,
    pub(crate) person_key: Key,
    pub(crate) tag_key: Key,
    pub(crate) audit_key: Key,
    /// Key ids count from 1; the last one seals, all of them open.
    pub(crate) sealing_keys: Vec<SealingKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SealingKey {
    pub(crate) key_id: u16,
    pub(crate) key: Key,
}

/// 128 bits, as hexadecimal digits in the file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Key(pub(crate) [u8; 16]);

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Keyring {
    pub(crate) fn generate(person_key_cipher: PersonKeyCipher) -> Result<Self, VaultError> {
        Ok(Self {
            format: FORMAT,
            person_key_cipher,
            person_key: Key::generate()?,
            tag_key: Key::generate()?,
            audit_key: Key::generate()?,
            sealing_keys: vec![SealingKey {
                key_id: 1,
                key: Key::generate()?,
            }],
        })
    }

    pub(crate) fn read(path: &Path) -> Result<Self, VaultError> {
        let failed = |reason: String| VaultError::KeyFile {
            path: path.display().to_string(),
            reason,
        };
        let mode = fs::metadata(path)
            .map_err(|error| failed(error.to_string()))?
            .permissions()
            .mode();
        if mode & 0o077 != 0 {
            return Err(VaultError::KeyFileOpenToOthers {
                path: path.display().to_string(),
                mode: mode & 0o777,
            });
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| failed(error.to_string()))?);
        let keyring: Self = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
        if keyring.format != FORMAT {
            return Err(failed(format!("format {} is not known here", keyring.format)));
        }
        if keyring.sealing_keys.is_empty() {
            return Err(failed("it holds no sealing key".into()));
        }
        Ok(keyring)
    }

    /// Writes a new key file; an existing one is never touched.
    pub(crate) fn create(&self, path: &Path) -> Result<(), VaultError> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        match file {
            Ok(file) => self.write(file, path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(VaultError::KeyFileExists {
                path: path.display().to_string(),
            }),
            Err(error) => Err(key_file_error(path, &error)),
        }
    }

    /// Adds a sealing key to the file; either the old or the new file is there, whatever happens.
    pub(crate) fn rotate(&mut self, path: &Path) -> Result<(), VaultError> {
        let last = self.sealing_keys.last().map_or(0, |key| key.key_id);
        let key_id = last.checked_add(1).ok_or_else(|| VaultError::KeyFile {
            path: path.display().to_string(),
            reason: "65,535 sealing keys are the most".into(),
        })?;
        self.sealing_keys.push(SealingKey {
            key_id,
            key: Key::generate()?,
        });
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(".new");
        let beside = path.with_file_name(name);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&beside)
            .map_err(|error| key_file_error(&beside, &error))?;
        self.write(file, &beside)?;
        fs::rename(&beside, path).map_err(|error| key_file_error(path, &error))
    }

    fn write(&self, mut file: File, path: &Path) -> Result<(), VaultError> {
        let text = Zeroizing::new(serde_json::to_string_pretty(self).map_err(|error| VaultError::KeyFile {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?);
        file.write_all(text.as_bytes())
            .and_then(|()| file.write_all(b"\n"))
            .and_then(|()| file.sync_all())
            .map_err(|error| key_file_error(path, &error))
    }
}

fn key_file_error(path: &Path, error: &std::io::Error) -> VaultError {
    VaultError::KeyFile {
        path: path.display().to_string(),
        reason: error.to_string(),
    }
}

impl Key {
    fn generate() -> Result<Self, VaultError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| VaultError::NoRandomness {
            reason: error.to_string(),
        })?;
        Ok(Self(bytes))
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl TryFrom<String> for Key {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = Zeroizing::new(text);
        let number = u128::from_str_radix(&text, 16).ok().filter(|_| text.len() == 32);
        number
            .map(|number| Self(number.to_be_bytes()))
            .ok_or("a key is 32 hexadecimal digits")
    }
}
