//! A contract.yaml as it is written, before anything in it is checked.

use serde::Deserialize;

use crate::column::{ColumnType, Sensitivity, Unit};
use crate::contract::{Bilingual, Cadence, Relation, WithoutId};
use crate::rule::Severity;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContractFile {
    pub feed: String,
    pub number: i16,
    pub title: Words,
    pub owner: Words,
    pub basis: Vec<String>,
    pub freshness: FreshnessFile,
    pub delivery: DeliveryFile,
    pub population_wide: bool,
    pub person: Vec<String>,
    pub key: Vec<String>,
    pub event_date: Option<String>,
    pub household: Option<HouseholdFile>,
    #[serde(default)]
    pub without_id: WithoutId,
    pub gone_when: Option<GoneFile>,
    pub columns: Vec<ColumnFile>,
    #[serde(default)]
    pub rules: Vec<RuleFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub zh: String,
    pub en: String,
}

impl From<Words> for Bilingual {
    fn from(words: Words) -> Bilingual {
        Bilingual {
            zh: words.zh,
            en: words.en,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FreshnessFile {
    pub cadence: Cadence,
    pub by_day: Option<u8>,
    pub stale_after_days: u16,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    Snapshot,
    Increment,
    Events,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ScopeLevel {
    Province,
    City,
    County,
    Township,
    Village,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeliveryFile {
    pub mode: Mode,
    pub scope: Option<String>,
    pub scope_level: Option<ScopeLevel>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HouseholdFile {
    pub column: String,
    pub relation: Relation,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GoneFile {
    pub column: String,
    pub is: Vec<i16>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeepFile {
    Tag,
    Seal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColumnFile {
    pub name: String,
    pub zh: String,
    pub en: String,
    #[serde(default)]
    pub synonyms: Vec<String>,
    #[serde(rename = "type")]
    pub kind: ColumnType,
    #[serde(default)]
    pub required: bool,
    pub unit: Option<Unit>,
    /// Bounds in the column's own terms: yuan, a day, a month, a count, a share. Read as text, so that none becomes a float.
    pub range: Option<(String, String)>,
    #[serde(default)]
    pub codes: Vec<CodeFile>,
    pub sensitivity: Sensitivity,
    pub keep: Option<KeepFile>,
    pub meaning: Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeFile {
    pub code: i16,
    pub name: String,
    pub zh: String,
    pub en: String,
    #[serde(default)]
    pub also: Vec<String>,
}

/// Exactly one of the kinds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFile {
    pub id: String,
    pub text: Words,
    #[serde(default)]
    pub severity: Severity,
    pub not_before: Option<PairFile>,
    pub not_after_delivery: Option<ColumnsFile>,
    pub not_before_delivery: Option<ConditionalFile>,
    pub required_when: Option<ConditionalFile>,
    pub absent_when: Option<ConditionalFile>,
    pub above_zero_when: Option<ConditionalFile>,
    pub within: Option<WithinFile>,
    pub sum_equals: Option<SumFile>,
    pub different: Option<ColumnsFile>,
    pub agrees_with_id: Option<AgreesFile>,
    pub exactly_one: Option<ExactlyOneFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PairFile {
    pub column: String,
    pub other: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithinFile {
    pub column: String,
    pub of: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColumnsFile {
    pub columns: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SumFile {
    pub columns: Vec<String>,
    pub total: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConditionalFile {
    pub column: String,
    pub when: Option<WhenFile>,
}

/// Exactly one of `is`, `present: true` and `below`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhenFile {
    pub column: String,
    pub is: Option<Vec<i16>>,
    pub present: Option<bool>,
    pub below: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgreesFile {
    pub id: String,
    pub birth: Option<String>,
    pub sex: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExactlyOneFile {
    pub column: String,
    pub per: String,
}
