//! Takes delimited text apart into rows of cells, as RFC 4180 with the leniency of the `csv` crate:
//! LF, CRLF or CR end a record, empty lines are passed over, text behind a closing quote is appended.

use memchr::{memchr, memchr_iter, memchr3};

use super::quote::{self, Quoted};
use crate::rows::{ROWS_AT_ONCE, Rows, ShapeFault, Span};

pub struct Splitter<'a> {
    text: &'a [u8],
    at: usize,
    number: u32,
    delimiter: u8,
}

impl<'a> Splitter<'a> {
    /// `text` starts at the start of record `first_row`.
    pub fn new(text: &'a [u8], first_row: u32, delimiter: u8) -> Self {
        Splitter {
            text,
            at: 0,
            number: first_row,
            delimiter,
        }
    }

    /// Number of the record that [`Splitter::fill`] reads next.
    pub fn next_row(&self) -> u32 {
        self.number
    }

    /// Fills `rows` with the next records; false when there are none left.
    pub fn fill(&mut self, rows: &mut Rows) -> bool {
        rows.clear();
        while rows.len() < ROWS_AT_ONCE && self.at < self.text.len() {
            self.record(rows);
        }
        !rows.is_empty()
    }

    /// Takes one record's cells into `rows`, or passes over an empty line.
    fn record(&mut self, rows: &mut Rows) {
        let begin = self.at;
        if matches!(self.text[begin], b'\n' | b'\r') {
            self.end_line(begin);
            return;
        }
        loop {
            let end = if self.at < self.text.len() && self.text[self.at] == b'"' {
                match self.quoted_cell(rows) {
                    Ok(end) => end,
                    Err(UnclosedQuote) => return self.give_up_line(begin, rows),
                }
            } else {
                let end = self.plain_end(self.at);
                rows.push_span(Span::in_text(self.at, end));
                end
            };
            if end < self.text.len() && self.text[end] == self.delimiter {
                self.at = end + 1;
                continue;
            }
            rows.end_row(self.number, self.text);
            return self.end_line(end);
        }
    }

    #[inline]
    fn plain_end(&self, from: usize) -> usize {
        memchr3(self.delimiter, b'\n', b'\r', &self.text[from..]).map_or(self.text.len(), |found| from + found)
    }

    fn quoted_cell(&mut self, rows: &mut Rows) -> Result<usize, UnclosedQuote> {
        let open = self.at;
        let Quoted::Closed(close) = quote::close_of(self.text, open) else {
            return Err(UnclosedQuote);
        };
        let end = self.plain_end(close + 1);
        let inside = &self.text[open + 1..close];
        let doubled = memchr(b'"', inside).is_some();
        if end == close + 1 && !doubled {
            rows.push_span(Span::in_text(open + 1, close));
        } else {
            let behind = &self.text[close + 1..end];
            rows.push_side(|side| {
                undouble(inside, side);
                side.extend_from_slice(behind);
            });
        }
        Ok(end)
    }

    /// Keeps the record up to the end of the line with the forgotten quote aside, and goes on with the next line.
    fn give_up_line(&mut self, begin: usize, rows: &mut Rows) {
        let end = memchr(b'\n', &self.text[self.at..]).map_or(self.text.len(), |found| self.at + found);
        rows.end_broken_row(self.number, Span::in_text(begin, end), ShapeFault::UnclosedQuote);
        self.end_line(end);
    }

    /// Steps over the line end at `end`, if there is one, and counts the record.
    fn end_line(&mut self, end: usize) {
        self.at = match self.text.get(end) {
            Some(b'\r') if self.text.get(end + 1) == Some(&b'\n') => end + 2,
            Some(_) => end + 1,
            None => end,
        };
        self.number = self.number.saturating_add(1);
    }
}

struct UnclosedQuote;

fn undouble(inside: &[u8], side: &mut Vec<u8>) {
    let mut from = 0;
    let mut quotes = memchr_iter(b'"', inside);
    while let Some(first) = quotes.next() {
        side.extend_from_slice(&inside[from..=first]);
        from = first + 2;
        quotes.next();
    }
    side.extend_from_slice(&inside[from.min(inside.len())..]);
}
