//! Who is served, missed and wrongly served, counted per county and programme at each refresh.

use crate::{Book, Row, StoreError, Tx};

/// One county and one programme at one refresh. The counts are persons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    pub run_id: i64,
    /// 12-digit division code of the county.
    pub county: u64,
    /// Name in the policy pack.
    pub programme: String,
    pub served: i64,
    /// Seems eligible and is not served.
    pub missed: i64,
    /// Is served and seems not eligible, or is dead.
    pub wrong: i64,
    /// Not decidable: data or a parameter is missing.
    pub undecidable: i64,
    /// What the rosters say is paid.
    pub amount_fen_per_month: i64,
}

const COLUMNS: [&str; 8] = [
    "run_id",
    "county",
    "programme",
    "served",
    "missed",
    "wrong",
    "undecidable",
    "amount_fen_per_month",
];

pub fn insert(tx: &mut Tx<'_>, counts: impl IntoIterator<Item = Coverage>) -> Result<u64, StoreError> {
    let rows = counts.into_iter().map(|one| {
        vec![
            one.run_id.into(),
            one.county.into(),
            one.programme.into(),
            one.served.into(),
            one.missed.into(),
            one.wrong.into(),
            one.undecidable.into(),
            one.amount_fen_per_month.into(),
        ]
    });
    tx.insert_many("coverage", &COLUMNS, rows)
}

/// The counts of one refresh, by county and programme.
pub fn of_run(book: &Book, run_id: i64) -> Result<Vec<Coverage>, StoreError> {
    let sql = format!(
        "SELECT {} FROM coverage WHERE run_id = $1 ORDER BY county, programme",
        COLUMNS.join(", ")
    );
    book.query(&sql, &[run_id.into()])?.iter().map(parse).collect()
}

fn parse(row: &Row) -> Result<Coverage, StoreError> {
    Ok(Coverage {
        run_id: row.int(0)?,
        county: row.key(1)?,
        programme: row.text(2)?.to_owned(),
        served: row.int(3)?,
        missed: row.int(4)?,
        wrong: row.int(5)?,
        undecidable: row.int(6)?,
        amount_fen_per_month: row.int(7)?,
    })
}
