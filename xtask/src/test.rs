//! `cargo xtask test`: every check of the project, in the order in which they fail fastest.

use std::path::PathBuf;
use std::time::Instant;

use crate::browser;
use crate::machine::{anwang, cargo, checkout, ensure_compiler, ensure_python};
use crate::postgres::Server;
use crate::run::{Failure, exists, must_succeed};

struct Step {
    name: &'static str,
    what: &'static str,
    run: fn() -> Result<(), Failure>,
}

const STEPS: [Step; 5] = [
    Step {
        name: "format",
        what: "the source is formatted",
        run: format,
    },
    Step {
        name: "lint",
        what: "clippy has nothing to say",
        run: lint,
    },
    Step {
        name: "tests",
        what: "every Rust test, on SQLite and PostgreSQL, the lake read by DuckDB",
        run: tests,
    },
    Step {
        name: "policy",
        what: "the policy packs are sound and their cases hold",
        run: policy,
    },
    Step {
        name: "browser",
        what: "the demo runs, and its pages work in a browser without accessibility faults",
        run: browser::run,
    },
];

pub fn run(only: &[String]) -> Result<(), Failure> {
    if let Some(unknown) = only
        .iter()
        .find(|name| STEPS.iter().all(|step| step.name != name.as_str()))
    {
        let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return Err(Failure::new(format!(
            "no step `{unknown}`; there are: {}",
            names.join(", ")
        )));
    }
    let start = Instant::now();
    timed("tools", "what the machine must have", ensure_compiler)?;
    for step in STEPS {
        if only.is_empty() || only.iter().any(|name| name == step.name) {
            timed(step.name, step.what, step.run)?;
        }
    }
    println!("\nall passed in {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn timed(name: &str, what: &str, run: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    println!("── {name}: {what}");
    let start = Instant::now();
    let outcome = run();
    let seconds = start.elapsed().as_secs_f64();
    match outcome {
        Ok(()) => {
            println!("── {name}: passed in {seconds:.1} s\n");
            Ok(())
        }
        Err(failure) => Err(failure.while_doing(&format!("── {name}: FAILED after {seconds:.1} s"))),
    }
}

fn format() -> Result<(), Failure> {
    must_succeed(&mut cargo("fmt --all --check"))
}

fn lint() -> Result<(), Failure> {
    must_succeed(&mut cargo("clippy --quiet --workspace --all-targets -- -D warnings"))
}

fn tests() -> Result<(), Failure> {
    let python = ensure_python()?;
    let postgres = Server::start()?;
    let mut tests = if exists("cargo-nextest") {
        cargo("nextest run --workspace --no-fail-fast")
    } else {
        cargo("test --workspace --no-fail-fast")
    };
    must_succeed(
        tests
            .env("ANWANG_PYTHON", python)
            .env("ANWANG_TEST_POSTGRES", postgres.url()),
    )
}

fn policy() -> Result<(), Failure> {
    must_succeed(&mut cargo("build --quiet --package anwang-cli"))?;
    for pack in packs()? {
        for verb in ["check", "test"] {
            must_succeed(anwang().args(["policy", verb]).arg(&pack))?;
        }
    }
    Ok(())
}

/// Every folder under `policies/` that holds a `pack.yaml`.
fn packs() -> Result<Vec<PathBuf>, Failure> {
    let mut packs: Vec<PathBuf> = std::fs::read_dir(checkout().join("policies"))?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|folder| folder.join("pack.yaml").exists())
        .collect();
    packs.sort();
    if packs.is_empty() {
        return Err(Failure::new("there is no policy pack under policies/"));
    }
    Ok(packs)
}
