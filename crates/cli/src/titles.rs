//! What feeds, programmes and reasons are called, from the contracts and the policy pack.

use anwang_server::figures::Titles;
use anwang_store::Book;

use crate::error::CliError;

/// The name under which `settings` says that the data are made up.
pub const SAMPLE: &str = "sample";

pub fn read(book: &Book) -> Result<Titles, CliError> {
    let sample = book.query_one("SELECT value FROM settings WHERE name = $1", &[SAMPLE.into()])?;
    Ok(Titles {
        is_sample: sample.is_some(),
        ..Titles::default()
    })
}
