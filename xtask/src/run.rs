//! Running other programs, with one line of reason when they fail.

use std::ffi::OsStr;
use std::fmt;
use std::process::{Command, Stdio};

#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    pub fn new(reason: impl Into<String>) -> Failure {
        Failure(reason.into())
    }

    /// The same failure, with what was being attempted in front.
    pub fn while_doing(self, doing: &str) -> Failure {
        Failure(format!("{doing}: {}", self.0))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure(error.to_string())
    }
}

/// A command in words, split at spaces: `command("cargo fmt --all --check")`.
pub fn command(words: &str) -> Command {
    let mut words = words.split_whitespace();
    let mut command = Command::new(words.next().expect("a program name"));
    command.args(words);
    command
}

/// Runs to the end with its output passed through.
pub fn must_succeed(command: &mut Command) -> Result<(), Failure> {
    let shown = shown(command);
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|error| Failure::new(format!("`{shown}` did not start: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{shown}` ended with {status}")))
}

/// Runs to the end and shows the output only when it fails.
pub fn must_succeed_quietly(command: &mut Command) -> Result<String, Failure> {
    let shown = shown(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Failure::new(format!("`{shown}` did not start: {error}")))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(Failure::new(format!(
        "`{shown}` ended with {}\n{text}{errors}",
        output.status
    )))
}

pub fn exists(program: impl AsRef<OsStr>) -> bool {
    Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
