//! Tokens of an expression, read with winnow.

use winnow::ascii::{digit1, multispace0};
use winnow::combinator::{alt, opt, repeat};
use winnow::error::ContextError;
use winnow::prelude::*;
use winnow::stream::LocatingSlice;
use winnow::token::{any, one_of, take_till, take_while};

use crate::decimal::Decimal;

#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// A word as written; keywords are compared without case.
    Word(String),
    Number(Decimal),
    Text(String),
    Symbol(&'static str),
    /// A character that no expression contains, or a text without its closing quote.
    Stray(String),
}

/// A token with its start and length in characters.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    pub token: Token,
    pub start: usize,
    pub length: usize,
}

type Input<'t> = LocatingSlice<&'t str>;

/// Splits a text into tokens. Never fails: what does not belong comes back as [`Token::Stray`].
pub fn tokens(text: &str) -> Vec<Placed> {
    let mut input = LocatingSlice::new(text);
    let read: Result<Vec<(Token, std::ops::Range<usize>)>, _> = all.parse_next(&mut input);
    let characters = |bytes: std::ops::Range<usize>| text.get(bytes).map_or(0, |part| part.chars().count());
    read.unwrap_or_default()
        .into_iter()
        .map(|(token, at)| Placed {
            token,
            start: characters(0..at.start),
            length: characters(at).max(1),
        })
        .collect()
}

fn all(input: &mut Input<'_>) -> Result<Vec<(Token, std::ops::Range<usize>)>, ContextError> {
    multispace0.parse_next(input)?;
    repeat(0.., (token.with_span(), multispace0).map(|(placed, _)| placed)).parse_next(input)
}

fn token(input: &mut Input<'_>) -> Result<Token, ContextError> {
    alt((
        number,
        word,
        text,
        symbol,
        any.map(|c: char| Token::Stray(c.to_string())),
    ))
    .parse_next(input)
}

fn number(input: &mut Input<'_>) -> Result<Token, ContextError> {
    (digit1, opt(('.', digit1)))
        .take()
        .map(|digits: &str| Decimal::parse(digits).map_or_else(|| Token::Stray(digits.to_owned()), Token::Number))
        .parse_next(input)
}

fn word(input: &mut Input<'_>) -> Result<Token, ContextError> {
    let start = |c: char| c.is_alphabetic() || c == '_';
    (
        one_of(start),
        take_while(0.., |c: char| c.is_alphanumeric() || c == '_'),
    )
        .take()
        .map(|word: &str| Token::Word(word.to_owned()))
        .parse_next(input)
}

fn text(input: &mut Input<'_>) -> Result<Token, ContextError> {
    '\''.parse_next(input)?;
    let mut content = String::new();
    loop {
        let part: &str = take_till(0.., '\'').parse_next(input)?;
        content.push_str(part);
        if opt('\'').parse_next(input)?.is_none() {
            return Ok(Token::Stray(format!("'{content}")));
        }
        if opt('\'').parse_next(input)?.is_none() {
            return Ok(Token::Text(content));
        }
        content.push('\'');
    }
}

fn symbol(input: &mut Input<'_>) -> Result<Token, ContextError> {
    let compared = alt((
        alt(("<>", "!=")).value("<>"),
        alt(("<=", "≤")).value("<="),
        alt((">=", "≥")).value(">="),
        "<".value("<"),
        ">".value(">"),
        "=".value("="),
    ));
    let reckoned = alt((
        "+".value("+"),
        alt(("-", "−")).value("-"),
        alt(("*", "×")).value("*"),
        alt(("/", "÷")).value("/"),
        "(".value("("),
        ")".value(")"),
        ",".value(","),
        ".".value("."),
    ));
    alt((compared, reckoned)).map(Token::Symbol).parse_next(input)
}
