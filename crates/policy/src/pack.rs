//! A pack with the packs it extends, as read.

use anwang_domain::Day;

use crate::source::declaration::{Indicator, PackHead, Programme, Words};
use crate::source::join::{self, Declarations};
use crate::source::spot::{Diagnostic, Finding, Severity, Sources};

#[derive(Debug, Clone)]
pub struct Pack {
    pub(crate) sources: Sources,
    pub(crate) said: Declarations,
    /// Warnings of reading; errors stop it.
    pub(crate) findings: Vec<Finding>,
}

/// How an indicator is spoken of.
#[derive(Debug, Clone)]
pub struct IndicatorWording {
    pub name: String,
    pub title: Words,
    pub find_out: Words,
}

impl Pack {
    /// Reads the files of a pack and of all packs it extends, as (path, text). The leaf is the pack that no other
    /// extends.
    pub fn load(files: Vec<(String, String)>) -> Result<Pack, Vec<Diagnostic>> {
        let sources = Sources { files };
        let (said, findings) = join::read(&sources);
        if findings
            .iter()
            .any(|finding| finding.fault.severity() == Severity::Error)
        {
            return Err(findings.into_iter().map(|finding| finding.resolve(&sources)).collect());
        }
        Ok(Pack {
            sources,
            said,
            findings,
        })
    }

    /// Heads of the chain, root first.
    pub fn heads(&self) -> &[PackHead] {
        &self.said.heads
    }

    /// Name and version of every pack of the chain, for conclusions that say what they rest on.
    pub fn version(&self) -> String {
        let parts: Vec<String> = self
            .said
            .heads
            .iter()
            .map(|head| format!("{}@{}", head.name, head.version))
            .collect();
        parts.join("+")
    }

    /// Name, title and what to find out of every indicator.
    pub fn indicator_wording(&self) -> Vec<IndicatorWording> {
        let words = |indicator: &Indicator, key: &str| {
            let text = |language: &str| {
                let said = indicator.further.get(key).and_then(|words| words.get(language));
                said.and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
            };
            Words {
                zh: text("zh"),
                en: text("en"),
            }
        };
        let indicators = self.said.indicators.iter();
        indicators
            .map(|indicator| IndicatorWording {
                name: indicator.name.clone(),
                title: words(indicator, "title"),
                find_out: words(indicator, "find_out"),
            })
            .collect()
    }

    /// A parameter's value for a day, as written, where it holds for every place; the deepest pack that says it wins.
    pub fn stated(&self, parameter: &str, as_of: Day) -> Option<&str> {
        let values = self.said.parameters.get(parameter)?.values.iter();
        values
            .filter(|value| value.keys.iter().all(Option::is_none))
            .filter(|value| value.from <= as_of.0 && value.to.is_none_or(|to| as_of.0 <= to))
            .max_by_key(|value| (value.depth, value.from))
            .map(|value| value.value.text.as_str())
    }

    /// The file's text of every place that a diagnostic can point to.
    pub fn files(&self) -> &[(String, String)] {
        &self.sources.files
    }
}

/// The pack that a `pack.yaml` extends, so that whoever reads files knows what else to read.
pub fn extended_pack(text: &str) -> Option<String> {
    let node = crate::source::yaml::parse(0, text).ok()?;
    node.get("extends")?.text().map(str::to_owned)
}

/// What a programme is called and how its conditions read, for lists that show conclusions without running the pack.
#[derive(Debug, Clone)]
pub struct ProgrammeWording {
    pub name: String,
    pub title: Words,
    pub conditions: Vec<ConditionWording>,
}

#[derive(Debug, Clone)]
pub struct ConditionWording {
    pub id: String,
    pub met: Words,
    pub unmet: Words,
    pub basis: Vec<String>,
}

impl Pack {
    /// The programmes in the pack's order.
    pub fn wording(&self) -> Vec<ProgrammeWording> {
        self.said.programmes.iter().map(programme_wording).collect()
    }
}

fn programme_wording(programme: &Programme) -> ProgrammeWording {
    let conditions = programme.conditions.iter().map(|one| ConditionWording {
        id: one.id.clone(),
        met: one.met.clone(),
        unmet: one.unmet.clone(),
        basis: one.basis.clone(),
    });
    let exclusions = programme.exclusions.iter().map(|one| ConditionWording {
        id: format!("not_{}", one.programme),
        met: one.met.clone(),
        unmet: one.unmet.clone(),
        basis: one.basis.clone(),
    });
    ProgrammeWording {
        name: programme.name.clone(),
        title: programme.title.clone(),
        conditions: conditions.chain(exclusions).collect(),
    }
}
