//! The figures behind pages, API and `anwang status`: read from the book, computed nowhere else.

mod coverage;
mod cursor;
mod overview;
mod titles;

pub use coverage::{Measure, latest_coverage};
pub use overview::{FeedStatus, Freshness, Overview, ProgrammeTotals, RunStatus, overview};
pub use titles::{
    ConditionState, ConditionTexts, FeedTitle, IndicatorTitle, ProgrammeTitle, Title, Titles, without_values,
};

pub(crate) use coverage::programmes_of;
pub(crate) use cursor::{county_from_text, cursor_from_text, cursor_to_text};
