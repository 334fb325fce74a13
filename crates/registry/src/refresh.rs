//! The refresh: from landed feeds to people, homes and conclusions, published in one transaction with its lists.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use anwang_contracts::Contracts;
use anwang_domain::places::Places;
use anwang_lake::{Change, Lake, LakeFile, SnapshotId, StagedFile};
use anwang_policy::{Entity, Program};
use anwang_store::{Tx, coverage, findings, runs};
use anwang_vault::Vault;
use arrow_array::{Array, RecordBatch};
use rayon::prelude::*;

use crate::answers::{Programme, Unit};
use crate::columns::dates;
use crate::conclude::conclude;
use crate::error::RegistryError;
use crate::exchange::{Exchange, MOST_PARTS};
use crate::feeds::table_schema;
use crate::findings::Finding;
use crate::landed::{Landed, LandedFeed, Wanted, ranges};
use crate::link_facts::{LINK_NEEDS, link_facts};
use crate::links::Links;
use crate::memory::{Memory, REMEMBERED_HOMES, REMEMBERED_PEOPLE, Sighting};
use crate::people::Born;
use crate::person_stage::{PersonStage, wanted};
use crate::tables;
use crate::tally::Tally;

/// All that a refresh works on. The program is compiled for the day and in scan mode.
pub struct Refresh<'a> {
    pub lake: &'a Lake,
    pub vault: &'a Vault,
    pub contracts: &'a Contracts,
    pub program: &'a Program,
    pub places: &'a Places,
    /// Folder for nameless temporary files.
    pub spill_folder: &'a Path,
    /// What may wait in memory between person stage and household stage.
    pub exchange_bytes: usize,
    /// Called with (stage, parts done, parts in all).
    pub progress: &'a (dyn Fn(Stage, usize, usize) + Sync),
    /// Milliseconds since 1970-01-01; asked at the start and at the end.
    pub clock: &'a (dyn Fn() -> i64 + Sync),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Links,
    Persons,
    Households,
    Publish,
}

impl Stage {
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Links => "links",
            Stage::Persons => "persons",
            Stage::Households => "households",
            Stage::Publish => "publish",
        }
    }
}

#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct RefreshReport {
    pub run_id: i64,
    pub snapshot: i64,
    pub as_of: String,
    pub pack_version: String,
    /// Rows in the feed tables, superseded ones included.
    pub records: u64,
    pub people: u64,
    pub deaths: u64,
    pub households: u64,
    /// The living low-income population.
    pub in_aid: u64,
    pub conclusions: u64,
    /// By programme: (missed, wrong), persons or heads of household.
    pub missed_and_wrong: BTreeMap<String, (u64, u64)>,
    /// Whom the indicators see; what the alerts are made of.
    #[serde(skip)]
    pub sightings: Vec<Sighting>,
    /// Wall time by stage in milliseconds.
    pub milliseconds: BTreeMap<&'static str, u64>,
}

/// Files of the registry's tables and what the book says beside them, not yet published.
#[derive(Default)]
struct Made {
    staged: Vec<StagedFile>,
    people: u64,
    deaths: u64,
    households: u64,
    in_aid: u64,
    conclusions: u64,
    tally: Tally,
    sightings: Vec<Sighting>,
    missed_and_wrong: BTreeMap<usize, (u64, u64)>,
}

impl Made {
    fn add(&mut self, other: Made) {
        self.staged.extend(other.staged);
        self.people += other.people;
        self.deaths += other.deaths;
        self.households += other.households;
        self.in_aid += other.in_aid;
        self.conclusions += other.conclusions;
        self.tally.add(other.tally);
        self.sightings.extend(other.sightings);
        for (programme, (missed, wrong)) in other.missed_and_wrong {
            let sum = self.missed_and_wrong.entry(programme).or_default();
            sum.0 += missed;
            sum.1 += wrong;
        }
    }
}

/// Rows of feed tables that one part of the population should have at most, so that memory stays bounded.
const ROWS_PER_PART: u64 = 500_000;

