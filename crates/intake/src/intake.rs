//! A delivered file, from path to lake.

use std::fs::File;
use std::path::Path;

use anwang_contracts::{Contract, Contracts, Detection};
use anwang_domain::{Day, Places};
use anwang_lake::Lake;
use anwang_store::Book;
use anwang_store::batches::{self, Batch, State};
use anwang_vault::Vault;

use crate::digest;
use crate::error::IntakeError;
use crate::hold::{self, HoldReason};
use crate::land::{self, Arrival};
use crate::plan::{KnownDivisions, Plan};
use crate::read::{Reader, Reading};
use crate::received::as_of_in;
use crate::report::{Counts, Outcome, Report};
use crate::source::{self, Entry, ReadFault};

/// Blocks of text that one core takes at a time: small enough to share out a county's file, large enough to be worth it.
const BLOCK_BYTES: usize = 4 << 20;

/// What intake works with.
pub struct Intake<'a> {
    pub contracts: &'a Contracts,
    pub lake: &'a Lake,
    pub vault: &'a Vault,
    divisions: KnownDivisions,
}

/// How a file was handed in.
#[derive(Debug, Clone)]
pub struct Delivery<'a> {
    pub path: &'a Path,
    /// The feed it is said to be; otherwise its header decides.
    pub feed: Option<&'a str>,
    /// The day it speaks of, if its path does not say.
    pub as_of: Day,
    pub received_at_ms: i64,
    pub confirmation: Confirmation,
    pub threads: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// What looks wrong is held.
    Missing,
    /// A person looked at what was held and lets it land.
    Given,
}

