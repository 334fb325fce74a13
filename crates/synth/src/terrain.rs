//! Where people live: real villages and urban communities, how many households each has, and the chunks of work.

use rustc_hash::FxHashMap;

use crate::error::SynthError;
use crate::options::Options;
use crate::random::{Rng, Stream};

const DIVISIONS: &str = include_str!("../../../places/divisions.csv");
const CHANGES: &str = include_str!("../../../places/changes.csv");

/// Share of the population in urban communities: Shanxi's urbanisation in the 2020s.
const URBAN_SHARE: f64 = 0.64;
/// A village of the sample has at least about this many people; a small sample takes fewer villages.
const PEOPLE_PER_VILLAGE: f64 = 120.0;
/// People per chunk: large enough that a chunk's rows make a fair row group, small enough to bound memory.
const PEOPLE_PER_CHUNK: f64 = 24_000.0;
/// Chunks that share one county's id numbers (each needs at least one number per day and sex).
const CHUNKS_PER_COUNTY: usize = 60;
/// Persons per household, measured from the structures; turns the wished population into households.
pub const PEOPLE_PER_HOUSEHOLD: [f64; 2] = [2.293, 2.280];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    Urban,
    Rural,
}

#[derive(Debug)]
pub struct Village {
    /// 12-digit statistical code.
    pub code: u64,
    pub name: &'static str,
    pub township: &'static str,
    pub area: Area,
    pub households: u32,
    /// Index of its first household among all urban or all rural households.
    pub first_household: u64,
}

#[derive(Debug)]
pub struct County {
    pub code: u32,
    pub name: &'static str,
    /// Code that ids issued before the last change carry; zero when it never changed.
    pub former_code: u32,
    pub city: usize,
    pub villages: Vec<Village>,
}

#[derive(Debug)]
pub struct City {
    pub code: u32,
    pub name: &'static str,
}

/// A run of villages of one county, made and written as one piece of work.
#[derive(Debug)]
pub struct Chunk {
    pub index: u32,
    pub county: usize,
    pub villages: std::ops::Range<usize>,
    pub position_in_county: u32,
    pub chunks_in_county: u32,
}

#[derive(Debug)]
pub struct Terrain {
    pub cities: Vec<City>,
    pub counties: Vec<County>,
    pub chunks: Vec<Chunk>,
    /// Households in all: urban, rural.
    pub households: [u64; 2],
}

impl Terrain {
    pub fn plan(options: &Options) -> Result<Self, SynthError> {
        let (cities, mut counties) = read_places()?;
        let mut rng = Rng::keyed(options.seed, Stream::Terrain, 0);
        settle(&mut counties, options.population, &mut rng);
        let mut households = [0u64; 2];
        for village in counties.iter_mut().flat_map(|county| &mut county.villages) {
            village.first_household = households[village.area as usize];
            households[village.area as usize] += u64::from(village.households);
        }
        let chunks = cut(&counties);
        Ok(Self {
            cities,
            counties,
            chunks,
            households,
        })
    }
}

fn read_places() -> Result<(Vec<City>, Vec<County>), SynthError> {
    let mut cities = Vec::new();
    let mut counties: Vec<County> = Vec::new();
    let mut county_at = FxHashMap::default();
    let mut townships: FxHashMap<&str, &str> = FxHashMap::default();
    let broken = || SynthError::Places {
        file: "places/divisions.csv",
    };
    // Townships may stand after the villages of an earlier county, so villages are read in a second pass.
    for pass in 0..2 {
        for line in DIVISIONS.lines().skip(1) {
            let mut cells = line.split(',');
            let (Some(code), Some(name), Some(parent), Some(level), Some(source)) =
                (cells.next(), cells.next(), cells.next(), cells.next(), cells.next())
            else {
                return Err(broken());
            };
            let number: u64 = code.parse().map_err(|_| broken())?;
            match (pass, level) {
                (0, "city") => cities.push(City {
                    code: (number / 1_000_000) as u32,
                    name,
                }),
                // Zones that only statistics counts as counties issue no ids: nobody is registered there.
                (0, "county") if source == "ministry" => {
                    let code = (number / 1_000_000) as u32;
                    county_at.insert(code, counties.len());
                    let city = cities
                        .iter()
                        .position(|city| city.code / 100 == code / 100)
                        .ok_or_else(broken)?;
                    counties.push(County {
                        code,
                        name,
                        former_code: former(code),
                        city,
                        villages: Vec::new(),
                    });
                }
                (0, "township") => {
                    townships.insert(code, name);
                }
                (1, "village") => {
                    let Some(&county) = county_at.get(&((number / 1_000_000) as u32)) else {
                        continue;
                    };
                    let area = if cells.next() == Some("residents") {
                        Area::Urban
                    } else {
                        Area::Rural
                    };
                    let township = townships.get(parent).copied().unwrap_or("");
                    counties[county].villages.push(Village {
                        code: number,
                        name: village_name(name),
                        township,
                        area,
                        households: 0,
                        first_household: 0,
                    });
                }
                _ => {}
            }
        }
    }
    counties.retain(|county| !county.villages.is_empty());
    Ok((cities, counties))
}

