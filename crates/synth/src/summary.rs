//! What was made, held against what Shanxi published.

use std::fmt;

use crate::tally::Tally;

/// People of Shanxi to whom the published figures belong.
pub const PROVINCE: f64 = 34_800_000.0;

#[derive(Debug, Clone)]
pub struct Summary {
    pub tally: Tally,
    pub files: u64,
    /// Sum over all files' rows of each feed, in the order of `feeds`.
    pub rows_by_feed: Vec<(&'static str, u64)>,
}

/// A published figure and the same in the sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub zh: &'static str,
    pub en: &'static str,
    pub published: f64,
    /// The published figure at the sample's size (rates stay as they are).
    pub scaled: f64,
    pub made: f64,
    pub source: &'static str,
}

impl Figure {
    /// Made over scaled; 1 is exact.
    pub fn ratio(&self) -> f64 {
        self.made / self.scaled
    }
}

impl Summary {
    pub fn figures(&self) -> Vec<Figure> {
        let tally = &self.tally;
        let size = tally.people as f64 / PROVINCE;
        let count = |zh, en, published: f64, made: u64, source| Figure {
            zh,
            en,
            published,
            scaled: published * size,
            made: made as f64,
            source,
        };
        let share = |zh, en, published: f64, part: u64, whole: u64, source| Figure {
            zh,
            en,
            published,
            scaled: published,
            made: part as f64 / whole.max(1) as f64 * 100.0,
            source,
        };
        const CONFERENCE: &str = "山西省新闻发布会 2025-11";
        const HALF_YEAR: &str = "山西省 2025H1";
        vec![
            count(
                "低保和特困人员",
                "dibao and destitute persons",
                1_064_000.0,
                tally.dibao_and_tekun,
                CONFERENCE,
            ),
            count(
                "困难残疾人生活补贴",
                "disability living subsidy",
                266_000.0,
                tally.living,
                HALF_YEAR,
            ),
            count(
                "重度残疾人护理补贴",
                "disability nursing subsidy",
                486_900.0,
                tally.nursing,
                HALF_YEAR,
            ),
            count(
                "80岁以上高龄津贴",
                "old-age allowance, 80 and older",
                820_000.0,
                tally.old_age_from_80,
                HALF_YEAR,
            ),
            count(
                "经济困难失能老年人",
                "disabled elders in need",
                6_740.0,
                tally.disabled_elders,
                HALF_YEAR,
            ),
            count(
                "孤儿和事实无人抚养儿童",
                "orphans and unattended children",
                11_800.0,
                tally.children,
                CONFERENCE,
            ),
            count(
                "防返贫监测对象",
                "monitored against poverty",
                106_800.0 / 0.441,
                tally.watched,
                CONFERENCE,
            ),
            share(
                "监测对象中兜底保障占比%",
                "of them on dibao or destitute, %",
                44.1,
                tally.watched_and_served,
                tally.watched,
                CONFERENCE,
            ),
            share(
                "已火化仍在户籍%",
                "cremated and still registered, %",
                12.5,
                tally.cremated_still_registered,
                tally.cremated,
                "feeds.md (another province)",
            ),
        ]
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let tally = &self.tally;
        writeln!(
            f,
            "{} people in {} households, {} rows in {} files, {} faulty rows; {} missed and {} wrong planted or arisen",
            tally.people, tally.households, tally.rows, self.files, tally.faulty_rows, tally.missed, tally.wrong
        )?;
        writeln!(
            f,
            "{:<38} {:>12} {:>12} {:>12} {:>7}",
            "published (34.8 million people)", "published", "scaled", "made", "ratio"
        )?;
        for figure in self.figures() {
            writeln!(
                f,
                "{:<38} {:>12.1} {:>12.1} {:>12.1} {:>7.3}  {}",
                figure.en,
                figure.published,
                figure.scaled,
                figure.made,
                figure.ratio(),
                figure.zh
            )?;
        }
        Ok(())
    }
}
