//! Collects the good rows of many chunks, keyed and sealed: from here on no identity is in clear.

use std::sync::LazyLock;

use anwang_contracts::{ColumnType, Delivery, LakeType, RejectCode, RuleKind};
use anwang_store::rejects::Reject;
use anwang_store::reviews::Review;
use anwang_vault::{Kind, Vault};

use super::identity;
use super::tally::Tally;
use crate::cell::mask::{self, Secrecy};
use crate::check::chunk::Chunk;
use crate::check::texts::TextColumn;
use crate::digest;
use crate::plan::{NULL, Parser, Plan};
use crate::rows::Rows;

const COUNTY: i64 = 1_000_000;
/// Text of one column that a run may hold; its places are counted in 32 bits.
const TEXT_LIMIT_BYTES: usize = 1 << 30;
/// Room made beforehand; longer texts only grow it.
const TEXT_BYTES_USUAL: usize = 16;
const SEALED_BYTES_USUAL: usize = 192;

/// One lake row of a source row: marriage has two.
#[derive(Debug, Default)]
pub struct Entries {
    pub person: Vec<u64>,
    /// Place of the source row in the run.
    pub row: Vec<u32>,
    /// Which of the contract's persons.
    pub subject: Vec<i8>,
}

#[derive(Debug)]
pub enum KeptColumn {
    /// Amounts, divisions, keys.
    Wide(Vec<i64>),
    /// Codes, days, months, counts, rates, flags: half as wide, because picking them in the lake's order is bound by the cache.
    Narrow(Vec<i32>),
    Texts(TextColumn),
}

/// Marks a missing value in [`KeptColumn::Narrow`].
pub const NARROW_NULL: i32 = i32::MIN;

impl KeptColumn {
    fn of(kind: ColumnType) -> KeptColumn {
        match kind.lake_type() {
            LakeType::Utf8 => KeptColumn::Texts(TextColumn::default()),
            LakeType::Int64 | LakeType::UInt64 => KeptColumn::Wide(Vec::new()),
            _ => KeptColumn::Narrow(Vec::new()),
        }
    }

    /// The row's integer, or [`NULL`].
    fn int(&self, row: usize) -> i64 {
        match self {
            KeptColumn::Wide(values) => values[row],
            KeptColumn::Narrow(values) if values[row] == NARROW_NULL => NULL,
            KeptColumn::Narrow(values) => i64::from(values[row]),
            KeptColumn::Texts(_) => NULL,
        }
    }

    fn reserve(&mut self, rows: usize) {
        match self {
            KeptColumn::Wide(values) => values.reserve(rows),
            KeptColumn::Narrow(values) => values.reserve(rows),
            KeptColumn::Texts(texts) => texts.reserve(rows, TEXT_BYTES_USUAL),
        }
    }

    fn clear(&mut self) {
        match self {
            KeptColumn::Wide(values) => values.clear(),
            KeptColumn::Narrow(values) => values.clear(),
            KeptColumn::Texts(texts) => texts.clear(),
        }
    }
}

/// Values of narrow columns fit: their parsers and ranges see to it.
#[inline]
fn narrowed(value: i64) -> i32 {
    if value == NULL { NARROW_NULL } else { value as i32 }
}

#[derive(Debug, Default)]
pub struct Run {
    pub batch_id: i32,
    pub numbers: Vec<u32>,
    pub gone: Vec<bool>,
    pub record: Vec<u64>,
    pub digest: Vec<u64>,
    /// Per column of the contract, as the lake keeps it.
    pub columns: Vec<KeptColumn>,
    pub entries: Entries,
    /// Per row, what is sealed of it; empty if nothing is.
    pub sealed: TextColumn,
    pub rejects: Vec<Reject>,
    pub reviews: Vec<Review>,
    pub tally: Tally,
    good: Vec<u32>,
    keys: Vec<u64>,
    text: Vec<u8>,
    blob: Vec<u8>,
}

impl Run {
    /// `expected` rows have their room from the start, because growing would copy everything several times.
    pub fn new(plan: &Plan<'_>, batch_id: i32, expected: usize) -> Run {
        let mut run = Run {
            batch_id,
            columns: plan
                .columns
                .iter()
                .map(|column| KeptColumn::of(column.column.kind))
                .collect(),
            ..Run::default()
        };
        run.numbers.reserve(expected);
        run.gone.reserve(expected);
        run.record.reserve(expected);
        run.digest.reserve(expected);
        if plan.contract.sealed().next().is_some() {
            run.sealed.reserve(expected, SEALED_BYTES_USUAL);
        }
        run.entries.person.reserve(expected);
        run.entries.row.reserve(expected);
        run.entries.subject.reserve(expected);
        run.columns.iter_mut().for_each(|column| column.reserve(expected));
        run
    }

