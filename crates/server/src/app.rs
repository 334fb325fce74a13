//! What every handler shares, and who is asking.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anwang_domain::Day;
use anwang_lake::Lake;
use anwang_store::Book;
use anwang_vault::Vault;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum::http::request::Parts;

use crate::error::ServerError;
use crate::figures::Titles;
use crate::language::Language;
use crate::map::Boundaries;
use crate::password::KeptPassword;
use crate::session::{Session, Sessions};

pub const SESSION_COOKIE: &str = "anwang_session";
pub const LANGUAGE_COOKIE: &str = "anwang_language";

/// What a server stands on.
pub struct Foundation {
    pub book: Book,
    pub vault: Vault,
    pub lake: Lake,
    pub password: KeptPassword,
    pub titles: Titles,
}

/// One running server; a clone is another handle to it.
#[derive(Clone)]
pub struct App(Arc<Shared>);

pub(crate) struct Shared {
    pub book: Book,
    pub vault: Vault,
    pub lake: Lake,
    pub password: KeptPassword,
    pub titles: Titles,
    pub sessions: Sessions,
    pub boundaries: Boundaries,
}

impl App {
    pub fn new(foundation: Foundation) -> Result<App, ServerError> {
        anwang_monitoring::open_tables(&foundation.book)?;
        Ok(App(Arc::new(Shared {
            book: foundation.book,
            vault: foundation.vault,
            lake: foundation.lake,
            password: foundation.password,
            titles: foundation.titles,
            sessions: Sessions::default(),
            boundaries: Boundaries::shanxi()?,
        })))
    }

    /// Runs `work` where blocking is allowed: the book answers synchronously.
    pub(crate) async fn work<T, F>(&self, work: F) -> Result<T, ServerError>
    where
        T: Send + 'static,
        F: FnOnce(&Shared) -> Result<T, ServerError> + Send + 'static,
    {
        let shared = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || work(&shared))
            .await
            .map_err(|_| ServerError::Interrupted)?
    }

    pub(crate) fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    pub(crate) fn titles(&self) -> &Titles {
        &self.0.titles
    }

    pub(crate) fn boundaries(&self) -> &Boundaries {
        &self.0.boundaries
    }
}

/// Milliseconds since 1970-01-01 UTC. The server is at the rim, so it may read the clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the server is the rim: freshness and the audit log need the present"
)]
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The day by the clock of China, where every office that uses this is.
pub(crate) fn today() -> Day {
    const CHINA_AHEAD_MS: i64 = 8 * 3_600_000;
    Day(((now_ms() + CHINA_AHEAD_MS) / 86_400_000) as i32)
}

/// Anyone who asks, logged in or not.
pub(crate) struct Visitor {
    pub language: Language,
    pub staff: Option<Staff>,
    /// The page asked for, to come back to after a change of language.
    pub path: String,
}

/// Someone who is logged in.
#[derive(Clone)]
pub(crate) struct Staff {
    pub session_id: String,
    pub session: Session,
}

impl Staff {
    /// Every form carries the session's token; a page of another site cannot know it.
    pub fn check_form(&self, form_token: &str) -> Result<(), ServerError> {
        if crate::token::same_secret(&self.session.form_token, form_token) {
            Ok(())
        } else {
            Err(ServerError::StaleForm)
        }
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Visitor, Infallible> {
        let staff = cookie(&parts.headers, SESSION_COOKIE).and_then(|id| {
            let session = app.sessions().find(id, Instant::now())?;
            Some(Staff {
                session_id: id.to_owned(),
                session,
            })
        });
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Visitor {
            language: Language::from_cookie(cookie(&parts.headers, LANGUAGE_COOKIE)),
            staff,
            path: path.to_owned(),
        })
    }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}
