//! What things are called on a page: feeds from their contracts, programmes from the policy pack.

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

/// A programme of the pack in use.
#[derive(Debug, Clone)]
pub struct ProgrammeTitle {
    pub name: String,
    pub title: Title,
    /// In the order of the bits in a conclusion.
    pub conditions: Vec<ConditionTexts>,
}

#[derive(Debug, Clone)]
pub struct ConditionTexts {
    pub id: String,
    pub met: Title,
    pub unmet: Title,
    /// The articles it rests on.
    pub basis: Vec<String>,
}

/// An indicator of the pack in use.
#[derive(Debug, Clone)]
pub struct IndicatorTitle {
    pub name: String,
    pub title: Title,
    /// What a visit should find out.
    pub find_out: Title,
}

/// What a conclusion says of one condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConditionState {
    Met,
    Unmet,
    /// Data or a check is missing.
    Open,
}

#[derive(Debug, Clone, Default)]
pub struct Titles {
    /// In the order of their numbers.
    pub feeds: Vec<FeedTitle>,
    /// In the order of the pack.
    pub programmes: Vec<ProgrammeTitle>,
    pub indicators: Vec<IndicatorTitle>,
    /// Set for a made-up province: every page then says so.
    pub is_sample: bool,
}

impl Titles {
    pub(crate) fn find(&self, programme: &str) -> Option<&ProgrammeTitle> {
        self.programmes.iter().find(|known| known.name == programme)
    }

    pub(crate) fn indicator(&self, name: &str) -> Option<&IndicatorTitle> {
        self.indicators.iter().find(|known| known.name == name)
    }

    /// The programme's title, or its name in the pack where the pack in use no longer has it.
    pub(crate) fn programme<'a>(&'a self, name: &'a str, language: Language) -> &'a str {
        self.find(name).map_or(name, |known| known.title.of(language))
    }

    /// The programme's title in both languages.
    pub fn programme_names<'a>(&'a self, name: &'a str) -> (&'a str, &'a str) {
        (self.programme(name, Language::Zh), self.programme(name, Language::En))
    }

    /// Where a programme stands in the pack; unknown ones come last.
    pub(crate) fn place(&self, name: &str) -> usize {
        self.programmes
            .iter()
            .position(|known| known.name == name)
            .unwrap_or(usize::MAX)
    }

    /// A programme's conditions with what a conclusion's bits say of them.
    pub fn conditions(&self, programme: &str, unmet: i64, open: i64) -> Vec<(ConditionState, &ConditionTexts)> {
        let conditions = self
            .find(programme)
            .map(|known| known.conditions.as_slice())
            .unwrap_or_default();
        let states = (0..i64::BITS).map(|bit| match (unmet >> bit & 1, open >> bit & 1) {
            (1, _) => ConditionState::Unmet,
            (_, 1) => ConditionState::Open,
            _ => ConditionState::Met,
        });
        states.zip(conditions).collect()
    }

    /// Why someone is on a list, in words; the code itself where neither the pack nor the registry's list has it.
    pub(crate) fn reason(&self, kind: Kind, programme: &str, code: &str, language: Language) -> String {
        let condition = self
            .find(programme)
            .and_then(|known| known.conditions.iter().find(|one| one.id == code));
        match (condition, kind) {
            (Some(texts), Kind::Missed) => without_values(texts.met.of(language)),
            (Some(texts), Kind::Wrong) => without_values(texts.unmet.of(language)),
            (None, _) => registry_reason(code, language).to_owned(),
        }
    }
}

/// What the registers themselves show, without any rule.
fn registry_reason(code: &str, language: Language) -> &str {
    match code {
        "dead" => language.pick("有部门登记已故", "a department has recorded the death"),
        "served_twice" => language.pick("在两处同时享受", "is served in two places or households"),
        "moved_away" => language.pick("户口已因迁出注销", "the registration was cancelled for moving away"),
        other => other,
    }
}

/// A condition's text with its `{variable}` places left out: a list keeps the reason, not the values behind it.
pub fn without_values(text: &str) -> String {
    let mut parts = text.split('{');
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, rest) = part.split_once('}').unwrap_or(("", part));
        match rest.strip_prefix('元') {
            Some(rest) => kept.push_str(rest),
            None => {
                kept.push('…');
                kept.push_str(rest);
            }
        }
    }
    // A place in brackets leaves nothing behind.
    kept.replace("（）", "").replace("（…）", "").replace("(…)", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_without_its_values_still_reads_as_a_sentence() {
        for (text, kept) in [
            (
                "人均月收入{income}元，不低于标准{standard}元。",
                "人均月收入，不低于标准。",
            ),
            ("is {age} years old", "is … years old"),
            ("择高享受（{amount}元）。", "择高享受。"),
            ("no values", "no values"),
        ] {
            assert_eq!(without_values(text), kept);
        }
    }
}
