//! The whole sample: workers make chunks, one writer puts them into files in order.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Condvar, Mutex};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::class::ClassTable;
use crate::deliver::plan::Plan;
use crate::deliver::{self, Piece, writer::OutFile};
use crate::error::SynthError;
use crate::faults::FaultPlan;
use crate::feeds::{FEEDS, Made};
use crate::options::Options;
use crate::populate::{Blueprint, populate};
use crate::random::{Rng, Stream};
use crate::sheet::{AliasRow, FaultyRow, Sheet};
use crate::summary::Summary;
use crate::tables::{self, Marked, Where};
use crate::tally::Tally;
use crate::terrain::Terrain;
use crate::timeline::Timeline;
use crate::truth;

/// How far the work has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    pub chunks_done: usize,
    pub chunks: usize,
    pub people: u64,
    pub rows: u64,
}

/// Chunks that may wait for the writer; bounds memory.
const AHEAD: usize = 6;

/// A chunk's part of one delivered file.
struct Part {
    file: usize,
    rows: u32,
    piece: Piece,
    faulty: Vec<Marked<FaultyRow>>,
    aliases: Vec<Marked<AliasRow>>,
}

struct Output {
    parts: Vec<Part>,
    /// People, missed, wrong.
    truth: [RecordBatch; 3],
    tally: Tally,
}

/// Makes the sample below `options.out`: `feeds/`, `truth/` and `manifest.json`. The same options give the same bytes,
/// whatever the number of threads.
pub fn generate(options: &Options, progress: &(dyn Fn(Progress) + Sync)) -> Result<Summary, SynthError> {
    options.check()?;
    empty_folder(&options.out)?;
    let time = Timeline::new(options.as_of, options.months);
    let terrain = Terrain::plan(options)?;
    let plan = Plan::new(options, &terrain, &time)?;
    let blueprint = Blueprint {
        seed: options.seed,
        terrain,
        time,
        classes: ClassTable::new(),
    };
    let schemas = tables::schemas();
    let threads = options
        .threads
        .or_else(|| std::thread::available_parallelism().ok().map(usize::from))
        .unwrap_or(1);

    let next = AtomicUsize::new(0);
    let written = (Mutex::new(0usize), Condvar::new());
    let chunks = blueprint.terrain.chunks.len();
    let (send, receive) = mpsc::channel::<(usize, Result<Output, SynthError>)>();
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            let send = send.clone();
            let (next, written, blueprint, plan, schemas) = (&next, &written, &blueprint, &plan, &schemas);
            scope.spawn(move || {
                let _release = ReleaseOnPanic(written);
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= chunks {
                        return;
                    }
                    let (done, changed) = written;
                    let mut done = done.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                    while index > *done + AHEAD {
                        done = changed.wait(done).unwrap_or_else(|poisoned| poisoned.into_inner());
                    }
                    drop(done);
                    if send.send((index, make(blueprint, plan, schemas, index))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        let mut writer = Writer::open(options, &blueprint, &plan, &schemas)?;
        let mut waiting = BTreeMap::new();
        let mut result = Ok(());
        for (index, output) in receive {
            waiting.insert(index, output);
            while let Some(output) = waiting.remove(&writer.chunks_done) {
                // After a failure the rest is only drained, so that the workers come to their end.
                if result.is_ok() {
                    result = output.and_then(|output| writer.take(output));
                }
                writer.chunks_done += 1;
                let (done, changed) = &written;
                *done.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = writer.chunks_done;
                changed.notify_all();
                progress(Progress {
                    chunks_done: writer.chunks_done,
                    chunks,
                    people: writer.tally.people,
                    rows: writer.tally.rows,
                });
            }
        }
        result?;
        writer.finish()
    })
}

/// A worker that panics must not leave the others waiting for its chunk: the panic then ends the whole run.
struct ReleaseOnPanic<'w>(&'w (Mutex<usize>, Condvar));

impl Drop for ReleaseOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let (done, changed) = self.0;
            *done.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = usize::MAX - AHEAD;
            changed.notify_all();
        }
    }
}