/// 学府街东社区居委会 is written 学府街东社区 in an address.
fn village_name(name: &'static str) -> &'static str {
    for ending in ["居委会", "村委会", "民委员会", "委会"] {
        if let Some(short) = name.strip_suffix(ending) {
            return short;
        }
    }
    name
}

/// The code that a county had before it was renamed with its prefecture, when exactly one county came from it.
fn former(county: u32) -> u32 {
    let code = format!("{county}000000");
    let mut found = 0;
    for line in CHANGES.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if let [_, old, _, new, ..] = cells[..]
            && new == code
            && old != new
        {
            found = old[..6].parse().unwrap_or(0);
        }
    }
    let others = CHANGES
        .lines()
        .filter(|line| line.split(',').nth(1) == Some(&format!("{found}000000")))
        .count();
    if others == 1 { found } else { 0 }
}

/// Chooses the villages of the sample and gives each its households.
fn settle(counties: &mut [County], population: u64, rng: &mut Rng) {
    let count = |wanted: Area| {
        counties
            .iter()
            .flat_map(|county| &county.villages)
            .filter(|village| village.area == wanted)
            .count() as f64
    };
    let wanted = [population as f64 * URBAN_SHARE, population as f64 * (1.0 - URBAN_SHARE)];
    let per_village = [wanted[0] / count(Area::Urban), wanted[1] / count(Area::Rural)];
    for area in [Area::Urban, Area::Rural] {
        let mean = per_village[area as usize];
        // Keep one village in `stride`, so that those kept reach a fair size; every county keeps at least one.
        let stride = (PEOPLE_PER_VILLAGE / mean).max(1.0);
        let mut carried = 0.0;
        for county in counties.iter_mut() {
            let start = rng.unit();
            let members: Vec<usize> = (0..county.villages.len())
                .filter(|&index| county.villages[index].area == area)
                .collect();
            if members.is_empty() {
                continue;
            }
            let kept = ((members.len() as f64 / stride).round() as usize).clamp(1, members.len());
            let people = mean * members.len() as f64 / kept as f64;
            for turn in 0..kept {
                let place = ((turn as f64 + start) * members.len() as f64 / kept as f64) as usize;
                // Villages differ in size: half to one and a half times the mean.
                let wish = people * (0.5 + rng.unit()) / PEOPLE_PER_HOUSEHOLD[area as usize] + carried;
                let households = wish.floor().max(0.0);
                carried = wish - households;
                county.villages[members[place.min(members.len() - 1)]].households = households as u32;
            }
        }
    }
    for county in counties.iter_mut() {
        county.villages.retain(|village| village.households > 0);
    }
}

fn cut(counties: &[County]) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    for (index, county) in counties.iter().enumerate() {
        let people: f64 = county.villages.iter().map(people_of).sum();
        let target = (people / CHUNKS_PER_COUNTY as f64).max(PEOPLE_PER_CHUNK);
        let mut pieces = Vec::new();
        let (mut start, mut gathered) = (0, 0.0);
        for (at, village) in county.villages.iter().enumerate() {
            gathered += people_of(village);
            if gathered >= target || at + 1 == county.villages.len() {
                pieces.push(start..at + 1);
                (start, gathered) = (at + 1, 0.0);
            }
        }
        let chunks_in_county = pieces.len() as u32;
        for (position, villages) in pieces.into_iter().enumerate() {
            let (index_of, position_in_county) = (chunks.len() as u32, position as u32);
            chunks.push(Chunk {
                index: index_of,
                county: index,
                villages,
                position_in_county,
                chunks_in_county,
            });
        }
    }
    chunks
}

fn people_of(village: &Village) -> f64 {
    f64::from(village.households) * PEOPLE_PER_HOUSEHOLD[village.area as usize]
}
