//! What a person's own bucket cannot know: who lives with whom across registrations, who of the relatives is dead,
//! how many grown children somebody has.
//!
//! A first, narrow pass over the buckets collects small facts; they are resolved once, in memory, and the second pass
//! looks them up. Three relations stay apart: registered together is `registered`, living together is [`Links::home`],
//! the duty of support is counted from parents, children and marriage wherever they live.
//!
//! Living together:
//! 1. members of a running assistance roster live where its head is registered;
//! 2. everyone else lives where he is registered; whoever moved away or is registered nowhere lives alone;
//! 3. a spouse registered elsewhere moves in: to the one who is head, else away from the home where he is not a child;
//!    two heads make their homes one;
//! 4. of two divorced in one home the one who is not its head leaves.

use rayon::slice::ParallelSliceMut;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::codes::relation;
use crate::marriage::Bond;

/// A roster (its own number) and where one of its members is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    pub roster: u64,
    /// 0 for the roster's head, 1 for others: the head's registration decides.
    pub rank: u8,
    pub person: u64,
    pub registered: u64,
}

/// One side of a marriage or divorce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// Same for both sides.
    pub pair: u64,
    pub person: u64,
    /// Where the person lives by rules 1 and 2; a roster's own number stands for itself until it is resolved.
    pub dwelling: u64,
    pub on: i32,
    pub relation: i16,
    pub bond: Bond,
}

/// What one bucket of persons contributes.
#[derive(Default)]
pub struct LinkFacts {
    pub claims: Vec<Claim>,
    pub sides: Vec<Side>,
    pub dead: Vec<u64>,
    /// The parents of grown, living persons: once per child and parent.
    pub parents_of_grown: Vec<u64>,
}

#[derive(Default)]
pub struct Links {
    /// Roster number → the registered household of its head.
    rosters: FxHashMap<u64, u64>,
    /// Persons who live elsewhere than rules 1 and 2 say.
    moved: FxHashMap<u64, u64>,
    /// Homes that became one: from → into.
    joined: FxHashMap<u64, u64>,
    dead: FxHashSet<u64>,
    /// Ascending, once per grown living child.
    parents_of_grown: Vec<u64>,
}

impl Links {
    pub fn resolve(parts: Vec<LinkFacts>) -> Self {
        let mut links = Links::default();
        let (mut claims, mut sides) = (Vec::new(), Vec::new());
        for part in parts {
            claims.extend(part.claims);
            sides.extend(part.sides);
            links.dead.extend(part.dead);
            links.parents_of_grown.extend(part.parents_of_grown);
        }
        links.parents_of_grown.par_sort_unstable();
        links.settle_rosters(claims);
        links.settle_couples(sides);
        links
    }

    /// Where a person lives, given the dwelling by rules 1 and 2 (a roster's number or a registered household).
    pub fn home(&self, person: u64, dwelling: u64) -> u64 {
        let home = match self.moved.get(&person) {
            Some(&home) => home,
            None => self.unrostered(dwelling),
        };
        self.one(home)
    }

    pub fn is_dead(&self, person: u64) -> bool {
        self.dead.contains(&person)
    }

    /// The parents of grown, living persons from this key on: ascending, once per child.
    pub fn parents_of_grown_from(&self, person: u64) -> &[u64] {
        &self.parents_of_grown[self.parents_of_grown.partition_point(|&parent| parent < person)..]
    }

    fn unrostered(&self, dwelling: u64) -> u64 {
        self.rosters.get(&dwelling).copied().unwrap_or(dwelling)
    }

    /// The home that this one became a part of.
    fn one(&self, mut home: u64) -> u64 {
        while let Some(&into) = self.joined.get(&home) {
            home = into;
        }
        home
    }

    fn settle_rosters(&mut self, mut claims: Vec<Claim>) {
        claims.sort_unstable();
        for claim in claims {
            self.rosters.entry(claim.roster).or_insert(claim.registered);
        }
    }

    fn settle_couples(&mut self, mut sides: Vec<Side>) {
        sides.par_sort_unstable_by_key(|side| (side.pair, side.person));
        for couple in sides.chunk_by(|a, b| a.pair == b.pair) {
            // Three sides cannot be told apart by their hash alone; such a pair stays where it is registered.
            if let [a, b] = couple {
                self.settle_couple(a, b);
            }
        }
    }

