//! Rules: exactly one kind each, over columns that exist and have a fitting type.

use super::{Checker, in_lake_unit, is_identifier};
use crate::column::ColumnType;
use crate::file::{ConditionalFile, RuleFile, WhenFile};
use crate::rule::{Rule, RuleKind, When, WhenTest};

impl Checker<'_> {
    pub(super) fn rule(&mut self, written: RuleFile) -> Option<Rule> {
        let field = format!("rules.{}", written.id);
        let mut kinds = Vec::new();
        if let Some(pair) = written.not_before {
            let column = self.one(&field, &pair.column, &[ColumnType::Date]);
            kinds.push(RuleKind::NotBefore {
                column,
                other: self.one(&field, &pair.other, &[ColumnType::Date]),
            });
        }
        if let Some(list) = written.not_after_delivery {
            kinds.push(RuleKind::NotAfterDelivery {
                columns: self.named(&field, &list.columns, &[ColumnType::Date]),
            });
        }
        if let Some(rule) = written.not_before_delivery {
            let (column, when) = self.conditional(&field, rule, &[ColumnType::Date]);
            kinds.push(RuleKind::NotBeforeDelivery { column, when });
        }
        if let Some(rule) = written.above_zero_when {
            let (column, when) = self.conditional(&field, rule, &[ColumnType::Money, ColumnType::Count]);
            kinds.push(RuleKind::AboveZeroWhen { column, when });
        }
        if let Some(rule) = written.required_when {
            let (column, when) = self.conditional(&field, rule, &[]);
            kinds.extend(
                self.condition(&field, when)
                    .map(|when| RuleKind::RequiredWhen { column, when }),
            );
        }
        if let Some(rule) = written.absent_when {
            let (column, when) = self.conditional(&field, rule, &[]);
            kinds.extend(
                self.condition(&field, when)
                    .map(|when| RuleKind::AbsentWhen { column, when }),
            );
        }
        if let Some(rule) = written.within {
            let column = self.one(&field, &rule.column, &[ColumnType::Money]);
            kinds.push(RuleKind::Within {
                column,
                of: self.one(&field, &rule.of, &[ColumnType::Money]),
            });
        }
        if let Some(rule) = written.sum_equals {
            let columns = self.named(&field, &rule.columns, &[ColumnType::Money]);
            kinds.push(RuleKind::SumEquals {
                columns,
                total: self.one(&field, &rule.total, &[ColumnType::Money]),
            });
        }
        if let Some(rule) = written.different {
            kinds.push(RuleKind::Different {
                columns: self.named(&field, &rule.columns, &[]),
            });
        }
        if let Some(rule) = written.agrees_with_id {
            kinds.push(RuleKind::AgreesWithId {
                id: self.one(&field, &rule.id, &[ColumnType::CitizenId]),
                birth: rule.birth.map(|name| self.one(&field, &name, &[ColumnType::Date])),
                sex: rule.sex.map(|name| self.one(&field, &name, &[ColumnType::Code])),
            });
        }
        if let Some(rule) = written.exactly_one {
            let column = self.one(&field, &rule.column, &[ColumnType::Flag]);
            kinds.push(RuleKind::ExactlyOne {
                column,
                per: self.one(&field, &rule.per, &[]),
            });
        }
        if !is_identifier(&written.id) {
            self.fault(field.clone(), "an id is small letters, digits and underscores");
        }
        if kinds.len() != 1 {
            self.fault(field, "a rule has exactly one kind");
            return None;
        }
        let kind = kinds.remove(0);
        Some(Rule {
            id: written.id,
            kind,
            severity: written.severity,
            text: written.text.into(),
        })
    }

    fn conditional(&mut self, field: &str, rule: ConditionalFile, types: &[ColumnType]) -> (usize, Option<When>) {
        let column = self.one(field, &rule.column, types);
        (column, rule.when.and_then(|when| self.when(field, when)))
    }

    fn condition(&mut self, field: &str, when: Option<When>) -> Option<When> {
        if when.is_none() {
            self.fault(field, "this kind of rule says when it holds");
        }
        when
    }

    fn when(&mut self, field: &str, written: WhenFile) -> Option<When> {
        let column = self.one(field, &written.column, &[]);
        let test = match (written.is, written.present, written.below) {
            (Some(codes), None, None) => {
                self.check_codes(field, column, &codes);
                WhenTest::Is(codes)
            }
            (None, Some(true), None) => WhenTest::Present,
            (None, None, Some(bound)) => {
                let kind = self.columns.get(column)?.kind;
                let Some(limit) = in_lake_unit(kind, &bound) else {
                    self.fault(field, "`below` is not a value of the column's type");
                    return None;
                };
                WhenTest::Below(limit)
            }
            _ => {
                self.fault(field, "a condition is one of `is`, `present: true` and `below`");
                return None;
            }
        };
        Some(When { column, test })
    }
}
