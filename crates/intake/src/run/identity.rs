//! The sealed columns of a row as one text.

use anwang_contracts::Contract;

use crate::check::chunk::Chunk;

/// Writes the row's sealed columns as a JSON object of column name and value, empty ones left out; false if all are empty.
pub fn write(contract: &Contract, chunk: &Chunk, row: usize, out: &mut Vec<u8>) -> bool {
    out.clear();
    for (at, column) in contract.sealed() {
        let text = chunk.texts[at].get(row);
        if text.is_empty() {
            continue;
        }
        out.extend_from_slice(if out.is_empty() { b"{\"" } else { b",\"" });
        out.extend_from_slice(column.name.as_bytes());
        out.extend_from_slice(b"\":\"");
        escape(text, out);
        out.push(b'"');
    }
    if out.is_empty() {
        return false;
    }
    out.push(b'}');
    true
}

/// A row's cells as they came, as a JSON array: what is sealed of a rejected row.
pub fn write_cells<'a>(cells: impl Iterator<Item = &'a [u8]>, out: &mut Vec<u8>) {
    out.clear();
    out.push(b'[');
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.push(b'"');
        match std::str::from_utf8(cell) {
            Ok(_) => escape(cell, out),
            Err(_) => escape(String::from_utf8_lossy(cell).as_bytes(), out),
        }
        out.push(b'"');
    }
    out.push(b']');
}

fn escape(text: &[u8], out: &mut Vec<u8>) {
    for &byte in text {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0..=0x1F => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
}