    /// Forgets the rows and keeps their room.
    pub fn clear(&mut self) {
        self.numbers.clear();
        self.gone.clear();
        self.record.clear();
        self.digest.clear();
        self.sealed.clear();
        self.entries.person.clear();
        self.entries.row.clear();
        self.entries.subject.clear();
        self.columns.iter_mut().for_each(KeptColumn::clear);
    }

    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Whether a column's text leaves no room for another chunk.
    pub fn is_full_of_text(&self) -> bool {
        let full = |texts: &TextColumn| texts.text_bytes() > TEXT_LIMIT_BYTES;
        full(&self.sealed)
            || self
                .columns
                .iter()
                .any(|column| matches!(column, KeptColumn::Texts(texts) if full(texts)))
    }

    /// Takes a checked chunk over: good rows into columns, the others aside.
    pub fn append(&mut self, plan: &Plan<'_>, vault: &Vault, chunk: &Chunk, text: &[u8], rows: &Rows) {
        self.choose_good(plan, chunk);
        self.tally.rows_in_file += (chunk.len() - chunk.blank.len()) as u64;
        self.tally.rows_passed += self.good.len() as u64;
        let first = self.numbers.len();
        self.numbers.extend(
            self.good
                .iter()
                .map(|&row| rows.numbers()[row as usize + chunk.skipped]),
        );
        self.append_gone(plan, chunk);
        for at in 0..plan.columns.len() {
            self.append_column(plan, vault, chunk, at);
        }
        self.append_digests(plan, first);
        self.append_entries(plan, chunk, first);
        self.append_sealed(plan, vault, chunk, first);
        self.count(plan, chunk, first);
        self.set_aside(plan, vault, chunk, text, rows);
    }

    /// Rows without fault that speak of at least one known person.
    fn choose_good(&mut self, plan: &Plan<'_>, chunk: &Chunk) {
        self.good.clear();
        let rows = 0..chunk.len() as u32;
        if chunk.faults.is_empty() && chunk.nobody.is_empty() && chunk.blank.is_empty() {
            return self.good.extend(rows);
        }
        let speaks_of_someone = |row: u32| {
            plan.contract
                .persons
                .iter()
                .any(|&column| chunk.ints[column][row as usize] != NULL)
        };
        self.good.extend(rows.filter(|&row| {
            !chunk.bad[row as usize] && speaks_of_someone(row) && chunk.blank.binary_search(&row).is_err()
        }));
    }

    fn append_gone(&mut self, plan: &Plan<'_>, chunk: &Chunk) {
        match &plan.contract.gone_when {
            None => self.gone.resize(self.numbers.len(), false),
            Some(gone) => {
                let codes = &chunk.ints[gone.column];
                self.gone.extend(
                    self.good
                        .iter()
                        .map(|&row| i16::try_from(codes[row as usize]).is_ok_and(|code| gone.codes.contains(&code))),
                );
            }
        }
    }

    fn append_column(&mut self, plan: &Plan<'_>, vault: &Vault, chunk: &Chunk, at: usize) {
        let column = &plan.columns[at];
        match &mut self.columns[at] {
            KeptColumn::Texts(out) => self
                .good
                .iter()
                .for_each(|&row| out.push(chunk.texts[at].get(row as usize))),
            KeptColumn::Narrow(out) if self.good.len() == chunk.len() => {
                out.extend(chunk.ints[at].iter().map(|&value| narrowed(value)))
            }
            KeptColumn::Narrow(out) => out.extend(self.good.iter().map(|&row| narrowed(chunk.ints[at][row as usize]))),
            KeptColumn::Wide(out) => match (&column.parser, column.column.kind) {
                (Parser::CitizenId, _) => {
                    self.keys.clear();
                    self.keys
                        .extend(self.good.iter().map(|&row| chunk.ints[at][row as usize].max(0) as u64));
                    vault.person_keys(&mut self.keys);
                    out.extend(self.good.iter().zip(&self.keys).map(|(&row, &key)| {
                        if chunk.ints[at][row as usize] == NULL {
                            NULL
                        } else {
                            key as i64
                        }
                    }));
                }
                (Parser::Text, kind) => {
                    let texts = &chunk.texts[at];
                    out.extend(self.good.iter().map(|&row| {
                        let text = texts.get_str(row as usize);
                        if text.is_empty() {
                            NULL
                        } else {
                            key_of(vault, kind, text) as i64
                        }
                    }));
                }
                _ if self.good.len() == chunk.len() => out.extend_from_slice(&chunk.ints[at]),
                _ => out.extend(self.good.iter().map(|&row| chunk.ints[at][row as usize])),
            },
        }
    }