impl Refresh<'_> {
    /// Recomputes everything from the lake as it is now.
    pub fn full(&self) -> Result<RefreshReport, RegistryError> {
        let started_at_ms = (self.clock)();
        let version = self.program.pack().version();
        let as_of = self.program.as_of;
        let run_id = runs::start(
            self.lake.book(),
            "refresh",
            Some(&as_of.to_string()),
            Some(&version),
            started_at_ms,
        )?;
        match self.compute(run_id) {
            Ok(report) => Ok(report),
            Err(error) => {
                let detail = serde_json::json!({ "error": error.code(), "text": error.to_string() }).to_string();
                let finished_at_ms = (self.clock)();
                self.lake
                    .book()
                    .transaction(|tx| runs::finish(tx, run_id, runs::State::Failed, finished_at_ms, None, &detail))?;
                Err(error)
            }
        }
    }

    fn compute(&self, run_id: i64) -> Result<RefreshReport, RegistryError> {
        self.lake.sweep()?;
        let snapshot = self.lake.latest()?;
        let files = self.feed_files(snapshot)?;
        let read = |feed: &str, names: &[&str], range: std::ops::RangeInclusive<u64>| {
            let mut batches = Vec::new();
            for file in &files[feed] {
                if file.keys.start() <= range.end() && range.start() <= file.keys.end() {
                    batches.extend(self.lake.read(file, names, range.clone())?);
                }
            }
            Ok(batches)
        };
        let landed = Landed {
            feeds: self.landed_feeds(&files),
            read: &read,
        };
        let mut times = BTreeMap::new();
        let links = timed(&mut times, Stage::Links, || self.links(&landed))?;
        let exchange = Exchange::new(parts(&landed), self.spill_folder.to_owned(), self.exchange_bytes);
        let mut made = timed(&mut times, Stage::Persons, || self.persons(&landed, &links, &exchange))?;
        drop(links);
        let homes = timed(&mut times, Stage::Households, || {
            self.households(parts(&landed), &exchange)
        })?;
        drop(exchange);
        made.add(homes);
        let records = landed.rows();
        let publishing = Instant::now();
        let mut report = self.report(run_id, records, &made);
        report.sightings = std::mem::take(&mut made.sightings);
        report.milliseconds = times;
        self.publish(&mut report, made)?;
        report
            .milliseconds
            .insert(Stage::Publish.as_str(), publishing.elapsed().as_millis() as u64);
        Ok(report)
    }

    fn feed_files(&self, at: SnapshotId) -> Result<BTreeMap<String, Vec<LakeFile>>, RegistryError> {
        let mut files = BTreeMap::new();
        for contract in self.contracts.iter().filter(|contract| contract.population_wide) {
            let of_feed = self.lake.files(&contract.table(), Some(at))?;
            if !of_feed.is_empty() {
                files.insert(contract.feed.clone(), of_feed);
            }
        }
        Ok(files)
    }

    fn landed_feeds(&self, files: &BTreeMap<String, Vec<LakeFile>>) -> Vec<LandedFeed> {
        let contracts = self
            .contracts
            .iter()
            .filter_map(|contract| Some((contract, files.get(&contract.feed)?)));
        contracts
            .map(|(contract, files)| LandedFeed {
                feed: contract.feed.clone(),
                schema: table_schema(contract),
                rows: files.iter().map(|file| file.rows).sum(),
            })
            .collect()
    }

    fn links(&self, landed: &Landed<'_>) -> Result<Links, RegistryError> {
        let as_of = self.program.as_of;
        let grown = as_of.add_months(-12 * 18).0;
        let wanted = Wanted::of(LINK_NEEDS);
        let parts = ranges(parts(landed));
        let done = self.counter(Stage::Links, parts.len());
        let facts = parts
            .into_par_iter()
            .map(|range| {
                let facts = link_facts(&landed.bucket(&wanted, range, None)?, as_of.0, grown)?;
                done();
                Ok(facts)
            })
            .collect::<Result<Vec<_>, RegistryError>>()?;
        Ok(Links::resolve(facts))
    }

    fn persons(&self, landed: &Landed<'_>, links: &Links, exchange: &Exchange) -> Result<Made, RegistryError> {
        let identify = |person: u64| {
            let id = self.vault.reveal(person)?;
            let sex = match id.sex() {
                anwang_domain::Sex::Male => 1,
                anwang_domain::Sex::Female => 2,
            };
            Some(Born { on: id.birth().0, sex })
        };
        let stage = PersonStage {
            landed,
            program: self.program,
            links,
            as_of: self.program.as_of.0,
            identify: &identify,
        };
        let wanted = wanted(self.program);
        let parts = ranges(parts(landed));
        let done = self.counter(Stage::Persons, parts.len());
        sum(chunks(&parts), |chunk| {
            let mut made = Made::default();
            let staged = stage_parts(self.lake, tables::PEOPLE, chunk, |range| {
                let part = stage.run(&wanted, range.clone(), None)?;
                exchange.put(&part.homeward)?;
                let died = dates(&part.people, "died_on")?;
                made.people += part.people.num_rows() as u64;
                made.deaths += (died.len() - died.null_count()) as u64;
                done();
                Ok(Some(part.people))
            })?;
            made.staged.extend(staged);
            Ok(made)
        })
    }

    fn households(&self, parts: usize, exchange: &Exchange) -> Result<Made, RegistryError> {
        let programmes = programmes(self.program);
        let program = self.program.for_population();
        let memory = Memory::before(self.lake, self.program.as_of)?;
        let numbers: Vec<usize> = (0..parts).collect();
        let done = self.counter(Stage::Households, parts);
        sum(chunks(&numbers), |chunk| {
            let mut made = Made::default();
            let (mut conclusions, mut categories, mut members) = (Vec::new(), Vec::new(), Vec::new());
            let (mut people_kept, mut homes_kept) = (Vec::new(), Vec::new());
            let staged = stage_parts(self.lake, tables::HOUSEHOLDS, chunk, |&part| {
                let Some(rows) = exchange.take(part)? else {
                    return Ok(None);
                };
                let concluded = conclude(&program, &programmes, rows, self.places, &memory)?;
                made.sightings.extend(concluded.sightings);
                people_kept.extend(concluded.kept.0);
                homes_kept.extend(concluded.kept.1);
                let found = &concluded.verdicts.conclusions;
                made.tally
                    .note(&programmes, found, &concluded.verdicts.undecided, self.places);
                made.conclusions += found.len() as u64;
                count_findings(&mut made, found);
                conclusions.push(tables::conclusion_rows(&programmes, found)?);
                members.push(concluded.homes.members_rows()?);
                let in_aid = concluded.homes.categories()?;
                made.in_aid += in_aid.num_rows() as u64;
                categories.push(in_aid);
                made.households += concluded.homes.len() as u64;
                done();
                Ok(Some(concluded.homes.to_rows()?))
            })?;
            made.staged.extend(staged);
            made.staged
                .extend(stage_batches(self.lake, tables::CONCLUSIONS, conclusions)?);
            made.staged.extend(stage_batches(self.lake, tables::MEMBERS, members)?);
            made.staged
                .extend(stage_batches(self.lake, tables::CATEGORIES, categories)?);
            made.staged
                .extend(stage_batches(self.lake, REMEMBERED_PEOPLE, people_kept)?);
            made.staged
                .extend(stage_batches(self.lake, REMEMBERED_HOMES, homes_kept)?);
            Ok(made)
        })
    }

    fn report(&self, run_id: i64, records: u64, made: &Made) -> RefreshReport {
        let names = programmes(self.program);
        RefreshReport {
            run_id,
            as_of: self.program.as_of.to_string(),
            pack_version: self.program.pack().version(),
            records,
            people: made.people,
            deaths: made.deaths,
            households: made.households,
            in_aid: made.in_aid,
            conclusions: made.conclusions,
            missed_and_wrong: (made.missed_and_wrong.iter())
                .map(|(&programme, &counts)| (names[programme].name.clone(), counts))
                .collect(),
            ..RefreshReport::default()
        }
    }

    /// New files in, old files out, lists and counts replaced: all or nothing.
    fn publish(&self, report: &mut RefreshReport, made: Made) -> Result<(), RegistryError> {
        let mut changes: Vec<Change> = Vec::new();
        for table in tables::ALL {
            let old = self.lake.files(table, None)?;
            changes.extend(old.iter().map(|file| Change::Retire {
                table: table.to_owned(),
                file_id: file.file_id,
            }));
        }
        changes.extend(made.staged.into_iter().map(Change::Append));
        let programmes = programmes(self.program);
        let coverage = made.tally.coverage(report.run_id, &programmes);
        let listed = made.tally.into_listed();
        let at_ms = (self.clock)();
        let publish = |tx: &mut Tx<'_>| -> Result<(), RegistryError> {
            let snapshot = self.lake.commit(tx, changes, at_ms, "refresh")?;
            report.snapshot = snapshot.0;
            coverage::insert(tx, coverage)?;
            findings::replace(tx, listed)?;
            let detail = serde_json::to_string(&report).map_err(RegistryError::Report)?;
            runs::finish(tx, report.run_id, runs::State::Done, at_ms, Some(snapshot.0), &detail)?;
            Ok(())
        };
        self.lake.book().transaction(publish)
    }

    fn counter(&self, stage: Stage, parts: usize) -> impl Fn() + Sync + '_ {
        let done = Mutex::new(0);
        move || {
            let mut done = done.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            *done += 1;
            (self.progress)(stage, *done, parts);
        }
    }
}

