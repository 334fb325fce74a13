//! One private PostgreSQL for all test processes of this machine and user.
//!
//! nextest runs each test in a process of its own, and starting a server takes a second, so they share one:
//! whoever comes first starts it, each holds a shared file lock while it lives, and a watcher stops the
//! server when nobody has held the lock for a while.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Set by `cargo xtask test`, which starts a server for the whole run.
const GIVEN_URL: &str = "ANWANG_TEST_POSTGRES";

/// Seconds without a test process after which the watcher looks whether the server may stop.
const IDLE_SECONDS: u32 = 20;

/// PostgreSQL refuses to run as root; these users exist where Debian's package or nothing is installed.
const SERVICE_USERS: [&str; 2] = ["postgres", "nobody"];

/// Address of a running server.
pub(crate) fn url() -> String {
    static SERVER: OnceLock<(String, Option<File>)> = OnceLock::new();
    SERVER
        .get_or_init(|| match std::env::var(GIVEN_URL) {
            Ok(url) if !url.is_empty() => (url, None),
            _ => {
                let (url, in_use) = shared_server();
                (url, Some(in_use))
            }
        })
        .0
        .clone()
}

/// The lock in the answer keeps the server up for as long as this process lives.
fn shared_server() -> (String, File) {
    let owner = fs::metadata("/proc/self").expect("this process").uid();
    let home = std::env::temp_dir().join(format!("anwang-test-postgres-{owner}"));
    fs::create_dir_all(&home).expect("a folder for the test server");
    let starting = lock_file(&home.join("starting.lock"));
    starting.lock().expect("the starting lock");
    let in_use = lock_file(&home.join("in-use.lock"));
    in_use.lock_shared().expect("the shared lock");
    let url = format!(
        "postgres://anwang@{}/postgres",
        home.display().to_string().replace('/', "%2F")
    );
    if postgres::Client::connect(&url, postgres::NoTls).is_err() {
        start(&home, owner);
    }
    (url, in_use)
}

fn lock_file(path: &Path) -> File {
    File::options()
        .create(true)
        .append(true)
        .open(path)
        .expect("a lock file")
}

fn start(home: &Path, owner: u32) {
    let programs = programs();
    let service_user = (owner == 0).then(service_user);
    let data = home.join("data");
    if data.exists() {
        fs::remove_dir_all(&data).expect("the folder of a server that died");
    }
    if let Some((uid, gid)) = service_user {
        chown(home, Some(uid), Some(gid)).expect("the folder goes to the service user");
    }
    let run = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(programs.join(program));
        command
            .args(arguments)
            .current_dir(home)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        if let Some((uid, gid)) = service_user {
            command.gid(gid).uid(uid);
        }
        command
    };
    let data_text = data.display().to_string();
    let log = home.join("log").display().to_string();
    // Nothing here must outlive a power cut, so nothing is flushed.
    let options = format!(
        "-c listen_addresses= -c unix_socket_directories={} -c max_connections=200 -c fsync=off -c synchronous_commit=off -c full_page_writes=off",
        home.display()
    );
    finish(run(
        "initdb",
        &[
            "-D",
            &data_text,
            "-U",
            "anwang",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ],
    ));
    finish(run(
        "pg_ctl",
        &["-D", &data_text, "-l", &log, "-o", &options, "-w", "start"],
    ));
    watch(home, &programs, service_user);
}

fn finish(mut command: Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}

/// Leaves a small shell behind that stops the server once no test holds the lock.
fn watch(home: &Path, programs: &Path, service_user: Option<(u32, u32)>) {
    let script = format!(
        "(while sleep {IDLE_SECONDS}; do flock --nonblock --exclusive {home}/in-use.lock {programs}/pg_ctl -D {home}/data -m immediate stop && exit; done) &",
        home = home.display(),
        programs = programs.display(),
    );
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    shell.current_dir(home).process_group(0);
    if let Some((uid, gid)) = service_user {
        shell.gid(gid).uid(uid);
    }
    finish(shell);
}

/// Debian keeps the programs out of the path, one folder per version; the newest is taken.
fn programs() -> PathBuf {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .filter(|folder| folder.join("initdb").exists())
        .collect();
    versions.sort();
    let on_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>())
        .find(|folder| folder.join("initdb").exists());
    versions
        .pop()
        .or(on_path)
        .expect("PostgreSQL is needed for the tests: apt-get install postgresql")
}

/// User and group number of the first service user in the list that exists.
fn service_user() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").expect("the list of users");
    SERVICE_USERS
        .iter()
        .find_map(|wanted| {
            let line = users.lines().find(|line| line.split(':').next() == Some(wanted))?;
            let mut fields = line.split(':').skip(2);
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        })
        .expect("a user other than root to run PostgreSQL as")
}
