//! From text to tree: SQL scalar expressions by precedence climbing.

use super::syntax::{Expr, ExprKind, Function, Operator};
use super::token::{Placed, Token, tokens};
use crate::calendar;
use crate::nearest::nearest;
use crate::source::spot::{Fault, Finding, Spot};

/// Deeper nesting is refused, so that hostile text cannot exhaust the stack.
const DEPTH_MAX: usize = 64;

/// Numbers the nodes of all expressions of a pack.
#[derive(Debug, Default)]
pub struct Numbering(u32);

impl Numbering {
    pub fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0 - 1
    }

    pub fn count(&self) -> usize {
        self.0 as usize
    }
}

/// Where an expression's text stands: characters of one line map to columns, folded text to its first line.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    pub spot: Spot,
    /// Characters between the spot's column and the text (1 for a quote); `None` when the text spans lines.
    pub skip: Option<usize>,
}

impl Origin {
    fn place(self, start: usize, length: usize) -> Spot {
        match self.skip {
            Some(skip) => self.spot.within(skip + start, length),
            None => self.spot,
        }
    }
}

pub fn parse(text: &str, origin: Origin, numbering: &mut Numbering) -> Result<Expr, Finding> {
    let tokens = tokens(text);
    let end = text.chars().count();
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
        end,
        origin,
        numbering,
        depth: 0,
    };
    let expr = parser.expression(0)?;
    match parser.tokens.get(parser.at) {
        None => Ok(expr),
        Some(left) => Err(parser.fault(left, format!("did not expect {} here", shown(&left.token)))),
    }
}

struct Parser<'t> {
    tokens: &'t [Placed],
    at: usize,
    end: usize,
    origin: Origin,
    numbering: &'t mut Numbering,
    depth: usize,
}

fn shown(token: &Token) -> String {
    match token {
        Token::Word(word) => format!("`{word}`"),
        Token::Number(number) => format!("`{number}`"),
        Token::Text(text) => format!("'{text}'"),
        Token::Symbol(symbol) => format!("`{symbol}`"),
        Token::Stray(text) => format!("`{text}`"),
    }
}

