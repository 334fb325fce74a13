//! One chunk from nothing to its finished truth.

use crate::class::{Class, ClassTable};
use crate::feeds::Made;
use crate::random::{Rng, Stream, golden};
use crate::settlement::Settlement;
use crate::terrain::{Chunk, Terrain};
use crate::timeline::Timeline;

/// What every chunk needs to know.
#[derive(Debug)]
pub struct Blueprint {
    pub seed: u64,
    pub terrain: Terrain,
    pub time: Timeline,
    pub classes: ClassTable,
}

pub fn populate<'a>(blueprint: &'a Blueprint, chunk: &'a Chunk) -> Made<'a> {
    let rng = Rng::keyed(blueprint.seed, Stream::Households, u64::from(chunk.index));
    let mut place = Settlement::new(&blueprint.terrain, chunk, &blueprint.time, rng);
    let start = Rng::keyed(blueprint.seed, Stream::Terrain, 1).unit();
    let county = place.county();
    for at in chunk.villages.clone() {
        let village = &county.villages[at];
        for turn in 0..u64::from(village.households) {
            let point = golden(start, village.first_household + turn);
            let (class, within) = blueprint.classes.at(village.area, point);
            place.open_household(at as u32, class);
            if class == Class::Ordinary {
                place.ordinary_family(village.area, within);
            } else {
                place.family_in_need(class, village.area, within);
            }
            place.close_household();
        }
    }
    place.rng = Rng::keyed(blueprint.seed, Stream::History, u64::from(chunk.index));
    place.link_generations();
    place.fall_ill();
    place.find_work();
    place.die();
    place.let_time_pass();
    let entries = place.serve();
    Made { place, entries }
}
