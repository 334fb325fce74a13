//! Fast digests, fixed for ever: record identities in the lake and fingerprints in the book were made with them.
//!
//! They recognise equal things again; they are no protection against somebody who wants two things to look equal.
//! Folded multiplication after Wang Yi's wyhash.

use std::io::{self, Read};

const SECRET: [u64; 4] = [
    0xa076_1d64_78bd_642f,
    0xe703_7ed1_a0b4_28db,
    0x8ebc_6af0_9c88_c6e3,
    0x5899_65cc_7537_4cc3,
];

/// Mixes two words into one; no word absorbs the other.
#[inline]
pub fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ SECRET[0]) * u128::from(b ^ SECRET[1]);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Digest of a short text, such as a cell.
#[inline]
pub fn of_bytes(bytes: &[u8]) -> u64 {
    let mut state = bytes.len() as u64;
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        state = mix(state, u64::from_le_bytes(word.try_into().expect("eight bytes")));
    }
    let rest = words.remainder();
    if !rest.is_empty() {
        let mut last = [0u8; 8];
        last[..rest.len()].copy_from_slice(rest);
        state = mix(state, u64::from_le_bytes(last));
    }
    mix(state, SECRET[2])
}

/// 128-bit fingerprint of all that `source` yields.
pub fn of_stream(mut source: impl Read) -> io::Result<[u8; 16]> {
    let mut buffer = vec![0u8; 1 << 18];
    let mut lanes = [SECRET[2], SECRET[3]];
    let mut total: u64 = 0;
    loop {
        let mut filled = 0;
        while filled < buffer.len() {
            match source.read(&mut buffer[filled..])? {
                0 => break,
                taken => filled += taken,
            }
        }
        total += filled as u64;
        let whole = filled.next_multiple_of(32).min(buffer.len());
        buffer[filled..whole].fill(0);
        for piece in buffer[..whole].chunks_exact(32) {
            let word = |at: usize| u64::from_le_bytes(piece[at..at + 8].try_into().expect("eight bytes"));
            lanes[0] = mix(word(0) ^ lanes[0], word(8));
            lanes[1] = mix(word(16) ^ lanes[1], word(24));
        }
        if filled < buffer.len() {
            break;
        }
    }
    let mut fingerprint = [0u8; 16];
    fingerprint[..8].copy_from_slice(&mix(lanes[0] ^ total, lanes[1]).to_le_bytes());
    fingerprint[8..].copy_from_slice(&mix(lanes[1] ^ total, lanes[0].rotate_left(32)).to_le_bytes());
    Ok(fingerprint)
}
