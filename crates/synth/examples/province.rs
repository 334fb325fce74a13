//! `cargo run -p anwang-synth --example province -- OUT POPULATION [csv|parquet|mixed] [SEED]`: a sample as of 2026-11-01.

use std::time::Instant;

use anwang_synth::{Format, Options, generate};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, out, population, rest @ ..] = arguments.as_slice() else {
        return Err("OUT and POPULATION are needed".into());
    };
    let format = match rest.first().map(String::as_str) {
        Some("csv") => Format::Csv,
        Some("parquet") => Format::Parquet,
        _ => Format::Mixed,
    };
    let options = Options {
        out: out.into(),
        population: population.parse()?,
        seed: rest.get(1).map_or(Ok(1), |seed| seed.parse())?,
        // 2026-11-01
        as_of: 20_758,
        months: 3,
        format,
        threads: None,
    };
    let start = Instant::now();
    let summary = generate(&options, &|_| {})?;
    let seconds = start.elapsed().as_secs_f64();
    print!("{summary}");
    println!("{:#?}", summary.tally);
    for (feed, rows) in &summary.rows_by_feed {
        println!(
            "{feed:>18} {rows:>12} {:>8.3} per person",
            *rows as f64 / summary.tally.people as f64
        );
    }
    println!("{seconds:.1} s, {:.0} rows/s", summary.tally.rows as f64 / seconds);
    Ok(())
}
