//! Workbooks: each sheet with rows is a table.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};

use super::{PREVIEW_ROWS, ReadFault};
use crate::cell::date;
use crate::rows::{ROWS_AT_ONCE, Rows};

pub struct SheetBlocks {
    range: Option<Range<Data>>,
}

pub struct SheetBlock {
    range: Range<Data>,
}

/// A sheet: name, first rows as text, all rows.
type Sheet = (String, Vec<Vec<String>>, SheetBlocks);

/// The sheets that hold anything.
pub fn open(bytes: Vec<u8>) -> Result<Vec<Sheet>, ReadFault> {
    let refused = |error: calamine::XlsxError| ReadFault::Workbook(error.to_string());
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(refused)?;
    let mut sheets = Vec::new();
    for name in workbook.sheet_names() {
        let range = workbook.worksheet_range(&name).map_err(refused)?;
        if range.is_empty() {
            continue;
        }
        let preview = preview(&range);
        sheets.push((name, preview, SheetBlocks { range: Some(range) }));
    }
    if sheets.is_empty() {
        Err(ReadFault::Empty)
    } else {
        Ok(sheets)
    }
}

fn preview(range: &Range<Data>) -> Vec<Vec<String>> {
    let above = range.start().map_or(0, |(row, _)| row as usize);
    let mut preview = vec![Vec::new(); above.min(PREVIEW_ROWS)];
    for row in range.rows().take(PREVIEW_ROWS.saturating_sub(above)) {
        let mut cells = Vec::new();
        for cell in row {
            let mut text = Vec::new();
            write_cell(cell, &mut text);
            cells.push(String::from_utf8_lossy(&text).into_owned());
        }
        while cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        preview.push(cells);
    }
    preview
}

impl SheetBlocks {
    /// A sheet holds at most 1,048,576 rows, so it is one block.
    pub fn next_block(&mut self) -> Option<SheetBlock> {
        self.range.take().map(|range| SheetBlock { range })
    }
}

impl SheetBlock {
    pub fn rows(self, rows: &mut Rows, take: &mut impl FnMut(&[u8], &Rows)) {
        let first_row = self.range.start().map_or(1, |(row, _)| row + 1);
        rows.clear();
        for (index, row) in self.range.rows().enumerate() {
            if row.iter().all(|cell| matches!(cell, Data::Empty)) {
                continue;
            }
            for cell in row {
                rows.push_side(|side| write_cell(cell, side));
            }
            rows.end_row(first_row + index as u32, &[]);
            if rows.len() == ROWS_AT_ONCE {
                take(&[], rows);
                rows.clear();
            }
        }
        if !rows.is_empty() {
            take(&[], rows);
        }
    }
}

/// A cell as a person would type it into a CSV file.
fn write_cell(cell: &Data, out: &mut Vec<u8>) {
    match cell {
        Data::Empty => {}
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            out.extend_from_slice(text.as_bytes())
        }
        Data::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Data::Float(number) => out.extend_from_slice(plain(*number).as_bytes()),
        Data::Bool(truth) => out.push(if *truth { b'1' } else { b'0' }),
        Data::DateTime(moment) => {
            // Days since 1899-12-30, which is 25,569 days before 1970-01-01.
            let (year, month, day) = date::civil_of(moment.as_f64().floor() as i64 - 25_569);
            out.extend_from_slice(format!("{year:04}-{month:02}-{day:02}").as_bytes());
        }
        // `#N/A` and the like stay visible, so that the row is rejected and shows why.
        Data::Error(error) => out.extend_from_slice(error.to_string().as_bytes()),
    }
}

/// A double as its shortest decimal text, without exponent. Fifteen digits are what a spreadsheet keeps.
fn plain(number: f64) -> String {
    let text = format!("{number}");
    // 0.1 + 0.2 and the like: a spreadsheet shows fifteen significant digits, so more are noise.
    if text.len() > 17 && text.contains('.') {
        let whole = number.abs().log10().floor().max(0.0) as usize + 1;
        let rounded = format!("{number:.*}", 15usize.saturating_sub(whole));
        return rounded.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}
