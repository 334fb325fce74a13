//! The province as SVG paths, drawn once from the boundary files.

use std::fmt::Write;

use serde_json::Value;

const COUNTIES: &str = include_str!("../../../places/boundaries/counties.json");
const CITIES: &str = include_str!("../../../places/boundaries/cities.json");

/// The drawing's height in its own units; at usual sizes one unit is less than a pixel.
const HEIGHT: f64 = 2000.0;

/// The shapes of a province, in one coordinate system.
pub struct Boundaries {
    pub width: u32,
    pub height: u32,
    pub counties: Vec<Shape>,
    pub cities: Vec<Shape>,
}

pub struct Shape {
    /// 12-digit division code.
    pub division: u64,
    pub name: String,
    /// The division above.
    pub parent: u64,
    /// SVG path data.
    pub path: String,
    /// Where a label stands.
    pub centre: (i32, i32),
}

/// A boundary file that is not what it should be: the feature and what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("boundary {feature}: {wrong}")]
pub struct BoundaryError {
    feature: String,
    wrong: &'static str,
}

impl Boundaries {
    /// Shanxi, from the files in `places/boundaries`.
    pub fn shanxi() -> Result<Boundaries, BoundaryError> {
        let counties = features(COUNTIES)?;
        let cities = features(CITIES)?;
        let frame = Frame::around(&cities);
        Ok(Boundaries {
            width: frame.width(),
            height: HEIGHT as u32,
            counties: counties.iter().map(|one| one.draw(&frame)).collect(),
            cities: cities.iter().map(|one| one.draw(&frame)).collect(),
        })
    }
}

struct Feature {
    division: u64,
    name: String,
    parent: u64,
    centre: (f64, f64),
    /// Rings of (longitude, latitude) in degrees.
    rings: Vec<Vec<(f64, f64)>>,
}

fn features(text: &str) -> Result<Vec<Feature>, BoundaryError> {
    let file: Value = serde_json::from_str(text).map_err(|_| wrong("file", "is not JSON"))?;
    let list = file["features"]
        .as_array()
        .ok_or_else(|| wrong("file", "has no features"))?;
    list.iter().map(feature).collect()
}

fn feature(value: &Value) -> Result<Feature, BoundaryError> {
    let properties = &value["properties"];
    let name = properties["name"].as_str().ok_or_else(|| wrong("?", "has no name"))?;
    let division = |key| {
        properties[key]
            .as_str()
            .and_then(division_of)
            .ok_or_else(|| wrong(name, "has no six-digit code"))
    };
    let polygons = value["geometry"]["coordinates"]
        .as_array()
        .ok_or_else(|| wrong(name, "has no coordinates"))?;
    let rings = polygons
        .iter()
        .filter_map(Value::as_array)
        .flatten()
        .map(|ring| ring.as_array().map(|points| points.iter().filter_map(point).collect()))
        .collect::<Option<Vec<Vec<_>>>>()
        .ok_or_else(|| wrong(name, "is not a MultiPolygon"))?;
    Ok(Feature {
        division: division("adcode")?,
        name: name.to_owned(),
        parent: division("parent")?,
        centre: point(&properties["center"]).ok_or_else(|| wrong(name, "has no centre"))?,
        rings,
    })
}

/// `140105` as the 12 digits used everywhere else.
fn division_of(six_digits: &str) -> Option<u64> {
    let short: u64 = six_digits.parse().ok()?;
    (six_digits.len() == 6).then_some(short * 1_000_000)
}

fn point(value: &Value) -> Option<(f64, f64)> {
    Some((value[0].as_f64()?, value[1].as_f64()?))
}

fn wrong(feature: &str, wrong: &'static str) -> BoundaryError {
    BoundaryError {
        feature: feature.to_owned(),
        wrong,
    }
}

/// Degrees to drawing units: plate carrée with the middle latitude true, which over six degrees no eye can fault.
struct Frame {
    west: f64,
    north: f64,
    east: f64,
    units_per_degree: f64,
    narrowing: f64,
}

impl Frame {
    fn around(features: &[Feature]) -> Frame {
        let points = || features.iter().flat_map(|one| one.rings.iter().flatten());
        let least = |pick: fn(&(f64, f64)) -> f64| points().map(pick).fold(f64::INFINITY, f64::min);
        let most = |pick: fn(&(f64, f64)) -> f64| points().map(pick).fold(f64::NEG_INFINITY, f64::max);
        let (south, north) = (least(|p| p.1), most(|p| p.1));
        Frame {
            west: least(|p| p.0),
            east: most(|p| p.0),
            north,
            units_per_degree: HEIGHT / (north - south),
            narrowing: ((south + north) / 2.0).to_radians().cos(),
        }
    }

    fn width(&self) -> u32 {
        ((self.east - self.west) * self.narrowing * self.units_per_degree).ceil() as u32
    }

    fn place(&self, (longitude, latitude): (f64, f64)) -> (i32, i32) {
        let x = (longitude - self.west) * self.narrowing * self.units_per_degree;
        let y = (self.north - latitude) * self.units_per_degree;
        (x.round() as i32, y.round() as i32)
    }
}

impl Feature {
    fn draw(&self, frame: &Frame) -> Shape {
        let mut path = String::new();
        for ring in &self.rings {
            draw_ring(&mut path, ring.iter().map(|point| frame.place(*point)));
        }
        Shape {
            division: self.division,
            name: self.name.clone(),
            parent: self.parent,
            path,
            centre: frame.place(self.centre),
        }
    }
}

/// Relative steps between whole units: short, and points that fall together are drawn once.
fn draw_ring(path: &mut String, points: impl Iterator<Item = (i32, i32)>) {
    let mut last = None;
    for (x, y) in points {
        match last {
            None => write!(path, "M{x} {y}l"),
            Some((from_x, from_y)) if (from_x, from_y) == (x, y) => Ok(()),
            Some((from_x, from_y)) => write!(path, "{} {} ", x - from_x, y - from_y),
        }
        .expect("a string takes everything");
        last = Some((x, y));
    }
    path.truncate(path.trim_end().len());
    path.push('z');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_has_every_county_of_every_city() {
        let map = Boundaries::shanxi().unwrap();
        assert_eq!((map.cities.len(), map.counties.len()), (11, 117));
        for county in &map.counties {
            assert!(
                map.cities.iter().any(|city| city.division == county.parent),
                "{} lies in no city",
                county.name
            );
            let (x, y) = county.centre;
            assert!((0..=map.width as i32).contains(&x) && (0..=map.height as i32).contains(&y));
            assert!(county.path.starts_with('M') && county.path.ends_with('z'));
        }
    }

    #[test]
    fn repeated_points_are_drawn_once() {
        let mut path = String::new();
        draw_ring(&mut path, [(1, 1), (1, 1), (3, 0), (1, 1)].into_iter());
        assert_eq!(path, "M1 1l2 -1 -2 1z");
    }
}
