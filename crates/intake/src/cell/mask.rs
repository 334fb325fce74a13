//! What may be shown of a rejected value.

/// Longest masked text, in characters.
const SHOWN_CHARACTERS: usize = 40;

/// What a column's values are, as far as showing them goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// Ids, names, phones, addresses, accounts.
    Identity,
    /// Everything else. Even so the value may be an id that slipped into the wrong column.
    Value,
}

/// `1401**********1234`, `张**`, `2026-13-01`: enough to find the fault, too little to identify anyone.
pub fn masked(cell: &[u8], secrecy: Secrecy) -> String {
    let text = String::from_utf8_lossy(cell);
    let letters: Vec<char> = text.trim().chars().take(SHOWN_CHARACTERS).collect();
    match secrecy {
        Secrecy::Identity => identity(&letters),
        Secrecy::Value => value(&letters),
    }
}

fn identity(letters: &[char]) -> String {
    let shown = match letters.len() {
        0..=1 => (0, 0),
        2..=6 => (1, 0),
        7..=11 => (2, 2),
        _ => (4, 4),
    };
    cover(letters, shown.0, shown.1)
}

/// Shows short runs of digits and marks; covers long runs of digits in the middle and words behind their first letter.
fn value(letters: &[char]) -> String {
    let mut out = String::new();
    for run in letters.chunk_by(|a, b| kind(*a) == kind(*b)) {
        match kind(run[0]) {
            Kind::Digit if run.len() >= 11 => out.push_str(&cover(run, 4, 4)),
            Kind::Letter if run.len() >= 2 => out.push_str(&cover(run, 1, 0)),
            _ => out.extend(run),
        }
    }
    out
}

#[derive(PartialEq)]
enum Kind {
    Digit,
    Letter,
    Mark,
}

fn kind(letter: char) -> Kind {
    match letter {
        '0'..='9' | '０'..='９' => Kind::Digit,
        '年' | '月' | '日' | '元' | '万' => Kind::Mark,
        _ if letter.is_alphanumeric() => Kind::Letter,
        _ => Kind::Mark,
    }
}

fn cover(letters: &[char], head: usize, tail: usize) -> String {
    let until = letters.len() - tail;
    letters
        .iter()
        .enumerate()
        .map(|(at, &letter)| if at < head || at >= until { letter } else { '*' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_value_shows_the_fault_and_not_the_person() {
        let check = |cell: &str, secrecy, shown: &str| assert_eq!(masked(cell.as_bytes(), secrecy), shown);
        check("140105199001011234", Secrecy::Identity, "1401**********1234");
        check("张三丰", Secrecy::Identity, "张**");
        check("13800001111", Secrecy::Identity, "13*******11");
        check("2026-13-01", Secrecy::Value, "2026-13-01");
        check("2026年13月1日", Secrecy::Value, "2026年13月1日");
        check("140105199001011234", Secrecy::Value, "1401**********1234");
        check("张三丰", Secrecy::Value, "张**");
        check("", Secrecy::Identity, "");
    }
}
