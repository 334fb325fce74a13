//! What a feed's table in the lake looks like, as plain data. Only `lake` turns it into files.

use crate::column::{ColumnType, Keep};
use crate::contract::Contract;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LakeColumn {
    pub name: String,
    pub kind: LakeType,
    /// Position in the contract; none for the columns that every feed table has.
    pub column: Option<usize>,
    pub nullable: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LakeType {
    Boolean,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt64,
    Date32,
    Utf8,
}

/// The columns that every feed table begins with: whom the row speaks of, which record it is a version of, where it came
/// from, whether it withdraws the record, and which of the contract's persons its person is.
pub const MEANS_OF_A_ROW: [(&str, LakeType); 6] = [
    ("person", LakeType::UInt64),
    ("record", LakeType::UInt64),
    ("batch", LakeType::Int32),
    ("row", LakeType::Int32),
    ("gone", LakeType::Boolean),
    ("subject", LakeType::Int8),
];

impl ColumnType {
    pub fn lake_type(self) -> LakeType {
        match self {
            ColumnType::CitizenId | ColumnType::HouseholdNo => LakeType::UInt64,
            ColumnType::Name | ColumnType::Phone | ColumnType::Address | ColumnType::Account => LakeType::UInt64,
            ColumnType::Text | ColumnType::CreditCode => LakeType::Utf8,
            ColumnType::Code => LakeType::Int16,
            ColumnType::Money | ColumnType::Division => LakeType::Int64,
            ColumnType::Date => LakeType::Date32,
            ColumnType::Month | ColumnType::Count | ColumnType::Rate => LakeType::Int32,
            ColumnType::Flag => LakeType::Boolean,
        }
    }
}

impl Contract {
    /// The feed table's columns in order. The id of a feed's only person is the `person` column and does not come again;
    /// identity columns come as `<name>_tag`.
    pub fn lake_columns(&self) -> Vec<LakeColumn> {
        let fixed = MEANS_OF_A_ROW.iter().map(|&(name, kind)| LakeColumn {
            name: name.to_owned(),
            kind,
            column: None,
            nullable: false,
        });
        let own = self
            .columns
            .iter()
            .enumerate()
            .filter(|(at, _)| self.only_person() != Some(*at))
            .map(|(at, column)| {
                let name = match column.keep {
                    Keep::Clear => column.name.clone(),
                    Keep::Tag | Keep::Seal => format!("{}_tag", column.name),
                };
                LakeColumn {
                    name,
                    kind: column.kind.lake_type(),
                    column: Some(at),
                    nullable: true,
                }
            });
        fixed.chain(own).collect()
    }
}
