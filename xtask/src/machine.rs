//! What the machine must have, and how it gets it: Debian packages, Python wheels, npm packages.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Failure, command, exists, must_succeed_quietly};

/// DuckDB is the oracle that reads the lake from outside. The versions belong together: an extension loads into its own version only.
const WHEELS: [&str; 4] = [
    "duckdb==1.4.4",
    "duckdb-ext-ducklake==1.4.4.20260205",
    "duckdb-ext-sqlite==1.4.4.20260205",
    "duckdb-ext-postgres==1.4.4.20260205",
];

/// The workspace folder; cargo sets the variable for `cargo run`.
pub fn checkout() -> PathBuf {
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.parent().expect("xtask lies in the workspace").to_path_buf()
}

/// Downloads and build results, outside the checkout so that a fresh clone finds them again.
pub fn cache() -> PathBuf {
    let home = std::env::var_os("HOME").map_or_else(std::env::temp_dir, PathBuf::from);
    home.join(".cache").join("anwang")
}

pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| cache().join("target"), PathBuf::from)
}

/// `cargo` with the shared target folder, from the checkout.
pub fn cargo(words: &str) -> Command {
    let mut cargo = command(&format!("cargo {words}"));
    cargo
        .current_dir(checkout())
        .env("CARGO_TARGET_DIR", target())
        // Cargo passes its own settings for xtask down; the inner cargo must not inherit them.
        .env_remove("CARGO_MANIFEST_DIR");
    cargo
}

/// The built `anwang`.
pub fn anwang() -> Command {
    let mut anwang = Command::new(target().join("debug").join("anwang"));
    anwang.current_dir(checkout());
    anwang
}

/// A C compiler, for the bundled SQLite and zstd.
pub fn ensure_compiler() -> Result<(), Failure> {
    if exists("cc") {
        return Ok(());
    }
    install_debian(&["build-essential"])
}

/// Python with DuckDB; gives the interpreter.
pub fn ensure_python() -> Result<PathBuf, Failure> {
    let venv = cache().join("venv");
    let python = venv.join("bin").join("python");
    let mark = venv.join("anwang-wheels");
    if std::fs::read_to_string(&mark).is_ok_and(|have| have == WHEELS.join("\n")) {
        return Ok(python);
    }
    if !python.exists() && create_venv(&venv).is_err() {
        install_debian(&["python3", "python3-venv"])?;
        create_venv(&venv)?;
    }
    pip_install(&python, &WHEELS)?;
    std::fs::write(&mark, WHEELS.join("\n"))?;
    Ok(python)
}

fn create_venv(venv: &Path) -> Result<(), Failure> {
    if let Some(parent) = venv.parent() {
        std::fs::create_dir_all(parent)?;
    }
    must_succeed_quietly(command("python3 -m venv --clear").arg(venv)).map(|_| ())
}

pub fn pip_install(python: &Path, wheels: &[&str]) -> Result<(), Failure> {
    must_succeed_quietly(
        Command::new(python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(wheels),
    )
    .map(|_| ())
}

/// Installs Debian packages, or says which ones are missing where that is not allowed.
pub fn install_debian(packages: &[&str]) -> Result<(), Failure> {
    let missing = |failure: Failure| failure.while_doing(&format!("please install {} (apt-get)", packages.join(" ")));
    let apt = |words: &[&str]| {
        let mut apt = if is_root() {
            command("apt-get -qq")
        } else {
            command("sudo -n apt-get -qq")
        };
        apt.args(words).env("DEBIAN_FRONTEND", "noninteractive");
        must_succeed_quietly(&mut apt).map(|_| ())
    };
    let install = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    // A fresh image has no package lists; a used one has, and then the refresh is not needed.
    if apt(&install).is_ok() {
        return Ok(());
    }
    apt(&["update"]).map_err(missing)?;
    apt(&install).map_err(missing)
}

pub fn is_root() -> bool {
    must_succeed_quietly(&mut command("id -u")).is_ok_and(|uid| uid.trim() == "0")
}