impl Parser<'_> {
    fn fault(&self, at: &Placed, message: String) -> Finding {
        Finding::new(Fault::Syntax, self.origin.place(at.start, at.length), message)
    }

    fn fault_at_end(&self, message: impl Into<String>) -> Finding {
        Finding::new(Fault::Syntax, self.origin.place(self.end.saturating_sub(1), 1), message)
    }

    fn node(&mut self, start: usize, kind: ExprKind) -> Expr {
        let last = &self.tokens[self.at.saturating_sub(1)];
        let length = (last.start + last.length).saturating_sub(start);
        Expr {
            id: self.numbering.next(),
            spot: self.origin.place(start, length),
            kind,
        }
    }

    fn peek_symbol(&self, symbol: &str) -> bool {
        matches!(self.tokens.get(self.at), Some(Placed { token: Token::Symbol(s), .. }) if *s == symbol)
    }

    fn peek_word(&self, ahead: usize, word: &str) -> bool {
        matches!(self.tokens.get(self.at + ahead),
            Some(Placed { token: Token::Word(w), .. }) if w.eq_ignore_ascii_case(word))
    }

    fn take_symbol(&mut self, symbol: &str) -> bool {
        let found = self.peek_symbol(symbol);
        self.at += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.peek_word(0, word);
        self.at += usize::from(found);
        found
    }

    fn expect_symbol(&mut self, symbol: &'static str) -> Result<(), Finding> {
        if self.take_symbol(symbol) {
            return Ok(());
        }
        Err(match self.tokens.get(self.at) {
            Some(found) => self.fault(found, format!("expected `{symbol}`, found {}", shown(&found.token))),
            None => self.fault_at_end(format!("expected `{symbol}` at the end")),
        })
    }

    fn expect_word(&mut self, word: &'static str) -> Result<(), Finding> {
        if self.take_word(word) {
            return Ok(());
        }
        Err(match self.tokens.get(self.at) {
            Some(found) => self.fault(found, format!("expected {word}, found {}", shown(&found.token))),
            None => self.fault_at_end(format!("expected {word} at the end")),
        })
    }

    fn expression(&mut self, least: u8) -> Result<Expr, Finding> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.fault_at_end(format!("nested deeper than {DEPTH_MAX}")));
        }
        let result = self.climb(least);
        self.depth -= 1;
        result
    }

    fn climb(&mut self, least: u8) -> Result<Expr, Finding> {
        let start = self.tokens.get(self.at).map_or(0, |t| t.start);
        let mut left = self.prefix()?;
        loop {
            if least <= 4
                && let Some(kind) = self.predicate(&left)?
            {
                left = self.node(start, kind);
                continue;
            }
            let Some(operator) = self.operator() else {
                return Ok(left);
            };
            if operator.strength() < least {
                return Ok(left);
            }
            self.at += 1;
            let right = self.expression(operator.strength() + 1)?;
            left = self.node(start, ExprKind::Binary(operator, Box::new(left), Box::new(right)));
        }
    }

    fn operator(&self) -> Option<Operator> {
        match &self.tokens.get(self.at)?.token {
            Token::Symbol("+") => Some(Operator::Add),
            Token::Symbol("-") => Some(Operator::Subtract),
            Token::Symbol("*") => Some(Operator::Multiply),
            Token::Symbol("/") => Some(Operator::Divide),
            Token::Symbol("=") => Some(Operator::Equal),
            Token::Symbol("<>") => Some(Operator::NotEqual),
            Token::Symbol("<") => Some(Operator::Less),
            Token::Symbol("<=") => Some(Operator::LessOrEqual),
            Token::Symbol(">") => Some(Operator::Greater),
            Token::Symbol(">=") => Some(Operator::GreaterOrEqual),
            Token::Word(word) if word.eq_ignore_ascii_case("and") => Some(Operator::And),
            Token::Word(word) if word.eq_ignore_ascii_case("or") => Some(Operator::Or),
            _ => None,
        }
    }

    /// `BETWEEN … AND …`, `IN (…)`, `IS [NOT] NULL`, each with an optional `NOT`.
    fn predicate(&mut self, value: &Expr) -> Result<Option<ExprKind>, Finding> {
        let negated = self.peek_word(0, "not") && (self.peek_word(1, "between") || self.peek_word(1, "in"));
        self.at += usize::from(negated);
        let value = || Box::new(value.clone());
        if self.take_word("between") {
            let low = Box::new(self.expression(5)?);
            self.expect_word("AND")?;
            let high = Box::new(self.expression(5)?);
            return Ok(Some(ExprKind::Between {
                value: value(),
                low,
                high,
                negated,
            }));
        }
        if self.take_word("in") {
            self.expect_symbol("(")?;
            let list = self.arguments()?;
            return Ok(Some(ExprKind::In {
                value: value(),
                list,
                negated,
            }));
        }
        if self.take_word("is") {
            let negated = self.take_word("not");
            self.expect_word("NULL")?;
            return Ok(Some(ExprKind::IsNull {
                value: value(),
                negated,
            }));
        }
        Ok(None)
    }

    /// Expressions up to the closing bracket, which is consumed.
    fn arguments(&mut self) -> Result<Vec<Expr>, Finding> {
        let mut list = Vec::new();
        if self.take_symbol(")") {
            return Ok(list);
        }
        loop {
            list.push(self.expression(0)?);
            if !self.take_symbol(",") {
                self.expect_symbol(")")?;
                return Ok(list);
            }
        }
    }

    fn prefix(&mut self) -> Result<Expr, Finding> {
        let Some(first) = self.tokens.get(self.at) else {
            return Err(self.fault_at_end("the expression ends early"));
        };
        let start = first.start;
        self.at += 1;
        let kind = match &first.token {
            Token::Number(number) => ExprKind::Number(*number),
            Token::Text(text) => ExprKind::Text(text.clone()),
            Token::Symbol("-") => {
                let inner = self.expression(7)?;
                match inner.kind {
                    ExprKind::Number(n) => ExprKind::Number(crate::decimal::Decimal { raw: -n.raw, ..n }),
                    _ => ExprKind::Negate(Box::new(inner)),
                }
            }
            Token::Symbol("(") => {
                let inner = self.expression(0)?;
                self.expect_symbol(")")?;
                return Ok(inner);
            }
            Token::Word(word) => return self.word(word, first, start),
            Token::Stray(text) if text.starts_with('\'') => {
                return Err(self.fault(first, "the text has no closing quote".to_owned()));
            }
            other => return Err(self.fault(first, format!("did not expect {} here", shown(other)))),
        };
        Ok(self.node(start, kind))
    }

    fn word(&mut self, word: &str, first: &Placed, start: usize) -> Result<Expr, Finding> {
        let kind = match word.to_ascii_lowercase().as_str() {
            "not" => ExprKind::Not(Box::new(self.expression(3)?)),
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "null" => ExprKind::Null,
            "case" => self.case()?,
            "date"
                if matches!(
                    self.tokens.get(self.at),
                    Some(Placed {
                        token: Token::Text(_),
                        ..
                    })
                ) =>
            {
                self.date()?
            }
            "and" | "or" | "between" | "in" | "is" | "when" | "then" | "else" | "end" => {
                return Err(self.fault(first, format!("did not expect {word} here")));
            }
            "household" if self.peek_symbol(".") => {
                self.at += 1;
                ExprKind::OfHousehold(self.name("household.")?)
            }
            "before" if self.peek_symbol(".") => {
                self.at += 1;
                ExprKind::Before(self.name("before.")?)
            }
            "eligible" | "amount" if self.peek_symbol("(") => {
                self.at += 1;
                let programme = self.name("the name of a programme after")?;
                self.expect_symbol(")")?;
                if word.eq_ignore_ascii_case("eligible") {
                    ExprKind::Eligible(programme)
                } else {
                    ExprKind::Amount(programme)
                }
            }
            _ if self.peek_symbol("(") => self.call(word, first)?,
            _ => ExprKind::Name(word.to_owned()),
        };
        Ok(self.node(start, kind))
    }

    fn name(&mut self, after: &str) -> Result<String, Finding> {
        match self.tokens.get(self.at) {
            Some(Placed {
                token: Token::Word(word),
                ..
            }) => {
                self.at += 1;
                Ok(word.clone())
            }
            Some(other) => Err(self.fault(other, format!("expected a name: {after} …"))),
            None => Err(self.fault_at_end("expected a name at the end")),
        }
    }

    fn date(&mut self) -> Result<ExprKind, Finding> {
        let placed = &self.tokens[self.at];
        self.at += 1;
        let Token::Text(text) = &placed.token else {
            return Err(self.fault(placed, "expected a quoted day".to_owned()));
        };
        match calendar::parse_day(text) {
            Some(day) => Ok(ExprKind::Date(day)),
            None => Err(self.fault(placed, format!("'{text}' is not a day; write DATE '2026-07-01'"))),
        }
    }

    fn case(&mut self) -> Result<ExprKind, Finding> {
        let mut branches = Vec::new();
        while self.take_word("when") {
            let condition = self.expression(0)?;
            self.expect_word("THEN")?;
            branches.push((condition, self.expression(0)?));
        }
        if branches.is_empty() {
            self.expect_word("WHEN")?;
        }
        let otherwise = if self.take_word("else") {
            Some(Box::new(self.expression(0)?))
        } else {
            None
        };
        self.expect_word("END")?;
        Ok(ExprKind::Case { branches, otherwise })
    }

    fn call(&mut self, word: &str, first: &Placed) -> Result<ExprKind, Finding> {
        let upper = word.to_ascii_uppercase();
        let Some((_, function)) = Function::ALL.iter().find(|(name, _)| *name == upper) else {
            let finding = Finding::new(
                Fault::UnknownName,
                self.origin.place(first.start, first.length),
                format!("there is no function `{word}`"),
            );
            let names = Function::ALL.iter().map(|(name, _)| *name);
            return Err(match nearest(&upper, names) {
                Some(name) => finding.propose(format!("did you mean {name}?")),
                None => finding,
            });
        };
        self.at += 1;
        let args = self.arguments()?;
        let (least, most) = function.arity();
        if args.len() < least || args.len() > most {
            return Err(self.fault(
                first,
                format!("{upper} takes {least} to {most} values, found {}", args.len()),
            ));
        }
        Ok(ExprKind::Call {
            function: *function,
            args,
        })
    }
}
