//! Which files of a folder are deliveries.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::IntakeError;
use crate::received::as_of_in;

const ENDINGS: [&str; 11] = [
    "csv", "tsv", "txt", "xlsx", "xlsm", "xls", "ndjson", "jsonl", "parquet", "gz", "zip",
];

/// The path itself, or every delivery below the folder, the oldest day first so that later ones win.
pub fn files_below(path: &Path) -> Result<Vec<PathBuf>, IntakeError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    walk(path, &mut found)?;
    found.sort_by_cached_key(|file| (as_of_in(file), file.clone()));
    Ok(found)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), IntakeError> {
    let wrong = |error: std::io::Error| IntakeError::Folder {
        path: folder.display().to_string(),
        reason: error.to_string(),
    };
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Spreadsheet programs leave `~$…` beside an open file; dots hide what is not meant to be sent.
        if name.starts_with('.') || name.starts_with("~$") {
            continue;
        }
        if path.is_dir() {
            walk(&path, found)?;
        } else if path
            .extension()
            .is_some_and(|ending| ENDINGS.contains(&ending.to_string_lossy().to_lowercase().as_str()))
        {
            found.push(path);
        }
    }
    Ok(())
}
