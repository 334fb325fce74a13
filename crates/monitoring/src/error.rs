use anwang_store::StoreError;

/// Why a step of the alert loop was refused. `code()` is stable.
#[derive(Debug, thiserror::Error)]
pub enum MonitoringError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("alert {0} does not exist")]
    NoSuchAlert(i64),
    #[error("alert {alert} is {state}; `{action}` needs it to be {wanted}")]
    WrongState {
        alert: i64,
        state: &'static str,
        action: &'static str,
        wanted: &'static str,
    },
    #[error("`{found}` is not {wanted}")]
    Word { wanted: &'static str, found: String },
    #[error("the signals name an indicator that the pack does not have: {0}")]
    UnknownIndicator(String),
    #[error(
        "the book was last followed as of {last}; {asked} lies before it, and a night cannot be followed backwards"
    )]
    Backwards { last: String, asked: String },
}

impl MonitoringError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(_) => "monitoring.book",
            Self::NoSuchAlert(_) => "monitoring.no_such_alert",
            Self::WrongState { .. } => "monitoring.wrong_state",
            Self::Word { .. } => "monitoring.word",
            Self::UnknownIndicator(_) => "monitoring.unknown_indicator",
            Self::Backwards { .. } => "monitoring.backwards",
        }
    }
}
