//! Small packs as texts.

use anwang_policy::{Diagnostic, Pack};

pub const HEAD: &str = "pack: small\ntitle: {zh: 小, en: small}\nversion: \"1\"\nplace: 140000000000\n";

/// A pack of one file beside its head.
pub fn load(text: &str) -> Result<Pack, Vec<Diagnostic>> {
    Pack::load(vec![
        ("pack.yaml".to_owned(), HEAD.to_owned()),
        ("rules.yaml".to_owned(), text.to_owned()),
    ])
}

#[allow(dead_code, reason = "not every test needs it")]
pub fn pack(text: &str) -> Pack {
    load(text).unwrap_or_else(|diagnostics| panic!("{}", shown(&diagnostics)))
}

pub fn shown(diagnostics: &[Diagnostic]) -> String {
    diagnostics
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}
