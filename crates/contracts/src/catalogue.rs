//! All contracts together: those that are built in, or those of a folder.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use crate::check::{self, ContractFault};
use crate::contract::Contract;
use crate::header::HeaderMatch;

/// (path below /contracts, text), one per feed folder; build.rs lists them.
const EMBEDDED: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

#[derive(Clone, Debug)]
pub struct Contracts {
    /// In the order of their numbers.
    feeds: Vec<Contract>,
}

/// How well a header fits a feed.
#[derive(Clone, Debug)]
pub struct Detection<'c> {
    pub contract: &'c Contract,
    pub header: HeaderMatch,
    /// 0–1000: how much of the file the contract knows, and how much of what it requires the file has.
    pub score: u32,
}

impl Detection<'_> {
    /// Every required column is there.
    pub fn is_complete(&self) -> bool {
        self.header.missing_required.is_empty()
    }
}

impl Contracts {
    /// The contracts that were in /contracts when the program was built.
    pub fn embedded() -> &'static Contracts {
        static CONTRACTS: OnceLock<Contracts> = OnceLock::new();
        CONTRACTS.get_or_init(|| {
            let files = EMBEDDED
                .iter()
                .map(|&(file, text)| (file.to_owned(), text.to_owned()))
                .collect::<Vec<_>>();
            Contracts::from_files(&files).expect("a test holds the built-in contracts to be free of faults")
        })
    }

    /// The contracts of a folder that is laid out as /contracts: a feed can be added without building anew.
    pub fn load(folder: &Path) -> Result<Contracts, Vec<ContractFault>> {
        let unreadable = |error: std::io::Error| {
            vec![ContractFault {
                file: folder.display().to_string(),
                field: String::new(),
                message: error.to_string(),
            }]
        };
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let file = entry.map_err(unreadable)?.path().join("contract.yaml");
            if file.is_file() {
                files.push((
                    file.display().to_string(),
                    fs::read_to_string(&file).map_err(unreadable)?,
                ));
            }
        }
        Contracts::from_files(&files)
    }

    /// From (path, text) pairs. All faults of all files come back together.
    pub fn from_files(files: &[(String, String)]) -> Result<Contracts, Vec<ContractFault>> {
        let (mut feeds, mut faults): (Vec<Contract>, Vec<ContractFault>) = (Vec::new(), Vec::new());
        for (file, text) in files {
            match check::read(file, text) {
                Err(found) => faults.extend(found),
                Ok(contract) => {
                    let clash = feeds
                        .iter()
                        .find(|other| other.number == contract.number || other.feed == contract.feed);
                    if let Some(other) = clash {
                        let message = format!("feed {} already has this name or number", other.feed);
                        faults.push(ContractFault {
                            file: file.clone(),
                            field: "number".to_owned(),
                            message,
                        });
                    }
                    feeds.push(contract);
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        feeds.sort_by_key(|contract| contract.number);
        Ok(Contracts { feeds })
    }

    pub fn iter(&self) -> impl Iterator<Item = &Contract> {
        self.feeds.iter()
    }

    pub fn by_name(&self, feed: &str) -> Option<&Contract> {
        self.feeds.iter().find(|contract| contract.feed == feed)
    }

    pub fn by_number(&self, number: i16) -> Option<&Contract> {
        self.feeds.iter().find(|contract| contract.number == number)
    }

    /// Every feed, the best fitting first; of equals the lower number.
    pub fn detect<S: AsRef<str>>(&self, header: &[S]) -> Vec<Detection<'_>> {
        let mut found: Vec<Detection<'_>> = self
            .feeds
            .iter()
            .map(|contract| {
                let matched = contract.match_header(header);
                let required = contract.columns.iter().filter(|column| column.required).count().max(1);
                let present = required - matched.missing_required.len().min(required);
                let score = 500 * matched.matched() / header.len().max(1) + 500 * present / required;
                Detection {
                    contract,
                    header: matched,
                    score: score as u32,
                }
            })
            .collect();
        found.sort_by_key(|detection| std::cmp::Reverse(detection.score));
        found
    }
}