/// The programmes of a program, as the registry needs to know them.
pub fn programmes(program: &Program) -> Vec<Programme> {
    let of = |entity: Entity| match entity {
        Entity::Person => Unit::Person,
        Entity::Household => Unit::Household,
        // A programme is declared of persons or households; the compiler refuses any other unit.
        Entity::Row => unreachable!("no programme is of feed rows"),
    };
    (program.programmes().iter())
        .map(|info| Programme {
            name: info.name.clone(),
            unit: of(info.entity),
            conditions: info.conditions.clone(),
        })
        .collect()
}

fn parts(landed: &Landed<'_>) -> usize {
    (landed.rows().div_ceil(ROWS_PER_PART).max(1) as usize)
        .next_power_of_two()
        .min(MOST_PARTS)
}

/// Neighbouring parts that share files: two chunks per thread, so that the last one does not run alone for long.
fn chunks<T>(parts: &[T]) -> std::slice::Chunks<'_, T> {
    parts.chunks(parts.len().div_ceil(2 * rayon::current_num_threads()).max(1))
}

fn sum<'a, T: Sync + 'a>(
    chunks: std::slice::Chunks<'a, T>,
    work: impl Fn(&'a [T]) -> Result<Made, RegistryError> + Sync + Send,
) -> Result<Made, RegistryError> {
    let all: Vec<&[T]> = chunks.collect();
    let made = all
        .into_par_iter()
        .map(work)
        .collect::<Result<Vec<_>, RegistryError>>()?;
    let mut sum = Made::default();
    made.into_iter().for_each(|one| sum.add(one));
    Ok(sum)
}

/// Writes what `work` makes of each item as one file, one item in memory at a time; None when nothing comes of any.
fn stage_parts<T>(
    lake: &Lake,
    table: &str,
    items: &[T],
    mut work: impl FnMut(&T) -> Result<Option<RecordBatch>, RegistryError>,
) -> Result<Option<StagedFile>, RegistryError> {
    let mut failed = None;
    let mut batches = items.iter().map_while(|item| match work(item) {
        Ok(batch) => Some(batch),
        Err(error) => {
            failed = Some(error);
            None
        }
    });
    let staged = match batches.by_ref().flatten().next() {
        None => None,
        Some(first) => {
            let schema = first.schema();
            Some(lake.stage(table, &schema, std::iter::once(first).chain(batches.flatten())))
        }
    };
    match (failed, staged) {
        (Some(error), _) => Err(error),
        (None, staged) => Ok(staged.transpose()?),
    }
}

fn stage_batches(lake: &Lake, table: &str, batches: Vec<RecordBatch>) -> Result<Option<StagedFile>, RegistryError> {
    let Some(first) = batches.first() else { return Ok(None) };
    let schema = first.schema();
    Ok(Some(lake.stage(table, &schema, batches)?))
}

fn count_findings(made: &mut Made, conclusions: &[crate::findings::Conclusion]) {
    for conclusion in conclusions {
        let counts = made.missed_and_wrong.entry(conclusion.programme).or_default();
        counts.0 += u64::from(conclusion.finding == Finding::Missed);
        counts.1 += u64::from(conclusion.finding.is_wrong());
    }
}

fn timed<T>(
    times: &mut BTreeMap<&'static str, u64>,
    stage: Stage,
    work: impl FnOnce() -> Result<T, RegistryError>,
) -> Result<T, RegistryError> {
    let begun = Instant::now();
    let made = work()?;
    times.insert(stage.as_str(), begun.elapsed().as_millis() as u64);
    Ok(made)
}
