//! How a command speaks: text or JSON on standard output, progress and errors on standard error.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::error::CliError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    Text,
    Json,
}

/// The terminal, or what stands in for one.
#[derive(Debug)]
pub struct Ui {
    output: Output,
    terminal: bool,
}

impl Ui {
    pub fn new(json: bool) -> Ui {
        Ui {
            output: if json { Output::Json } else { Output::Text },
            terminal: std::io::stderr().is_terminal(),
        }
    }

    /// One line of text; silent under `--json`, whose only output is the answer.
    pub fn say(&self, line: impl AsRef<str>) {
        if self.output == Output::Text {
            write_line(line.as_ref());
        }
    }

    /// The answer: `text` for people, `document` for machines.
    pub fn answer(&self, document: &impl Serialize, text: impl FnOnce(&Ui)) -> Result<(), CliError> {
        match self.output {
            Output::Text => text(self),
            Output::Json => write_line(&serde_json::to_string_pretty(document)?),
        }
        Ok(())
    }

    /// A table with columns as wide as their widest cell; Chinese characters count as two.
    pub fn table(&self, head: &[&str], rows: &[Vec<String>]) {
        for line in table_lines(head, rows) {
            self.say(line);
        }
    }

    /// A bar on a terminal, nothing elsewhere: a log file needs no animation.
    pub fn progress(&self, label: &str, total: u64) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(total), self.draw_target());
        bar.set_style(
            ProgressStyle::with_template("{msg:<28} {bar:32} {human_pos:>12} / {human_len} {eta}")
                .expect("the template is fixed"),
        );
        bar.set_message(label.to_owned());
        bar
    }

    /// Work whose end is not known in advance.
    pub fn spinner(&self, label: &str) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(None, self.draw_target());
        bar.set_message(label.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }

    /// The error in one line on standard error (under `--json`, as a document), and the exit status.
    pub fn fail(&self, error: &CliError) -> ExitCode {
        match self.output {
            Output::Text => eprintln!("anwang: {error} [{}]", error.code()),
            Output::Json => eprintln!(
                "{}",
                serde_json::json!({"error": {"code": error.code(), "message": error.to_string()}})
            ),
        }
        ExitCode::FAILURE
    }

    fn draw_target(&self) -> ProgressDrawTarget {
        if self.terminal && self.output == Output::Text {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        }
    }
}

/// A reader that hangs up early (`anwang status | head`) ends the command quietly, as other tools do.
fn write_line(line: &str) {
    if writeln!(std::io::stdout().lock(), "{line}").is_err() {
        std::process::exit(0);
    }
}

fn table_lines(head: &[&str], rows: &[Vec<String>]) -> Vec<String> {
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let widths: Vec<usize> = (0..head.len())
        .map(|column| {
            std::iter::once(&head)
                .chain(rows)
                .filter_map(|row| row.get(column))
                .map(|cell| display_width(cell))
                .max()
                .unwrap_or(0)
        })
        .collect();
    let rule = widths.iter().map(|width| "─".repeat(*width)).collect();
    [head.clone(), rule]
        .iter()
        .chain(rows)
        .map(|row| table_line(row, &widths, rows))
        .collect()
}

fn table_line(row: &[String], widths: &[usize], rows: &[Vec<String>]) -> String {
    let cells: Vec<String> = row
        .iter()
        .zip(widths)
        .enumerate()
        .map(|(column, (cell, width))| {
            let gap = " ".repeat(width - display_width(cell));
            if is_numeric_column(rows, column) {
                format!("{gap}{cell}")
            } else {
                format!("{cell}{gap}")
            }
        })
        .collect();
    cells.join("  ").trim_end().to_owned()
}

fn is_numeric_column(rows: &[Vec<String>], column: usize) -> bool {
    rows.iter()
        .filter_map(|row| row.get(column))
        .all(|cell| cell.chars().all(|c| c.is_ascii_digit() || ",.%-+ ".contains(c)))
}

/// Columns a terminal gives the text: two for East Asian wide characters, one for others.
pub fn display_width(text: &str) -> usize {
    text.chars()
        .map(|c| match c as u32 {
            0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF => 2,
            0xFE30..=0xFE4F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x20000..=0x3FFFD => 2,
            _ => 1,
        })
        .sum()
}

/// `1234567` as `1,234,567`.
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if number < 0 {
        grouped.insert(0, '-');
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_text_lines_up_with_latin_text() {
        let rows = vec![
            vec!["低保".to_owned(), "12".to_owned()],
            vec!["dibao list".to_owned(), "1,234".to_owned()],
        ];
        let lines = table_lines(&["类别", "人"], &rows);
        let widths: Vec<usize> = lines.iter().map(|line| display_width(line)).collect();
        assert_eq!(widths, vec![17, 17, 17, 17], "{lines:#?}");
    }

    #[test]
    fn thousands_are_grouped_from_the_right() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")] {
            assert_eq!(thousands(number), text);
        }
    }
}
