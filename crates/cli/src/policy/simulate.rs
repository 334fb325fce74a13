//! `anwang policy simulate`: what a changed parameter or another pack would bring, over files of persons and households.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anwang_domain::Day;
use anwang_policy::simulate::{Effect, Effects, Standing, parse_change, standings};
use anwang_policy::{CompileOptions, InputInfo, Mode, Pack, Program};
use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal64Type, Int64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{DataType, Field, Schema};

use super::pack_folder;
use super::results::Results;
use super::tables::{self, HOUSEHOLD, PERSON, Tables};
use crate::clock;
use crate::error::CliError;
use crate::ui::{Ui, thousands};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The pack that holds now
    #[arg(long, value_name = "DIR")]
    pack: PathBuf,
    /// The pack to compare with [default: the same, with --set]
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
    /// A changed parameter: NAME=VALUE everywhere, or NAME*=FACTOR for each of its values
    #[arg(long = "set", value_name = "CHANGE")]
    changes: Vec<String>,
    #[arg(long, value_name = "FILE")]
    persons: PathBuf,
    #[arg(long, value_name = "FILE")]
    households: PathBuf,
    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    as_of: Day,
    /// Nobody was asked: inputs take the values of a population scan
    #[arg(long)]
    scan: bool,
    /// Parquet of the households that change, one row per household and programme
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let now = pack_folder::load(&args.pack, ui)?;
    let then = match &args.against {
        Some(folder) => pack_folder::load(folder, ui)?,
        None => now.clone(),
    };
    if args.against.is_none() && args.changes.is_empty() {
        return Err(CliError::refused(
            "policy.no_change",
            "nothing changes: say --set or --against",
        ));
    }
    let (now, then) = (
        compile(&now, &args, ui)?,
        compile(&changed(then, &args.changes)?, &args, ui)?,
    );
    let tables = read(&now, &then, &args.persons, &args.households)?;
    let run = |program: &Program| {
        let outcome = program
            .run(&tables.persons, &tables.households, &tables.offsets)
            .map_err(|error| CliError::refused(error.code(), error.to_string()))?;
        Ok::<_, CliError>(standings(program, &outcome, &tables.offsets))
    };
    let (before, after) = (run(&now)?, run(&then)?);
    let groups = groups(&tables);
    let mut effects = Effects::default();
    let mut changes = Changes::default();
    for (programme, before) in &before {
        let Some(after) = after.get(programme) else { continue };
        for (household, (before, after)) in before.iter().zip(after).enumerate() {
            let persons = tables.offsets[household + 1] - tables.offsets[household];
            effects.add(programme, &groups[household], persons.into(), *before, *after);
            if before != after {
                changes.add(household as u32, programme, *before, *after);
            }
        }
    }
    if let Some(out) = &args.out {
        changes.write(out, &tables)?;
    }
    ui.answer(&effects, |ui| show(&effects, ui))
}

pub fn changed(mut pack: Pack, changes: &[String]) -> Result<Pack, CliError> {
    for text in changes {
        let refused = |error: anwang_policy::simulate::ChangeError| CliError::refused(error.code(), error.to_string());
        let (name, change) = parse_change(text).map_err(refused)?;
        pack = pack.changed(&name, &change).map_err(refused)?;
    }
    Ok(pack)
}

fn compile(pack: &Pack, args: &Args, ui: &Ui) -> Result<Program, CliError> {
    let mode = if args.scan { Mode::Scan } else { Mode::Case };
    let options = CompileOptions {
        as_of: args.as_of,
        mode,
        feeds: &[],
    };
    pack.compile(&options)
        .map_err(|diagnostics| pack_folder::refuse(&diagnostics, ui))
}

/// The columns of either program.
pub fn read(now: &Program, then: &Program, persons: &Path, households: &Path) -> Result<Tables, CliError> {
    let inputs: Vec<&InputInfo> = now.person_inputs().into_iter().chain(then.person_inputs()).collect();
    let persons = tables::read(persons, &inputs, &[PERSON, HOUSEHOLD])?;
    let inputs: Vec<&InputInfo> = now
        .household_inputs()
        .into_iter()
        .chain(then.household_inputs())
        .collect();
    tables::join(persons, tables::read(households, &inputs, &[HOUSEHOLD])?)
}

