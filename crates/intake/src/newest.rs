//! How far each feed's data reach: the day that its newest landed delivery speaks of.

use anwang_domain::Day;
use anwang_store::{Book, StoreError};

/// (feed, day), one per feed that has landed. Only for books that an intake has prepared.
pub fn newest_days(book: &Book) -> Result<Vec<(String, Day)>, StoreError> {
    let rows = book.query(
        "SELECT b.feed, max(d.as_of_day) FROM batches b JOIN intake_deliveries d ON d.batch_id = b.batch_id
         WHERE b.state IN ('landed', 'confirmed') GROUP BY b.feed ORDER BY b.feed",
        &[],
    )?;
    rows.iter()
        .map(|row| Ok((row.text(0)?.to_owned(), Day(row.int(1)? as i32))))
        .collect()
}