fn empty_folder(out: &Path) -> Result<(), SynthError> {
    let io = |source| SynthError::Write {
        path: out.to_owned(),
        source,
    };
    fs::create_dir_all(out).map_err(io)?;
    if fs::read_dir(out).map_err(io)?.next().is_some() {
        return Err(SynthError::NotEmpty(out.to_owned()));
    }
    Ok(())
}

fn make(blueprint: &Blueprint, plan: &Plan, schemas: &[SchemaRef; 5], index: usize) -> Result<Output, SynthError> {
    let chunk = &blueprint.terrain.chunks[index];
    let made = populate(blueprint, chunk);
    let findings = truth::judge(&made);
    let tally = Tally::of(&made, &findings);
    let mut parts = Vec::new();
    for (feed_index, feed) in FEEDS.iter().enumerate() {
        let series = plan.series_of(feed_index, made.county().city);
        let layout = &plan.series[series].layout;
        let stream = u64::from(chunk.index) << 16 | feed.number as u64;
        let mut sheets: Vec<Sheet> = (0..plan.deliveries)
            .map(|delivery| {
                let rng = Rng::keyed(blueprint.seed, Stream::Feeds, (stream << 8) | (delivery as u64 + 1));
                Sheet::new(layout, FaultPlan::new(feed.faults, rng))
            })
            .collect();
        let mut rng = Rng::keyed(blueprint.seed, Stream::Feeds, stream << 8);
        (feed.write)(&made, &mut rng, &mut sheets);
        for (delivery, mut sheet) in sheets.into_iter().enumerate().filter(|(_, sheet)| sheet.rows > 0) {
            let file = plan.file(series, delivery);
            let failed = |reason: String| SynthError::Contract {
                feed: feed.name,
                reason,
            };
            let rows = sheet.finish().map_err(|error| failed(error.to_string()))?;
            parts.push(Part {
                file,
                rows: sheet.rows,
                piece: deliver::encode(rows, layout).map_err(|error| failed(error.to_string()))?,
                faulty: mark(&made, std::mem::take(&mut sheet.faulty), |row| row.person),
                aliases: mark(&made, std::mem::take(&mut sheet.aliases), |row| row.person),
            });
        }
    }
    let failed = |error: arrow_schema::ArrowError| SynthError::Contract {
        feed: "truth",
        reason: error.to_string(),
    };
    let people = tables::people(&made, &schemas[0]).map_err(failed)?;
    let [missed, wrong] = tables::findings(&made, &findings, &schemas[1]).map_err(failed)?;
    Ok(Output {
        parts,
        truth: [people, missed, wrong],
        tally,
    })
}

fn mark<T>(made: &Made, rows: Vec<T>, person_of: impl Fn(&T) -> u32) -> Vec<Marked<T>> {
    rows.into_iter()
        .map(|row| {
            let at = person_of(&row);
            Marked {
                person: tables::person_number(made, at),
                citizen_id: tables::citizen_id(made.person(at).id),
                row,
            }
        })
        .collect()
}

struct Writer<'a> {
    options: &'a Options,
    blueprint: &'a Blueprint,
    plan: &'a Plan,
    schemas: &'a [SchemaRef; 5],
    open: BTreeMap<usize, OutFile>,
    truth: Vec<OutFile>,
    rows: Vec<u64>,
    chunks_done: usize,
    tally: Tally,
}

