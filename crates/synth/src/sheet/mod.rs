//! A piece of one delivered file: the rows that one chunk adds to it, cell by cell.

pub mod columns;
pub mod dialect;
pub mod layout;

use arrow_array::RecordBatch;

use crate::calendar::{self, Day, NEVER};
use crate::faults::{Fault, FaultPlan};
use crate::ids::IdNumber;
use crate::names::Name;
use columns::ColumnBuffer;
use dialect::{DateStyle, IdStyle, MoneyStyle};
use layout::Layout;

/// A row that is not as it should be; `person` indexes the chunk's people.
#[derive(Debug, Clone, Copy)]
pub struct FaultyRow {
    /// 0 for the first row that the chunk adds to the file.
    pub row: u32,
    pub fault: Fault,
    pub person: u32,
}

/// A row whose id as written is not the person's own 18 digits.
#[derive(Debug, Clone)]
pub struct AliasRow {
    pub row: u32,
    pub person: u32,
    pub written: String,
}

#[derive(Debug)]
pub struct Sheet<'l> {
    layout: &'l Layout,
    text: Vec<u8>,
    columns: Vec<ColumnBuffer>,
    plan: FaultPlan,
    /// The fault of the row being written, until a cell has taken it.
    fault: Option<Fault>,
    at: usize,
    row_start: usize,
    person: u32,
    pub rows: u32,
    pub faulty: Vec<FaultyRow>,
    pub aliases: Vec<AliasRow>,
    oddity: u32,
}

/// What a chunk adds to a file.
#[derive(Debug)]
pub enum Rows {
    Text(Vec<u8>),
    Batch(RecordBatch),
}

impl<'l> Sheet<'l> {
    pub fn new(layout: &'l Layout, plan: FaultPlan) -> Self {
        let parquet = layout.dialect.container == dialect::Container::Parquet;
        let columns = if parquet {
            layout.kinds.iter().map(|&kind| ColumnBuffer::new(kind)).collect()
        } else {
            Vec::new()
        };
        Self {
            layout,
            text: Vec::new(),
            columns,
            plan,
            fault: None,
            at: 0,
            row_start: 0,
            person: 0,
            rows: 0,
            faulty: Vec::new(),
            aliases: Vec::new(),
            oddity: 0,
        }
    }

    fn is_parquet(&self) -> bool {
        !self.columns.is_empty()
    }

    /// Begins a row that speaks of a person of the chunk.
    #[inline]
    pub fn begin(&mut self, person: u32) {
        self.begin_with(person, None);
    }

    /// Begins a row that carries a fault of its matter (listed after death, a late settlement), or a drawn one.
    pub fn begin_with(&mut self, person: u32, fault: Option<Fault>) {
        self.person = person;
        self.at = 0;
        self.row_start = self.text.len();
        self.fault = fault.or_else(|| self.plan.draw(self.is_parquet()));
        if let Some(fault) = self.fault {
            self.faulty.push(FaultyRow {
                row: self.rows,
                fault,
                person,
            });
        }
    }

    /// Whether a check will keep the last row aside, so that its department sends it again.
    pub fn last_row_comes_back(&self) -> bool {
        let last = self.faulty.last().filter(|faulty| faulty.row + 1 == self.rows);
        last.is_some_and(|faulty| faulty.fault.expected_reject().is_some())
    }

    /// Ends the row.
    pub fn end(&mut self) {
        assert_eq!(
            self.at,
            self.layout.kinds.len(),
            "a row has as many cells as its sheet has columns"
        );
        if self.fault.is_some_and(Fault::needs_a_cell) {
            // The row had no cell for it (an old record without the id in question), so nothing is wrong with it.
            self.faulty.pop();
        }
        if self.is_parquet() {
            self.rows += 1;
            return;
        }
        let (cell, row) = self.layout.dialect.separators();
        if self.fault == Some(Fault::WideRow) {
            self.text.push(cell);
            self.text.extend_from_slice("备注".as_bytes());
        }
        self.text.push(row);
        self.rows += 1;
        if self.fault == Some(Fault::Duplicate) {
            let from = self.row_start;
            self.text.extend_from_within(from..);
            self.rows += 1;
        }
    }

    #[inline]
    fn cell(&mut self) -> usize {
        if self.at > 0 && self.columns.is_empty() {
            self.text.push(self.layout.dialect.separators().0);
        }
        self.at += 1;
        self.at - 1
    }

    #[inline]
    pub fn none(&mut self) {
        let at = self.cell();
        if self.is_parquet() {
            self.columns[at].null();
        }
    }

    /// Text without separators or quotes, which is all that the sample writes.
    #[inline]
    pub fn text(&mut self, value: &str) {
        self.pieces(&[value]);
    }

    #[inline]
    pub fn pieces(&mut self, pieces: &[&str]) {
        let at = self.cell();
        if self.is_parquet() {
            match pieces {
                [one] => self.columns[at].text(one),
                many => self.columns[at].text(&many.concat()),
            }
            return;
        }
        for piece in pieces {
            self.text.extend_from_slice(piece.as_bytes());
        }
    }

