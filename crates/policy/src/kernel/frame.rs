//! The registers of one thread: columns of one chunk of households, small enough for the nearest caches.

use crate::compile::instruction::Src;
use crate::types::Entity;

/// A register's column. Only one of `ints` and `bools` is in use at a time; `mask` holds 1 where the value is known
/// and counts only if `masked`.
#[derive(Debug, Default)]
pub struct Slot {
    pub ints: Vec<i64>,
    pub bools: Vec<u8>,
    pub mask: Vec<u8>,
    pub masked: bool,
}

/// A chunk: whole households that lie together, and the registers over them.
#[derive(Debug, Default)]
pub struct Frame {
    pub slots: Vec<Slot>,
    /// First member of each household, and one past the last, within the chunk.
    pub starts: Vec<u32>,
    /// Household of each person, within the chunk.
    pub owners: Vec<u32>,
    /// Running sums.
    pub sums: Vec<i64>,
    /// Whether some household has more members than aggregates are proven for.
    pub oversized: bool,
    pub first_person: usize,
    pub first_household: usize,
}

/// A register's integers, or one value for all rows.
#[derive(Clone, Copy)]
pub enum Ints<'s> {
    Column(&'s [i64]),
    One(i64),
}

#[derive(Clone, Copy)]
pub enum Bools<'s> {
    Column(&'s [u8]),
    One(u8),
}

impl Frame {
    pub fn new(slots: usize) -> Frame {
        Frame {
            slots: (0..slots).map(|_| Slot::default()).collect(),
            ..Frame::default()
        }
    }

    pub fn persons(&self) -> usize {
        self.owners.len()
    }

    pub fn households(&self) -> usize {
        self.starts.len() - 1
    }

    pub fn rows(&self, entity: Entity) -> usize {
        match entity {
            Entity::Household => self.households(),
            Entity::Person | Entity::Row => self.persons(),
        }
    }

    /// Takes the households `from..to`, whose members stand in `offsets`.
    pub fn enter(&mut self, offsets: &[u32], from: usize, to: usize, members_max: usize) {
        let base = offsets[from];
        self.first_person = base as usize;
        self.first_household = from;
        self.starts.clear();
        self.starts
            .extend(offsets[from..=to].iter().map(|offset| offset - base));
        self.owners.clear();
        self.oversized = false;
        for household in 0..to - from {
            let members = self.starts[household + 1] - self.starts[household];
            self.oversized |= members as usize > members_max;
            self.owners
                .extend(std::iter::repeat_n(household as u32, members as usize));
        }
    }

    /// Takes rows without households.
    pub fn enter_rows(&mut self, from: usize, to: usize) {
        self.first_person = from;
        self.starts.clear();
        self.starts.push(0);
        self.owners.clear();
        self.owners.resize(to - from, 0);
    }

    #[inline(always)]
    pub fn ints(&self, src: Src) -> Ints<'_> {
        match src {
            Src::Reg(slot) => Ints::Column(&self.slots[slot as usize].ints),
            Src::Const(value) => Ints::One(value),
        }
    }

    #[inline(always)]
    pub fn bools(&self, src: Src) -> Bools<'_> {
        match src {
            Src::Reg(slot) => Bools::Column(&self.slots[slot as usize].bools),
            Src::Const(value) => Bools::One(value as u8),
        }
    }

    /// 1 where known; `None` where all are.
    #[inline(always)]
    pub fn mask(&self, src: Src) -> Option<&[u8]> {
        match src {
            Src::Reg(slot) => {
                let slot = &self.slots[slot as usize];
                slot.masked.then_some(&slot.mask[..])
            }
            Src::Const(_) => None,
        }
    }
}

impl Ints<'_> {
    #[inline(always)]
    pub fn at(&self, row: usize) -> i64 {
        match self {
            Ints::Column(column) => column[row],
            Ints::One(value) => *value,
        }
    }
}

impl Bools<'_> {
    #[inline(always)]
    pub fn at(&self, row: usize) -> u8 {
        match self {
            Bools::Column(column) => column[row],
            Bools::One(value) => *value,
        }
    }
}

impl Slot {
    #[inline(always)]
    pub fn ints_mut(&mut self, rows: usize) -> &mut [i64] {
        if self.ints.len() < rows {
            self.ints.resize(rows, 0);
        }
        self.ints.truncate(rows);
        &mut self.ints
    }

    #[inline(always)]
    pub fn bools_mut(&mut self, rows: usize) -> &mut [u8] {
        if self.bools.len() < rows {
            self.bools.resize(rows, 0);
        }
        self.bools.truncate(rows);
        &mut self.bools
    }

    /// A mask that says all is known, ready to be narrowed.
    #[inline(always)]
    pub fn mask_all(&mut self, rows: usize) -> &mut [u8] {
        self.masked = true;
        self.mask.clear();
        self.mask.resize(rows, 1);
        &mut self.mask
    }

    /// Drops a mask under which everything is known, so that what follows takes the fast path.
    #[inline(always)]
    pub fn settle_mask(&mut self) {
        if self.masked && self.mask.iter().all(|known| *known == 1) {
            self.masked = false;
        }
    }
}
