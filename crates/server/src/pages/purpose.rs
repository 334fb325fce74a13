//! Why a person's data are looked at: asked before the first look, noted with every look.

use maud::{Markup, html};

use crate::language::Language;

/// Long enough to say something, short enough for a log line.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=200;

/// What someone wrote, trimmed; never empty.
pub struct Purpose(String);

impl Purpose {
    pub fn stated(text: &str) -> Option<Purpose> {
        let text = text.trim();
        LENGTHS
            .contains(&text.chars().count())
            .then(|| Purpose(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The form field, with the usual purposes to choose from.
pub fn field(language: Language) -> Markup {
    let usual = [
        ("核查应享未享名单", "checking the list of the missed"),
        ("核查疑似错享名单", "checking the list of the wrong"),
        ("受理本人申请", "the person's own application"),
        ("定期复核", "periodic review"),
    ];
    html! {
        div.field {
            label for="purpose" { (language.pick("事由", "Purpose")) }
            p.hint id="purpose_hint" { (language.pick("例如：核查疑似错享名单；受理本人申请（受理编号）", "For example: checking the list of the wrong; the person's own application (number)")) }
            input.wide type="text" id="purpose" name="purpose" required minlength="4" maxlength="200" list="purposes" aria-describedby="purpose_hint";
            datalist id="purposes" { @for (zh, en) in usual { option value=(language.pick(zh, en)) {} } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_says_something() {
        for (text, is_purpose) in [
            ("", false),
            ("  复核  ", false),
            ("定期复核", true),
            (&"长".repeat(201), false),
        ] {
            assert_eq!(Purpose::stated(text).is_some(), is_purpose, "{text}");
        }
    }
}
