//! Spellings of cells, as departments write them.

use anwang_intake::cell::date::{self, Serial};
use anwang_intake::cell::number::{self, MoneyUnit, RateUnit};
use anwang_intake::cell::tidy;

#[test]
fn amounts_are_read_exactly_in_fen_or_refused() {
    let check = |cell: &str, unit, fen| assert_eq!(number::fen(cell.as_bytes(), unit).ok(), fen, "{cell}");
    for (cell, fen) in [
        ("0", Some(0)),
        ("669", Some(66_900)),
        ("669.5", Some(66_950)),
        ("669.05", Some(66_905)),
        ("-120.00", Some(-12_000)),
        ("+5", Some(500)),
        ("1,234,567.89", Some(123_456_789)),
        ("1234.5600", Some(123_456)),
        ("(35.20)", Some(-3_520)),
        ("¥12.00", Some(1_200)),
        ("12元", Some(1_200)),
        ("1.2万元", Some(1_200_000)),
        ("0.0001万", Some(100)),
        (".5", Some(50)),
        ("5.", Some(500)),
        ("1,23", None),
        ("12,34,567", None),
        ("1.005", None),
        ("", None),
        (".", None),
        ("-", None),
        ("abc", None),
        ("1e3", None),
        ("--5", None),
        ("99999999999999999999", None),
        ("1 000", None),
    ] {
        check(cell, MoneyUnit::Yuan, fen);
    }
    assert_eq!(
        number::fen(b"1.005", MoneyUnit::Yuan),
        Err(number::NotFen::FinerThanOneFen)
    );
    check("66900", MoneyUnit::Fen, Some(66_900));
    check("1.2", MoneyUnit::TenThousandYuan, Some(1_200_000));
    check("12元", MoneyUnit::TenThousandYuan, Some(1_200));
}

#[test]
fn dates_are_read_in_every_usual_spelling() {
    let first_of_july = date::days_of(2026, 7, 1);
    for cell in [
        "2026-07-01",
        "2026-7-1",
        "2026/07/01",
        "2026/7/1",
        "2026.7.1",
        "2026.07.01",
        "20260701",
        "2026年7月1日",
        "2026年07月01日",
        "2026-07-01 00:00:00",
        "2026-07-01T08:30:00Z",
    ] {
        assert_eq!(date::day(cell.as_bytes(), Serial::Refused), first_of_july, "{cell}");
    }
    for cell in [
        "2026-02-29",
        "2026-13-01",
        "20260732",
        "46204",
        "2026-07",
        "07/01/2026",
        "1-7-2026",
        "2026--7-1",
        "",
        "今天",
        "2026-07-01x",
        "0000-00-00",
    ] {
        assert_eq!(date::day(cell.as_bytes(), Serial::Refused), None, "{cell}");
    }
    assert_eq!(
        date::day(b"46204", Serial::Allowed),
        first_of_july,
        "a spreadsheet's day count"
    );
    assert_eq!(date::day(b"2024-02-29", Serial::Refused), date::days_of(2024, 2, 29));
}

#[test]
fn a_day_number_and_its_date_agree_over_four_centuries() {
    let first = date::days_of(1800, 1, 1).expect("a date");
    assert_eq!(date::days_of(1970, 1, 1), Some(0));
    for day in first..first + 146_097 {
        let (year, month, of_month) = date::civil_of(day);
        assert_eq!(date::days_of(year, month, of_month), Some(day));
    }
}

#[test]
fn months_are_read_in_every_usual_spelling() {
    for cell in [
        "2026-07",
        "202607",
        "2026/7",
        "2026.7",
        "2026年7月",
        "2026-07-15",
        "20260715",
    ] {
        assert_eq!(
            date::month(cell.as_bytes(), Serial::Refused),
            Some(2026 * 12 + 6),
            "{cell}"
        );
    }
    for cell in ["2026-13", "2026", "7", "", "2026-00"] {
        assert_eq!(date::month(cell.as_bytes(), Serial::Refused), None, "{cell}");
    }
}

#[test]
fn counts_rates_and_divisions_are_whole_or_refused() {
    for (cell, count) in [
        ("3", Some(3)),
        ("0", Some(0)),
        ("3.0", Some(3)),
        ("-2", Some(-2)),
        ("1,200", Some(1200)),
        ("3.5", None),
        ("99999999999", None),
        ("x", None),
    ] {
        assert_eq!(number::count(cell.as_bytes()), count, "{cell}");
    }
    for (cell, unit, rate) in [
        ("0.85", RateUnit::One, Some(8_500)),
        ("85%", RateUnit::One, Some(8_500)),
        ("85", RateUnit::Percent, Some(8_500)),
        ("1", RateUnit::One, Some(10_000)),
        ("0.00001", RateUnit::One, None),
    ] {
        assert_eq!(number::rate(cell.as_bytes(), unit), rate, "{cell}");
    }
    for (cell, division) in [
        ("140105", Some(140_105_000_000)),
        ("140105001002", Some(140_105_001_002)),
        ("14010500100", None),
        ("01", None),
        ("14a105", None),
    ] {
        assert_eq!(number::division(cell.as_bytes()), division, "{cell}");
    }
}

#[test]
fn full_width_letters_and_blanks_become_plain_ones() {
    let mut out = Vec::new();
    assert!(tidy::to_half_width("　１２３．４５Ｘ\u{FEFF} ".as_bytes(), &mut out));
    assert_eq!(out, b"123.45X");
    assert!(!tidy::to_half_width("坏\u{FFFD}".as_bytes(), &mut out));
    assert!(!tidy::to_half_width(&[0xC3, 0x28], &mut out));
}
