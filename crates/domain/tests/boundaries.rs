//! The outlines of the map and the tree of divisions speak of the same cities and counties.

use std::collections::BTreeSet;

use anwang_domain::places::Source;
use anwang_domain::{Level, Places};

/// The values of `"adcode":"…"` in a GeoJSON text.
fn outlined(geojson: &str) -> BTreeSet<String> {
    geojson
        .split("\"adcode\":\"")
        .skip(1)
        .map(|rest| rest[..6].to_owned())
        .collect()
}

fn listed(level: Level) -> BTreeSet<String> {
    let places = Places::shanxi()
        .of_level(level)
        .filter(|place| place.source == Source::Ministry);
    places.map(|place| place.code.to_string()[..6].to_owned()).collect()
}

#[test]
fn every_county_and_city_has_an_outline_and_every_outline_a_name() {
    let counties = outlined(include_str!("../../../places/boundaries/counties.json"));
    assert_eq!(counties.len(), 117);
    assert_eq!(counties, listed(Level::County));
    assert_eq!(
        outlined(include_str!("../../../places/boundaries/cities.json")),
        listed(Level::City)
    );
}

#[test]
fn what_could_not_be_joined_is_listed_with_its_reason() {
    let joins = include_str!("../../../places/joins.csv");
    let unjoined: BTreeSet<&str> = joins.lines().filter(|line| line.contains(",unjoined,")).collect();
    let marked = Places::shanxi()
        .of_level(Level::Township)
        .chain(Places::shanxi().of_level(Level::County))
        .filter(|place| place.source == Source::Statistics);
    for place in marked {
        let digits = if place.level == Level::County { 6 } else { 9 };
        let code = &place.code.to_string()[..digits];
        assert!(
            unjoined.iter().any(|line| line.contains(&format!(",{code},"))),
            "{code} {}",
            place.name
        );
    }
    assert!(unjoined.iter().all(|line| !line.ends_with(',')), "a reason is missing");
}
