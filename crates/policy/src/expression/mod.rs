//! SQL scalar expressions: tokens, tree, parser.

pub mod parse;
pub mod syntax;
pub mod token;
