//! Some hundred rows, checked column by column.

use anwang_contracts::{ColumnType, RejectCode, Rule, Severity, WithoutId};
use anwang_domain::{CitizenId, CitizenIdFault, Day};

use super::texts::{self, TextColumn};
use crate::cell::number::{self, NotFen};
use crate::cell::{date, tidy};
use crate::plan::{ColumnPlan, NULL, Parser, Plan};
use crate::rows::{Rows, ShapeFault};

/// What is wrong with a cell, or with a row at a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Index of the row in its chunk.
    pub row: u32,
    /// Position in the contract.
    pub column: usize,
    pub code: RejectCode,
}

/// Checked rows. Columns are as long as the rows; a faulty cell is [`NULL`] or empty.
#[derive(Debug, Default)]
pub struct Chunk {
    /// Per column, for those that are not text: citizen ids packed, amounts in fen, dates in days, and so on.
    pub ints: Vec<Vec<i64>>,
    /// Per column, for text.
    pub texts: Vec<TextColumn>,
    pub faults: Vec<Fault>,
    /// Rule and row, for rules that only give notice; of rows without a fault.
    pub notices: Vec<(usize, u32)>,
    /// Row and id column, for subjects without an id whose rows go to the review list.
    pub nobody: Vec<(u32, usize)>,
    /// Whether a row has a fault.
    pub bad: Vec<bool>,
    /// First row of `Rows` that belongs to this chunk: header rows go before.
    pub skipped: usize,
    /// Rows without any value, which are neither good nor bad.
    pub blank: Vec<u32>,
    buffer: Vec<u8>,
}

impl Chunk {
    pub fn new(plan: &Plan<'_>) -> Chunk {
        Chunk {
            ints: plan.columns.iter().map(|_| Vec::new()).collect(),
            texts: plan.columns.iter().map(|_| TextColumn::default()).collect(),
            ..Chunk::default()
        }
    }

    pub fn len(&self) -> usize {
        self.bad.len()
    }

    pub fn is_empty(&self) -> bool {
        self.bad.is_empty()
    }

    /// Checks `rows`, whose cells lie in `text`, as delivered on the day `as_of`.
    pub fn check(&mut self, plan: &Plan<'_>, text: &[u8], rows: &Rows, as_of: Day) {
        self.skipped = rows.numbers().partition_point(|&number| number <= plan.header_row);
        self.faults.clear();
        self.notices.clear();
        self.blank.clear();
        self.bad.clear();
        self.bad.resize(rows.len() - self.skipped, false);
        for (index, column) in plan.columns.iter().enumerate() {
            if column.parser.is_text() {
                self.texts_of(index, column, text, rows);
            } else {
                self.ints_of(plan, index, column, text, rows);
            }
        }
        self.add_shape_faults(plan, rows);
        self.apply_rules(plan, as_of);
        self.find_subjects(plan);
        self.set_blank_aside(text, rows);
        for fault in &self.faults {
            self.bad[fault.row as usize] = true;
        }
        let bad = &self.bad;
        self.notices.retain(|&(_, row)| !bad[row as usize]);
    }

    fn ints_of(&mut self, plan: &Plan<'_>, index: usize, column: &ColumnPlan<'_>, text: &[u8], rows: &Rows) {
        let Chunk {
            ints,
            faults,
            buffer,
            skipped,
            ..
        } = self;
        let mut into = Column {
            out: &mut ints[index],
            faults,
            buffer,
            skipped: *skipped,
            index,
            column,
        };
        match &column.parser {
            Parser::CitizenId => into.ids(text, rows),
            Parser::Code(table) => into.each(text, rows, RejectCode::UnknownCode, |cell| table.find(cell)),
            Parser::Money(unit) => into.money(text, rows, *unit),
            Parser::Date(serial) => into.each(text, rows, RejectCode::NotADate, |cell| date::day(cell, *serial)),
            Parser::Month(serial) => into.each(text, rows, RejectCode::NotAMonth, |cell| date::month(cell, *serial)),
            Parser::Count => into.each(text, rows, RejectCode::NotACount, number::count),
            Parser::Rate(unit) => into.each(text, rows, RejectCode::NotARate, |cell| number::rate(cell, *unit)),
            Parser::Division => into.each(text, rows, RejectCode::NotADivision, number::division),
            Parser::Flag => into.each(text, rows, RejectCode::NotAFlag, flag),
            Parser::Text => {}
        }
        if let Some((least, most, code)) = limits(column) {
            for (row, value) in ints[index].iter_mut().enumerate() {
                if *value != NULL && !(least..=most).contains(value) {
                    faults.push(Fault {
                        row: row as u32,
                        column: index,
                        code,
                    });
                    *value = NULL;
                }
            }
        }
        if column.column.kind == ColumnType::Division {
            for (row, &value) in ints[index].iter().enumerate() {
                if value != NULL && !plan.divisions.may_be(value) {
                    faults.push(Fault {
                        row: row as u32,
                        column: index,
                        code: RejectCode::UnknownDivision,
                    });
                }
            }
        }
    }

