//! Reads a table on all cores into sorted, staged files.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anwang_domain::Day;
use anwang_lake::{Lake, StagedFile};
use anwang_store::rejects::Reject;
use anwang_store::reviews::Review;
use anwang_vault::Vault;
use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

use crate::check::chunk::Chunk;
use crate::error::IntakeError;
use crate::plan::Plan;
use crate::rows::ROWS_AT_ONCE;
use crate::run::emit::{feed_schema, identities_schema};
use crate::run::tally::REJECTS_BEFORE_HOLDING;
use crate::run::{Run, Tally};
use crate::source::{Block, Blocks};

/// Rows of a staged file. Two cores hold two runs of about 150 bytes a row at a time.
const RUN_ROWS: usize = 1 << 20;
/// Hardly a row is shorter, packed ones aside; room for more rows than come costs only addresses.
const ROW_BYTES_AT_LEAST: u64 = 24;

/// Everything that a table became, staged and visible to nobody.
#[derive(Debug, Default)]
pub struct Reading {
    pub tally: Tally,
    pub staged: Vec<StagedFile>,
    /// In the order of the file.
    pub rejects: Vec<Reject>,
    pub reviews: Vec<Review>,
    /// Whether reading stopped early because nearly everything was rejected.
    pub given_up: bool,
}

pub struct Reader<'a> {
    pub lake: &'a Lake,
    pub vault: &'a Vault,
    pub plan: &'a Plan<'a>,
    pub header: &'a [String],
    pub batch_id: i32,
    pub as_of: Day,
    pub threads: usize,
    pub file_bytes: u64,
    /// Whether a person said that the batch lands whatever it looks like.
    pub confirmed: bool,
    /// Called with the rows read so far.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

impl Reader<'_> {
    pub fn read(&self, mut blocks: Blocks<'_>) -> Result<Reading, IntakeError> {
        let threads = self.threads.max(1);
        let shared = Shared::default();
        let (send, receive) = sync_channel::<Block>(threads);
        let receive = Mutex::new(receive);
        let mut outcome = Ok(());
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| self.work(&receive, &shared));
            }
            outcome = self.feed(&mut blocks, send, &shared);
        });
        outcome?;
        if let Some(error) = shared.error.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        let mut reading = shared.reading.into_inner().unwrap_or_else(PoisonError::into_inner);
        reading.given_up = shared.stop.into_inner();
        reading.rejects.sort_by_key(|reject| reject.row_number);
        reading.reviews.sort_by_key(|review| review.row_number);
        Ok(reading)
    }

    fn feed(
        &self,
        blocks: &mut Blocks<'_>,
        send: std::sync::mpsc::SyncSender<Block>,
        shared: &Shared,
    ) -> Result<(), IntakeError> {
        while !shared.stop.load(Ordering::Relaxed) {
            let Some(block) = blocks.next_block()? else { break };
            // Nobody receives any more only after an error, which is reported by `read`.
            if send.send(block).is_err() {
                break;
            }
        }
        Ok(())
    }

    fn work(&self, receive: &Mutex<Receiver<Block>>, shared: &Shared) {
        let result = self.work_through(receive, shared);
        if let Err(error) = result {
            shared.stop.store(true, Ordering::Relaxed);
            lock(&shared.error).get_or_insert(error);
            // Blocks under way are drained, so that the reader is not left waiting.
            while lock(receive).recv().is_ok() {}
        }
    }

    fn work_through(&self, receive: &Mutex<Receiver<Block>>, shared: &Shared) -> Result<(), IntakeError> {
        let expected = usize::try_from(self.file_bytes / ROW_BYTES_AT_LEAST)
            .unwrap_or(RUN_ROWS)
            .min(RUN_ROWS);
        let mut run = Run::new(self.plan, self.batch_id, expected);
        let mut chunk = Chunk::new(self.plan);
        loop {
            let received = lock(receive).recv();
            let Ok(block) = received else { break };
            let mut failure = None;
            block.rows(self.header, |text, rows| {
                if failure.is_some() {
                    return;
                }
                chunk.check(self.plan, text, rows, self.as_of);
                let before = run.tally.rows_rejected;
                run.append(self.plan, self.vault, &chunk, text, rows);
                self.note_progress(shared, chunk.len() as u64, run.tally.rows_rejected - before);
                if run.len() > RUN_ROWS - ROWS_AT_ONCE || run.is_full_of_text() {
                    failure = self.finish(&mut run, shared).err();
                }
            })?;
            if let Some(error) = failure {
                return Err(error);
            }
        }
        self.finish(&mut run, shared)
    }

    fn note_progress(&self, shared: &Shared, rows: u64, rejected: u64) {
        let read = shared.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        let rejected = shared.rejected.fetch_add(rejected, Ordering::Relaxed) + rejected;
        if !self.confirmed && rejected > REJECTS_BEFORE_HOLDING && rejected > read / 2 {
            shared.stop.store(true, Ordering::Relaxed);
        }
        (self.progress)(read);
    }

    /// Sorts a run, stages its files and empties it.
    fn finish(&self, run: &mut Run, shared: &Shared) -> Result<(), IntakeError> {
        let mut staged = Vec::new();
        if !run.is_empty() {
            let contract = self.plan.contract;
            let sorted = run.sort();
            staged.push(self.stage(
                &contract.table(),
                feed_schema(contract),
                run.feed_batches(contract, &sorted),
            )?);
            if contract.sealed().next().is_some() {
                let file = self.stage(
                    "identities",
                    identities_schema(),
                    run.identity_batches(contract, &sorted),
                )?;
                // A file without rows would only cost a look-up; dropping it deletes it.
                staged.extend((file.rows() > 0).then_some(file));
            }
        }
        let mut reading = lock(&shared.reading);
        reading.staged.extend(staged);
        reading.rejects.append(&mut run.rejects);
        reading.reviews.append(&mut run.reviews);
        reading.tally.add(std::mem::take(&mut run.tally));
        drop(reading);
        run.clear();
        Ok(())
    }

    fn stage(
        &self,
        table: &str,
        schema: arrow_schema::SchemaRef,
        batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    ) -> Result<StagedFile, IntakeError> {
        let mut failure = None;
        let good = batches.map_while(|batch| batch.map_err(|error| failure = Some(error)).ok());
        let file = self.lake.stage(table, &schema, good)?;
        match failure {
            Some(error) => Err(error.into()),
            None => Ok(file),
        }
    }
}

#[derive(Default)]
struct Shared {
    reading: Mutex<Reading>,
    error: Mutex<Option<IntakeError>>,
    rows: AtomicU64,
    rejected: AtomicU64,
    stop: AtomicBool,
}

/// A thread that panicked takes the whole reading with it (`thread::scope`), so what it left behind is never used.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
