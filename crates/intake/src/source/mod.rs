//! Files of every kind as the same thing: a preview to find the header in, and blocks of rows.

pub mod delimited;
pub mod entry;
pub mod fault;
pub mod json_lines;
pub mod parquet_file;
pub mod sheet;

pub use entry::{Entry, open};
pub use fault::ReadFault;

use crate::rows::Rows;

/// Rows of a preview: enough for a title, a note and the header above the data.
pub const PREVIEW_ROWS: usize = 12;

/// A table in a file: opened and recognised, not yet read.
pub struct Table<'a> {
    pub shape: Shape,
    /// The first rows as text. The header is one of them.
    pub preview: Vec<Vec<String>>,
    pub blocks: Blocks<'a>,
}

/// What the file turned out to be; kept with the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Comma, tab, semicolon or bar separated.
    Delimited {
        delimiter: u8,
        encoding: crate::text::encoding::Encoding,
    },
    Sheet,
    JsonLines,
    Parquet,
}

impl Shape {
    /// Row number of the first row of the preview.
    pub fn first_row(self) -> u32 {
        match self {
            Shape::Delimited { .. } | Shape::Sheet => 1,
            // Names stand outside the rows there, so the first record is row 1.
            Shape::JsonLines | Shape::Parquet => 0,
        }
    }
}

/// Where the blocks come from, one after the other.
pub enum Blocks<'a> {
    Delimited(delimited::DelimitedBlocks<'a>),
    Sheet(sheet::SheetBlocks),
    JsonLines(json_lines::JsonBlocks<'a>),
    Parquet(parquet_file::ParquetBlocks),
}

impl Blocks<'_> {
    pub fn next_block(&mut self) -> Result<Option<Block>, ReadFault> {
        Ok(match self {
            Blocks::Delimited(blocks) => blocks.next_block()?.map(Block::Delimited),
            Blocks::Sheet(blocks) => blocks.next_block().map(Block::Sheet),
            Blocks::JsonLines(blocks) => blocks.next_block()?.map(Block::JsonLines),
            Blocks::Parquet(blocks) => blocks.next_block().map(Block::Parquet),
        })
    }
}

/// A piece of a table that one core takes apart alone.
pub enum Block {
    Delimited(delimited::DelimitedBlock),
    Sheet(sheet::SheetBlock),
    JsonLines(json_lines::JsonBlock),
    Parquet(parquet_file::ParquetBlock),
}

impl Block {
    /// Hands the block's rows over, some hundred at a time, with the text that their cells lie in.
    /// Rows are as wide as the header; `names` are the header's names, which JSON goes by.
    pub fn rows(self, names: &[String], mut take: impl FnMut(&[u8], &Rows)) -> Result<(), ReadFault> {
        let mut rows = Rows::new(names.len());
        match self {
            Block::Delimited(block) => block.rows(&mut rows, &mut take),
            Block::Sheet(block) => block.rows(&mut rows, &mut take),
            Block::JsonLines(block) => block.rows(names, &mut rows, &mut take),
            Block::Parquet(block) => return block.rows(&mut rows, &mut take),
        }
        Ok(())
    }
}
