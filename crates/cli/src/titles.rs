//! What feeds, programmes and reasons are called, from the contracts and the policy pack.

use std::path::Path;

use anwang_contracts::{Bilingual, Contract, Contracts};
use anwang_policy::{ConditionWording, Pack, Words};
use anwang_server::figures::{ConditionTexts, FeedTitle, IndicatorTitle, ProgrammeTitle, Title, Titles};
use anwang_store::Book;

use crate::error::CliError;
use crate::policy::pack_folder;
use crate::ui::Ui;

/// The name under which `settings` says that the data are made up.
pub const SAMPLE: &str = "sample";

/// Without a pack programmes go by their names.
pub fn read(book: &Book, pack: Option<&Path>, ui: &Ui) -> Result<Titles, CliError> {
    let sample = book.query_one("SELECT value FROM settings WHERE name = $1", &[SAMPLE.into()])?;
    let mut titles = Titles {
        feeds: Contracts::embedded().iter().map(feed).collect(),
        is_sample: sample.is_some(),
        ..Titles::default()
    };
    if let Some(folder) = pack {
        add_pack(&mut titles, &pack_folder::load(folder, ui)?);
    }
    Ok(titles)
}

fn add_pack(titles: &mut Titles, pack: &Pack) {
    let programmes = pack.wording().into_iter().map(|programme| ProgrammeTitle {
        title: words(&programme.title),
        conditions: programme.conditions.iter().map(condition).collect(),
        name: programme.name,
    });
    titles.programmes.extend(programmes);
    let indicators = pack.indicator_wording().into_iter().map(|indicator| IndicatorTitle {
        title: words(&indicator.title),
        find_out: words(&indicator.find_out),
        name: indicator.name,
    });
    titles.indicators.extend(indicators);
}

fn condition(wording: &ConditionWording) -> ConditionTexts {
    ConditionTexts {
        id: wording.id.clone(),
        met: words(&wording.met),
        unmet: words(&wording.unmet),
        basis: wording.basis.clone(),
    }
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

fn words(text: &Words) -> Title {
    Title {
        zh: text.zh.clone(),
        en: text.en.clone(),
    }
}
