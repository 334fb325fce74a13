//! The day a delivery speaks of, from its path.

use std::path::Path;

use anwang_domain::{Day, Month};

/// The last date in the path, folders included: `2026-06-30`, `20260630`, `2026年6月30日`; else the last day of the last month in
/// the file's name: `202606`, `2026-06`, `2026年6月`.
pub fn as_of_in(path: &Path) -> Option<Day> {
    let names: Vec<String> = path
        .components()
        .rev()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    names.iter().find_map(|name| dates(name).last().copied()).or_else(|| {
        let file = names.first()?;
        months(file).last().map(|month| month.last_day())
    })
}

fn dates(name: &str) -> Vec<Day> {
    numbers(name)
        .windows(3)
        .filter(|group| group[0].text.len() == 4 && group[0].joins(&group[1]) && group[1].joins(&group[2]))
        .filter_map(|group| day(group[0].value()?, group[1].value()?, group[2].value()?))
        .chain(
            numbers(name)
                .iter()
                .filter(|number| number.text.len() == 8)
                .filter_map(|number| {
                    let value = number.value()?;
                    day(value / 10_000, value / 100 % 100, value % 100)
                }),
        )
        .collect()
}

fn months(name: &str) -> Vec<Month> {
    let numbers = numbers(name);
    let written_apart = numbers
        .windows(2)
        .filter(|pair| pair[0].text.len() == 4 && pair[0].joins(&pair[1]));
    let apart = written_apart.filter_map(|pair| month(pair[0].value()?, pair[1].value()?));
    let together = numbers
        .iter()
        .filter(|number| number.text.len() == 6)
        .filter_map(|number| {
            let value = number.value()?;
            month(value / 100, value % 100)
        });
    apart.chain(together).collect()
}

fn day(year: u32, month: u32, day: u32) -> Option<Day> {
    plausible(year).and_then(|year| Day::from_ymd(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?))
}

fn month(year: u32, month: u32) -> Option<Month> {
    plausible(year).and_then(|year| Month::new(year, u8::try_from(month).ok()?))
}

fn plausible(year: u32) -> Option<i32> {
    (1990..2100).contains(&year).then_some(year as i32)
}

/// A run of digits and what follows it up to the next one.
struct Number<'a> {
    text: &'a str,
    behind: &'a str,
}

impl Number<'_> {
    fn value(&self) -> Option<u32> {
        self.text.parse().ok()
    }

    fn joins(&self, next: &Number<'_>) -> bool {
        matches!(self.behind, "-" | "_" | "." | "年" | "月") && next.text.len() <= 2
    }
}

fn numbers(name: &str) -> Vec<Number<'_>> {
    let mut found = Vec::new();
    let mut rest = name;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let from = &rest[start..];
        let end = from.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(from.len());
        let after = &from[end..];
        let next = after
            .find(|letter: char| letter.is_ascii_digit())
            .unwrap_or(after.len());
        found.push(Number {
            text: &from[..end],
            behind: &after[..next],
        });
        rest = &after[next..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_the_last_date_in_the_path_or_the_end_of_the_files_month() {
        let check = |path: &str, day: Option<&str>| {
            assert_eq!(
                as_of_in(Path::new(path)).map(|day| day.to_string()),
                day.map(str::to_owned),
                "{path}"
            )
        };
        check("/in/feeds/2026-06-30/09-hukou/户籍人口_202606.csv", Some("2026-06-30"));
        check("/in/2025-12-31/x/低保名册20260615.xlsx", Some("2026-06-15"));
        check("低保名册2026年6月.xlsx", Some("2026-06-30"));
        check("dibao_202602.csv.gz", Some("2026-02-28"));
        check("dibao-2026-02.csv", Some("2026-02-28"));
        check("特困2026年6月15日.csv", Some("2026-06-15"));
        check("good.csv", None);
        check("140105.csv", None);
    }
}
