//! `anwang serve`: the pages and the API over one installation, on this machine only unless told otherwise.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anwang_lake::Lake;
use anwang_server::{App, Foundation, KeptPassword, generate_password};

use crate::error::CliError;
use crate::site::{Site, SiteArgs};
use crate::titles;
use crate::ui::Ui;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub site: SiteArgs,

    /// Folder of the policy pack, for the words of programmes and reasons
    #[arg(long, value_name = "DIR", default_value = "policies/shanxi")]
    pack: PathBuf,

    #[command(flatten)]
    pub listen: Listen,
}

#[derive(Debug, Clone, clap::Args)]
pub struct Listen {
    /// Where to listen; port 0 takes any free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
}

pub fn run(args: Args, ui: &Ui) -> Result<(), CliError> {
    let site = args.site.open()?;
    let lake = args.site.open_lake(&site)?;
    serve(site, lake, Some(&args.pack), &args.listen, ui)
}

/// Listens, says where and with which password, and serves until interrupted.
pub fn serve(site: Site, lake: Lake, pack: Option<&Path>, listen: &Listen, ui: &Ui) -> Result<(), CliError> {
    let password = generate_password().map_err(anwang_server::ServerError::from)?;
    let foundation = Foundation {
        titles: titles::read(&site.book, pack, ui)?,
        password: KeptPassword::keep(&password)?,
        book: site.book,
        vault: site.vault,
        lake,
    };
    let app = App::new(foundation)?;
    // The last handle on a PostgreSQL book must not be dropped inside the runtime, so one stays out here.
    let _outlives_the_runtime = app.clone();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| CliError::Listen {
            address: listen.listen,
            source,
        })?;
    let address = listen.listen;
    let failed = |source| CliError::Listen { address, source };
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await.map_err(failed)?;
        announce(ui, listener.local_addr().map_err(failed)?, &password)?;
        anwang_server::serve(listener, app).await.map_err(failed)
    })
}

fn announce(ui: &Ui, address: SocketAddr, password: &str) -> Result<(), CliError> {
    let document = serde_json::json!({"url": format!("http://{address}/"), "password": password});
    ui.answer(&document, |ui| {
        ui.say("");
        ui.say(format!("  网址 address   http://{address}/"));
        ui.say(format!("  密码 password  {password}"));
        ui.say("");
        ui.say("  按 Ctrl-C 结束。Press Ctrl-C to stop.");
    })
}
