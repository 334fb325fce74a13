//! Whatever bytes come, intake answers and does not fall over.

mod site;

use anwang_intake::Confirmation;
use anwang_testkit::sqlite_book;
use proptest::prelude::*;
use site::{Site, sample};

/// File names decide nothing that the bytes do not, XLSX aside.
const NAMES: [&str; 4] = ["x.csv", "x.xlsx", "x.parquet", "x.gz"];

fn spoilt(mut bytes: Vec<u8>, spoils: &[(usize, u8)], cut: usize) -> Vec<u8> {
    for &(at, byte) in spoils {
        let len = bytes.len();
        if len > 0 {
            bytes[at % len] = byte;
        }
    }
    bytes.truncate(cut.max(1));
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..2_000), magic in 0usize..6, name in 0usize..4) {
        let book = sqlite_book();
        let site = Site::new(book.reopen());
        let heads: [&[u8]; 6] = [b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"PAR1", b"{\"a\":", b"\xff\xfe"];
        let mut content = heads[magic].to_vec();
        content.extend_from_slice(&bytes);
        // An error is an answer; only a panic is none.
        let _ = site.try_take_in(&site.file(NAMES[name], &content), None, Confirmation::Given);
    }

    #[test]
    fn spoilt_samples_are_answered(spoils in proptest::collection::vec((any::<usize>(), any::<u8>()), 0..40), cut in 1usize..9_000, feed in 0usize..3) {
        let book = sqlite_book();
        let site = Site::new(book.reopen());
        let sample = std::fs::read(sample(["dibao", "hukou", "medical"][feed], "good.csv")).expect("the sample");
        let _ = site.try_take_in(&site.file("x.csv", spoilt(sample, &spoils, cut)), Some(["dibao", "hukou", "medical"][feed]), Confirmation::Given);
    }
}