/// County and size of every household.
fn groups(tables: &Tables) -> Vec<Vec<String>> {
    let place = tables
        .households
        .column_by_name("place")
        .filter(|column| *column.data_type() == DataType::Int64);
    let place = place.map(|column| column.as_primitive::<Int64Type>());
    let group = |household: usize| {
        let members = tables.offsets[household + 1] - tables.offsets[household];
        let mut groups = vec![format!(
            "members {}",
            if members >= 4 {
                "4+".to_owned()
            } else {
                members.to_string()
            }
        )];
        if let Some(place) = place.filter(|place| place.is_valid(household)) {
            groups.push(format!("county {:06}", place.value(household) / 1_000_000));
        }
        groups
    };
    (0..tables.households.num_rows()).map(group).collect()
}

/// Households that change, column by column.
#[derive(Default)]
struct Changes {
    household: Vec<u32>,
    programme: Vec<String>,
    served: (Vec<bool>, Vec<bool>),
    amount_e4: (Vec<i64>, Vec<i64>),
}

impl Changes {
    fn add(&mut self, household: u32, programme: &str, before: Standing, after: Standing) {
        self.household.push(household);
        self.programme.push(programme.to_owned());
        self.served.0.push(before.served);
        self.served.1.push(after.served);
        self.amount_e4.0.push(before.amount_e4);
        self.amount_e4.1.push(after.amount_e4);
    }

    fn write(self, out: &Path, tables: &Tables) -> Result<(), CliError> {
        let wrong = |error: arrow_schema::ArrowError| CliError::refused("policy.parquet", error.to_string());
        let money = DataType::Decimal64(18, 4);
        let amount = |values: Vec<i64>| -> ArrayRef {
            Arc::new(PrimitiveArray::<Decimal64Type>::from(values).with_data_type(money.clone()))
        };
        let schema = Schema::new(vec![
            Field::new("programme", DataType::Utf8, false),
            Field::new("served_before", DataType::Boolean, false),
            Field::new("served_after", DataType::Boolean, false),
            Field::new("amount_before", money.clone(), false),
            Field::new("amount_after", money.clone(), false),
        ]);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(self.programme)),
            Arc::new(BooleanArray::from(self.served.0)),
            Arc::new(BooleanArray::from(self.served.1)),
            amount(self.amount_e4.0),
            amount(self.amount_e4.1),
        ];
        let rows = RecordBatch::try_new(Arc::new(schema.clone()), columns).map_err(wrong)?;
        let all = tables.households.column_by_name(HOUSEHOLD).cloned().ok_or_else(|| {
            CliError::refused(
                "policy.no_household_id",
                format!("the households file has no column {HOUSEHOLD}"),
            )
        })?;
        let ids = arrow_select::take::take(&all, &UInt32Array::from(self.household), None).map_err(wrong)?;
        let ids = [(HOUSEHOLD, ids)];
        let mut results = Results::create(out, &ids, &schema)?;
        results.append(&ids, &[rows])?;
        results.close()
    }
}

fn show(effects: &Effects, ui: &Ui) {
    let yuan = |e4: i128| thousands(i64::try_from(e4 / 10_000).unwrap_or(i64::MAX));
    let row = |programme: &str, group: &str, effect: &Effect| {
        let counts = [effect.came_in, effect.fell_out, effect.up, effect.down];
        let mut row = vec![
            programme.to_owned(),
            group.to_owned(),
            thousands(effect.served_after as i64),
        ];
        row.extend(counts.iter().map(|count| thousands(*count as i64)));
        row.push(thousands(effect.persons_in as i64));
        row.push(thousands(effect.persons_out as i64));
        row.push(yuan(effect.amount_before_e4));
        row.push(yuan(effect.amount_after_e4));
        row.push(yuan(effect.cliff_e4.into()));
        row
    };
    let mut rows = Vec::new();
    for (programme, groups) in &effects.programmes {
        if groups
            .get("all")
            .is_some_and(|all| all.served_before + all.served_after > 0)
        {
            rows.extend(groups.iter().map(|(group, effect)| row(programme, group, effect)));
        }
    }
    let head = [
        "programme",
        "group",
        "households",
        "in",
        "out",
        "up",
        "down",
        "persons in",
        "persons out",
        "yuan before",
        "yuan after",
        "cliff",
    ];
    ui.table(&head, &rows);
}
