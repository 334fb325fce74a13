//! YAML as a tree whose every node knows its place and whose scalars stay as written (0.30 is no float).

use granit_parser::{Event, Parser, ScalarStyle, Span};

use super::spot::{Fault, Finding, Spot};

/// Deeper nesting is refused: no pack needs it, and recursion stays bounded.
const DEPTH_MAX: usize = 64;

#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub spot: Spot,
    pub kind: NodeKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// The text as written, without quotes. `plain` is false for quoted and block text.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    pub text: String,
    pub spot: Spot,
}

impl Node {
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(&self.kind, NodeKind::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null"))
    }

    pub fn list(&self) -> Option<&[Node]> {
        match &self.kind {
            NodeKind::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn map(&self) -> Option<&[(Key, Node)]> {
        match &self.kind {
            NodeKind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    pub fn get(&self, key: &str) -> Option<&Node> {
        self.map()?.iter().find(|(k, _)| k.text == key).map(|(_, node)| node)
    }

    /// The tree as JSON, for parts of a programme that are passed on as they stand (clocks, review, notice).
    pub fn to_json(&self) -> serde_json::Value {
        match &self.kind {
            _ if self.is_null() => serde_json::Value::Null,
            NodeKind::Scalar { text, plain } => match text.as_str() {
                "true" if *plain => true.into(),
                "false" if *plain => false.into(),
                _ if *plain => text.parse::<i64>().map_or_else(|_| text.as_str().into(), Into::into),
                _ => text.as_str().into(),
            },
            NodeKind::List(items) => items.iter().map(Node::to_json).collect(),
            NodeKind::Map(entries) => {
                serde_json::Value::Object(entries.iter().map(|(k, v)| (k.text.clone(), v.to_json())).collect())
            }
        }
    }
}

/// Reads one document. Aliases and several documents in one file are refused: packs are read aloud, top to bottom.
pub fn parse(file: u16, text: &str) -> Result<Node, Finding> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        file,
    };
    loop {
        match reader.next()? {
            (Event::StreamStart | Event::DocumentStart(..), _) => {}
            (Event::StreamEnd | Event::DocumentEnd, _) => {
                let spot = Spot {
                    file,
                    line: 1,
                    column: 1,
                    length: 1,
                };
                return Ok(Node {
                    spot,
                    kind: NodeKind::Map(Vec::new()),
                });
            }
            (event, span) => {
                let node = reader.node(event, span, 0)?;
                return reader.finish().map(|()| node);
            }
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, granit_parser::StrInput<'t>>,
    file: u16,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), Finding> {
        match self.parser.next_event() {
            Some(Ok((Event::Comment(..), _))) => self.next(),
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                let at = error.marker();
                let spot = Spot {
                    file: self.file,
                    line: at.line() as u32,
                    column: at.col() as u32 + 1,
                    length: 1,
                };
                Err(Finding::new(
                    Fault::Yaml,
                    spot,
                    format!("not valid YAML: {}", error.info()),
                ))
            }
            None => Err(Finding::new(
                Fault::Yaml,
                Spot {
                    file: self.file,
                    ..Spot::default()
                },
                "the file ends early",
            )),
        }
    }

    fn finish(&mut self) -> Result<(), Finding> {
        loop {
            match self.next()? {
                (Event::DocumentEnd, _) => {}
                (Event::StreamEnd, _) => return Ok(()),
                (_, span) => {
                    return Err(Finding::new(Fault::Yaml, self.spot(span), "a file holds one document"));
                }
            }
        }
    }

    fn spot(&self, span: Span) -> Spot {
        let (start, end) = (span.start, span.end);
        let length = if end.line() == start.line() {
            end.col().saturating_sub(start.col())
        } else {
            1
        };
        Spot {
            file: self.file,
            line: start.line() as u32,
            column: start.col() as u32 + 1,
            length: length.max(1) as u32,
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, Finding> {
        let spot = self.spot(span);
        if depth > DEPTH_MAX {
            return Err(Finding::new(
                Fault::Yaml,
                spot,
                format!("nested deeper than {DEPTH_MAX}"),
            ));
        }
        let kind = match event {
            Event::Scalar(text, style, ..) => NodeKind::Scalar {
                text: text.into_owned(),
                plain: style == ScalarStyle::Plain,
            },
            Event::SequenceStart(..) => self.items(depth)?,
            Event::MappingStart(..) => self.entries(depth)?,
            _ => return Err(Finding::new(Fault::Yaml, spot, "aliases are not used in packs")),
        };
        Ok(Node { spot, kind })
    }

    fn items(&mut self, depth: usize) -> Result<NodeKind, Finding> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(NodeKind::List(items)),
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn entries(&mut self, depth: usize) -> Result<NodeKind, Finding> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            let key = match event {
                Event::MappingEnd => return Ok(NodeKind::Map(entries)),
                Event::Scalar(text, ..) => Key {
                    text: text.into_owned(),
                    spot: self.spot(span),
                },
                _ => return Err(Finding::new(Fault::Yaml, self.spot(span), "a key is a plain word")),
            };
            if entries.iter().any(|(k, _)| k.text == key.text) {
                return Err(Finding::new(
                    Fault::Duplicate,
                    key.spot,
                    format!("`{}` is said twice", key.text),
                ));
            }
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            entries.push((key, value));
        }
    }
}
