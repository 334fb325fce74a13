//! What departments promise to send: one contract per feed, read from `/contracts/<nn>-<feed>/contract.yaml`.
//!
//! A contract is data. It names the columns with type, code list, range, unit and meaning, the keys, the rules between
//! columns, how a delivery is to be understood and how fresh it must be. Adding a feed adds a folder and no code.

mod catalogue;
mod check;
mod column;
mod contract;
mod file;
mod header;
mod lake;
mod reject;
mod rule;
mod spelling;

pub use catalogue::{Contracts, Detection};
pub use check::ContractFault;
pub use column::{Code, Codes, Column, ColumnType, Keep, Range, Sensitivity, Unit};
pub use contract::{Bilingual, Cadence, Contract, Delivery, Freshness, GoneWhen, HouseholdColumn, Relation, WithoutId};
pub use header::{HeaderMatch, MatchedColumn, WrittenUnit};
pub use lake::{LakeColumn, LakeType, MEANS_OF_A_ROW};
pub use reject::RejectCode;
pub use rule::{Rule, RuleKind, Severity, When, WhenTest};
pub use spelling::normalise;
