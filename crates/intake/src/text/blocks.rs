//! Cuts a stream of delimited text into blocks that end where a record ends, so that each block can be read on its own core.
//!
//! The cutter works on raw bytes: in UTF-8 and in GB18030 no byte of a longer character equals a quote, a separator or a line feed.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memrchr};

use super::quote::{self, Quoted};

/// Whole records of a file.
#[derive(Debug)]
pub struct Block {
    pub bytes: Vec<u8>,
    /// Number, as a spreadsheet would show it, of the block's first record; the file's first is 1.
    pub first_row: u32,
}

pub struct BlockReader<R> {
    source: R,
    delimiter: u8,
    target_bytes: usize,
    carry: Vec<u8>,
    next_row: u32,
    ended: bool,
}

impl<R: Read> BlockReader<R> {
    /// `head` holds bytes already taken from `source` to recognise the file.
    pub fn new(source: R, head: Vec<u8>, delimiter: u8, target_bytes: usize) -> Self {
        BlockReader {
            source,
            delimiter,
            target_bytes: target_bytes.max(1),
            carry: head,
            next_row: 1,
            ended: false,
        }
    }

    /// The next block, or None after the last.
    pub fn next_block(&mut self) -> io::Result<Option<Block>> {
        let mut bytes = std::mem::take(&mut self.carry);
        let mut wanted = self.target_bytes;
        loop {
            if !self.ended && bytes.len() < wanted {
                let missing = wanted - bytes.len();
                bytes.reserve(missing);
                let taken = (&mut self.source).take(missing as u64).read_to_end(&mut bytes)?;
                self.ended = taken < missing;
            }
            if bytes.is_empty() {
                return Ok(None);
            }
            let cut = cut(&bytes, self.delimiter);
            if self.ended {
                return Ok(Some(self.give(bytes, cut.rows + u32::from(cut.end == 0))));
            }
            if cut.end > 0 {
                self.carry.extend_from_slice(&bytes[cut.end..]);
                bytes.truncate(cut.end);
                return Ok(Some(self.give(bytes, cut.rows)));
            }
            wanted = bytes.len() + self.target_bytes;
        }
    }

    fn give(&mut self, bytes: Vec<u8>, rows: u32) -> Block {
        let first_row = self.next_row;
        self.next_row = self.next_row.saturating_add(rows);
        Block { bytes, first_row }
    }
}

struct Cut {
    /// Just behind the last line feed that ends a record; 0 if there is none.
    end: usize,
    /// Line feeds outside quotes, up to `end`.
    rows: u32,
}

fn cut(bytes: &[u8], delimiter: u8) -> Cut {
    let mut cut = Cut { end: 0, rows: 0 };
    let mut at = 0;
    let mut floor = 0;
    while let Some(found) = memchr(b'"', &bytes[at..]) {
        let open = at + found;
        if !quote::opens_cell(bytes, open, delimiter) {
            at = open + 1;
            continue;
        }
        count_lines(bytes, floor, open, &mut cut);
        match quote::close_of(bytes, open) {
            Quoted::Closed(close) => {
                at = close + 1;
                floor = at;
            }
            Quoted::TooLong => {
                floor = open + 1;
                at = end_of_line(bytes, floor);
            }
            Quoted::Unfinished => return cut,
        }
    }
    count_lines(bytes, floor, bytes.len(), &mut cut);
    cut
}

/// A line with a forgotten quote is given up whole, its other quotes too.
fn end_of_line(bytes: &[u8], from: usize) -> usize {
    memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |found| from + found + 1)
}

fn count_lines(bytes: &[u8], from: usize, to: usize, cut: &mut Cut) {
    let gap = &bytes[from..to];
    if let Some(last) = memrchr(b'\n', gap) {
        cut.rows += memchr_iter(b'\n', gap).count() as u32;
        cut.end = from + last + 1;
    }
}
