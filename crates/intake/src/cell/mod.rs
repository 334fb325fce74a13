//! One cell's text to one exact value. Each parser gets a trimmed, half-width cell and answers None if the text is not such a value.

pub mod date;
pub mod mask;
pub mod number;
pub mod tidy;
