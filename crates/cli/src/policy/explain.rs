//! `anwang policy explain`: one household, all programmes, with reasons.

use std::path::PathBuf;

use anwang_domain::Day;
use anwang_policy::{CompileOptions, ConditionState, Document, Mode, Question, Reasons};

use super::pack_folder;
use crate::clock;
use crate::error::CliError;
use crate::ui::Ui;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the pack; packs that it extends lie beside it
    #[arg(long, value_name = "DIR")]
    pack: PathBuf,
    /// The household: YAML or JSON with `household:`, `persons:` and perhaps `as_of:`
    #[arg(long, value_name = "FILE")]
    case: PathBuf,
    /// Only this programme
    #[arg(long, value_name = "NAME")]
    programme: Option<String>,
    /// What is still to be asked, in order, instead of reasons
    #[arg(long)]
    questions: bool,
    /// [default: the case's day, else today]
    #[arg(long, value_name = "DATE", value_parser = clock::parse_day)]
    as_of: Option<Day>,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let text = std::fs::read_to_string(&args.case).map_err(CliError::file("read", &args.case))?;
    let document = Document::parse(&args.case.display().to_string(), &text)
        .map_err(|diagnostic| CliError::refused("policy.case", format!("\n{diagnostic}")))?;
    let pack = pack_folder::load(&args.pack, ui)?;
    let as_of = args.as_of.or(document.as_of).unwrap_or_else(clock::today);
    let options = CompileOptions {
        as_of,
        mode: Mode::Case,
        feeds: &[],
    };
    let program = pack
        .compile(&options)
        .map_err(|diagnostics| pack_folder::refuse(&diagnostics, ui))?;
    let kept = program
        .answer(&document.facts)
        .map_err(|error| CliError::refused(error.code(), error.to_string()))?;
    if args.questions {
        let wanted: Vec<&str> = args.programme.iter().map(String::as_str).collect();
        let questions = kept.questions(&wanted);
        return ui.answer(&questions, |ui| questions.iter().for_each(|question| ask(question, ui)));
    }
    let mut reasons = kept.reasons();
    if let Some(wanted) = &args.programme {
        reasons.retain(|reasons| reasons.programme == *wanted);
        if reasons.is_empty() {
            return Err(CliError::refused(
                "policy.no_programme",
                format!("the pack has no programme `{wanted}`"),
            ));
        }
    }
    ui.answer(&reasons, |ui| reasons.iter().for_each(|reasons| show(reasons, ui)))
}

fn ask(question: &Question, ui: &Ui) {
    let whose = question
        .person
        .map(|person| format!("№{} ", person + 1))
        .unwrap_or_default();
    ui.say(format!(
        "{whose}{}  {}  [{}]",
        question.text.zh, question.text.en, question.input
    ));
}

fn show(reasons: &Reasons, ui: &Ui) {
    let person = reasons
        .person
        .map(|person| format!("  №{}", person + 1))
        .unwrap_or_default();
    ui.say(format!(
        "{} {}{person}: {}",
        reasons.title.zh, reasons.title.en, reasons.outcome
    ));
    for sentence in &reasons.sentences {
        ui.say(format!("  {}", sentence.zh));
    }
    for sentence in &reasons.sentences {
        ui.say(format!("  {}", sentence.en));
    }
    for condition in &reasons.conditions {
        let mark = match condition.state {
            ConditionState::Met => "✓",
            ConditionState::Unmet => "✗",
            ConditionState::Undecidable => "?",
            ConditionState::Open => "…",
        };
        let arithmetic = condition
            .arithmetic
            .as_ref()
            .map(|text| format!("  {text}"))
            .unwrap_or_default();
        let basis = if condition.basis.is_empty() {
            String::new()
        } else {
            format!("  [{}]", condition.basis.join("; "))
        };
        ui.say(format!("    {mark} {}{arithmetic}{basis}", condition.id));
    }
    if !reasons.missing.is_empty() {
        ui.say(format!("    missing: {}", reasons.missing.join(", ")));
    }
    ui.say("");
}
