//! The texts of a pack's folder and of the packs it extends, which lie beside it.

use std::path::{Path, PathBuf};

use anwang_policy::{Diagnostic, Pack, Severity};

use crate::error::CliError;
use crate::ui::Ui;

/// Reads and parses; what is wrong is printed with file, line and caret.
pub fn load(folder: &Path, ui: &Ui) -> Result<Pack, CliError> {
    Pack::load(texts(folder)?).map_err(|diagnostics| refuse(&diagnostics, ui))
}

pub fn refuse(diagnostics: &[Diagnostic], ui: &Ui) -> CliError {
    for diagnostic in diagnostics {
        ui.say(format!("{diagnostic}\n"));
    }
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .count();
    let first = diagnostics
        .iter()
        .find(|diagnostic| diagnostic.severity == Severity::Error);
    let first = first
        .map(|d| format!(": {}:{}:{} {}", d.file, d.line, d.column, d.message))
        .unwrap_or_default();
    CliError::refused("policy.pack", format!("the pack has {errors} errors{first}"))
}

/// All YAML files of the pack and of its ancestors as (path, text).
pub fn texts(folder: &Path) -> Result<Vec<(String, String)>, CliError> {
    let mut files = Vec::new();
    let mut next = Some(folder.to_path_buf());
    let mut seen: Vec<PathBuf> = Vec::new();
    while let Some(folder) = next {
        let head = folder.join("pack.yaml");
        let text = std::fs::read_to_string(&head).map_err(CliError::file("read", &head))?;
        let parent = anwang_policy::extended_pack(&text);
        read_below(&folder, &mut files)?;
        seen.push(folder.clone());
        next = match parent {
            Some(name) => Some(beside(&folder, &name)?).filter(|parent| !seen.contains(parent)),
            None => None,
        };
    }
    Ok(files)
}

fn beside(folder: &Path, name: &str) -> Result<PathBuf, CliError> {
    let shelf = folder.canonicalize().map_err(CliError::file("read", folder))?;
    let parent = shelf.parent().map(|shelf| shelf.join(name)).unwrap_or_default();
    if parent.join("pack.yaml").exists() {
        return Ok(parent);
    }
    let message = format!(
        "{} extends `{name}`, which does not lie at {}",
        folder.display(),
        parent.display()
    );
    Err(CliError::refused("policy.parent_pack", message))
}

fn read_below(folder: &Path, files: &mut Vec<(String, String)>) -> Result<(), CliError> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(CliError::file("read", folder))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read_below(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            let text = std::fs::read_to_string(&path).map_err(CliError::file("read", &path))?;
            files.push((path.display().to_string(), text));
        }
    }
    Ok(())
}
