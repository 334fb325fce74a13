//! How spellings are made comparable: headers and code values arrive in every width, case and spacing.

/// Full-width characters become narrow, letters small; blanks, dashes, underscores and the usual marks go.
pub fn normalise(text: &str) -> String {
    text.chars()
        .map(narrow)
        .filter(|c| !is_ignored(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The same for a value of a code list, in which a dash can carry meaning.
pub(crate) fn normalise_value(text: &str) -> String {
    text.chars()
        .map(narrow)
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

pub(crate) fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    }
}

fn is_ignored(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '_' | '-' | '－' | '—' | '*' | ':' | '"' | '\'' | '\u{feff}' | '\u{200b}'
        )
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn spellings_that_mean_the_same_compare_equal() {
        for (one, other) in [
            ("身份证号 ", "身份证号"),
            ("ＩＤ＿No", "id no"),
            ("\u{feff}姓　名", "姓名"),
            ("*户主", "户主"),
            ("Ａ类", "a类"),
        ] {
            assert_eq!(normalise(one), normalise(other));
        }
    }
}
