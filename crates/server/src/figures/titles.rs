//! What things are called on a page: feeds from their contracts, programmes from the policy pack.

use std::collections::HashMap;

use anwang_store::findings::Kind;
use serde::Serialize;

use crate::language::Language;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Title {
    pub zh: String,
    pub en: String,
}

impl Title {
    pub(crate) fn of(&self, language: Language) -> &str {
        language.pick(&self.zh, &self.en)
    }
}

/// A feed as its contract describes it.
#[derive(Debug, Clone, Serialize)]
pub struct FeedTitle {
    pub feed: String,
    pub number: i16,
    pub title: Title,
    pub owner: Title,
    /// After this many days without a delivery the feed is stale.
    pub stale_after_days: i32,
}

#[derive(Debug, Clone)]
pub struct ConditionTexts {
    pub met: Title,
    pub unmet: Title,
}

#[derive(Debug, Clone, Default)]
pub struct Titles {
    /// In the order of their numbers.
    pub feeds: Vec<FeedTitle>,
    /// Programme name and title, in the order of the pack.
    pub programmes: Vec<(String, Title)>,
    /// Texts of conditions: what the clerk reads when it is met, and when it is not, by programme and condition id.
    pub conditions: HashMap<(String, String), ConditionTexts>,
    /// Set for a made-up province: every page then says so.
    pub is_sample: bool,
}

impl Titles {
    /// The programme's title, or its name in the pack where the pack in use no longer has it.
    pub(crate) fn programme<'a>(&'a self, name: &'a str, language: Language) -> &'a str {
        self.programmes
            .iter()
            .find(|(known, _)| known == name)
            .map_or(name, |(_, title)| title.of(language))
    }

    /// The programme's title in both languages.
    pub fn programme_names<'a>(&'a self, name: &'a str) -> (&'a str, &'a str) {
        (self.programme(name, Language::Zh), self.programme(name, Language::En))
    }

    /// Where a programme stands in the pack; unknown ones come last.
    pub(crate) fn place(&self, name: &str) -> usize {
        self.programmes
            .iter()
            .position(|(known, _)| known == name)
            .unwrap_or(usize::MAX)
    }

    /// Why someone is on a list, in words; the condition's id where the pack in use no longer has it.
    pub(crate) fn reason<'a>(&'a self, kind: Kind, programme: &str, condition: &'a str, language: Language) -> &'a str {
        let key = (programme.to_owned(), condition.to_owned());
        match (self.conditions.get(&key), kind) {
            (Some(texts), Kind::Missed) => texts.met.of(language),
            (Some(texts), Kind::Wrong) => texts.unmet.of(language),
            (None, _) => condition,
        }
    }
}
