//! What a self-check still has to ask: only inputs that can change the outcome, of the condition that needs the fewest
//! first, because one condition that fails settles the matter. What feeds and registry can answer is left to them.

use serde::Serialize;

use super::reasons::Text;
use crate::compile::lowering::{InputInfo, InputSource};
use crate::compile::programmes::Lowered;
use crate::kept::Kept;
use crate::types::{Entity, Type};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    pub input: String,
    /// Whose: a member by index, or the household.
    pub person: Option<usize>,
    pub text: Text,
    pub help: Text,
    pub why: Text,
    pub answer: AnswerKind,
    /// Programmes whose outcome waits for it.
    pub programmes: Vec<String>,
    /// A feed or the registry knows it: asked only where they do not answer.
    pub known_to_feeds: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AnswerKind {
    YesNo,
    Choice {
        of: Vec<String>,
    },
    Date,
    Month,
    Place,
    /// Bounds as written.
    Number {
        money: bool,
        low: String,
        high: String,
    },
    Text,
}

impl Kept<'_> {
    /// Questions in the order in which they should be asked; empty where every wanted outcome is decided.
    /// `programmes` empty: all.
    pub fn questions(&self, programmes: &[&str]) -> Vec<Question> {
        let mut questions: Vec<Question> = Vec::new();
        for (name, lowered) in &self.program.lowered {
            if !programmes.is_empty() && !programmes.contains(&name.as_str()) {
                continue;
            }
            let rows = if lowered.entity == Entity::Person {
                self.frame.persons()
            } else {
                1
            };
            for row in 0..rows {
                self.ask_for(name, lowered, row, &mut questions);
            }
        }
        questions
    }

    fn ask_for(&self, programme: &str, lowered: &Lowered, row: usize, questions: &mut Vec<Question>) {
        if !lowered.in_force || self.truth(lowered.eligible, row).is_some() {
            return;
        }
        let mut open: Vec<Vec<(u32, usize)>> = lowered
            .conditions
            .iter()
            .filter(|condition| self.truth(condition.counted, row).is_none())
            .map(|condition| self.missing_inputs(condition.counted, row))
            .collect();
        open.sort_by_key(Vec::len);
        for (number, at) in open.into_iter().flatten() {
            let input = &self.program.inputs[number as usize];
            let person = (input.entity == Entity::Person).then_some(at);
            match questions
                .iter_mut()
                .find(|asked| asked.input == input.name && asked.person == person)
            {
                Some(asked) if asked.programmes.iter().any(|known| known == programme) => {}
                Some(asked) => asked.programmes.push(programme.to_owned()),
                None => questions.push(self.question(input, person, programme)),
            }
        }
    }

    fn question(&self, input: &InputInfo, person: Option<usize>, programme: &str) -> Question {
        let variable = self.program.pack().said.variables.get(&input.name);
        let ask = variable.and_then(|variable| variable.ask.clone()).unwrap_or_default();
        let label = variable.map(|variable| variable.label.clone()).unwrap_or_default();
        let asked = !ask.question.zh.is_empty() || !ask.question.en.is_empty();
        Question {
            input: input.name.clone(),
            person,
            text: if asked { ask.question } else { label }.into(),
            help: ask.help.into(),
            why: ask.why.into(),
            answer: answer(input),
            programmes: vec![programme.to_owned()],
            known_to_feeds: input.source != InputSource::Given,
        }
    }
}

fn answer(input: &InputInfo) -> AnswerKind {
    let written = |raw: i64| crate::decimal::written(raw.into(), input.scale, 0);
    match &input.ty {
        Type::Bool => AnswerKind::YesNo,
        Type::Enum(words) => AnswerKind::Choice { of: words.to_vec() },
        Type::Date => AnswerKind::Date,
        Type::Month => AnswerKind::Month,
        Type::Place => AnswerKind::Place,
        Type::Text | Type::Unknown => AnswerKind::Text,
        ty => AnswerKind::Number {
            money: matches!(ty, Type::Money(_)),
            low: written(input.low),
            high: written(input.high),
        },
    }
}