    fn texts_of(&mut self, index: usize, column: &ColumnPlan<'_>, text: &[u8], rows: &Rows) {
        let out = &mut self.texts[index];
        out.clear();
        for row in self.skipped..rows.len() {
            let cell = column.cell.map_or(&[][..], |cell| rows.cell(text, row, cell));
            let checked = texts::clean(cell, &mut self.buffer).and_then(|clean| {
                if clean.is_empty() {
                    if column.column.required && column.cell.is_some() {
                        Err(RejectCode::MissingRequired)
                    } else {
                        Ok(clean)
                    }
                } else {
                    texts::check(column.column.kind, clean).map(|()| clean)
                }
            });
            match checked {
                Ok(clean) => out.push(clean),
                Err(code) => {
                    out.push(&[]);
                    self.faults.push(Fault {
                        row: (row - self.skipped) as u32,
                        column: index,
                        code,
                    });
                }
            }
        }
    }

    /// A row of the wrong shape has one fault, its shape; what its cells seem to hold means nothing.
    fn add_shape_faults(&mut self, plan: &Plan<'_>, rows: &Rows) {
        if rows.shape_faults().is_empty() {
            return;
        }
        let shaped: Vec<(u32, RejectCode)> = rows
            .shape_faults()
            .iter()
            .filter(|(row, _)| *row as usize >= self.skipped)
            .map(|&(row, fault)| {
                let code = match fault {
                    ShapeFault::Width { cells } if (cells as usize) < rows.width() => RejectCode::TooFewColumns,
                    ShapeFault::Width { .. } => RejectCode::TooManyColumns,
                    ShapeFault::UnclosedQuote => RejectCode::UnclosedQuote,
                    ShapeFault::NotJson => RejectCode::NotJson,
                };
                (row - self.skipped as u32, code)
            })
            .collect();
        self.faults
            .retain(|fault| shaped.binary_search_by_key(&fault.row, |&(row, _)| row).is_err());
        let column = plan
            .columns
            .iter()
            .position(|column| column.cell == Some(0))
            .unwrap_or(0);
        self.faults
            .extend(shaped.into_iter().map(|(row, code)| Fault { row, column, code }));
    }

    /// Rules see a faulty cell as missing, so a fault does not bring others with it, except `required_when`, which is held back.
    fn apply_rules(&mut self, plan: &Plan<'_>, as_of: Day) {
        for (index, rule) in plan.contract.rules.iter().enumerate() {
            for row in 0..self.len() {
                let Some(column) = self.broken(plan, rule, row, as_of) else {
                    continue;
                };
                match rule.severity {
                    Severity::Warn => self.notices.push((index, row as u32)),
                    Severity::Reject => {
                        let already = self
                            .faults
                            .iter()
                            .any(|fault| fault.row as usize == row && fault.column == column);
                        if !already {
                            self.faults.push(Fault {
                                row: row as u32,
                                column,
                                code: RejectCode::RuleBroken(index),
                            });
                        }
                    }
                }
            }
        }
    }

    #[inline]
    fn broken(&self, plan: &Plan<'_>, rule: &Rule, row: usize, as_of: Day) -> Option<usize> {
        let value = |column: usize| {
            if plan.columns[column].parser.is_text() {
                (!self.texts[column].get(row).is_empty()).then_some(1)
            } else {
                let value = self.ints[column][row];
                (value != NULL).then_some(value)
            }
        };
        rule.broken_by(value, as_of)
    }

    /// Rows whose subjects have no id are for people to look at, or are rejected, as the contract says.
    fn find_subjects(&mut self, plan: &Plan<'_>) {
        self.nobody.clear();
        for row in 0..self.len() {
            for &column in &plan.contract.persons {
                if self.ints[column][row] != NULL
                    || self
                        .faults
                        .iter()
                        .any(|fault| fault.row as usize == row && fault.column == column)
                {
                    continue;
                }
                match plan.contract.without_id {
                    WithoutId::Review => self.nobody.push((row as u32, column)),
                    WithoutId::Reject => self.faults.push(Fault {
                        row: row as u32,
                        column,
                        code: RejectCode::MissingRequired,
                    }),
                }
            }
        }
    }

    /// Rows of separators only, as spreadsheets leave them behind.
    fn set_blank_aside(&mut self, text: &[u8], rows: &Rows) {
        if self.faults.is_empty() {
            return;
        }
        let mut faulty: Vec<u32> = self.faults.iter().map(|fault| fault.row).collect();
        faulty.sort_unstable();
        faulty.dedup();
        faulty.retain(|&row| {
            (0..rows.width()).all(|cell| tidy::trim(rows.cell(text, row as usize + self.skipped, cell)).is_empty())
        });
        self.faults.retain(|fault| faulty.binary_search(&fault.row).is_err());
        self.nobody.retain(|(row, _)| faulty.binary_search(row).is_err());
        self.notices.retain(|(_, row)| faulty.binary_search(row).is_err());
        self.blank = faulty;
    }
}

/// One column being read.
struct Column<'a> {
    out: &'a mut Vec<i64>,
    faults: &'a mut Vec<Fault>,
    buffer: &'a mut Vec<u8>,
    skipped: usize,
    index: usize,
    column: &'a ColumnPlan<'a>,
}

