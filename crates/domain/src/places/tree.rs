use std::collections::HashMap;
use std::sync::OnceLock;

use super::changes::{self, Change};
use crate::day::Day;
use crate::division::{DivisionCode, Level};

const DIVISIONS: &str = include_str!("../../../../places/divisions.csv");

/// Which list a division comes from. What only statistics lists (development zones, farms, prisons) has its place in the
/// tree but is left out where the ministry's counties and townships are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Ministry,
    Statistics,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Area {
    Urban,
    Rural,
}

#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub code: DivisionCode,
    pub name: &'static str,
    pub parent: Option<DivisionCode>,
    pub level: Level,
    pub source: Source,
    /// Of a village: urban under a residents' committee, rural under a villagers' committee. Of others: none.
    pub area: Option<Area>,
}

/// The tree from the province down to the villages.
#[derive(Debug)]
pub struct Places {
    /// Sorted by code.
    places: Vec<Place>,
    index: HashMap<DivisionCode, u32>,
    /// Positions in `places`, by parent.
    children: HashMap<DivisionCode, Vec<u32>>,
    changes: Vec<Change>,
}

impl Places {
    pub fn shanxi() -> &'static Places {
        static SHANXI: OnceLock<Places> = OnceLock::new();
        SHANXI.get_or_init(|| Places::build(DIVISIONS.lines().skip(1).map(read_place).collect(), changes::read()))
    }

    fn build(mut places: Vec<Place>, changes: Vec<Change>) -> Places {
        places.sort_by_key(|place| place.code);
        let index = places
            .iter()
            .enumerate()
            .map(|(at, place)| (place.code, at as u32))
            .collect();
        let mut children: HashMap<DivisionCode, Vec<u32>> = HashMap::new();
        for (at, place) in places.iter().enumerate() {
            if let Some(parent) = place.parent {
                children.entry(parent).or_default().push(at as u32);
            }
        }
        Places {
            places,
            index,
            children,
            changes,
        }
    }

    pub fn find(&self, code: DivisionCode) -> Option<&Place> {
        self.index.get(&code).map(|&at| &self.places[at as usize])
    }

    /// The parent in the tree, which for villages need not be the one that the digits say.
    pub fn parent(&self, code: DivisionCode) -> Option<DivisionCode> {
        self.find(code)?.parent
    }

    /// From the parent up to the province; empty for an unknown code.
    pub fn ancestors(&self, code: DivisionCode) -> impl Iterator<Item = &Place> {
        std::iter::successors(self.find(code), |place| {
            place.parent.and_then(|parent| self.find(parent))
        })
        .skip(1)
    }

    /// The division itself or its ancestor of the wanted level.
    pub fn at(&self, code: DivisionCode, level: Level) -> Option<&Place> {
        self.find(code)
            .into_iter()
            .chain(self.ancestors(code))
            .find(|place| place.level == level)
    }

    /// In the order of their codes.
    pub fn children(&self, code: DivisionCode) -> impl Iterator<Item = &Place> {
        self.children
            .get(&code)
            .into_iter()
            .flatten()
            .map(|&at| &self.places[at as usize])
    }

    /// Every division of a level, those that only statistics lists included, in the order of their codes.
    pub fn of_level(&self, level: Level) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(move |place| place.level == level)
    }

    /// The ministry's counties: 117 in Shanxi.
    pub fn counties(&self) -> impl Iterator<Item = &Place> {
        self.of_level(Level::County)
            .filter(|place| place.source == Source::Ministry)
    }

    pub fn villages(&self) -> impl Iterator<Item = &Place> {
        self.of_level(Level::Village)
    }

    /// "太原市小店区坞城街道…": the names from the city down, as an address begins.
    pub fn full_name(&self, code: DivisionCode) -> Option<String> {
        let place = self.find(code)?;
        let mut names: Vec<&str> = self
            .ancestors(code)
            .filter(|above| above.level != Level::Province)
            .map(|above| above.name)
            .collect();
        names.reverse();
        names.push(place.name);
        Some(names.concat())
    }

    /// What became of a code by a day: the code itself while it stands, its successor after a rename or merger.
    /// `None` for an unknown code, and for one that was split or dissolved without a single successor.
    pub fn current(&self, code: DivisionCode, at: Day) -> Option<DivisionCode> {
        let mut code = code;
        // A code changes hands a few times at most; the bound ends a circle in the data.
        for _ in 0..8 {
            let change = self.changes.iter().find(|change| {
                change.old_code == code.county() && change.in_force <= at && !self.index.contains_key(&code)
            });
            match change {
                Some(change) => code = DivisionCode(change.new_code?.0 + code.0 % 1_000_000),
                None => break,
            }
        }
        self.find(code)
            .or_else(|| self.find(code.county()))
            .map(|place| place.code)
    }

    /// Dated renames and mergers, oldest first.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }
}