    fn settle_couple(&mut self, a: &Side, b: &Side) {
        let (home_a, home_b) = (self.unrostered(a.dwelling), self.unrostered(b.dwelling));
        // The two papers differ (one party has since married or divorced elsewhere): the newer ones hold there.
        if a.bond != b.bond {
            return;
        }
        match a.bond {
            Bond::Married if home_a != home_b => self.bring_together(a, home_a, b, home_b),
            Bond::Ended if home_a == home_b => {
                let leaver = if keeps_home(a) >= keeps_home(b) { b } else { a };
                self.moved.insert(leaver.person, own_home(leaver.person));
            }
            _ => {}
        }
    }

    fn bring_together(&mut self, a: &Side, home_a: u64, b: &Side, home_b: u64) {
        let both_heads = a.relation == relation::HEAD && b.relation == relation::HEAD;
        if both_heads {
            let (a, b) = (self.one(home_a), self.one(home_b));
            if a != b {
                self.joined.insert(a.max(b), a.min(b));
            }
        } else if keeps_home(a) >= keeps_home(b) {
            self.moved.insert(b.person, home_a);
        } else {
            self.moved.insert(a.person, home_b);
        }
    }
}

/// Who stays when one of two has to move: the head, then a child of the head, then the older key order.
fn keeps_home(side: &Side) -> (u8, std::cmp::Reverse<u64>) {
    let claim = match side.relation {
        relation::HEAD => 3,
        relation::SPOUSE => 2,
        relation::SON | relation::DAUGHTER => 1,
        _ => 0,
    };
    (claim, std::cmp::Reverse(side.person))
}

/// The home of a person who shares none: the person's own number, mixed so that it is no person key.
pub fn own_home(person: u64) -> u64 {
    mix(person ^ 0x5A4D_1C3B_2E6F_8097)
}

/// The number that both sides of a pair arrive at.
pub fn pair(a: u64, b: u64) -> u64 {
    mix(a.min(b)) ^ mix(a.max(b)).rotate_left(17)
}

/// SplitMix64's finalizer: a bijection that spreads keys over the buckets.
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENTS: u64 = 100;
    const OTHERS: u64 = 200;

    fn side(person: u64, other: u64, dwelling: u64, relation: i16, bond: Bond) -> Side {
        Side {
            pair: pair(person, other),
            person,
            dwelling,
            on: 0,
            relation,
            bond,
        }
    }

    fn couple(a: (u64, i16), b: (u64, i16), bond: Bond) -> Links {
        let sides = vec![side(1, 2, a.0, a.1, bond), side(2, 1, b.0, b.1, bond)];
        Links::resolve(vec![LinkFacts {
            sides,
            ..LinkFacts::default()
        }])
    }

    #[test]
    fn a_wife_registered_with_her_parents_lives_with_her_husband_who_is_head() {
        let links = couple((PARENTS, relation::HEAD), (OTHERS, relation::DAUGHTER), Bond::Married);
        assert_eq!((links.home(1, PARENTS), links.home(2, OTHERS)), (PARENTS, PARENTS));
        assert_eq!(links.home(3, OTHERS), OTHERS, "her parents stay where they are");
    }

    #[test]
    fn two_heads_who_marry_make_their_homes_one() {
        let links = couple((PARENTS, relation::HEAD), (OTHERS, relation::HEAD), Bond::Married);
        assert_eq!(links.home(2, OTHERS), PARENTS);
        assert_eq!(links.home(7, OTHERS), PARENTS, "whoever lives with a head comes along");
    }

    #[test]
    fn a_divorced_wife_still_registered_with_the_head_lives_alone() {
        let links = couple((PARENTS, relation::HEAD), (PARENTS, relation::SPOUSE), Bond::Ended);
        assert_eq!((links.home(1, PARENTS), links.home(2, PARENTS)), (PARENTS, own_home(2)));
    }

    #[test]
    fn a_couple_in_one_home_stays() {
        let links = couple((PARENTS, relation::HEAD), (PARENTS, relation::SPOUSE), Bond::Married);
        assert_eq!((links.home(1, PARENTS), links.home(2, PARENTS)), (PARENTS, PARENTS));
    }

    #[test]
    fn the_members_of_a_roster_live_where_its_head_is_registered() {
        const ROSTER: u64 = 9;
        let claim = |rank, person, registered| Claim {
            roster: ROSTER,
            rank,
            person,
            registered,
        };
        let facts = LinkFacts {
            claims: vec![claim(1, 4, OTHERS), claim(0, 5, PARENTS)],
            ..LinkFacts::default()
        };
        let links = Links::resolve(vec![facts]);
        assert_eq!(links.home(4, ROSTER), PARENTS);
    }
}
