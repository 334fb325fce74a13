//! The splitter and the cutter held against the `csv` crate.

use std::io::Cursor;

use anwang_intake::rows::Rows;
use anwang_intake::text::blocks::BlockReader;
use anwang_intake::text::split::Splitter;
use proptest::prelude::*;

const WIDTH: usize = 3;

/// Number and cells of every row; None if a row had a forgotten quote.
fn ours(text: &[u8], block_bytes: usize) -> Option<Vec<(u32, Vec<Vec<u8>>)>> {
    let mut reader = BlockReader::new(Cursor::new(text), Vec::new(), b',', block_bytes);
    let mut rows = Rows::new(WIDTH);
    let mut all = Vec::new();
    while let Some(block) = reader.next_block().expect("memory can be read") {
        let mut splitter = Splitter::new(&block.bytes, block.first_row, b',');
        while splitter.fill(&mut rows) {
            if rows
                .shape_faults()
                .iter()
                .any(|(_, fault)| *fault == anwang_intake::rows::ShapeFault::UnclosedQuote)
            {
                return None;
            }
            for row in 0..rows.len() {
                all.push((
                    rows.numbers()[row],
                    (0..WIDTH)
                        .map(|column| rows.cell(&block.bytes, row, column).to_vec())
                        .collect(),
                ));
            }
        }
    }
    Some(all)
}

fn theirs(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text);
    reader
        .byte_records()
        .map(|record| {
            let record = record.expect("memory can be read");
            (0..WIDTH)
                .map(|column| record.get(column).unwrap_or_default().to_vec())
                .collect()
        })
        .collect()
}

/// Whether a quote is open at the end, told by the `csv` crate itself: a line appended is then swallowed.
fn quote_left_open(text: &[u8]) -> bool {
    let mut longer = text.to_vec();
    longer.extend_from_slice(b"\nmark,mark,mark");
    theirs(&longer).last().is_none_or(|last| last[0] != b"mark")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, max_global_rejects: 1 << 20, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_are_those_of_the_csv_crate_whatever_the_block_size(text in "[a,\"\r\n好]{0,60}", block_bytes in 1usize..80) {
        let text = text.as_bytes();
        prop_assume!(!quote_left_open(text));
        let ours = ours(text, block_bytes).expect("no quote is left open");
        prop_assert_eq!(ours.into_iter().map(|(_, cells)| cells).collect::<Vec<_>>(), theirs(text));
    }

    #[test]
    fn row_numbers_do_not_depend_on_the_block_size(text in "[a,\"\n]{0,60}", block_bytes in 1usize..80) {
        let text = text.as_bytes();
        prop_assume!(!quote_left_open(text));
        prop_assert_eq!(ours(text, block_bytes), ours(text, 1 << 20));
    }

    #[test]
    fn no_bytes_make_the_splitter_panic(text in proptest::collection::vec(any::<u8>(), 0..300), block_bytes in 1usize..80) {
        ours(&text, block_bytes);
    }
}

#[test]
fn a_forgotten_quote_costs_one_line_and_not_the_file() {
    let mut text = b"id,name,note\n1,\"forgotten,x\n2,b,c\n".to_vec();
    for row in 3..20_000 {
        text.extend_from_slice(format!("{row},b,c\n").as_bytes());
    }
    let mut reader = BlockReader::new(Cursor::new(&text), Vec::new(), b',', 4096);
    let mut rows = Rows::new(WIDTH);
    let (mut good, mut broken) = (0, Vec::new());
    while let Some(block) = reader.next_block().expect("memory can be read") {
        let mut splitter = Splitter::new(&block.bytes, block.first_row, b',');
        while splitter.fill(&mut rows) {
            good += rows.len() - rows.shape_faults().len();
            broken.extend(rows.shape_faults().iter().map(|&(row, _)| rows.numbers()[row as usize]));
        }
    }
    assert_eq!(broken, [2]);
    assert_eq!(good, 19_999);
}
