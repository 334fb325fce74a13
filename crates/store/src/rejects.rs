//! Rows that did not land, with what a department needs to put them right.

use crate::{Book, Row, StoreError, Tx, Value};

#[derive(Clone, Debug, PartialEq)]
pub struct Reject {
    pub batch_id: i64,
    /// Line in the source file, the header being line 1.
    pub row_number: i64,
    pub column_name: String,
    pub code: String,
    /// Never the value in clear: `1401**********1234`.
    pub masked_value: String,
    pub hint: String,
    /// The row as it came, sealed by the vault; `None` on the second and later faults of the same row.
    pub sealed_row: Option<Vec<u8>>,
}

/// How often a fault occurs in a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    pub batch_id: i64,
    pub column_name: String,
    pub code: String,
    pub rows: i64,
}

const COLUMNS: [&str; 7] = [
    "batch_id",
    "row_number",
    "column_name",
    "code",
    "masked_value",
    "hint",
    "sealed_row",
];

pub fn insert(tx: &mut Tx<'_>, rejects: impl IntoIterator<Item = Reject>) -> Result<u64, StoreError> {
    tx.insert_many("rejects", &COLUMNS, rejects.into_iter().map(values))
}

/// The rejects of a batch in the order of the file.
pub fn of_batch(book: &Book, batch_id: i64) -> Result<Vec<Reject>, StoreError> {
    let sql = format!(
        "SELECT {} FROM rejects WHERE batch_id = $1 ORDER BY row_number, column_name",
        COLUMNS.join(", ")
    );
    book.query(&sql, &[batch_id.into()])?.iter().map(parse).collect()
}

/// Faults per batch, column and code, the most frequent first.
pub fn tally(book: &Book) -> Result<Vec<Tally>, StoreError> {
    let rows = book.query(
        "SELECT batch_id, column_name, code, count(*) FROM rejects GROUP BY batch_id, column_name, code ORDER BY count(*) DESC, batch_id, column_name, code",
        &[],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Tally {
                batch_id: row.int(0)?,
                column_name: row.text(1)?.to_owned(),
                code: row.text(2)?.to_owned(),
                rows: row.int(3)?,
            })
        })
        .collect()
}

fn values(reject: Reject) -> Vec<Value> {
    vec![
        reject.batch_id.into(),
        reject.row_number.into(),
        reject.column_name.into(),
        reject.code.into(),
        reject.masked_value.into(),
        reject.hint.into(),
        reject.sealed_row.into(),
    ]
}

fn parse(row: &Row) -> Result<Reject, StoreError> {
    Ok(Reject {
        batch_id: row.int(0)?,
        row_number: row.int(1)?,
        column_name: row.text(2)?.to_owned(),
        code: row.text(3)?.to_owned(),
        masked_value: row.text(4)?.to_owned(),
        hint: row.text(5)?.to_owned(),
        sealed_row: row.optional_blob(6)?.map(<[u8]>::to_vec),
    })
}