impl<'a> Writer<'a> {
    fn open(
        options: &'a Options,
        blueprint: &'a Blueprint,
        plan: &'a Plan,
        schemas: &'a [SchemaRef; 5],
    ) -> Result<Self, SynthError> {
        let truth = tables::NAMES
            .iter()
            .zip(schemas)
            .map(|(name, schema)| OutFile::table(options.out.join("truth").join(format!("{name}.parquet")), schema))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            options,
            blueprint,
            plan,
            schemas,
            open: BTreeMap::new(),
            truth,
            rows: vec![0; plan.files()],
            chunks_done: 0,
            tally: Tally::default(),
        })
    }

    fn path(&self, file: usize) -> std::path::PathBuf {
        self.plan.path(file, &self.blueprint.terrain, &self.blueprint.time)
    }

    fn take(&mut self, output: Output) -> Result<(), SynthError> {
        let city = self.blueprint.terrain.counties[self.blueprint.terrain.chunks[self.chunks_done].county].city;
        self.close_other_cities(city)?;
        self.tally.add(&output.tally);
        let (mut faulty, mut aliases) = (Vec::new(), Vec::new());
        for part in output.parts {
            let path = self.path(part.file);
            let layout = &self.plan.series_at(part.file).layout;
            let place = Where {
                feed: FEEDS[self.plan.series_at(part.file).feed].name,
                file: path.to_string_lossy().into_owned(),
                before: self.rows[part.file] + u64::from(layout.dialect.header_rows()),
            };
            self.rows[part.file] += u64::from(part.rows);
            self.tally.rows += u64::from(part.rows);
            self.tally.faulty_rows += part.faulty.len() as u64;
            if !part.faulty.is_empty() {
                faulty.push((place.clone(), part.faulty));
            }
            if !part.aliases.is_empty() {
                aliases.push((place, part.aliases));
            }
            if !self.open.contains_key(&part.file) {
                self.open
                    .insert(part.file, OutFile::delivered(self.options.out.join(&path), layout)?);
            }
            let file = self.open.get_mut(&part.file).expect("it was opened above");
            file.add(part.piece, part.rows)?;
        }
        let failed = |error: arrow_schema::ArrowError| SynthError::Contract {
            feed: "truth",
            reason: error.to_string(),
        };
        let [people, missed, wrong] = output.truth;
        let faulty = tables::faulty(&faulty, &self.schemas[3]).map_err(failed)?;
        let same = tables::same(&aliases, &self.schemas[4]).map_err(failed)?;
        for (file, batch) in self.truth.iter_mut().zip([people, missed, wrong, faulty, same]) {
            let rows = batch.num_rows() as u32;
            if rows > 0 {
                let group = deliver::row_group(&batch).map_err(|error| SynthError::Contract {
                    feed: "truth",
                    reason: error.to_string(),
                })?;
                file.add(Piece::RowGroup(group), rows)?;
            }
        }
        Ok(())
    }

    /// Chunks come city by city, so a city's files can be closed when the next begins.
    fn close_other_cities(&mut self, city: usize) -> Result<(), SynthError> {
        let finished: Vec<usize> = self
            .open
            .keys()
            .copied()
            .filter(|&file| self.plan.series_at(file).city.is_some_and(|of| of != city))
            .collect();
        for file in finished {
            if let Some(out) = self.open.remove(&file) {
                out.close()?;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Summary, SynthError> {
        for (_, file) in std::mem::take(&mut self.open) {
            file.close()?;
        }
        for file in std::mem::take(&mut self.truth) {
            file.close()?;
        }
        let mut rows_by_feed: Vec<(&'static str, u64)> = FEEDS.iter().map(|feed| (feed.name, 0)).collect();
        let mut files = Vec::new();
        for (file, &rows) in self.rows.iter().enumerate().filter(|(_, rows)| **rows > 0) {
            let feed = self.plan.series_at(file).feed;
            rows_by_feed[feed].1 += rows;
            files.push((file % self.plan.deliveries, FEEDS[feed].number, self.path(file), rows));
        }
        files.sort();
        self.manifest(&files)?;
        Ok(Summary {
            tally: self.tally,
            files: files.len() as u64,
            rows_by_feed,
        })
    }

    /// Every delivered file in the order in which it arrives.
    fn manifest(&self, files: &[(usize, usize, std::path::PathBuf, u64)]) -> Result<(), SynthError> {
        let list: Vec<serde_json::Value> = files
            .iter()
            .map(|(_, number, path, rows)| {
                serde_json::json!({ "feed": number, "file": path.to_string_lossy(), "rows": rows })
            })
            .collect();
        let manifest = serde_json::json!({
            "sample": true,
            "seed": self.options.seed,
            "people": self.tally.people,
            "rows": self.tally.rows,
            "files": list,
        });
        let path = self.options.out.join("manifest.json");
        let text = serde_json::to_string_pretty(&manifest).expect("a JSON value is text");
        fs::write(&path, text).map_err(|source| SynthError::Write { path, source })
    }
}
