//! One JSON object per line.

use std::fmt;
use std::io::{Cursor, Read};

use memchr::{memchr_iter, memrchr};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::ReadFault;
use crate::rows::{ROWS_AT_ONCE, Rows, ShapeFault, Span};

const HEAD_BYTES: u64 = 256 * 1024;

pub struct JsonBlocks<'a> {
    source: Box<dyn Read + Send + 'a>,
    carry: Vec<u8>,
    block_bytes: usize,
    next_row: u32,
}

pub struct JsonBlock {
    bytes: Vec<u8>,
    first_row: u32,
}

/// The names that occur in the first objects, in order of appearance.
pub fn open<'a>(
    mut source: Box<dyn Read + Send + 'a>,
    block_bytes: usize,
) -> Result<(Vec<Vec<String>>, JsonBlocks<'a>), ReadFault> {
    let mut head = Vec::new();
    (&mut source).take(HEAD_BYTES).read_to_end(&mut head)?;
    if head.starts_with(&[0xEF, 0xBB, 0xBF]) {
        head.drain(..3);
    }
    let mut names: Vec<String> = Vec::new();
    for line in head.split(|&byte| byte == b'\n').take(200) {
        // A line cut by the end of the head, or a broken one, names nothing; broken ones are rejected later.
        if let Ok(Names(found)) = serde_json::from_slice(line) {
            for name in found {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
    }
    if names.is_empty() {
        return Err(ReadFault::Empty);
    }
    let source: Box<dyn Read + Send + 'a> = Box::new(Cursor::new(head).chain(source));
    Ok((
        vec![names],
        JsonBlocks {
            source,
            carry: Vec::new(),
            block_bytes: block_bytes.max(1),
            next_row: 1,
        },
    ))
}

impl JsonBlocks<'_> {
    pub fn next_block(&mut self) -> Result<Option<JsonBlock>, ReadFault> {
        let mut bytes = std::mem::take(&mut self.carry);
        loop {
            let taken = (&mut self.source)
                .take(self.block_bytes as u64)
                .read_to_end(&mut bytes)?;
            if taken == 0 {
                break;
            }
            if let Some(last) = memrchr(b'\n', &bytes) {
                self.carry.extend_from_slice(&bytes[last + 1..]);
                bytes.truncate(last + 1);
                break;
            }
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        let first_row = self.next_row;
        self.next_row = self.next_row.saturating_add(memchr_iter(b'\n', &bytes).count() as u32);
        Ok(Some(JsonBlock { bytes, first_row }))
    }
}

impl JsonBlock {
    pub fn rows(self, names: &[String], rows: &mut Rows, take: &mut impl FnMut(&[u8], &Rows)) {
        let text = &self.bytes;
        let mut at = 0;
        let mut cells = vec![Span::default(); names.len()];
        rows.clear();
        for (index, line) in text.split(|&byte| byte == b'\n').enumerate() {
            let begin = at;
            at += line.len() + 1;
            if line.trim_ascii().is_empty() {
                continue;
            }
            let number = self.first_row + index as u32;
            cells.fill(Span::default());
            let mut parser = serde_json::Deserializer::from_slice(line);
            let read = ObjectInto {
                names,
                rows,
                cells: &mut cells,
            }
            .deserialize(&mut parser)
            .and_then(|()| parser.end());
            match read {
                Ok(()) => {
                    cells.iter().for_each(|&cell| rows.push_span(cell));
                    rows.end_row(number, text);
                }
                Err(_) => rows.end_broken_row(number, Span::in_text(begin, begin + line.len()), ShapeFault::NotJson),
            }
            if rows.len() == ROWS_AT_ONCE {
                take(text, rows);
                rows.clear();
            }
        }
        if !rows.is_empty() {
            take(text, rows);
        }
    }
}

/// Writes an object's values as cell text into the places of their names.
struct ObjectInto<'a> {
    names: &'a [String],
    rows: &'a mut Rows,
    cells: &'a mut [Span],
}

impl<'de> DeserializeSeed<'de> for ObjectInto<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectInto<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        // Objects mostly have their names in the same order, so the next place is the first guess.
        let mut guess = 0;
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            let place = if self.names.get(guess).is_some_and(|known| *known == name) {
                Some(guess)
            } else {
                self.names.iter().position(|known| *known == name)
            };
            match place {
                Some(place) => {
                    self.cells[place] = map.next_value_seed(ScalarInto(self.rows))?;
                    guess = place + 1;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct ScalarInto<'a>(&'a mut Rows);

impl<'de> DeserializeSeed<'de> for ScalarInto<'_> {
    type Value = Span;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Span, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(match value {
            serde_json::Value::Null => Span::default(),
            serde_json::Value::String(text) => self.0.keep_side(text.as_bytes()),
            serde_json::Value::Bool(truth) => self.0.keep_side(if truth { b"1" } else { b"0" }),
            // A number keeps the digits it was written with as far as a double holds them; ids must come as text.
            serde_json::Value::Number(number) => self.0.keep_side(number.to_string().as_bytes()),
            other => self.0.keep_side(other.to_string().as_bytes()),
        })
    }
}

/// The names of one object.
struct Names(Vec<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Names;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Names, M::Error> {
                let mut names = Vec::new();
                while let Some((name, _)) = map.next_entry::<String, IgnoredAny>()? {
                    names.push(name);
                }
                Ok(Names(names))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}
