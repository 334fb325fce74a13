//! Who is writing: each process that stages files holds a lock, so that a sweep can tell files of a
//! killed run from files of a run that is still going.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::{LakeError, unique};

/// A lock that ends with the process, however it ends.
pub(crate) struct Writer {
    name: String,
    path: PathBuf,
    _lock: File,
}

impl Writer {
    pub(crate) fn register(root: &Path) -> Result<Self, LakeError> {
        let folder = folder(root);
        fs::create_dir_all(&folder).map_err(LakeError::file(&folder))?;
        let name = unique::name();
        let path = folder.join(&name);
        let lock = File::create_new(&path).map_err(LakeError::file(&path))?;
        lock.lock().map_err(LakeError::file(&path))?;
        Ok(Self {
            name,
            path,
            _lock: lock,
        })
    }

    /// Name for a new file; it begins with the writer's own.
    pub(crate) fn file_name(&self) -> String {
        format!("{}-{}.parquet", self.name, unique::name())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Left behind it does no harm: the next sweep finds it unlocked and removes it.
        let _ = fs::remove_file(&self.path);
    }
}

fn folder(root: &Path) -> PathBuf {
    root.join(".writers")
}

/// Whether the process that wrote a file of this name still runs.
pub(crate) fn is_alive(root: &Path, file_name: &str) -> Result<bool, LakeError> {
    let writer = file_name.split('-').next().unwrap_or_default();
    let path = folder(root).join(writer);
    let lock = match File::open(&path) {
        Ok(lock) => lock,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(LakeError::file(&path)(error)),
    };
    match lock.try_lock() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(LakeError::file(&path)(error)),
    }
}

/// Removes the locks of processes that are gone.
pub(crate) fn forget_dead(root: &Path) -> Result<(), LakeError> {
    let folder = folder(root);
    let Ok(entries) = fs::read_dir(&folder) else {
        return Ok(());
    };
    for entry in entries {
        let entry = entry.map_err(LakeError::file(&folder))?;
        let name = entry.file_name();
        if !is_alive(root, &name.to_string_lossy())? {
            match fs::remove_file(entry.path()) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(LakeError::file(&entry.path())(error)),
            }
        }
    }
    Ok(())
}
