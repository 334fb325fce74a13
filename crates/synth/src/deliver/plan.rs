//! Which files are delivered: by the province or by each city, in which dialect, under which name.

use std::path::PathBuf;

use crate::calendar;
use crate::error::SynthError;
use crate::feeds::{FEEDS, Feed};
use crate::options::{Format, Options};
use crate::sheet::dialect::{CodeStyle, Container, DateStyle, Dialect, Encoding, IdStyle, MoneyStyle, Packing};
use crate::sheet::layout::Layout;
use crate::terrain::Terrain;
use crate::timeline::Timeline;

/// A feed is delivered by each city when the province's file would have more rows than this.
const ROWS_OF_A_PROVINCIAL_FILE: f64 = 120_000.0;
/// Spreadsheets only where people would open them.
const ROWS_OF_A_SPREADSHEET: f64 = 3_000.0;
/// From this population-wide density on, a department that exports Parquet does so.
const PARQUET_FROM_ROWS_PER_PERSON: f64 = 0.1;

/// One series of files: a feed from one office, delivery after delivery.
#[derive(Debug)]
pub struct Series {
    pub feed: usize,
    /// City, or `None` for the province.
    pub city: Option<usize>,
    pub layout: Layout,
}

#[derive(Debug)]
pub struct Plan {
    pub series: Vec<Series>,
    /// Series of each feed: one, or one per city.
    by_feed: Vec<Vec<usize>>,
    pub deliveries: usize,
}

impl Plan {
    pub fn new(options: &Options, terrain: &Terrain, time: &Timeline) -> Result<Self, SynthError> {
        let mut series = Vec::new();
        let mut by_feed = Vec::new();
        for (index, feed) in FEEDS.iter().enumerate() {
            let rows = options.population as f64 * feed.rows_per_person;
            let cities: Vec<Option<usize>> = if rows > ROWS_OF_A_PROVINCIAL_FILE {
                (0..terrain.cities.len()).map(Some).collect()
            } else {
                vec![None]
            };
            let rows_each = rows / cities.len() as f64;
            let mut own = Vec::new();
            for city in cities {
                let dialect = dialect(feed, options.format, city.unwrap_or(0), rows_each);
                let layout = Layout::resolve(feed.name, feed.columns, dialect)?;
                own.push(series.len());
                series.push(Series {
                    feed: index,
                    city,
                    layout,
                });
            }
            by_feed.push(own);
        }
        Ok(Self {
            series,
            by_feed,
            deliveries: time.deliveries(),
        })
    }

    pub fn series_of(&self, feed: usize, city: usize) -> usize {
        let own = &self.by_feed[feed];
        if own.len() == 1 { own[0] } else { own[city] }
    }

    pub fn file(&self, series: usize, delivery: usize) -> usize {
        series * self.deliveries + delivery
    }

    pub fn files(&self) -> usize {
        self.series.len() * self.deliveries
    }

    pub fn series_at(&self, file: usize) -> &Series {
        &self.series[file / self.deliveries]
    }

    /// Path below the sample's folder, with forward slashes.
    pub fn path(&self, file: usize, terrain: &Terrain, time: &Timeline) -> PathBuf {
        let (series, delivery) = (self.series_at(file), file % self.deliveries);
        let feed = &FEEDS[series.feed];
        let (year, month, day) = calendar::ymd(time.cutoffs[delivery]);
        let office = series.city.map_or("山西省", |city| terrain.cities[city].name);
        let extension = series.layout.dialect.extension();
        PathBuf::from("feeds")
            .join(format!("{year}-{month:02}-{day:02}"))
            .join(format!("{:02}-{}", feed.number, feed.name))
            .join(format!("{office}{}_{year}{month:02}.{extension}", feed.file_zh))
    }
}

fn dialect(feed: &Feed, format: Format, city: usize, rows: f64) -> Dialect {
    match format {
        Format::Csv => Dialect::PLAIN,
        Format::Parquet if feed.rows_per_person >= PARQUET_FROM_ROWS_PER_PERSON => Dialect::PARQUET,
        Format::Parquet => Dialect::PLAIN,
        Format::Mixed => habits(feed.number, city, rows),
    }
}

/// The habits of each department's export.
fn habits(number: usize, city: usize, rows: f64) -> Dialect {
    let plain = Dialect::PLAIN;
    let sheet = if rows <= ROWS_OF_A_SPREADSHEET {
        Container::Xlsx
    } else {
        Container::Csv
    };
    let gb = Dialect {
        encoding: Encoding::Gb18030,
        ..plain
    };
    let bom = Dialect {
        encoding: Encoding::Utf8Bom,
        ..plain
    };
    match number {
        1 if city % 3 == 1 => Dialect {
            container: sheet,
            dates: DateStyle::Slashes,
            ..gb
        },
        1 if city % 3 == 2 => Dialect {
            container: Container::Tsv,
            header: 1,
            ..plain
        },
        1 => Dialect {
            container: sheet,
            ..bom
        },
        2 => Dialect {
            container: sheet,
            header: 1,
            ..gb
        },
        3 => Dialect {
            dates: DateStyle::Digits,
            codes: CodeStyle::Number,
            ..bom
        },
        4 => Dialect {
            container: sheet,
            money: MoneyStyle::Thousands,
            codes: CodeStyle::Other,
            ..plain
        },
        5 => Dialect {
            container: sheet,
            ..bom
        },
        6 => Dialect {
            packing: Packing::Zip,
            codes: CodeStyle::Label,
            ..gb
        },
        7 => Dialect {
            dates: DateStyle::Digits,
            ids: IdStyle::LowerX,
            ..gb
        },
        8 => Dialect {
            packing: Packing::Gz,
            codes: CodeStyle::Number,
            ..plain
        },
        10 => Dialect {
            dates: DateStyle::Chinese,
            codes: CodeStyle::Number,
            header: 1,
            ..plain
        },
        11 | 14 if rows > ROWS_OF_A_SPREADSHEET => Dialect::PARQUET,
        12 => Dialect {
            container: Container::NdJson,
            codes: CodeStyle::Number,
            ..plain
        },
        13 => Dialect {
            ids: IdStyle::SomeFullWidth,
            money: MoneyStyle::Thousands,
            codes: CodeStyle::Other,
            ..plain
        },
        15 => Dialect { header: 1, ..gb },
        16 => Dialect {
            container: Container::Tsv,
            codes: CodeStyle::Number,
            ..plain
        },
        17 => Dialect {
            money: MoneyStyle::TenThousand,
            dates: DateStyle::Slashes,
            ..bom
        },
        _ => plain,
    }
}
