//! What feeds, programmes and reasons are called, from the contracts and the policy pack.

use anwang_contracts::{Bilingual, Contract, Contracts};
use anwang_server::figures::{FeedTitle, Title, Titles};
use anwang_store::Book;

use crate::error::CliError;

/// The name under which `settings` says that the data are made up.
pub const SAMPLE: &str = "sample";

pub fn read(book: &Book) -> Result<Titles, CliError> {
    let sample = book.query_one("SELECT value FROM settings WHERE name = $1", &[SAMPLE.into()])?;
    Ok(Titles {
        feeds: Contracts::embedded().iter().map(feed).collect(),
        is_sample: sample.is_some(),
        ..Titles::default()
    })
}

fn feed(contract: &Contract) -> FeedTitle {
    FeedTitle {
        feed: contract.feed.clone(),
        number: contract.number,
        title: title(&contract.title),
        owner: title(&contract.owner),
        stale_after_days: i32::from(contract.freshness.stale_after_days),
    }
}

fn title(text: &Bilingual) -> Title {
    Title {
        zh: text.zh.clone(),
        en: text.en.clone(),
    }
}
