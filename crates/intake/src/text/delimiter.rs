//! Which byte separates the cells.

use super::quote::{self, Quoted};

const CANDIDATES: [u8; 4] = [b',', b'\t', b';', b'|'];

/// The candidate that cuts most of the first records into the same number of cells, and into most cells.
pub fn detect(head: &[u8]) -> u8 {
    CANDIDATES
        .into_iter()
        .max_by_key(|&candidate| {
            let counts = counts(head, candidate);
            let most = most_frequent(&counts);
            let agreeing = counts.iter().filter(|&&count| count == most).count();
            // Ties go to the first candidate: max_by_key keeps the last, so rank the order too.
            let rank = CANDIDATES.len() - CANDIDATES.iter().position(|&c| c == candidate).unwrap_or(0);
            (most > 0, agreeing * most.min(64), rank)
        })
        .unwrap_or(b',')
}

/// Separators per record, of at most 64 records.
fn counts(head: &[u8], delimiter: u8) -> Vec<usize> {
    let mut counts = Vec::new();
    let mut count = 0;
    let mut at = 0;
    while at < head.len() && counts.len() < 64 {
        match head[at] {
            b'"' if quote::opens_cell(head, at, delimiter) => match quote::close_of(head, at) {
                Quoted::Closed(close) => at = close,
                Quoted::Unfinished | Quoted::TooLong => break,
            },
            b'\n' => {
                counts.push(count);
                count = 0;
            }
            byte if byte == delimiter => count += 1,
            _ => {}
        }
        at += 1;
    }
    if counts.is_empty() {
        counts.push(count);
    }
    counts
}

fn most_frequent(counts: &[usize]) -> usize {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    let mut best = (0, 0);
    for group in sorted.chunk_by(|a, b| a == b) {
        if group[0] > 0 && group.len() >= best.0 {
            best = (group.len(), group[0]);
        }
    }
    best.1
}
