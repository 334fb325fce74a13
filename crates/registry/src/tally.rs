//! What the book keeps of a refresh: counts per county and programme, and the lists of missed and wrong.

use anwang_domain::places::Places;
use anwang_domain::{Day, DivisionCode, Level};
use anwang_store::coverage::Coverage;
use anwang_store::findings::{Finding as Listed, Kind};
use rustc_hash::FxHashMap;

use crate::answers::Programme;
use crate::findings::{Conclusion, Finding};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    served: i64,
    missed: i64,
    wrong: i64,
    undecidable: i64,
    paid_fen: i64,
}

/// Counts and lists of one part of the population; parts are added up.
#[derive(Default)]
pub struct Tally {
    /// By county (0: unknown) and programme.
    counts: FxHashMap<(u64, usize), Counts>,
    listed: Vec<Listed>,
    counties: FxHashMap<i64, u64>,
}

impl Tally {
    pub fn note(
        &mut self,
        programmes: &[Programme],
        conclusions: &[Conclusion],
        undecided: &[(usize, i64)],
        places: &Places,
    ) {
        for conclusion in conclusions {
            let county = self.county(conclusion.place, places);
            let counts = self.counts.entry((county, conclusion.programme)).or_default();
            let persons = i64::from(conclusion.persons);
            // A member listed apart from his household is no further served person.
            if conclusion.served && !conclusion.beside_household {
                counts.served += persons;
                counts.paid_fen += conclusion.paid_fen.unwrap_or(0);
            }
            if conclusion.finding == Finding::Missed {
                counts.missed += persons;
            } else if conclusion.finding.is_wrong() {
                counts.wrong += persons;
            }
            if conclusion.finding != Finding::None {
                self.listed
                    .push(listed(&programmes[conclusion.programme], conclusion, county));
            }
        }
        for &(programme, place) in undecided {
            let county = self.county(place, places);
            self.counts.entry((county, programme)).or_default().undecidable += 1;
        }
    }

    pub fn add(&mut self, other: Tally) {
        for (key, counts) in other.counts {
            let sum = self.counts.entry(key).or_default();
            sum.served += counts.served;
            sum.missed += counts.missed;
            sum.wrong += counts.wrong;
            sum.undecidable += counts.undecidable;
            sum.paid_fen += counts.paid_fen;
        }
        self.listed.extend(other.listed);
    }

    pub fn coverage(&self, run_id: i64, programmes: &[Programme]) -> Vec<Coverage> {
        let mut rows: Vec<Coverage> = (self.counts.iter())
            .map(|(&(county, programme), counts)| Coverage {
                run_id,
                county,
                programme: programmes[programme].name.clone(),
                served: counts.served,
                missed: counts.missed,
                wrong: counts.wrong,
                undecidable: counts.undecidable,
                amount_fen_per_month: counts.paid_fen,
            })
            .collect();
        rows.sort_by(|a, b| (a.county, &a.programme).cmp(&(b.county, &b.programme)));
        rows
    }

    /// The lists; a person stands on each at most once per programme.
    pub fn into_listed(mut self) -> Vec<Listed> {
        let key = |listed: &Listed| (listed.kind.as_str(), listed.programme.clone(), listed.person);
        self.listed.sort_by_cached_key(key);
        self.listed.dedup_by_key(|listed| key(listed));
        self.listed
    }

    fn county(&mut self, place: i64, places: &Places) -> u64 {
        *self.counties.entry(place).or_insert_with(|| {
            places
                .at(DivisionCode(place as u64), Level::County)
                .map_or(0, |county| county.code.0)
        })
    }
}

fn listed(programme: &Programme, conclusion: &Conclusion, county: u64) -> Listed {
    let wrong = conclusion.finding.is_wrong();
    Listed {
        kind: if wrong { Kind::Wrong } else { Kind::Missed },
        programme: programme.name.clone(),
        county,
        division: conclusion.place as u64,
        person: conclusion.person,
        household: conclusion.home,
        reason: reason(programme, conclusion),
        amount_fen_per_month: if wrong {
            conclusion.paid_fen
        } else {
            conclusion.amount_fen
        },
        since: conclusion.since.map(|day| Day(day).to_string()),
    }
}

/// The deciding condition: for wrong the first that fails, for missed the last that holds; else what the registers show.
fn reason(programme: &Programme, conclusion: &Conclusion) -> String {
    let condition = match conclusion.finding {
        Finding::Wrong => Some(conclusion.unmet.trailing_zeros() as usize),
        Finding::Missed => {
            let settled = |&bit: &usize| conclusion.open & (1 << bit) == 0;
            (0..programme.conditions.len()).rev().find(settled)
        }
        _ => None,
    };
    match condition.and_then(|at| programme.conditions.get(at)) {
        Some(id) => id.clone(),
        None => conclusion.finding.code().to_owned(),
    }
}
