//! What a page or an API call answers when it cannot answer.

use anwang_monitoring::MonitoringError;
use anwang_registry::RegistryError;
use anwang_store::StoreError;
use anwang_vault::VaultError;
use axum::http::StatusCode;

use crate::map::BoundaryError;

/// Everything that can go wrong while answering. Pages show it in words, the API as problem details.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error("please log in")]
    NotLoggedIn,
    #[error("there is no such page")]
    NotFound,
    #[error("the form is out of date; please load the page again")]
    StaleForm,
    #[error("{parameter}: {wrong}")]
    BadParameter {
        parameter: &'static str,
        wrong: &'static str,
    },
    #[error("no random numbers from the operating system: {0}")]
    Random(#[from] getrandom::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Monitoring(#[from] MonitoringError),
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error(transparent)]
    Boundary(#[from] BoundaryError),
    #[error("the work was interrupted")]
    Interrupted,
}

impl ServerError {
    /// Stable code for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotLoggedIn => "server.not_logged_in",
            Self::NotFound => "server.not_found",
            Self::StaleForm => "server.stale_form",
            Self::BadParameter { .. } => "server.bad_parameter",
            Self::Random(_) => "server.random",
            Self::Store(error) => error.code(),
            Self::Vault(error) => error.code(),
            Self::Monitoring(error) => error.code(),
            Self::Registry(error) => error.code(),
            Self::Boundary(_) => "server.boundary",
            Self::Interrupted => "server.interrupted",
        }
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotLoggedIn => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::StaleForm => StatusCode::FORBIDDEN,
            Self::BadParameter { .. } => StatusCode::BAD_REQUEST,
            Self::Random(_)
            | Self::Store(_)
            | Self::Vault(_)
            | Self::Monitoring(_)
            | Self::Registry(_)
            | Self::Boundary(_)
            | Self::Interrupted => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
