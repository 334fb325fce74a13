//! `cargo xtask test` and `cargo xtask demo`: what a fresh machine needs, then the work. Standard library only, so it compiles in a second.

use std::process::ExitCode;

mod browser;
mod demo;
mod machine;
mod postgres;
mod run;
mod test;

use run::Failure;

const USAGE: &str = "\
usage: cargo xtask <command>

  test [STEP…]     set up what is missing, then run every check (or only the named steps)
  demo [OPTIONS…]  set up what is missing, build, then `anwang demo OPTIONS…`";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.split_first() {
        Some((command, rest)) if command == "test" => test::run(rest),
        Some((command, rest)) if command == "demo" => demo::run(rest),
        _ => Err(Failure::new(USAGE)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
