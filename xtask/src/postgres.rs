//! A private PostgreSQL for one test run: own folder, Unix socket only, no network, gone afterwards.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::machine::{install_debian, is_root};
use crate::run::{Failure, command, must_succeed_quietly};

/// Durability is off: the data never outlives the run.
const SETTINGS: &str =
    "-c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200";

pub struct Server {
    programs: PathBuf,
    folder: PathBuf,
}

impl Server {
    pub fn start() -> Result<Server, Failure> {
        let programs = ensure_programs()?;
        let folder = private_folder()?;
        let server = Server { programs, folder };
        server
            .program("initdb")
            .args(["--auth=trust", "--encoding=UTF8", "--locale=C", "-U", "anwang", "-D"])
            .arg(server.folder.join("data"))
            .run_quietly()?;
        server
            .program("pg_ctl")
            .args(["start", "--silent", "--wait", "-D"])
            .arg(server.folder.join("data"))
            .arg("-l")
            .arg(server.folder.join("log"))
            .arg("-o")
            .arg(format!("{SETTINGS} -k {}", server.folder.display()))
            .run_quietly()?;
        Ok(server)
    }

    /// The address that `Book::open` and the tests understand.
    pub fn url(&self) -> String {
        let socket = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://anwang@{socket}/postgres")
    }

    /// PostgreSQL refuses to run as root, so root lends it the unprivileged account `postgres`.
    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        let mut program = if is_root() {
            let mut program = command("runuser -u postgres --");
            program.arg(path);
            program
        } else {
            Command::new(path)
        };
        program.current_dir(&self.folder);
        program
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let stopped = self
            .program("pg_ctl")
            .args(["stop", "--silent", "--mode=immediate", "-D"])
            .arg(self.folder.join("data"))
            .run_quietly();
        if let Err(failure) = stopped {
            eprintln!("the private PostgreSQL did not stop: {failure}");
        }
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("{} was not removed: {error}", self.folder.display());
        }
    }
}

trait RunQuietly {
    fn run_quietly(&mut self) -> Result<(), Failure>;
}

impl RunQuietly for Command {
    fn run_quietly(&mut self) -> Result<(), Failure> {
        must_succeed_quietly(self).map(|_| ())
    }
}

fn ensure_programs() -> Result<PathBuf, Failure> {
    if let Some(found) = installed_programs() {
        return Ok(found);
    }
    install_debian(&["postgresql"])?;
    installed_programs().ok_or_else(|| Failure::new("PostgreSQL is installed but has no initdb"))
}

/// Debian keeps the server programs out of PATH, one folder per major version; the newest wins.
fn installed_programs() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let version = entry.file_name().to_string_lossy().parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop().map(|(_, bin)| bin)
}

/// Short, because a socket's path may have only about 100 characters; owned by the account that runs the server.
fn private_folder() -> Result<PathBuf, Failure> {
    let folder = std::env::temp_dir().join(format!("anwang-pg-{}", std::process::id()));
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    if is_root() {
        hand_over(&folder)?;
    }
    Ok(folder)
}

fn hand_over(folder: &Path) -> Result<(), Failure> {
    must_succeed_quietly(command("chown postgres").arg(folder)).map(|_| ())
}