    fn append_digests(&mut self, plan: &Plan<'_>, first: usize) {
        self.record.resize(self.numbers.len(), plan.contract.number as u64);
        for &at in &plan.contract.key {
            mix_column(&self.columns[at], first, &mut self.record[first..]);
        }
        self.digest.extend_from_slice(&self.record[first..]);
        for column in &self.columns {
            mix_column(column, first, &mut self.digest[first..]);
        }
    }

    fn append_entries(&mut self, plan: &Plan<'_>, chunk: &Chunk, first: usize) {
        let whole = chunk.nobody.is_empty();
        for (subject, &at) in plan.contract.persons.iter().enumerate() {
            let KeptColumn::Wide(keys) = &self.columns[at] else {
                continue;
            };
            for (row, &key) in keys.iter().enumerate().take(self.numbers.len()).skip(first) {
                if whole || key != NULL {
                    self.entries.person.push(key as u64);
                    self.entries.row.push(row as u32);
                    self.entries.subject.push(subject as i8);
                }
            }
        }
    }

    fn append_sealed(&mut self, plan: &Plan<'_>, vault: &Vault, chunk: &Chunk, first: usize) {
        let any = plan.contract.sealed().any(|(at, _)| plan.columns[at].cell.is_some());
        for (place, &row) in self.good.iter().enumerate() {
            self.blob.clear();
            if any && identity::write(plan.contract, chunk, row as usize, &mut self.text) {
                vault.seal_into(&self.text, &self.record[first + place].to_be_bytes(), &mut self.blob);
            }
            self.sealed.push(&self.blob);
        }
    }

    fn count(&mut self, plan: &Plan<'_>, chunk: &Chunk, first: usize) {
        self.tally.rows_gone += self.gone[first..].iter().filter(|&&gone| gone).count() as u64;
        if let Some(at) = plan.contract.event_date {
            (first..self.numbers.len()).for_each(|row| self.tally.add_event(self.columns[at].int(row)));
        }
        if let Delivery::Snapshot { column, .. } = plan.contract.delivery
            && let KeptColumn::Wide(codes) = &self.columns[column]
        {
            for &code in codes[first..].iter().filter(|&&code| code != NULL) {
                *self.tally.counties.entry(code / COUNTY * COUNTY).or_default() += 1;
            }
        }
        for &(rule, _) in &chunk.notices {
            *self.tally.notices.entry(rule).or_default() += 1;
        }
        for (index, rule) in plan.contract.rules.iter().enumerate() {
            if let RuleKind::ExactlyOne { column, per } = rule.kind {
                for row in first..self.numbers.len() {
                    let flagged = self.columns[column].int(row) == 1;
                    *self
                        .tally
                        .flagged
                        .entry((index, self.columns[per].int(row) as u64))
                        .or_default() += u32::from(flagged);
                }
            }
        }
    }

    /// Rejected rows and rows without an id, each with its cells sealed.
    fn set_aside(&mut self, plan: &Plan<'_>, vault: &Vault, chunk: &Chunk, text: &[u8], rows: &Rows) {
        let mut faults = chunk.faults.clone();
        faults.sort_by_key(|fault| (fault.row, fault.column));
        faults.dedup_by_key(|fault| (fault.row, fault.column));
        for of_row in faults.chunk_by(|a, b| a.row == b.row) {
            let row = of_row[0].row as usize + chunk.skipped;
            let number = rows.numbers()[row];
            let mut sealed = Some(self.seal_cells(vault, text, rows, row));
            if let Some(fault) = of_row
                .iter()
                .find(|fault| plan.contract.persons.contains(&fault.column) && names_nobody(fault.code))
            {
                let reason = fault.code.code(plan.contract).into_owned();
                self.reviews
                    .push(review(plan, self.batch_id, number, reason, sealed.clone()));
            }
            for fault in of_row {
                let column = &plan.columns[fault.column];
                let cell = column.cell.map_or(&[][..], |cell| rows.cell(text, row, cell));
                let secret = column.column.kind.is_identity()
                    || matches!(column.column.kind, ColumnType::CitizenId | ColumnType::HouseholdNo);
                let hint = fault.code.hint(plan.contract);
                let of_whole_row = is_of_whole_row(fault.code);
                let masked_value = mask::masked(cell, if secret { Secrecy::Identity } else { Secrecy::Value });
                self.rejects.push(Reject {
                    batch_id: i64::from(self.batch_id),
                    row_number: i64::from(number),
                    column_name: if of_whole_row {
                        String::new()
                    } else {
                        column.column.name.clone()
                    },
                    code: fault.code.code(plan.contract).into_owned(),
                    masked_value: if of_whole_row { String::new() } else { masked_value },
                    hint: format!("{} / {}", hint.zh, hint.en),
                    sealed_row: sealed.take(),
                });
            }
            self.tally.rows_rejected += 1;
        }
        for of_row in chunk.nobody.chunk_by(|a, b| a.0 == b.0) {
            let row = of_row[0].0 as usize;
            if chunk.bad[row] {
                continue;
            }
            let sealed = self.seal_cells(vault, text, rows, row + chunk.skipped);
            self.reviews.push(review(
                plan,
                self.batch_id,
                rows.numbers()[row + chunk.skipped],
                "missing".to_owned(),
                Some(sealed),
            ));
            let lands = plan
                .contract
                .persons
                .iter()
                .any(|&column| chunk.ints[column][row] != NULL);
            self.tally.rows_to_review += u64::from(!lands);
        }
    }