    #[inline]
    pub fn ascii(&mut self, value: &[u8]) {
        let at = self.cell();
        if self.is_parquet() {
            self.columns[at].text(std::str::from_utf8(value).unwrap_or(""));
            return;
        }
        self.text.extend_from_slice(value);
    }

    /// The citizen id of the row's person; here the faults of ids are planted.
    pub fn id(&mut self, id: IdNumber) {
        if id.is_none() {
            self.alias(String::new());
            return self.none();
        }
        let digits = id.digits();
        let Some(fault) = self.fault else {
            return self.written_id(&digits);
        };
        match fault {
            Fault::CheckDigit => {
                let mut wrong = digits;
                wrong[17] = if wrong[17] == b'7' { b'3' } else { b'7' };
                self.false_id(&wrong);
            }
            Fault::ImpossibleBirth => {
                let mut wrong = digits;
                (wrong[10], wrong[11]) = (b'1', b'9');
                wrong[17] = crate::ids::check_digit(&wrong);
                self.false_id(&wrong);
            }
            Fault::ShortId => self.false_id(&digits[..17]),
            _ => return self.ascii(&digits),
        }
        self.fault = Some(Fault::Taken);
    }

    #[inline]
    fn written_id(&mut self, digits: &[u8; 18]) {
        if self.layout.dialect.ids != IdStyle::Plain {
            self.oddity = self.oddity.wrapping_add(1);
            if self.layout.dialect.ids == IdStyle::LowerX && digits[17] == b'X' {
                let mut lower = *digits;
                lower[17] = b'x';
                return self.ascii(&lower);
            }
            if self.layout.dialect.ids == IdStyle::SomeFullWidth && self.oddity.is_multiple_of(97) {
                return self.text(&full_width(digits));
            }
        }
        self.ascii(digits);
    }

    fn false_id(&mut self, written: &[u8]) {
        self.alias(String::from_utf8_lossy(written).into_owned());
        self.ascii(written);
    }

    /// Whether the row being written has a fault that its writer has to make.
    pub fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// An id left out where people have to look for the person.
    pub fn no_id(&mut self) {
        self.alias(String::new());
        self.none();
    }

    /// An id in its 15-digit form, as in old paper records.
    pub fn old_id(&mut self, id: IdNumber) {
        let written = id.fifteen_digits();
        self.alias(String::from_utf8_lossy(&written).into_owned());
        self.ascii(&written);
    }

    /// The id of another person named in the row: never faulty.
    pub fn other_id(&mut self, id: IdNumber) {
        if id.is_none() {
            self.none()
        } else {
            self.ascii(&id.digits())
        }
    }

    fn alias(&mut self, written: String) {
        self.aliases.push(AliasRow {
            row: self.rows,
            person: self.person,
            written,
        });
    }

    #[inline]
    pub fn name(&mut self, name: Name) {
        match self.fault {
            Some(Fault::NameMistyped) => {
                self.fault = Some(Fault::Taken);
                self.text(&name.mistyped());
            }
            Some(Fault::MissingName) => {
                self.fault = Some(Fault::Taken);
                self.none();
            }
            _ => self.pieces(&name.parts()),
        }
    }

    #[inline]
    pub fn other_name(&mut self, name: Name) {
        self.pieces(&name.parts());
    }

    #[inline]
    pub fn code(&mut self, code: i16) {
        if self.fault == Some(Fault::UnknownCode) && !self.is_parquet() {
            self.fault = Some(Fault::Taken);
            return self.text("待核实");
        }
        let at = self.cell();
        if self.is_parquet() {
            return self.columns[at].whole(i32::from(code));
        }
        match self.layout.label(at, code) {
            Some(label) => self.text.extend_from_slice(label.as_bytes()),
            None => self.number(code as u64),
        }
    }

    #[inline]
    pub fn flag(&mut self, value: bool) {
        let at = self.cell();
        if self.is_parquet() {
            return self.columns[at].flag(value);
        }
        self.text.extend_from_slice(if value { "是" } else { "否" }.as_bytes());
    }

    #[inline]
    pub fn count(&mut self, value: i32) {
        let at = self.cell();
        if self.is_parquet() {
            return self.columns[at].whole(value);
        }
        self.number(value.max(0) as u64);
    }

    /// A number that is a name: household, village.
    #[inline]
    pub fn numeral(&mut self, value: u64) {
        let mut digits = [0; 20];
        let from = digits_of(value, &mut digits);
        self.ascii(&digits[from..]);
    }

