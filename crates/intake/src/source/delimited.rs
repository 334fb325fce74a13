//! CSV and its kin.

use std::io::Read;

use super::{PREVIEW_ROWS, ReadFault, Shape};
use crate::rows::Rows;
use crate::text::blocks::BlockReader;
use crate::text::delimiter;
use crate::text::encoding::{Encoding, Utf16Reader};
use crate::text::split::Splitter;

/// Enough to recognise encoding and separator, and to hold the header.
const HEAD_BYTES: u64 = 256 * 1024;

pub struct DelimitedBlocks<'a> {
    reader: BlockReader<Box<dyn Read + Send + 'a>>,
    encoding: Encoding,
    delimiter: u8,
}

pub struct DelimitedBlock {
    bytes: Vec<u8>,
    first_row: u32,
    encoding: Encoding,
    delimiter: u8,
}

/// Recognises the text behind `source` and reads its first rows.
pub fn open<'a>(
    mut source: Box<dyn Read + Send + 'a>,
    block_bytes: usize,
) -> Result<(Shape, Vec<Vec<String>>, DelimitedBlocks<'a>), ReadFault> {
    let mut head = Vec::new();
    (&mut source).take(HEAD_BYTES).read_to_end(&mut head)?;
    let (encoding, mark) = Encoding::detect(&head);
    head.drain(..mark);
    if matches!(encoding, Encoding::Utf16Le | Encoding::Utf16Be) {
        let raw = std::io::Cursor::new(std::mem::take(&mut head)).chain(source);
        source = Box::new(Utf16Reader::new(raw, encoding));
        (&mut source).take(HEAD_BYTES).read_to_end(&mut head)?;
    }
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(ReadFault::Empty);
    }
    let text = encoding.to_utf8(head.clone());
    let delimiter = delimiter::detect(&text);
    let preview = preview(&text, delimiter);
    let reader = BlockReader::new(source, head, delimiter, block_bytes);
    Ok((
        Shape::Delimited { delimiter, encoding },
        preview,
        DelimitedBlocks {
            reader,
            encoding,
            delimiter,
        },
    ))
}

/// The first records, each as wide as it is.
fn preview(text: &[u8], delimiter: u8) -> Vec<Vec<String>> {
    let widest = text.iter().filter(|&&byte| byte == delimiter).count().min(1023) + 1;
    let mut splitter = Splitter::new(text, 1, delimiter);
    let mut rows = Rows::new(widest);
    splitter.fill(&mut rows);
    let mut preview: Vec<Vec<String>> = Vec::new();
    for row in 0..rows.len().min(PREVIEW_ROWS) {
        // Empty lines count as rows, as in a spreadsheet.
        while preview.len() + 1 < rows.numbers()[row] as usize && preview.len() < PREVIEW_ROWS {
            preview.push(Vec::new());
        }
        let mut cells: Vec<String> = (0..widest)
            .map(|column| String::from_utf8_lossy(rows.cell(text, row, column)).into_owned())
            .collect();
        while cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        preview.push(cells);
    }
    preview
}

impl DelimitedBlocks<'_> {
    pub fn next_block(&mut self) -> Result<Option<DelimitedBlock>, ReadFault> {
        let block = self.reader.next_block()?;
        Ok(block.map(|block| DelimitedBlock {
            bytes: block.bytes,
            first_row: block.first_row,
            encoding: self.encoding,
            delimiter: self.delimiter,
        }))
    }
}

impl DelimitedBlock {
    pub fn rows(self, rows: &mut Rows, take: &mut impl FnMut(&[u8], &Rows)) {
        let text = self.encoding.to_utf8(self.bytes);
        let mut splitter = Splitter::new(&text, self.first_row, self.delimiter);
        while splitter.fill(rows) {
            take(&text, rows);
        }
    }
}
