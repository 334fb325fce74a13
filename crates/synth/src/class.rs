//! The classes of households: who is in need, who is served, and which mistakes are planted. A household's class
//! comes from an evenly spread sequence, so that each class meets its share in a small sample too.

use crate::terrain::{Area, PEOPLE_PER_HOUSEHOLD};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    Ordinary,
    /// Income below the standard and on the roster.
    Dibao,
    /// On the roster, with a member who draws the subsidy for disabled elders in need.
    DibaoFrailElder,
    /// Income visibly below the standard, on no roster.
    DibaoMissed,
    /// Income below the standard, on no roster, but the register shows a son's wage who lives elsewhere.
    DibaoHidden,
    /// On the roster although a wage or a pension has lifted it far above the standard.
    DibaoIncome,
    /// On the roster although registered in another province by now.
    DibaoMoved,
    /// On the rosters of two counties.
    DibaoDouble,
    /// Old or severely disabled, without income and without anyone liable, on the roster.
    Tekun,
    TekunMissed,
    /// On both the destitute and the dibao roster.
    TekunDouble,
    Edge,
    EdgeMissed,
    /// Still listed as active after the recognition ran out.
    EdgeExpired,
    Rigid,
    /// A child whose parents are dead, with grandparents.
    Orphan,
    OrphanMissed,
    /// A child whose parents cannot care (one dead; the other imprisoned or gone, which no feed shows).
    Unattended,
    /// Still listed although of age and at no school.
    ChildOfAge,
    /// Monitored against falling into poverty, above the edge line.
    Watched,
}

impl Class {
    pub const ALL: [Class; 20] = [
        Class::Ordinary,
        Class::Dibao,
        Class::DibaoFrailElder,
        Class::DibaoMissed,
        Class::DibaoHidden,
        Class::DibaoIncome,
        Class::DibaoMoved,
        Class::DibaoDouble,
        Class::Tekun,
        Class::TekunMissed,
        Class::TekunDouble,
        Class::Edge,
        Class::EdgeMissed,
        Class::EdgeExpired,
        Class::Rigid,
        Class::Orphan,
        Class::OrphanMissed,
        Class::Unattended,
        Class::ChildOfAge,
        Class::Watched,
    ];

    pub fn on_dibao(self) -> bool {
        matches!(
            self,
            Class::Dibao | Class::DibaoFrailElder | Class::DibaoIncome | Class::DibaoMoved | Class::DibaoDouble
        )
    }

    pub fn on_tekun(self) -> bool {
        matches!(self, Class::Tekun | Class::TekunDouble)
    }

    pub fn destitute(self) -> bool {
        matches!(self, Class::Tekun | Class::TekunMissed | Class::TekunDouble)
    }

    pub fn on_edge(self) -> bool {
        matches!(self, Class::Edge | Class::EdgeExpired)
    }

    pub fn with_listed_child(self) -> bool {
        matches!(self, Class::Orphan | Class::Unattended | Class::ChildOfAge)
    }

    /// Persons of the class per million people, urban and rural, and persons (or listed persons) per household.
    ///
    /// Published for Shanxi (2025-11, 34.8 million people): dibao and destitute 1,064,000, of them about 130,000
    /// destitute (national yearbook proportion); orphans and unattended children 11,800; disabled elders 6,740;
    /// monitored 242,000. Four fifths of dibao and nineteen twentieths of the destitute are rural. Edge and rigid
    /// households have no published figure for Shanxi: 140,000 and 30,000 persons are assumed.
    fn share(self) -> ([f64; 2], f64) {
        const DIBAO: f64 = 27_650.0;
        const TEKUN: f64 = 3_900.0;
        const EDGE: f64 = 4_000.0;
        const CHILDREN: f64 = 345.0;
        let dibao = |part: f64| split(DIBAO * part, 0.80);
        let tekun = |part: f64| split(TEKUN * part, 0.95);
        let edge = |part: f64| split(EDGE * part, 0.75);
        let child = |part: f64| split(CHILDREN * part, 0.6);
        match self {
            Class::Ordinary => ([0.0, 0.0], 1.0),
            Class::Dibao => (dibao(0.970), 1.62),
            Class::DibaoFrailElder => (split(195.0, 0.7), 1.0),
            Class::DibaoMissed => (dibao(0.040), 2.1),
            Class::DibaoHidden => (dibao(0.008), 2.0),
            Class::DibaoIncome => (dibao(0.015), 1.5),
            Class::DibaoMoved => (dibao(0.003), 1.5),
            Class::DibaoDouble => (dibao(0.003), 1.5),
            Class::Tekun => (tekun(0.99), 1.0),
            Class::TekunMissed => (tekun(0.025), 1.0),
            Class::TekunDouble => (tekun(0.01), 1.0),
            Class::Edge => (edge(0.96), 2.2),
            Class::EdgeMissed => (edge(0.04), 2.2),
            Class::EdgeExpired => (edge(0.04), 2.2),
            Class::Rigid => (split(860.0, 0.6), 3.3),
            Class::Orphan => (child(0.30), 1.0),
            Class::OrphanMissed => (child(0.02), 1.0),
            Class::Unattended => (child(0.67), 1.0),
            Class::ChildOfAge => (child(0.03), 1.0),
            Class::Watched => (split(3_100.0, 1.0), 3.65),
        }
    }
}

/// Splits a share of all people into shares of urban and rural people.
fn split(per_million: f64, rural: f64) -> [f64; 2] {
    const RURAL_PEOPLE: f64 = 0.36;
    [
        per_million * (1.0 - rural) / (1.0 - RURAL_PEOPLE),
        per_million * rural / RURAL_PEOPLE,
    ]
}

/// The classes as intervals of `[0, 1)`, for urban and for rural households.
#[derive(Debug)]
pub struct ClassTable([Vec<(f64, Class)>; 2]);

impl ClassTable {
    pub fn new() -> Self {
        let table = |area: Area| {
            let mut upto = 0.0;
            let mut rows = Vec::new();
            for class in Class::ALL.into_iter().skip(1) {
                let (shares, size) = class.share();
                upto += shares[area as usize] / 1e6 / size * PEOPLE_PER_HOUSEHOLD[area as usize];
                rows.push((upto, class));
            }
            rows.push((1.0, Class::Ordinary));
            rows
        };
        Self([table(Area::Urban), table(Area::Rural)])
    }

    /// The class at a point, and the point's position within the class's interval (again evenly spread).
    pub fn at(&self, area: Area, point: f64) -> (Class, f64) {
        let mut low = 0.0;
        for &(upto, class) in &self.0[area as usize] {
            if point < upto {
                return (class, (point - low) / (upto - low));
            }
            low = upto;
        }
        (Class::Ordinary, 0.5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classes_leave_most_households_ordinary_and_fill_the_line() {
        let table = ClassTable::new();
        for area in [Area::Urban, Area::Rural] {
            let ordinary = (0..10_000)
                .filter(|&i| table.at(area, f64::from(i) / 1e4).0 == Class::Ordinary)
                .count();
            assert!((8_000..9_990).contains(&ordinary), "{area:?} {ordinary}");
            assert!((0.0..1.0).contains(&table.at(area, 0.9999).1));
        }
    }
}
