//! The registry's own tables: rows as they are written, each sorted by its first column.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Int32Array, Int64Array, RecordBatch, StringArray, UInt64Array};

use crate::answers::Programme;
use crate::error::RegistryError;
use crate::findings::Conclusion;
use crate::memory::{REMEMBERED_HOMES, REMEMBERED_PEOPLE};

/// One row per person.
pub const PEOPLE: &str = "people";
/// One row per living household, by `home`.
pub const HOUSEHOLDS: &str = "households";
/// One row per programme and person (or household: its head) that is served or eligible, by `home`.
pub const CONCLUSIONS: &str = "conclusions";
/// The living low-income population, one category each, by `home`.
pub const CATEGORIES: &str = "categories";

/// Who lives in which home, with the relation to the registered head, by `home`.
pub const MEMBERS: &str = "members";

pub const ALL: [&str; 7] = [
    PEOPLE,
    HOUSEHOLDS,
    MEMBERS,
    CONCLUSIONS,
    CATEGORIES,
    REMEMBERED_PEOPLE,
    REMEMBERED_HOMES,
];

/// Rows of table `conclusions`, in the order given.
pub fn conclusion_rows(programmes: &[Programme], conclusions: &[Conclusion]) -> Result<RecordBatch, RegistryError> {
    let all = || conclusions.iter();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("home", Arc::new(UInt64Array::from_iter_values(all().map(|c| c.home)))),
        (
            "programme",
            Arc::new(StringArray::from_iter_values(
                all().map(|c| programmes[c.programme].name.as_str()),
            )),
        ),
        (
            "person",
            Arc::new(UInt64Array::from_iter_values(all().map(|c| c.person))),
        ),
        (
            "persons",
            Arc::new(Int32Array::from_iter_values(all().map(|c| c.persons))),
        ),
        (
            "division",
            Arc::new(all().map(|c| (c.place != 0).then_some(c.place)).collect::<Int64Array>()),
        ),
        (
            "answer",
            Arc::new(StringArray::from_iter_values(all().map(|c| c.answer.as_str()))),
        ),
        (
            "served",
            Arc::new(all().map(|c| Some(c.served)).collect::<BooleanArray>()),
        ),
        (
            "amount_fen",
            Arc::new(all().map(|c| c.amount_fen).collect::<Int64Array>()),
        ),
        ("paid_fen", Arc::new(all().map(|c| c.paid_fen).collect::<Int64Array>())),
        (
            "finding",
            Arc::new(StringArray::from_iter_values(all().map(|c| c.finding.code()))),
        ),
        ("unmet", Arc::new(Int64Array::from_iter_values(all().map(|c| c.unmet)))),
        ("open", Arc::new(Int64Array::from_iter_values(all().map(|c| c.open)))),
    ];
    Ok(RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(
        |(name, array)| (name, array, matches!(name, "division" | "amount_fen" | "paid_fen")),
    ))?)
}
