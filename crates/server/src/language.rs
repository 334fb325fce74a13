//! Chinese first, English at a touch: both texts stand side by side where they are used.

use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Language {
    #[default]
    Zh,
    En,
}

impl Language {
    /// The value of the `language` cookie; anything unknown is Chinese.
    pub fn from_cookie(value: Option<&str>) -> Language {
        match value {
            Some("en") => Language::En,
            _ => Language::Zh,
        }
    }

    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    /// The BCP 47 tag for `<html lang>`.
    pub fn tag(self) -> &'static str {
        self.pick("zh-CN", "en")
    }
}

impl Language {
    /// The other language: its cookie value, its own name, its tag.
    pub fn pick_other(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Language::Zh => ("en", "English", "en"),
            Language::En => ("zh", "中文", "zh-CN"),
        }
    }
}