    /// Bound to batch and row, so that a sealed row cannot be put in another's place.
    fn seal_cells(&mut self, vault: &Vault, text: &[u8], rows: &Rows, row: usize) -> Vec<u8> {
        identity::write_cells((0..rows.width()).map(|cell| rows.cell(text, row, cell)), &mut self.text);
        vault.seal(
            &self.text,
            &bound_to(i64::from(self.batch_id), i64::from(rows.numbers()[row])),
        )
    }
}

/// What a rejected or reviewed row is sealed to.
pub fn bound_to(batch_id: i64, row_number: i64) -> [u8; 16] {
    let mut bound = [0; 16];
    bound[..8].copy_from_slice(&batch_id.to_be_bytes());
    bound[8..].copy_from_slice(&row_number.to_be_bytes());
    bound
}

/// Whether a fault of the id column means that the row speaks of nobody known.
fn names_nobody(code: RejectCode) -> bool {
    use RejectCode::*;
    matches!(
        code,
        MissingRequired | IdLength | IdNotDigits | IdArea | IdImpossibleDate | IdCheckDigit | NotUtf8
    )
}

/// Whether a fault is of the row's shape and not of a column.
pub fn is_of_whole_row(code: RejectCode) -> bool {
    matches!(
        code,
        RejectCode::TooFewColumns | RejectCode::TooManyColumns | RejectCode::UnclosedQuote | RejectCode::NotJson
    )
}

fn review(plan: &Plan<'_>, batch_id: i32, number: u32, reason: String, sealed_row: Option<Vec<u8>>) -> Review {
    Review {
        review_id: 0,
        feed: plan.contract.feed.clone(),
        batch_id: i64::from(batch_id),
        row_number: i64::from(number),
        reason,
        candidates: "[]".to_owned(),
        sealed_row,
        decision: None,
        decided_by: None,
        decided_at_ms: None,
    }
}

#[inline]
fn key_of(vault: &Vault, kind: ColumnType, text: &str) -> u64 {
    match kind {
        ColumnType::HouseholdNo => vault.household_key(text),
        ColumnType::Name => vault.tag(Kind::Name, text),
        ColumnType::Phone => vault.tag(Kind::Phone, text),
        ColumnType::Address => vault.tag(Kind::Address, text),
        _ => vault.tag(Kind::Account, text),
    }
}

/// What [`digest::of_bytes`] gives for no bytes.
static NO_TEXT_DIGEST: LazyLock<u64> = LazyLock::new(|| digest::of_bytes(&[]));

/// Mixes a column's values from row `first` on into one state per row.
fn mix_column(column: &KeptColumn, first: usize, states: &mut [u64]) {
    match column {
        KeptColumn::Wide(values) => states
            .iter_mut()
            .zip(&values[first..])
            .for_each(|(state, &value)| *state = digest::mix(*state, value as u64)),
        KeptColumn::Narrow(values) => states
            .iter_mut()
            .zip(&values[first..])
            .for_each(|(state, &value)| *state = digest::mix(*state, value as u64)),
        // A column that the file does not have.
        KeptColumn::Texts(texts) if texts.text_bytes() == 0 => states
            .iter_mut()
            .for_each(|state| *state = digest::mix(*state, *NO_TEXT_DIGEST)),
        KeptColumn::Texts(texts) => states
            .iter_mut()
            .enumerate()
            .for_each(|(row, state)| *state = digest::mix(*state, digest::of_bytes(texts.get(first + row)))),
    }
}
