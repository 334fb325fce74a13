//! A pack with the packs it extends, as read.

use crate::source::declaration::PackHead;
use crate::source::join::{self, Declarations};
use crate::source::spot::{Diagnostic, Finding, Severity, Sources};

#[derive(Debug, Clone)]
pub struct Pack {
    pub(crate) sources: Sources,
    pub(crate) said: Declarations,
    /// Warnings of reading; errors stop it.
    pub(crate) findings: Vec<Finding>,
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

    /// The file's text of every place that a diagnostic can point to.
    pub fn files(&self) -> &[(String, String)] {
        &self.sources.files
    }
}