impl Column<'_> {
    /// Reads each cell with `parse`; cells that it refuses are tried again in half width.
    #[inline]
    fn each(&mut self, text: &[u8], rows: &Rows, otherwise: RejectCode, parse: impl Fn(&[u8]) -> Option<i64>) {
        self.read(text, rows, |cell, buffer| match parse(cell) {
            Some(value) => Ok(value),
            None if tidy::is_nothing(cell) => Ok(NULL),
            None if cell.is_ascii() => Err(otherwise),
            None if !tidy::to_half_width(cell, buffer) => Err(RejectCode::NotUtf8),
            None => parse(buffer).ok_or(otherwise),
        });
    }

    fn money(&mut self, text: &[u8], rows: &Rows, unit: number::MoneyUnit) {
        let code = |fault| match fault {
            NotFen::NotANumber => RejectCode::NotMoney,
            NotFen::FinerThanOneFen => RejectCode::FinerThanOneFen,
        };
        self.read(text, rows, |cell, buffer| match number::fen(cell, unit) {
            Ok(fen) => Ok(fen),
            Err(_) if tidy::is_nothing(cell) => Ok(NULL),
            Err(fault) if cell.is_ascii() => Err(code(fault)),
            Err(_) if !tidy::to_half_width(cell, buffer) => Err(RejectCode::NotUtf8),
            Err(_) => number::fen(buffer, unit).map_err(code),
        });
    }

    fn ids(&mut self, text: &[u8], rows: &Rows) {
        self.read(text, rows, |cell, buffer| {
            let Ok(written) = std::str::from_utf8(cell) else {
                return Err(RejectCode::NotUtf8);
            };
            let first = match CitizenId::parse(written) {
                Ok(id) => return Ok(id.packed() as i64),
                Err(fault) => fault,
            };
            if tidy::is_nothing(cell) {
                return Ok(NULL);
            }
            // Marks that text programs put in front of numbers, and blanks within.
            if !tidy::to_half_width(cell, buffer) {
                return Err(RejectCode::NotUtf8);
            }
            buffer.retain(|byte| !matches!(byte, b'\'' | b' ' | b'`'));
            match std::str::from_utf8(buffer).map(CitizenId::parse) {
                Ok(Ok(id)) => Ok(id.packed() as i64),
                _ => Err(id_code(first)),
            }
        });
    }

    #[inline]
    fn read(&mut self, text: &[u8], rows: &Rows, parse: impl Fn(&[u8], &mut Vec<u8>) -> Result<i64, RejectCode>) {
        self.out.clear();
        let Some(place) = self.column.cell else {
            self.out.resize(rows.len() - self.skipped, NULL);
            return;
        };
        for row in self.skipped..rows.len() {
            let cell = tidy::trim(rows.cell(text, row, place));
            let read = if cell.is_empty() {
                Ok(NULL)
            } else {
                parse(cell, self.buffer)
            };
            let value = match read {
                Ok(NULL) if self.column.column.required => Err(RejectCode::MissingRequired),
                other => other,
            };
            self.out.push(value.unwrap_or_else(|code| {
                self.faults.push(Fault {
                    row: (row - self.skipped) as u32,
                    column: self.index,
                    code,
                });
                NULL
            }));
        }
    }
}

fn flag(cell: &[u8]) -> Option<i64> {
    const YES: [&str; 9] = ["是", "有", "Y", "y", "true", "TRUE", "True", "√", "yes"];
    const NO: [&str; 9] = ["否", "无", "N", "n", "false", "FALSE", "False", "×", "no"];
    match cell {
        b"1" => Some(1),
        b"0" => Some(0),
        _ if YES.iter().any(|word| word.as_bytes() == cell) => Some(1),
        _ if NO.iter().any(|word| word.as_bytes() == cell) => Some(0),
        _ => None,
    }
}

fn id_code(fault: CitizenIdFault) -> RejectCode {
    match fault {
        CitizenIdFault::Length => RejectCode::IdLength,
        CitizenIdFault::NotDigits => RejectCode::IdNotDigits,
        CitizenIdFault::Area => RejectCode::IdArea,
        CitizenIdFault::ImpossibleDate => RejectCode::IdImpossibleDate,
        CitizenIdFault::CheckDigit => RejectCode::IdCheckDigit,
    }
}

/// Days that a date may be without a range in its contract: 1850-01-01 to 2149-12-31. Beyond lie typing errors and "for ever".
const EARLIEST_DAY: i64 = -43_829;
const LATEST_DAY: i64 = 65_743;

fn limits(column: &ColumnPlan<'_>) -> Option<(i64, i64, RejectCode)> {
    let code = match column.column.kind {
        ColumnType::Date | ColumnType::Month => RejectCode::DateOutOfRange,
        _ => RejectCode::OutOfRange,
    };
    match (column.column.range, column.column.kind) {
        (Some(range), _) => Some((range.low, range.high, code)),
        (None, ColumnType::Date) => Some((EARLIEST_DAY, LATEST_DAY, code)),
        (None, _) => None,
    }
}
