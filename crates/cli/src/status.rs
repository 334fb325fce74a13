//! `anwang status`: feeds, freshness, rows, rejects and runs of an installation.

use serde::Serialize;

use crate::error::CliError;
use crate::site::SiteArgs;
use crate::ui::Ui;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    site: SiteArgs,
}

#[derive(Debug, Serialize)]
struct Status {
    book: String,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    if !args.site.data.is_dir() {
        return Err(CliError::refused(
            "site.absent",
            format!("there is no data folder {}", args.site.data.display()),
        ));
    }
    let status = Status {
        book: args.site.book_url(),
    };
    ui.answer(&status, |ui| ui.say(format!("book  {}", status.book)))
}
