//! `cargo xtask demo`: from a fresh clone to the served sample province.

use std::time::Instant;

use crate::machine::{anwang, cargo, ensure_compiler};
use crate::run::{Failure, must_succeed};

pub fn run(options: &[String]) -> Result<(), Failure> {
    let start = Instant::now();
    ensure_compiler()?;
    must_succeed(&mut cargo("build --package anwang-cli"))?;
    println!("built in {:.0} s", start.elapsed().as_secs_f64());
    let mut demo = anwang();
    demo.arg("demo").args(options);
    let status = demo.status()?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("the demo ended with {status}")))
}
