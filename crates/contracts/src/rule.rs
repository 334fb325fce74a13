//! Rules between the columns of a row, as data.
//!
//! A rule that needs a value which is missing says nothing: a missing value is the business of `required`.

use anwang_domain::{CitizenId, Day, Sex};

use crate::contract::Bilingual;

#[derive(Clone, Debug)]
pub struct Rule {
    pub id: String,
    pub kind: RuleKind,
    pub severity: Severity,
    pub text: Bilingual,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The row is kept aside.
    #[default]
    Reject,
    /// The row lands, and the department is told.
    Warn,
}

/// Columns are positions in the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleKind {
    NotBefore {
        column: usize,
        other: usize,
    },
    NotAfterDelivery {
        columns: Vec<usize>,
    },
    /// A date that has passed although the row is still marked as holding.
    NotBeforeDelivery {
        column: usize,
        when: Option<When>,
    },
    RequiredWhen {
        column: usize,
        when: When,
    },
    AbsentWhen {
        column: usize,
        when: When,
    },
    AboveZeroWhen {
        column: usize,
        when: Option<When>,
    },
    /// Between zero and the other amount, on whichever side of zero that lies.
    Within {
        column: usize,
        of: usize,
    },
    SumEquals {
        columns: Vec<usize>,
        total: usize,
    },
    Different {
        columns: Vec<usize>,
    },
    AgreesWithId {
        id: usize,
        birth: Option<usize>,
        sex: Option<usize>,
    },
    /// Across the rows of a batch: exactly one row of each group has the flag. Not decided by one row.
    ExactlyOne {
        column: usize,
        per: usize,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    pub column: usize,
    pub test: WhenTest,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhenTest {
    Is(Vec<i16>),
    Present,
    /// In the lake's unit.
    Below(i64),
}

impl When {
    fn holds(&self, value: impl Fn(usize) -> Option<i64>) -> bool {
        let found = value(self.column);
        match &self.test {
            WhenTest::Is(codes) => found.is_some_and(|code| codes.iter().any(|wanted| i64::from(*wanted) == code)),
            WhenTest::Present => found.is_some(),
            WhenTest::Below(limit) => found.is_some_and(|amount| amount < *limit),
        }
    }
}

impl Rule {
    /// Whether a row breaks the rule, and with which column.
    ///
    /// `value` gives a column's value as the lake counts it: fen, days, months, ten-thousandths, codes, 0 or 1 for flags, the
    /// packed id for citizen ids; for other texts any number, as long as it is there. Sex is coded by GB/T 2261.1.
    pub fn broken_by(&self, value: impl Fn(usize) -> Option<i64> + Copy, delivered: Day) -> Option<usize> {
        match &self.kind {
            RuleKind::NotBefore { column, other } => (value(*column)? < value(*other)?).then_some(*column),
            RuleKind::NotAfterDelivery { columns } => columns
                .iter()
                .copied()
                .find(|&column| value(column).is_some_and(|day| day > i64::from(delivered.0))),
            RuleKind::NotBeforeDelivery { column, when } => {
                let passed = value(*column)? < i64::from(delivered.0);
                (passed && applies(when.as_ref(), value)).then_some(*column)
            }
            RuleKind::RequiredWhen { column, when } => {
                (value(*column).is_none() && when.holds(value)).then_some(*column)
            }
            RuleKind::AbsentWhen { column, when } => (value(*column).is_some() && when.holds(value)).then_some(*column),
            RuleKind::AboveZeroWhen { column, when } => {
                (value(*column)? <= 0 && applies(when.as_ref(), value)).then_some(*column)
            }
            RuleKind::Within { column, of } => {
                let (part, whole) = (value(*column)?, value(*of)?);
                let inside = (0..=whole).contains(&part) || (whole..=0).contains(&part);
                (!inside).then_some(*column)
            }
            RuleKind::SumEquals { columns, total } => {
                let mut sum = 0_i64;
                for &column in columns {
                    sum = sum.checked_add(value(column)?)?;
                }
                (sum != value(*total)?).then_some(*total)
            }
            RuleKind::Different { columns } => columns.iter().enumerate().find_map(|(at, &column)| {
                let found = value(column)?;
                columns[..at]
                    .iter()
                    .any(|&earlier| value(earlier) == Some(found))
                    .then_some(column)
            }),
            RuleKind::AgreesWithId { id, birth, sex } => {
                let id = CitizenId::from_packed(value(*id)? as u64)?;
                let wrong_birth =
                    birth.filter(|&column| value(column).is_some_and(|day| day != i64::from(id.birth().0)));
                wrong_birth.or(sex.filter(|&column| value(column).is_some_and(|code| contradicts(code, id.sex()))))
            }
            RuleKind::ExactlyOne { .. } => None,
        }
    }

    /// Columns that the rule looks at.
    pub fn columns(&self) -> Vec<usize> {
        let with = |columns: &[usize], when: Option<&When>| {
            columns.iter().copied().chain(when.map(|when| when.column)).collect()
        };
        match &self.kind {
            RuleKind::NotBefore { column, other } | RuleKind::Within { column, of: other } => vec![*column, *other],
            RuleKind::ExactlyOne { column, per } => vec![*column, *per],
            RuleKind::NotAfterDelivery { columns } | RuleKind::Different { columns } => columns.clone(),
            RuleKind::SumEquals { columns, total } => with(&[columns.as_slice(), &[*total]].concat(), None),
            RuleKind::RequiredWhen { column, when } | RuleKind::AbsentWhen { column, when } => {
                with(&[*column], Some(when))
            }
            RuleKind::NotBeforeDelivery { column, when } | RuleKind::AboveZeroWhen { column, when } => {
                with(&[*column], when.as_ref())
            }
            RuleKind::AgreesWithId { id, birth, sex } => [Some(*id), *birth, *sex].into_iter().flatten().collect(),
        }
    }
}

fn applies(when: Option<&When>, value: impl Fn(usize) -> Option<i64>) -> bool {
    when.is_none_or(|when| when.holds(value))
}

/// Unknown (0) and unstated (9) contradict nobody.
fn contradicts(code: i64, sex: Sex) -> bool {
    matches!((code, sex), (1, Sex::Female) | (2, Sex::Male))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELIVERED: Day = Day(20_000);

    fn rule(kind: RuleKind) -> Rule {
        let text = Bilingual {
            zh: String::new(),
            en: String::new(),
        };
        Rule {
            id: "r".to_owned(),
            kind,
            severity: Severity::Reject,
            text,
        }
    }

    #[track_caller]
    fn check(kind: RuleKind, row: &[Option<i64>], broken_at: Option<usize>) {
        assert_eq!(
            rule(kind).broken_by(|column| row[column], DELIVERED),
            broken_at,
            "{row:?}"
        );
    }

    #[test]
    fn dates_are_held_against_each_other_and_against_the_delivery() {
        check(
            RuleKind::NotBefore { column: 0, other: 1 },
            &[Some(5), Some(6)],
            Some(0),
        );
        check(RuleKind::NotBefore { column: 0, other: 1 }, &[Some(6), Some(6)], None);
        check(RuleKind::NotBefore { column: 0, other: 1 }, &[None, Some(6)], None);
        check(
            RuleKind::NotAfterDelivery { columns: vec![0, 1] },
            &[Some(20_000), Some(20_001)],
            Some(1),
        );
        let when = Some(When {
            column: 1,
            test: WhenTest::Is(vec![1]),
        });
        check(
            RuleKind::NotBeforeDelivery {
                column: 0,
                when: when.clone(),
            },
            &[Some(19_999), Some(1)],
            Some(0),
        );
        check(
            RuleKind::NotBeforeDelivery { column: 0, when },
            &[Some(19_999), Some(3)],
            None,
        );
    }

    #[test]
    fn a_reversal_lies_within_its_negative_fee() {
        check(RuleKind::Within { column: 0, of: 1 }, &[Some(-50), Some(-100)], None);
        check(RuleKind::Within { column: 0, of: 1 }, &[Some(50), Some(-100)], Some(0));
        check(RuleKind::Within { column: 0, of: 1 }, &[Some(101), Some(100)], Some(0));
        let when = When {
            column: 1,
            test: WhenTest::Below(0),
        };
        check(
            RuleKind::RequiredWhen {
                column: 0,
                when: when.clone(),
            },
            &[None, Some(-1)],
            Some(0),
        );
        check(RuleKind::RequiredWhen { column: 0, when }, &[None, Some(0)], None);
    }

    #[test]
    fn sums_hold_only_where_all_parts_are_known() {
        let sum = || RuleKind::SumEquals {
            columns: vec![0, 1],
            total: 2,
        };
        check(sum(), &[Some(1), Some(2), Some(3)], None);
        check(sum(), &[Some(1), Some(2), Some(4)], Some(2));
        check(sum(), &[None, Some(2), Some(4)], None);
    }

    #[test]
    fn birth_and_sex_are_held_against_the_id() {
        let id = CitizenId::parse("11010519491231002X").unwrap();
        let agrees = || RuleKind::AgreesWithId {
            id: 0,
            birth: Some(1),
            sex: Some(2),
        };
        let (packed, birth) = (Some(id.packed() as i64), Some(i64::from(id.birth().0)));
        check(agrees(), &[packed, birth, Some(2)], None);
        check(agrees(), &[packed, birth, Some(1)], Some(2));
        check(agrees(), &[packed, Some(0), Some(2)], Some(1));
        check(agrees(), &[packed, None, Some(9)], None);
        check(RuleKind::Different { columns: vec![0, 1] }, &[packed, packed], Some(1));
        check(RuleKind::Different { columns: vec![0, 1] }, &[None, None], None);
    }
}