/// One line of divisions.csv. The file ships with the binary, so a fault in it is a fault of the build.
fn read_place(line: &'static str) -> Place {
    let fields: Vec<&str> = line.split(',').collect();
    let &[code, name, parent, level, source, committee] = fields.as_slice() else {
        panic!("divisions.csv: six columns wanted: {line}");
    };
    let level = match level {
        "province" => Level::Province,
        "city" => Level::City,
        "county" => Level::County,
        "township" => Level::Township,
        "village" => Level::Village,
        other => panic!("divisions.csv: unknown level {other}"),
    };
    Place {
        code: DivisionCode::parse(code).expect("divisions.csv: codes are valid"),
        name,
        parent: DivisionCode::parse(parent),
        level,
        source: if source == "ministry" {
            Source::Ministry
        } else {
            Source::Statistics
        },
        area: match committee {
            "residents" => Some(Area::Urban),
            "villagers" => Some(Area::Rural),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> DivisionCode {
        DivisionCode::parse(text).unwrap()
    }

    #[test]
    fn shanxi_has_the_ministry_s_counts_and_the_statistics_office_s_villages() {
        let places = Places::shanxi();
        let ministry = |level| {
            places
                .of_level(level)
                .filter(|place| place.source == Source::Ministry)
                .count()
        };
        assert_eq!(
            [Level::City, Level::County, Level::Township].map(ministry),
            [11, 117, 1_283]
        );
        assert_eq!(places.villages().count(), 21_895);
        assert_eq!(places.counties().count(), 117);
    }

    #[test]
    fn every_place_hangs_from_the_province_and_from_a_higher_level() {
        let places = Places::shanxi();
        for place in &places.places {
            assert!(
                place.level == Level::Province || places.ancestors(place.code).last().unwrap().level == Level::Province,
                "{}",
                place.code
            );
            assert!(
                places.ancestors(place.code).all(|above| above.level < place.level),
                "{}",
                place.code
            );
            assert_eq!(place.area.is_some(), place.level == Level::Village, "{}", place.code);
        }
    }

    #[test]
    fn a_village_joined_by_name_hangs_from_the_township_of_that_name() {
        // 义井镇 is 140302100 in the statistics list and 140311102 in the ministry's.
        let places = Places::shanxi();
        let village = places
            .villages()
            .find(|place| place.code.to_string().starts_with("140302100"))
            .unwrap();
        assert_eq!(places.parent(village.code), Some(code("140311102000")));
        assert_eq!(places.at(village.code, Level::County).unwrap().code, code("140311"));
    }

    #[test]
    fn a_renamed_county_is_followed_from_its_date_on() {
        let places = Places::shanxi();
        let (before, after) = (Day::parse("2017-06-01").unwrap(), Day::parse("2019-01-01").unwrap());
        assert_eq!(places.current(code("140481"), after), Some(code("140406")));
        assert_eq!(places.current(code("140481"), before), None);
        assert_eq!(places.current(code("140202"), after), None);
        assert_eq!(places.current(code("140105001001"), after), Some(code("140105001001")));
        assert_eq!(places.current(code("142401"), after), Some(code("140702")));
    }

    #[test]
    fn a_full_name_reads_from_the_city_down() {
        assert_eq!(
            Places::shanxi().full_name(code("140105001001")).unwrap(),
            "太原市小店区坞城街道师范街社区居委会"
        );
    }
}
