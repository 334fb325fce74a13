//! What is known of one household, as written on a form.

use std::collections::BTreeMap;

use crate::cases::given;
use crate::compile::program::Program;
use crate::kept::Kept;
use crate::types::Entity;

/// Values by input, as written (`1980-03-01`, `554.99`, `rural`, `true`); `None` is an answer "not known".
/// What is left out is missing too, never zero.
pub type Answers = BTreeMap<String, Option<String>>;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    pub household: Answers,
    pub persons: Vec<Answers>,
}

/// A value or a name that the pack does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FactsError {
    pub message: String,
}

impl FactsError {
    pub fn code(&self) -> &'static str {
        "policy.facts"
    }
}

impl Program {
    /// Runs over one household as written.
    pub fn answer(&self, facts: &Facts) -> Result<Kept<'_>, FactsError> {
        let wrong = |message: String| FactsError { message };
        let members: Vec<&Answers> = facts.persons.iter().collect();
        let persons = given::batch(self, Entity::Person, &members).map_err(wrong)?;
        let household = given::batch(self, Entity::Household, &[&facts.household]).map_err(wrong)?;
        self.keep(&persons, &household).map_err(|error| FactsError { message: error.to_string() })
    }
}
