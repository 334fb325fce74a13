//! What is known of one household, as written on a form.

use std::collections::BTreeMap;

use crate::cases::given;
use crate::compile::program::Program;
use crate::kept::Kept;
use crate::source::spot::{Diagnostic, Fault, Finding, Sources};
use crate::source::yaml::{self, Node};
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
        self.keep(&persons, &household).map_err(|error| FactsError {
            message: error.to_string(),
        })
    }
}

/// A household as a document, YAML or JSON: `as_of`, `household: {…}`, `persons: [{…}]`; other keys at the top are the
/// household's, as in cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub as_of: Option<anwang_domain::Day>,
    pub facts: Facts,
}

impl Document {
    pub fn parse(path: &str, text: &str) -> Result<Document, Box<Diagnostic>> {
        let sources = Sources {
            files: vec![(path.to_owned(), text.to_owned())],
        };
        read(text).map_err(|finding| Box::new(finding.resolve(&sources)))
    }
}

fn read(text: &str) -> Result<Document, Finding> {
    let node = yaml::parse(0, text)?;
    let wrong = |node: &Node, message: &str| Finding::new(Fault::Shape, node.spot, message);
    let mut document = Document {
        as_of: None,
        facts: Facts::default(),
    };
    for (key, value) in node
        .map()
        .ok_or_else(|| wrong(&node, "expected `household:` and `persons:`"))?
    {
        match key.text.as_str() {
            "as_of" => {
                let day = value.text().and_then(anwang_domain::Day::parse);
                document.as_of = Some(day.ok_or_else(|| wrong(value, "`as_of` is a day such as 2026-07-01"))?);
            }
            "household" => document.facts.household.extend(answers(value)?),
            "persons" => {
                let members = value.list().ok_or_else(|| wrong(value, "`persons` is a list"))?;
                document.facts.persons = members.iter().map(answers).collect::<Result<_, _>>()?;
            }
            _ => {
                document.facts.household.insert(key.text.clone(), answer(value)?);
            }
        }
    }
    Ok(document)
}

fn answers(node: &Node) -> Result<Answers, Finding> {
    let entries = node
        .map()
        .ok_or_else(|| Finding::new(Fault::Shape, node.spot, "expected `input: value` lines"))?;
    // `id` names a person for the reader; the pack does not know it.
    let told = entries.iter().filter(|(key, _)| key.text != "id");
    told.map(|(key, value)| Ok((key.text.clone(), answer(value)?)))
        .collect()
}

fn answer(node: &Node) -> Result<Option<String>, Finding> {
    if node.is_null() {
        return Ok(None);
    }
    let text = node
        .text()
        .ok_or_else(|| Finding::new(Fault::Shape, node.spot, "expected one value"))?;
    Ok(Some(text.to_owned()))
}