impl<'a> Intake<'a> {
    /// Brings intake's tables up to date.
    pub fn new(
        contracts: &'a Contracts,
        places: &Places,
        lake: &'a Lake,
        vault: &'a Vault,
    ) -> Result<Intake<'a>, IntakeError> {
        lake.book()
            .migrate("intake", &[(1, include_str!("../migrations/0001_deliveries.sql"))])?;
        Ok(Intake {
            contracts,
            lake,
            vault,
            divisions: KnownDivisions::of(places),
        })
    }

    /// Takes in every table of a file. Each lands, or is held, by itself.
    pub fn take_in(
        &self,
        delivery: &Delivery<'_>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Vec<Report>, IntakeError> {
        if let Some(name) = delivery.feed {
            self.contract(name)?;
        }
        let fingerprint =
            digest::of_stream(File::open(delivery.path).map_err(|error| unreadable(delivery.path, &error))?)
                .map_err(ReadFault::from)?;
        let mut reports = Vec::new();
        source::open(delivery.path, BLOCK_BYTES, &mut |entry| {
            reports.push(match entry {
                Err((file, fault)) => Report {
                    file,
                    feed: None,
                    outcome: Outcome::Unreadable(fault),
                },
                Ok(entry) => self.take_table(delivery, entry, &fingerprint, progress)?,
            });
            Ok::<(), IntakeError>(())
        })?;
        Ok(reports)
    }

    fn book(&self) -> &Book {
        self.lake.book()
    }

    fn contract(&self, name: &str) -> Result<&'a Contract, IntakeError> {
        self.contracts.by_name(name).ok_or_else(|| IntakeError::UnknownFeed {
            name: name.to_owned(),
            known: self
                .contracts
                .iter()
                .map(|contract| contract.feed.as_str())
                .collect::<Vec<_>>()
                .join(" "),
        })
    }

    fn take_table(
        &self,
        delivery: &Delivery<'_>,
        entry: Entry<'_>,
        fingerprint: &[u8; 16],
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Report, IntakeError> {
        let Entry { name, index, table } = entry;
        let mut content_hash = fingerprint.to_vec();
        content_hash.extend_from_slice(&index.to_be_bytes());
        let file_name = without_long_numbers(&name);
        let (header_place, detection) = match self.recognise(delivery.feed, &table.preview)? {
            Ok(found) => found,
            Err(reason) => {
                return Ok(Report {
                    file: file_name,
                    feed: delivery.feed.map(str::to_owned),
                    outcome: Outcome::NotRecognised(reason),
                });
            }
        };
        let contract = detection.contract;
        let dated = as_of_in(delivery.path);
        if let (anwang_contracts::Delivery::Snapshot { .. }, Some(day)) = (contract.delivery, dated) {
            // A roster that has not changed since last month is news all the same: it still holds.
            content_hash.extend_from_slice(&day.0.to_be_bytes());
        }
        let report = |outcome| Report {
            file: file_name.clone(),
            feed: Some(contract.feed.clone()),
            outcome,
        };
        let known = batches::by_content(self.book(), &contract.feed, &content_hash)?;
        if let Some(batch) = known
            .as_ref()
            .filter(|batch| batch.state != State::Held || delivery.confirmation == Confirmation::Missing)
        {
            return Ok(report(already_in(batch)));
        }
        let header = table.preview[header_place].clone();
        let plan = Plan::new(
            contract,
            &detection.header,
            table.shape.first_row() + header_place as u32,
            table.shape,
            &self.divisions,
        );
        let batch_id = known
            .as_ref()
            .map_or_else(|| batches::reserve_id(self.book()), |batch| Ok(batch.batch_id))?;
        let as_of = dated.unwrap_or(delivery.as_of);
        let reader = Reader {
            lake: self.lake,
            vault: self.vault,
            plan: &plan,
            header: &header,
            batch_id: i32::try_from(batch_id).map_err(|_| IntakeError::BatchNumbers)?,
            as_of,
            threads: delivery.threads,
            file_bytes: std::fs::metadata(delivery.path).map_or(0, |metadata| metadata.len()),
            confirmed: delivery.confirmation == Confirmation::Given,
            progress,
        };
        let reading = reader.read(table.blocks)?;
        let arrival = Arrival {
            contract,
            batch_id,
            file_name: &file_name,
            content_hash: &content_hash,
            as_of,
            received_at_ms: delivery.received_at_ms,
            header: &header,
            was_held: known.is_some(),
        };
        self.decide(&arrival, reading, delivery.confirmation).map(report)
    }

    /// Lands the reading, or holds it if it looks wrong and nobody confirmed it.
    fn decide(
        &self,
        arrival: &Arrival<'_>,
        reading: Reading,
        confirmation: Confirmation,
    ) -> Result<Outcome, IntakeError> {
        let scope = hold::scope_of(&reading.tally);
        let earlier = land::earlier(self.book(), &arrival.contract.feed, arrival.batch_id)?;
        let reason = match hold::by_its_rows(arrival.contract, &reading.tally, reading.given_up) {
            Some(reason) => Some(reason),
            None => match land::same_rows(self.book(), arrival, &reading.tally)? {
                Some(batch_id) => Some(HoldReason::SameRows { batch_id }),
                None => hold::by_its_past(
                    arrival.contract,
                    &scope,
                    i64::from(arrival.as_of.0),
                    &reading.tally,
                    &earlier,
                ),
            },
        };
        let counts = Counts::of(&reading.tally, arrival.contract);
        match reason {
            Some(reason) if confirmation == Confirmation::Missing || !reason.can_be_confirmed() => {
                land::hold(self.book(), arrival, &scope, reading, &reason)?;
                Ok(Outcome::Held {
                    batch_id: arrival.batch_id,
                    reason,
                    counts,
                })
            }
            _ => {
                let snapshot = land::land(self.lake, arrival, &scope, reading, &earlier)?;
                Ok(Outcome::Landed {
                    batch_id: arrival.batch_id,
                    snapshot: snapshot.0,
                    counts,
                })
            }
        }
    }

    /// The header among the first rows, and the feed it belongs to.
    fn recognise(
        &self,
        said: Option<&str>,
        preview: &[Vec<String>],
    ) -> Result<Result<(usize, Detection<'a>), HoldReason>, IntakeError> {
        let mut best: Option<(usize, Detection<'a>)> = None;
        let mut rival = None;
        for (place, row) in preview.iter().enumerate().filter(|(_, row)| !row.is_empty()) {
            let mut found = self.contracts.detect(row).into_iter();
            let first = match said {
                Some(name) => found.find(|detection| detection.contract.feed == name),
                None => found.next(),
            };
            let Some(first) = first else { continue };
            if best.as_ref().is_none_or(|(_, best)| first.score > best.score) {
                rival = found
                    .next()
                    .filter(|second| second.score == first.score)
                    .map(|second| second.contract.feed.clone());
                let settled = first.is_complete();
                best = Some((place, first));
                if settled {
                    break;
                }
            }
        }
        let Some((place, detection)) = best.filter(|(_, best)| best.header.matched() > 0) else {
            return Ok(Err(HoldReason::UnknownHeader {
                best: said.unwrap_or("none").to_owned(),
                score: 0,
            }));
        };
        if said.is_none()
            && let Some(rival) = rival
        {
            return Ok(Err(HoldReason::Ambiguous {
                feeds: vec![detection.contract.feed.clone(), rival],
            }));
        }
        if !detection.is_complete() {
            return Ok(Err(self.lacking(said, &preview[place], &detection)));
        }
        Ok(Ok((place, detection)))
    }

    fn lacking(&self, said: Option<&str>, header: &[String], detection: &Detection<'_>) -> HoldReason {
        let contract = detection.contract;
        if said.is_none() && detection.score < 500 {
            return HoldReason::UnknownHeader {
                best: contract.feed.clone(),
                score: detection.score,
            };
        }
        let looks_like = self
            .contracts
            .detect(header)
            .into_iter()
            .find(|other| other.is_complete())
            .map(|other| other.contract.feed.clone());
        let missing = detection
            .header
            .missing_required
            .iter()
            .map(|&column| contract.columns[column].zh.clone())
            .collect();
        HoldReason::WrongFeed {
            feed: contract.feed.clone(),
            missing,
            looks_like,
        }
    }
}

fn already_in(batch: &Batch) -> Outcome {
    match batch.state {
        State::Held => Outcome::StillHeld {
            batch_id: batch.batch_id,
            reason: batch.held_reason.clone().unwrap_or_default(),
            detail: batch.held_detail.clone().unwrap_or_default(),
        },
        _ => Outcome::AlreadyIn {
            batch_id: batch.batch_id,
        },
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> ReadFault {
    ReadFault::File {
        path: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        reason: error.to_string(),
    }
}

/// File names are kept in the book; one that was named after a citizen id must not be.
fn without_long_numbers(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    letters
        .chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit())
        .map(|run| {
            if run[0].is_ascii_digit() && run.len() >= 11 {
                "*".repeat(run.len())
            } else {
                run.iter().collect()
            }
        })
        .collect()
}
