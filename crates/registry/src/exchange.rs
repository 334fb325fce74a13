//! The exchange: rows come in by bucket of persons and go out by bucket of homes.
//!
//! Each bucket of persons is sorted by home once and cut at the edges of the home buckets. What does not fit the
//! memory budget waits in a nameless temporary file, so the memory of a refresh does not grow with the population.

use std::fs::File;
use std::io::{BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::{RecordBatch, UInt32Array};
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::FileWriter;
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;

use crate::columns::uint64s;
use crate::error::RegistryError;
use crate::landed::ranges;
use crate::packed::Packed;

/// The most parts that persons or homes are cut into; feed tables are laid out for it.
pub const MOST_PARTS: usize = 64;

pub struct Exchange {
    /// A power of two, at most [`MOST_PARTS`]: homes are cut by the highest bits of their keys.
    parts: usize,
    budget_bytes: usize,
    held_bytes: AtomicUsize,
    spill_folder: PathBuf,
    stored: Mutex<Vec<Stored>>,
}

enum Stored {
    Memory {
        rows: Packed,
        cuts: Vec<usize>,
    },
    Spilled {
        file: Mutex<File>,
        present: Vec<Option<usize>>,
    },
}

impl Exchange {
    /// `spill_folder` exists; at most about `budget_bytes` stay in memory.
    pub fn new(parts: usize, spill_folder: PathBuf, budget_bytes: usize) -> Self {
        Self {
            parts,
            budget_bytes,
            held_bytes: AtomicUsize::new(0),
            spill_folder,
            stored: Mutex::new(Vec::new()),
        }
    }

    /// Takes the rows of one bucket of persons, in any order; they name their home in column `home`.
    pub fn put(&self, rows: &RecordBatch) -> Result<(), RegistryError> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        let rows = sorted_by_home(rows)?;
        let cuts = cuts(uint64s(&rows, "home")?.values(), self.parts);
        let packed = Packed::pack(&rows)?;
        let bytes = packed.bytes();
        let stored = if self.held_bytes.fetch_add(bytes, Ordering::Relaxed) + bytes <= self.budget_bytes {
            Stored::Memory { rows: packed, cuts }
        } else {
            self.held_bytes.fetch_sub(bytes, Ordering::Relaxed);
            spill(&self.spill_folder, &rows, &cuts)?
        };
        self.lock().push(stored);
        Ok(())
    }

    /// All rows whose home lies in this part, sorted by (home, person). None when there are none.
    pub fn take(&self, bucket: usize) -> Result<Option<RecordBatch>, RegistryError> {
        let mut parts = Vec::new();
        for stored in self.lock().iter() {
            match stored {
                Stored::Memory { rows, cuts } => {
                    if cuts[bucket] < cuts[bucket + 1] {
                        parts.push(rows.unpack(cuts[bucket], cuts[bucket + 1])?);
                    }
                }
                Stored::Spilled { file, present } => {
                    if let Some(at) = present[bucket] {
                        parts.push(read_back(&mut file.lock().unwrap_or_else(|e| e.into_inner()), at)?);
                    }
                }
            }
        }
        let Some(first) = parts.first() else { return Ok(None) };
        let all = concat_batches(&first.schema(), &parts)?;
        drop(parts);
        Ok(Some(sorted_by_home(&all)?))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Stored>> {
        self.stored.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Rows sorted by (home, person). Persons may come in any order, so that buckets may be put by several threads.
fn sorted_by_home(rows: &RecordBatch) -> Result<RecordBatch, RegistryError> {
    let home = uint64s(rows, "home")?.values();
    let person = uint64s(rows, "person")?.values();
    let mut order: Vec<(u64, u64, u32)> = (0..rows.num_rows()).map(|i| (home[i], person[i], i as u32)).collect();
    order.sort_unstable();
    let order: UInt32Array = order.into_iter().map(|(_, _, i)| i).collect();
    Ok(take_record_batch(rows, &order)?)
}

/// Where each bucket begins in an ascending list, with the end as the last entry.
fn cuts(homes: &[u64], parts: usize) -> Vec<usize> {
    let ends = ranges(parts)
        .into_iter()
        .map(|range| homes.partition_point(|home| home <= range.end()));
    std::iter::once(0).chain(ends).collect()
}

fn spill(folder: &PathBuf, rows: &RecordBatch, cuts: &[usize]) -> Result<Stored, RegistryError> {
    let file = tempfile::tempfile_in(folder).map_err(RegistryError::Spill)?;
    let mut writer = FileWriter::try_new(BufWriter::with_capacity(1 << 20, file), &rows.schema())?;
    let parts = cuts.len() - 1;
    let mut present = vec![None; parts];
    let mut written = 0;
    for bucket in 0..parts {
        if cuts[bucket] < cuts[bucket + 1] {
            writer.write(&rows.slice(cuts[bucket], cuts[bucket + 1] - cuts[bucket]))?;
            present[bucket] = Some(written);
            written += 1;
        }
    }
    writer.finish()?;
    let mut buffered = writer.into_inner()?;
    buffered.flush().map_err(RegistryError::Spill)?;
    let file = buffered
        .into_inner()
        .map_err(|e| RegistryError::Spill(e.into_error()))?;
    Ok(Stored::Spilled {
        file: Mutex::new(file),
        present,
    })
}

fn read_back(file: &mut File, at: usize) -> Result<RecordBatch, RegistryError> {
    file.seek(SeekFrom::Start(0)).map_err(RegistryError::Spill)?;
    let mut reader = FileReader::try_new(BufReader::with_capacity(1 << 16, &*file), None)?;
    reader.set_index(at)?;
    reader
        .next()
        .ok_or(RegistryError::SpillShort)?
        .map_err(RegistryError::from)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, BooleanArray, Int64Array, UInt64Array};

    use super::*;

    fn rows(keys: std::ops::Range<u64>) -> RecordBatch {
        let spread = |i: u64| i.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let person: ArrayRef = Arc::new(UInt64Array::from_iter_values(keys.clone()));
        let home: ArrayRef = Arc::new(UInt64Array::from_iter_values(keys.clone().map(|i| spread(i / 3))));
        let money: ArrayRef = Arc::new(Int64Array::from_iter(
            keys.clone().map(|i| (i % 5 != 0).then_some(i as i64)),
        ));
        let flag: ArrayRef = Arc::new(BooleanArray::from_iter(
            keys.map(|i| (i % 7 != 0).then_some(i % 2 == 0)),
        ));
        RecordBatch::try_from_iter_with_nullable(vec![
            ("person", person, false),
            ("home", home, false),
            ("money", money, true),
            ("flag", flag, true),
        ])
        .unwrap()
    }

    /// Every row comes back once, in its home's bucket, homes unbroken, whatever was spilled.
    fn check(budget_bytes: usize) {
        let folder = tempfile::tempdir().unwrap();
        let exchange = Exchange::new(8, folder.path().to_owned(), budget_bytes);
        for start in [0u64, 1000, 2000] {
            exchange.put(&rows(start..start + 1000)).unwrap();
        }
        let mut out = Vec::new();
        for (bucket, range) in ranges(8).into_iter().enumerate() {
            if let Some(part) = exchange.take(bucket).unwrap() {
                assert!(
                    uint64s(&part, "home")
                        .unwrap()
                        .values()
                        .iter()
                        .all(|home| range.contains(home))
                );
                out.push(part);
            }
        }
        let found = concat_batches(&out[0].schema(), &out).unwrap();
        assert_eq!(found, sorted_by_home(&rows(0..3000)).unwrap());
    }

    #[test]
    fn rows_kept_in_memory_come_back_by_home() {
        check(usize::MAX);
    }

    #[test]
    fn rows_spilled_to_disk_come_back_by_home() {
        check(0);
    }
}
