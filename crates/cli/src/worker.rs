//! `anwang worker household`: the policy kernel for Spark and friends, an Arrow stream in, an Arrow stream out.
//!
//! Rows are persons with their household's columns beside them; persons of a household lie together. Rows come back in
//! order with `person_id`, `household_id`, the person's variables and the household's.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anwang_domain::Day;
use anwang_policy::{CompileOptions, Mode, Program};
use arrow_array::{ArrayRef, RecordBatch, UInt32Array};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema};

use crate::clock;
use crate::error::CliError;
use crate::policy::pack_folder;
use crate::policy::tables::{self, HOUSEHOLD, PERSON};
use crate::ui::Ui;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: WorkerCommand,
}

#[derive(Debug, clap::Subcommand)]
enum WorkerCommand {
    /// A pack over persons and households: Arrow IPC on standard input, results on standard output
    Household(HouseholdArgs),
}

#[derive(Debug, clap::Args)]
struct HouseholdArgs {
    /// Folder of the pack; packs that it extends lie beside it
    #[arg(long, value_name = "DIR")]
    pack: PathBuf,
    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    as_of: Day,
    /// Nobody was asked: inputs take the values of a population scan
    #[arg(long)]
    scan: bool,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let WorkerCommand::Household(args) = args.command;
    let pack = pack_folder::load(&args.pack, ui)?;
    let mode = if args.scan { Mode::Scan } else { Mode::Case };
    let options = CompileOptions {
        as_of: args.as_of,
        mode,
        feeds: &[],
    };
    let program = pack
        .compile(&options)
        .map_err(|diagnostics| pack_folder::refuse(&diagnostics, ui))?;
    households(
        &program,
        BufReader::new(io::stdin().lock()),
        BufWriter::new(io::stdout().lock()),
    )
}

fn refused(error: ArrowError) -> CliError {
    CliError::refused("worker.stream", error.to_string())
}

/// Evaluates whole households as they come; the last one of a batch waits for the next batch.
fn households(program: &Program, from: impl Read, to: impl Write) -> Result<(), CliError> {
    let reader = StreamReader::try_new(from, None).map_err(refused)?;
    let schema = reader.schema();
    let mut waiting = RecordBatch::new_empty(schema.clone());
    let first = evaluate(program, &waiting)?;
    let mut writer = StreamWriter::try_new(to, &first.schema()).map_err(refused)?;
    for batch in reader {
        let batch = batch.map_err(refused)?;
        let rows = arrow_select::concat::concat_batches(&schema, [&waiting, &batch]).map_err(refused)?;
        let owners = tables::household_keys(&rows, "persons")?;
        let whole = match owners.last() {
            Some(last) => owners.iter().rposition(|owner| owner != last).map_or(0, |at| at + 1),
            None => 0,
        };
        if whole > 0 {
            writer
                .write(&evaluate(program, &rows.slice(0, whole))?)
                .map_err(refused)?;
        }
        waiting = rows.slice(whole, rows.num_rows() - whole);
    }
    if waiting.num_rows() > 0 {
        writer.write(&evaluate(program, &waiting)?).map_err(refused)?;
    }
    writer.finish().map_err(refused)
}

fn evaluate(program: &Program, rows: &RecordBatch) -> Result<RecordBatch, CliError> {
    let owners = tables::household_keys(rows, "persons")?;
    let mut offsets: Vec<u32> = (0..owners.len() as u32)
        .filter(|row| *row == 0 || owners[*row as usize - 1] != owners[*row as usize])
        .collect();
    let heads = UInt32Array::from(offsets.clone());
    offsets.push(owners.len() as u32);
    let take = |batch: &RecordBatch, at: &UInt32Array| -> Result<Vec<ArrayRef>, CliError> {
        batch
            .columns()
            .iter()
            .map(|column| arrow_select::take::take(column, at, None).map_err(refused))
            .collect()
    };
    let homes = RecordBatch::try_new(rows.schema(), take(rows, &heads)?).map_err(refused)?;
    let outcome = program
        .run(rows, &homes, &offsets)
        .map_err(|error| CliError::refused(error.code(), error.to_string()))?;
    let home_of: UInt32Array = offsets
        .windows(2)
        .zip(0u32..)
        .flat_map(|(ends, home)| (ends[0]..ends[1]).map(move |_| home))
        .collect();
    let persons = joined(program, outcome.persons, anwang_policy::Entity::Person)?;
    let households = joined(program, outcome.households, anwang_policy::Entity::Household)?;
    let mut fields: Vec<Arc<Field>> = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for id in [PERSON, HOUSEHOLD] {
        if let Some((at, field)) = rows.schema().column_with_name(id) {
            fields.push(Arc::new(field.clone()));
            columns.push(rows.column(at).clone());
        }
    }
    fields.extend(persons.schema().fields().iter().cloned());
    columns.extend(persons.columns().iter().cloned());
    fields.extend(households.schema().fields().iter().cloned());
    columns.extend(take(&households, &home_of)?);
    plain_words(&mut fields, &mut columns);
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(refused)
}

fn joined(
    program: &Program,
    batches: Vec<RecordBatch>,
    entity: anwang_policy::Entity,
) -> Result<RecordBatch, CliError> {
    match batches.first() {
        Some(first) => arrow_select::concat::concat_batches(&first.schema(), &batches).map_err(refused),
        None => Ok(program.empty_results(entity)),
    }
}

/// Words instead of dictionaries, which not every reader of a stream takes.
fn plain_words(fields: &mut [Arc<Field>], columns: &mut [ArrayRef]) {
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int8Type;
    use arrow_array::{Array, StringArray};
    for (field, column) in fields.iter_mut().zip(columns) {
        let DataType::Dictionary(..) = field.data_type() else {
            continue;
        };
        let dictionary = column.as_dictionary::<Int8Type>();
        let words = dictionary.values().as_string::<i32>();
        let word = |row: usize| column_word(dictionary.is_valid(row), dictionary.keys().value(row), words);
        let plain: StringArray = (0..column.len()).map(word).collect();
        *field = Arc::new(Field::new(field.name(), DataType::Utf8, true));
        *column = Arc::new(plain);
    }
}

fn column_word(known: bool, key: i8, words: &arrow_array::StringArray) -> Option<&str> {
    known.then(|| words.value(key as usize))
}
