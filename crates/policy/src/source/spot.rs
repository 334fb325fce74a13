//! Where something stands in a pack's files, and what a reader is told about it.

use std::fmt;

/// A stretch of one line of one file of a pack. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub struct Spot {
    pub file: u16,
    pub line: u32,
    pub column: u32,
    pub length: u32,
}

impl Spot {
    /// The stretch of `length` characters that begins `skip` characters into this one.
    pub fn within(self, skip: usize, length: usize) -> Spot {
        Spot {
            column: self.column + skip as u32,
            length: length.max(1) as u32,
            ..self
        }
    }
}

/// The texts of a pack: paths for messages, lines for carets.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    pub files: Vec<(String, String)>,
}

impl Sources {
    pub fn path(&self, spot: Spot) -> &str {
        self.files.get(spot.file as usize).map_or("", |(path, _)| path)
    }

    pub fn line(&self, spot: Spot) -> &str {
        let text = self.files.get(spot.file as usize).map_or("", |(_, text)| text);
        text.lines().nth((spot.line as usize).saturating_sub(1)).unwrap_or("")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// What can be wrong with a pack. The code is stable: editors and tests rely on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    Yaml,
    Shape,
    Syntax,
    UnknownName,
    Duplicate,
    Replaced,
    Cycle,
    TypeMismatch,
    UnitMismatch,
    WrongEntity,
    Overflow,
    Unreachable,
    BandOverlap,
    DateGap,
    DateOverlap,
    ParameterMissing,
    BelowFloor,
    Unused,
    Uncited,
}

impl Fault {
    pub fn code(self) -> &'static str {
        match self {
            Fault::Yaml => "policy.yaml",
            Fault::Shape => "policy.shape",
            Fault::Syntax => "policy.syntax",
            Fault::UnknownName => "policy.unknown_name",
            Fault::Duplicate => "policy.duplicate",
            Fault::Replaced => "policy.replaced",
            Fault::Cycle => "policy.cycle",
            Fault::TypeMismatch => "policy.type",
            Fault::UnitMismatch => "policy.unit",
            Fault::WrongEntity => "policy.entity",
            Fault::Overflow => "policy.overflow",
            Fault::Unreachable => "policy.unreachable",
            Fault::BandOverlap => "policy.band_overlap",
            Fault::DateGap => "policy.date_gap",
            Fault::DateOverlap => "policy.date_overlap",
            Fault::ParameterMissing => "policy.parameter_missing",
            Fault::BelowFloor => "policy.below_floor",
            Fault::Unused => "policy.unused",
            Fault::Uncited => "policy.uncited",
        }
    }

    pub fn severity(self) -> Severity {
        match self {
            Fault::Unreachable | Fault::DateGap | Fault::ParameterMissing | Fault::Unused | Fault::Uncited => {
                Severity::Warning
            }
            _ => Severity::Error,
        }
    }
}

/// A finding before its file and line are looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub fault: Fault,
    pub spot: Spot,
    pub message: String,
    pub proposal: Option<String>,
}

impl Finding {
    pub fn new(fault: Fault, spot: Spot, message: impl Into<String>) -> Finding {
        Finding {
            fault,
            spot,
            message: message.into(),
            proposal: None,
        }
    }

    pub fn propose(mut self, proposal: impl Into<String>) -> Finding {
        self.proposal = Some(proposal.into());
        self
    }

    pub fn resolve(self, sources: &Sources) -> Diagnostic {
        Diagnostic {
            code: self.fault.code(),
            severity: self.fault.severity(),
            file: sources.path(self.spot).to_owned(),
            line: self.spot.line,
            column: self.spot.column,
            length: self.spot.length,
            text: sources.line(self.spot).to_owned(),
            message: self.message,
            proposal: self.proposal,
        }
    }
}

/// One finding as a reader sees it: `Display` prints the line with a caret under the place.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Diagnostic {
    pub code: &'static str,
    #[serde(serialize_with = "severity_word")]
    pub severity: Severity,
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub length: u32,
    pub text: String,
    pub message: String,
    pub proposal: Option<String>,
}

fn severity_word<S: serde::Serializer>(severity: &Severity, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    })
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.severity == Severity::Error {
            "error"
        } else {
            "warning"
        };
        writeln!(f, "{word}[{}]: {}", self.code, self.message)?;
        writeln!(f, "  --> {}:{}:{}", self.file, self.line, self.column)?;
        let number = self.line.to_string();
        writeln!(f, "{number} | {}", self.text)?;
        let before: String = self
            .text
            .chars()
            .take(self.column.saturating_sub(1) as usize)
            .map(blank_of_same_width)
            .collect();
        let room = self
            .text
            .chars()
            .count()
            .saturating_sub(self.column.saturating_sub(1) as usize)
            .max(1);
        let carets = "^".repeat((self.length as usize).clamp(1, room));
        write!(f, "{} | {before}{carets}", " ".repeat(number.len()))?;
        if let Some(proposal) = &self.proposal {
            write!(f, "\n  = {proposal}")?;
        }
        Ok(())
    }
}

/// Chinese characters take two cells on a terminal; an ideographic space keeps the caret under its word.
fn blank_of_same_width(c: char) -> char {
    match c {
        '\t' => '\t',
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}' => '\u{3000}',
        _ => ' ',
    }
}
