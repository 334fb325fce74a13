//! A handful of rows as text, whatever kind of file they came from.

/// How many rows travel together through the column parsers: few enough that their spans and text stay in the cache.
pub const ROWS_AT_ONCE: usize = 1024;

/// Where a cell's text lies. The top bit of `start` says that it lies in the side text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Span {
    start: u32,
    len: u32,
}

const IN_SIDE: u32 = 1 << 31;

impl Span {
    pub fn in_text(start: usize, end: usize) -> Span {
        debug_assert!(end < IN_SIDE as usize);
        Span {
            start: start as u32,
            len: (end - start) as u32,
        }
    }

    pub fn in_side(start: usize, end: usize) -> Span {
        Span {
            start: start as u32 | IN_SIDE,
            len: (end - start) as u32,
        }
    }
}

/// A row whose shape is wrong before any cell is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShapeFault {
    /// Fewer or more cells than the header has.
    Width {
        cells: u32,
    },
    UnclosedQuote,
    NotJson,
}

/// Up to [`ROWS_AT_ONCE`] rows of `width` cells, row by row.
#[derive(Debug, Default)]
pub struct Rows {
    width: usize,
    spans: Vec<Span>,
    side: Vec<u8>,
    numbers: Vec<u32>,
    faults: Vec<(u32, ShapeFault)>,
}

impl Rows {
    pub fn new(width: usize) -> Rows {
        Rows {
            width,
            ..Rows::default()
        }
    }

    pub fn clear(&mut self) {
        self.spans.clear();
        self.side.clear();
        self.numbers.clear();
        self.faults.clear();
    }

    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    pub fn width(&self) -> usize {
        self.width
    }

    /// Row numbers as a spreadsheet shows them.
    pub fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// Rows (by index) that do not have the header's shape.
    pub fn shape_faults(&self) -> &[(u32, ShapeFault)] {
        &self.faults
    }

    pub fn push_span(&mut self, span: Span) {
        self.spans.push(span);
    }

    /// Keeps text that does not lie in the source as such, such as a cell with doubled quotes.
    pub fn push_side(&mut self, text: impl FnOnce(&mut Vec<u8>)) {
        let start = self.side.len();
        text(&mut self.side);
        self.spans.push(Span::in_side(start, self.side.len()));
    }

    /// Keeps text of a cell that is put in its place later.
    pub fn keep_side(&mut self, text: &[u8]) -> Span {
        let start = self.side.len();
        self.side.extend_from_slice(text);
        Span::in_side(start, self.side.len())
    }

    /// Ends the row whose cells were pushed; fills up or cuts off to the header's width.
    pub fn end_row(&mut self, number: u32, text: &[u8]) {
        let row = self.numbers.len();
        let begin = row * self.width;
        let cells = self.spans.len() - begin;
        if cells != self.width {
            let only_empty_ones_more = cells > self.width
                && (self.width..cells).all(|extra| self.text_of(text, self.spans[begin + extra]).is_empty());
            if !only_empty_ones_more {
                self.faults
                    .push((row as u32, ShapeFault::Width { cells: cells as u32 }));
            }
            self.spans.resize(begin + self.width, Span::default());
        }
        self.numbers.push(number);
    }

    /// Ends a row that could not be taken apart; `whole` is kept as its first cell.
    pub fn end_broken_row(&mut self, number: u32, whole: Span, fault: ShapeFault) {
        let row = self.numbers.len();
        self.spans.truncate(row * self.width);
        self.spans.push(whole);
        self.spans.resize((row + 1) * self.width, Span::default());
        self.faults.push((row as u32, fault));
        self.numbers.push(number);
    }

    /// `text` is the text the rows were split from.
    #[inline]
    pub fn cell<'a>(&'a self, text: &'a [u8], row: usize, column: usize) -> &'a [u8] {
        self.text_of(text, self.spans[row * self.width + column])
    }

    #[inline]
    fn text_of<'a>(&'a self, text: &'a [u8], span: Span) -> &'a [u8] {
        if span.start & IN_SIDE == 0 {
            &text[span.start as usize..(span.start + span.len) as usize]
        } else {
            let start = (span.start & !IN_SIDE) as usize;
            &self.side[start..start + span.len as usize]
        }
    }
}
