//! Wall time, CPU time, peak memory and disk traffic of a stage, as the kernel counts them.

use std::time::Instant;

use serde::Serialize;

use crate::error::CliError;

/// Linux counts CPU time in hundredths of a second, whatever the kernel's own clock.
const TICKS_PER_SECOND: f64 = 100.0;

#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    pub stage: String,
    pub rows: u64,
    pub wall_s: f64,
    pub cpu_s: f64,
    /// Most memory held at any moment of the stage.
    pub peak_mib: f64,
    pub read_mib: f64,
    pub written_mib: f64,
}

/// What the process had used when a stage began.
pub struct Stage {
    name: String,
    start: Instant,
    before: Used,
}

#[derive(Debug, Clone, Copy, Default)]
struct Used {
    cpu_s: f64,
    read_bytes: f64,
    written_bytes: f64,
}

impl Stage {
    pub fn begin(name: &str) -> Stage {
        // Lets the kernel forget the peak so far; where that is not allowed the peak is that of the whole run.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        Stage {
            name: name.to_owned(),
            start: Instant::now(),
            before: Used::now(),
        }
    }

    pub fn end(self, rows: u64) -> Measured {
        let after = Used::now();
        const MIB: f64 = 1024.0 * 1024.0;
        Measured {
            stage: self.name,
            rows,
            wall_s: self.start.elapsed().as_secs_f64(),
            cpu_s: after.cpu_s - self.before.cpu_s,
            peak_mib: status_kib("VmHWM:") / 1024.0,
            read_mib: (after.read_bytes - self.before.read_bytes) / MIB,
            written_mib: (after.written_bytes - self.before.written_bytes) / MIB,
        }
    }
}

impl Measured {
    pub fn cells(&self) -> Vec<String> {
        let rate = if self.wall_s > 0.0 {
            self.rows as f64 / self.wall_s
        } else {
            0.0
        };
        vec![
            self.stage.clone(),
            crate::ui::thousands(self.rows as i64),
            format!("{:.1}", self.wall_s),
            format!("{:.1}", self.cpu_s),
            crate::ui::thousands(rate as i64),
            format!("{:.0}", self.peak_mib),
            format!("{:.0}", self.read_mib),
            format!("{:.0}", self.written_mib),
        ]
    }
}

impl Used {
    /// Zeroes where there is no /proc.
    fn now() -> Used {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        // The second field is the program's name in brackets and may hold spaces.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |at: usize| {
            fields
                .get(at)
                .and_then(|field| field.parse::<f64>().ok())
                .unwrap_or(0.0)
        };
        let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
        Used {
            cpu_s: (ticks(11) + ticks(12)) / TICKS_PER_SECOND,
            read_bytes: after(&io, "rchar:"),
            written_bytes: after(&io, "wchar:"),
        }
    }
}

fn status_kib(name: &str) -> f64 {
    after(&std::fs::read_to_string("/proc/self/status").unwrap_or_default(), name)
}

/// The number behind a name in a file of `name: number` lines.
fn after(text: &str, name: &str) -> f64 {
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok())
        .unwrap_or(0.0)
}

/// The machine, in one line: a figure without it says little.
pub fn machine() -> Result<String, CliError> {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| {
            line.strip_prefix("model name")?
                .split_once(':')
                .map(|(_, name)| name.trim())
        })
        .unwrap_or("unknown processor");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    Ok(format!(
        "{cores} cores of {model}, {:.0} GiB",
        after(&memory, "MemTotal:") / 1024.0 / 1024.0
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_that_works_uses_cpu_time_and_memory() {
        let stage = Stage::begin("sum");
        let mut numbers = vec![1_u64; 1 << 22];
        for _ in 0..20 {
            numbers
                .iter_mut()
                .for_each(|number| *number = std::hint::black_box(number.wrapping_mul(3)));
        }
        let measured = stage.end(1 << 22);
        assert!(measured.cpu_s > 0.0 && measured.wall_s > 0.0, "{measured:?}");
        assert!(measured.peak_mib > 32.0, "{measured:?}");
    }
}
