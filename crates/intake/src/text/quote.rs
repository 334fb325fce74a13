//! Where a quoted cell ends, decided in one place for the cutter of blocks and the splitter of rows.

use memchr::memchr;

/// A quoted cell longer than this is a forgotten quote, not a cell: without a limit one stray quote
/// would swallow the rest of a province's file.
pub const QUOTED_LIMIT_BYTES: usize = 64 * 1024;

/// What follows an opening quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoted {
    /// Index of the closing quote.
    Closed(usize),
    /// The text ends before the cell does; more text may close it.
    Unfinished,
    /// No closing quote within [`QUOTED_LIMIT_BYTES`].
    TooLong,
}

/// `open` is the index of the opening quote in `text`.
pub fn close_of(text: &[u8], open: usize) -> Quoted {
    let inside = open + 1;
    let limit = (inside + QUOTED_LIMIT_BYTES).min(text.len());
    let mut at = inside;
    while let Some(found) = memchr(b'"', &text[at..limit]) {
        let quote = at + found;
        if text.get(quote + 1) == Some(&b'"') {
            at = quote + 2;
            if at >= limit {
                break;
            }
        } else {
            return Quoted::Closed(quote);
        }
    }
    if limit == text.len() {
        Quoted::Unfinished
    } else {
        Quoted::TooLong
    }
}

/// A quote opens a cell only at the cell's first byte; elsewhere it is a letter like any other.
/// `text` starts at the start of a record.
pub fn opens_cell(text: &[u8], quote: usize, delimiter: u8) -> bool {
    let Some(before) = quote.checked_sub(1) else {
        return true;
    };
    let before = text[before];
    before == delimiter || before == b'\n' || before == b'\r'
}