    /// `NEVER` leaves the cell empty.
    #[inline]
    pub fn date(&mut self, day: Day) {
        if day == NEVER {
            return self.none();
        }
        if self.fault == Some(Fault::BadDate) && !self.is_parquet() {
            self.fault = Some(Fault::Taken);
            return self.text("2026-02-30");
        }
        let at = self.cell();
        if self.is_parquet() {
            return self.columns[at].whole(day);
        }
        let (year, month, date) = calendar::ymd(day);
        let style = self.layout.dialect.dates;
        let year = year as u32;
        match style {
            DateStyle::Dashes => {
                let mut out = *b"0000-00-00";
                four(&mut out[0..4], year);
                two(&mut out[5..7], month);
                two(&mut out[8..10], date);
                self.text.extend_from_slice(&out);
            }
            DateStyle::Digits => {
                let mut out = *b"00000000";
                four(&mut out[0..4], year);
                two(&mut out[4..6], month);
                two(&mut out[6..8], date);
                self.text.extend_from_slice(&out);
            }
            DateStyle::Slashes => {
                self.number(u64::from(year));
                self.text.push(b'/');
                self.number(u64::from(month));
                self.text.push(b'/');
                self.number(u64::from(date));
            }
            DateStyle::Chinese => {
                self.number(u64::from(year));
                self.text.extend_from_slice("年".as_bytes());
                self.number(u64::from(month));
                self.text.extend_from_slice("月".as_bytes());
                self.number(u64::from(date));
                self.text.extend_from_slice("日".as_bytes());
            }
        }
    }

    /// The month in which a day lies.
    pub fn month(&mut self, day: Day) {
        if day == NEVER {
            return self.none();
        }
        let (year, month, _) = calendar::ymd(day);
        let mut out = *b"0000-00";
        four(&mut out[0..4], year as u32);
        two(&mut out[5..7], month);
        self.ascii(&out);
    }

    #[inline]
    pub fn money(&mut self, fen: i64) {
        if self.fault == Some(Fault::BadMoney) && !self.is_parquet() {
            self.fault = Some(Fault::Taken);
            return self.text("约三百");
        }
        let fen = if self.fault == Some(Fault::AnnualAsMonthly) {
            self.fault = Some(Fault::Taken);
            fen * 12
        } else {
            fen
        };
        let at = self.cell();
        if self.is_parquet() {
            return self.columns[at].scaled(fen);
        }
        if fen < 0 {
            self.text.push(b'-');
        }
        let whole = fen.unsigned_abs();
        if self.layout.in_ten_thousand[at] {
            self.number(whole / 1_000_000);
            self.fraction(whole % 1_000_000, 6);
            return;
        }
        if self.layout.dialect.money == MoneyStyle::Thousands && whole >= 100_000 && fen > 0 {
            let quoted = self.layout.dialect.separators().0 == b',';
            if quoted {
                self.text.push(b'"');
            }
            self.grouped(whole / 100);
            self.fraction(whole % 100, 2);
            if quoted {
                self.text.push(b'"');
            }
            return;
        }
        self.number(whole / 100);
        self.fraction(whole % 100, 2);
    }

    /// A share in ten-thousandths, written as a decimal.
    pub fn rate(&mut self, ten_thousandths: i64) {
        let at = self.cell();
        if self.is_parquet() {
            return self.columns[at].scaled(ten_thousandths);
        }
        self.number(ten_thousandths as u64 / 10_000);
        self.fraction(ten_thousandths as u64 % 10_000, 4);
    }

    fn fraction(&mut self, value: u64, places: usize) {
        self.text.push(b'.');
        let mut digits = [b'0'; 20];
        digits_of(value, &mut digits);
        self.text.extend_from_slice(&digits[20 - places..]);
    }

    fn grouped(&mut self, value: u64) {
        if value >= 1_000 {
            self.grouped(value / 1_000);
            let rest = (value % 1_000) as u32;
            self.text.extend_from_slice(&[
                b',',
                b'0' + (rest / 100) as u8,
                b'0' + (rest / 10 % 10) as u8,
                b'0' + (rest % 10) as u8,
            ]);
        } else {
            self.number(value);
        }
    }

    #[inline]
    fn number(&mut self, value: u64) {
        let mut digits = [0; 20];
        let from = digits_of(value, &mut digits);
        self.text.extend_from_slice(&digits[from..]);
    }

    /// The rows written, for the file.
    pub fn finish(&mut self) -> Result<Rows, arrow_schema::ArrowError> {
        if self.is_parquet() {
            return Ok(Rows::Batch(columns::batch(&self.layout.schema, &mut self.columns)?));
        }
        Ok(Rows::Text(std::mem::take(&mut self.text)))
    }
}

#[inline]
fn digits_of(mut value: u64, out: &mut [u8; 20]) -> usize {
    let mut from = 20;
    loop {
        from -= 1;
        out[from] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            return from;
        }
    }
}

#[inline]
fn two(out: &mut [u8], value: u32) {
    out[0] = b'0' + (value / 10) as u8;
    out[1] = b'0' + (value % 10) as u8;
}

#[inline]
fn four(out: &mut [u8], value: u32) {
    two(&mut out[0..2], value / 100);
    two(&mut out[2..4], value % 100);
}

fn full_width(digits: &[u8]) -> String {
    digits
        .iter()
        .map(|&digit| char::from_u32(0xfee0 + u32::from(digit)).unwrap_or(char::from(digit)))
        .collect()
}
