use std::sync::Arc;

use anwang_lake::{Change, Lake, LakeError, SnapshotId};
use anwang_store::Book;
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Int16Array, Int32Array, Int64Array, RecordBatch, StringArray,
    UInt64Array,
};
use arrow_schema::SchemaRef;
use tempfile::TempDir;

/// A lake in a folder of its own over the given book.
pub fn lake(book: &Book) -> (TempDir, Lake) {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(&folder.path().join("lake"), book.clone()).unwrap();
    (folder, lake)
}

/// Rows like a feed's: one per key, every other value derived from it, some of them null.
pub fn rows(keys: &[u64], batch: i32) -> RecordBatch {
    let some = |key: &u64| !key.is_multiple_of(5);
    let columns: [(&str, ArrayRef); 9] = [
        ("person", Arc::new(UInt64Array::from(keys.to_vec()))),
        (
            "record",
            Arc::new(keys.iter().map(|key| key.wrapping_mul(31)).collect::<UInt64Array>()),
        ),
        ("batch", Arc::new(Int32Array::from(vec![batch; keys.len()]))),
        (
            "gone",
            Arc::new(
                keys.iter()
                    .map(|key| Some(key.is_multiple_of(7)))
                    .collect::<BooleanArray>(),
            ),
        ),
        (
            "kind",
            Arc::new(
                keys.iter()
                    .map(|key| some(key).then_some((key % 6) as i16))
                    .collect::<Int16Array>(),
            ),
        ),
        (
            "amount",
            Arc::new(
                keys.iter()
                    .map(|key| some(key).then_some((key % 1_000_000) as i64 - 500_000))
                    .collect::<Int64Array>(),
            ),
        ),
        (
            "since",
            Arc::new(
                keys.iter()
                    .map(|key| Some((key % 20_000) as i32 - 3_000))
                    .collect::<Date32Array>(),
            ),
        ),
        (
            "note",
            Arc::new(
                keys.iter()
                    .map(|key| some(key).then(|| format!("note {}", key % 50)))
                    .collect::<StringArray>(),
            ),
        ),
        (
            "sealed",
            Arc::new(keys.iter().map(|key| Some(key.to_be_bytes())).collect::<BinaryArray>()),
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(
        columns
            .into_iter()
            .map(|(name, column)| (name, column, name != "person")),
    )
    .unwrap()
}

pub const COLUMNS: [&str; 9] = [
    "person", "record", "batch", "gone", "kind", "amount", "since", "note", "sealed",
];

pub fn schema() -> SchemaRef {
    rows(&[], 0).schema()
}

pub fn append(lake: &Lake, table: &str, batches: Vec<RecordBatch>, at_ms: i64) -> Result<SnapshotId, LakeError> {
    let schema = batches[0].schema();
    let staged = lake.stage(table, &schema, batches)?;
    lake.book()
        .transaction(|tx| lake.commit(tx, vec![Change::Append(staged)], at_ms, "test"))
}

/// Everything that a table holds, file after file.
pub fn read_all(lake: &Lake, table: &str, at: Option<SnapshotId>) -> Vec<RecordBatch> {
    let files = lake.files(table, at).unwrap();
    files
        .iter()
        .flat_map(|file| lake.read(file, &COLUMNS, 0..=u64::MAX).unwrap())
        .collect()
}

pub fn keys_of(batches: &[RecordBatch]) -> Vec<u64> {
    batches
        .iter()
        .flat_map(|batch| {
            batch
                .column(0)
                .as_any()
                .downcast_ref::<UInt64Array>()
                .unwrap()
                .values()
                .to_vec()
        })
        .collect()
}
