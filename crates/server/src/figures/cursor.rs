//! How the place in a list stands in an address.

use anwang_domain::{DivisionCode, Level};
use anwang_store::findings::Cursor;

use crate::error::ServerError;
use crate::token::{person_from_url, person_to_url};

/// `programme:person key`; programme names are identifiers and hold no colon.
pub(crate) fn cursor_to_text(cursor: &Cursor) -> String {
    format!("{}:{}", cursor.programme, person_to_url(cursor.person))
}

pub(crate) fn cursor_from_text(text: &str) -> Result<Cursor, ServerError> {
    text.split_once(':')
        .and_then(|(programme, person)| {
            Some(Cursor {
                programme: programme.to_owned(),
                person: person_from_url(person)?,
            })
        })
        .ok_or(ServerError::BadParameter {
            parameter: "after",
            wrong: "is not a cursor of this list",
        })
}

/// An empty text means the whole province.
pub(crate) fn county_from_text(text: &str) -> Result<Option<u64>, ServerError> {
    if text.is_empty() {
        return Ok(None);
    }
    match DivisionCode::parse(text) {
        Some(code) if code.level() == Level::County => Ok(Some(code.0)),
        _ => Err(ServerError::BadParameter {
            parameter: "county",
            wrong: "is not a county's division code",
        }),
    }
}
