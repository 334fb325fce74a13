//! What departments' cells have in common: blanks around, full-width letters, words for "nothing".

/// Cuts ASCII blanks off both ends.
#[inline]
pub fn trim(cell: &[u8]) -> &[u8] {
    // Most cells have none; looking at both ends first keeps them on the short path.
    match cell {
        [first, .., last] if *first > b' ' && *last > b' ' => cell,
        [only] if *only > b' ' => cell,
        _ => cell.trim_ascii(),
    }
}

/// Whether a trimmed cell stands for "no value".
#[inline]
pub fn is_nothing(cell: &[u8]) -> bool {
    match cell {
        [] => true,
        [only] => matches!(only, b'-' | b'/' | b'\\'),
        [b'N', b'U', b'L', b'L'] | [b'n', b'u', b'l', b'l'] | [b'-', b'-'] | [b'N', b'/', b'A'] | [b'\\', b'N'] => true,
        _ if cell[0] < 0x80 => false,
        _ => {
            cell == "无".as_bytes()
                || cell == "—".as_bytes()
                || cell == "——".as_bytes()
                || cell == "不详".as_bytes()
                || cell == "空".as_bytes()
        }
    }
}

/// Full-width ASCII becomes ASCII, the ideographic and no-break blanks become blanks, invisible marks go;
/// false if the cell is not UTF-8 or holds U+FFFD, the scar of a failed decoding.
pub fn to_half_width(cell: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    let Ok(text) = std::str::from_utf8(cell) else {
        return false;
    };
    for letter in text.chars() {
        let plain = match letter {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(letter as u32 - 0xFEE0).unwrap_or(letter),
            '\u{3000}' | '\u{00A0}' | '\t' => ' ',
            '\u{FEFF}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' => continue,
            '￥' => '¥',
            '\u{FFFD}' => return false,
            other => other,
        };
        out.extend_from_slice(plain.encode_utf8(&mut [0; 4]).as_bytes());
    }
    let end = out.trim_ascii_end().len();
    out.truncate(end);
    let start = out.len() - out.trim_ascii_start().len();
    out.drain(..start);
    true
}
