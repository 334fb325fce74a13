//! UTF-8 (with or without a mark), UTF-16 and GB18030, recognised from the text itself.

use std::borrow::Cow;
use std::io::{self, Read};

use encoding_rs::{Decoder, GB18030, UTF_16BE, UTF_16LE};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Gb18030,
    /// Only ASCII seen so far: each block tells for itself.
    Ascii,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// `head` is the beginning of the file; it may end within a character. Returns the mark's length too.
    pub fn detect(head: &[u8]) -> (Encoding, usize) {
        match head {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
            [0xFF, 0xFE, ..] => (Encoding::Utf16Le, 2),
            [0xFE, 0xFF, ..] => (Encoding::Utf16Be, 2),
            _ if head.is_ascii() => (Encoding::Ascii, 0),
            _ => match std::str::from_utf8(head) {
                Ok(_) => (Encoding::Utf8, 0),
                Err(fault) if fault.error_len().is_none() => (Encoding::Utf8, 0),
                // A UTF-8 file with one spoilt byte is still UTF-8 if GB18030 makes no better sense of it.
                Err(_) => match GB18030.decode_without_bom_handling_and_without_replacement(trim_cut_character(head)) {
                    Some(_) => (Encoding::Gb18030, 0),
                    None => (better_of_two(head), 0),
                },
            },
        }
    }

    /// The block as UTF-8. Bytes that are none are left as they are (UTF-8) or become U+FFFD, so that their cells are rejected.
    pub fn to_utf8(self, block: Vec<u8>) -> Vec<u8> {
        match self {
            Encoding::Utf8 | Encoding::Utf16Le | Encoding::Utf16Be => block,
            Encoding::Gb18030 => decode_gb18030(block),
            Encoding::Ascii if std::str::from_utf8(&block).is_ok() => block,
            Encoding::Ascii => match better_of_two(&block) {
                Encoding::Gb18030 => decode_gb18030(block),
                _ => block,
            },
        }
    }
}

fn decode_gb18030(block: Vec<u8>) -> Vec<u8> {
    match GB18030.decode_without_bom_handling(&block).0 {
        Cow::Borrowed(_) => block,
        Cow::Owned(text) => text.into_bytes(),
    }
}

/// The encoding in which fewer bytes are spoilt.
fn better_of_two(bytes: &[u8]) -> Encoding {
    let spoilt = |text: &str| text.chars().filter(|&c| c == char::REPLACEMENT_CHARACTER).count();
    let gb18030 = spoilt(&GB18030.decode_without_bom_handling(bytes).0);
    let utf8 = spoilt(&String::from_utf8_lossy(bytes));
    if gb18030 < utf8 {
        Encoding::Gb18030
    } else {
        Encoding::Utf8
    }
}

/// Cuts back to the last ASCII byte, where no character is cut in two.
fn trim_cut_character(head: &[u8]) -> &[u8] {
    let end = head.iter().rposition(|&byte| byte < 0x30).map_or(0, |at| at + 1);
    &head[..end]
}

/// Reads UTF-16 as UTF-8, because there a line feed can be half of a character.
pub struct Utf16Reader<R> {
    source: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Utf16Reader<R> {
    pub fn new(source: R, encoding: Encoding) -> Self {
        let table = if encoding == Encoding::Utf16Be {
            UTF_16BE
        } else {
            UTF_16LE
        };
        Utf16Reader {
            source,
            decoder: table.new_decoder_without_bom_handling(),
            raw: vec![0; 64 * 1024],
            text: Vec::new(),
            given: 0,
            ended: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.given = 0;
        while self.text.is_empty() && !self.ended {
            let taken = self.source.read(&mut self.raw)?;
            self.ended = taken == 0;
            let mut text = String::with_capacity(self.raw.len() * 3 + 16);
            let (_, used, _) = self.decoder.decode_to_string(&self.raw[..taken], &mut text, self.ended);
            debug_assert_eq!(used, taken);
            self.text = text.into_bytes();
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given == self.text.len() {
            self.refill()?;
        }
        let rest = &self.text[self.given..];
        let taken = rest.len().min(out.len());
        out[..taken].copy_from_slice(&rest[..taken]);
        self.given += taken;
        Ok(taken)
    }
}
