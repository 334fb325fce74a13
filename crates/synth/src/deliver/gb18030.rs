//! UTF-8 to GB18030 by a table of the two-byte characters: the sample's Chinese has no others.

use std::sync::OnceLock;

/// Two-byte codes by Unicode scalar, 0 where there is none.
static TABLE: OnceLock<Vec<u16>> = OnceLock::new();

fn table() -> &'static [u16] {
    TABLE.get_or_init(|| {
        let mut table = vec![0u16; 0x1_0000];
        for lead in 0x81..=0xfe_u8 {
            for trail in 0x40..=0xfe_u8 {
                let pair = [lead, trail];
                let (text, _, faulty) = encoding_rs::GB18030.decode(&pair);
                let mut letters = text.chars();
                if !faulty
                    && let (Some(letter), None) = (letters.next(), letters.next())
                    && let Some(slot) = table.get_mut(letter as usize)
                    && *slot == 0
                {
                    *slot = u16::from_be_bytes(pair);
                }
            }
        }
        table
    })
}

pub fn encode(text: &str) -> Vec<u8> {
    let table = table();
    let mut out = Vec::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            out.push(letter as u8);
            continue;
        }
        match table.get(letter as usize) {
            Some(&code) if code != 0 => out.extend_from_slice(&code.to_be_bytes()),
            // A four-byte character: rare enough for the slow way.
            _ => out.extend_from_slice(&encoding_rs::GB18030.encode(letter.encode_utf8(&mut [0; 4])).0),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_headers_and_rare_letters_come_back() {
        for text in [
            "山西省太原市小店区坞城街道12号",
            "公民身份号码,姓名（万元）\n",
            "ａ０１９Ｘ",
            "㐀𠮷é",
        ] {
            assert_eq!(encoding_rs::GB18030.decode(&encode(text)).0, text);
        }
    }
}
