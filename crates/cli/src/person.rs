//! `anwang person`: one person across all feeds, with conclusions, reasons and the records behind them.

use std::path::PathBuf;

use anwang_contracts::Contracts;
use anwang_domain::CitizenId;
use anwang_lake::SnapshotId;
use anwang_registry::{ConcludedProgramme, PageSource, PersonPage};
use anwang_server::figures::{ConditionState, Titles, without_values};
use anwang_server::token::person_from_url;
use anwang_store::runs;
use anwang_vault::{AuditEntry, Vault};

use crate::error::CliError;
use crate::site::SiteArgs;
use crate::ui::Ui;
use crate::{clock, titles};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// A citizen id (18 or 15 digits), or a person key (16 hexadecimal digits) from a list
    #[arg(value_name = "ID")]
    id: String,

    /// Why you look: it goes into the audit chain with your account's name
    #[arg(long, value_name = "TEXT")]
    purpose: String,

    /// Folder of the policy pack, for the words of programmes and reasons
    #[arg(long, value_name = "DIR", default_value = "policies/shanxi")]
    pack: PathBuf,

    #[command(flatten)]
    site: SiteArgs,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let purpose = args.purpose.trim();
    if purpose.is_empty() {
        return Err(CliError::refused(
            "person.no_purpose",
            "a look at a person's data needs a purpose",
        ));
    }
    let site = args.site.open()?;
    let person = person_key(&args.id, &site.vault)?;
    site.vault.audit(
        &site.book,
        &AuditEntry {
            at_ms: clock::now_ms(),
            who: account(),
            purpose: purpose.to_owned(),
            action: "person.read".to_owned(),
            subject_key: Some(person),
            detail: "command line".to_owned(),
        },
    )?;
    let lake = args.site.open_lake(&site)?;
    let refresh = runs::last_done(&site.book, "refresh")?;
    let source = PageSource {
        lake: &lake,
        vault: &site.vault,
        contracts: Contracts::embedded(),
        at: refresh.and_then(|run| run.snapshot_id).map(SnapshotId),
    };
    let page = source.page(person)?;
    let titles = titles::read(&site.book, Some(&args.pack), ui)?;
    ui.answer(&page, |ui| show(&page, &titles, ui))
}

fn person_key(id: &str, vault: &Vault) -> Result<u64, CliError> {
    if let Some(key) = person_from_url(id) {
        return Ok(key);
    }
    // The message repeats nothing of what was typed: it may be a real id with one wrong digit.
    CitizenId::parse(id)
        .map(|id| vault.person_key(id))
        .map_err(|fault| CliError::refused("person.id", format!("not a citizen id: {fault}")))
}

/// The name under which the look is noted.
fn account() -> String {
    std::env::var("USER")
        .or_else(|_| std::env::var("LOGNAME"))
        .unwrap_or_else(|_| "command line".to_owned())
}

fn show(page: &PersonPage, titles: &Titles, ui: &Ui) {
    let name = page.masked_name.as_deref().unwrap_or("—");
    ui.say(format!(
        "{name}  {}  {}",
        page.masked_id.as_deref().unwrap_or("—"),
        page.person
    ));
    match &page.registered {
        None => ui.say("数据中没有这个人。Nobody in the data has this id."),
        Some(registered) => {
            let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "—".to_owned());
            ui.say(format!(
                "  出生 born {}  {}",
                or_dash(&registered.born_on),
                registered.sex.unwrap_or("—")
            ));
            ui.say(format!("  户籍 hukou {}", or_dash(&registered.hukou_place)));
            ui.say(format!("  居住 residence {}", or_dash(&registered.residence_place)));
            if let Some(died_on) = &registered.died_on {
                ui.say(format!(
                    "  死亡 died {died_on} (feed {})",
                    registered.died_feed.unwrap_or_default()
                ));
            }
            for conflict in &registered.conflicts {
                ui.say(format!("  矛盾 conflict: {conflict}"));
            }
        }
    }
    for conclusion in &page.conclusions {
        show_conclusion(conclusion, titles, ui);
    }
    for feed in &page.feeds {
        ui.say("");
        ui.say(format!("{} {} / {}", feed.number, feed.title.zh, feed.title.en));
        for record in &feed.records {
            let fields: Vec<String> = record
                .fields
                .iter()
                .map(|field| format!("{} {}", field.name.zh, field.value.zh))
                .collect();
            ui.say(format!(
                "  [batch {}, line {}] {}",
                record.batch,
                record.row,
                fields.join("，")
            ));
        }
    }
}

fn show_conclusion(conclusion: &ConcludedProgramme, titles: &Titles, ui: &Ui) {
    let (zh, en) = titles.programme_names(&conclusion.programme);
    let served = if conclusion.served { ", 正在享受 served" } else { "" };
    ui.say("");
    ui.say(format!("{zh} / {en}: {}{served}", conclusion.answer));
    for (state, texts) in titles.conditions(&conclusion.programme, conclusion.unmet, conclusion.open) {
        let (mark, words) = match state {
            ConditionState::Met => ("✔", &texts.met),
            ConditionState::Unmet => ("✘", &texts.unmet),
            ConditionState::Open => ("?", &texts.met),
        };
        ui.say(format!(
            "  {mark} {} [{}]",
            without_values(&words.zh),
            texts.basis.join("；")
        ));
    }
}
