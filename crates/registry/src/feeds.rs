//! The seam between contracts, lake and policy: what a feed's table holds, as each of them says it.

use anwang_contracts::{ColumnType, Contract, Contracts, LakeType};
use anwang_policy::{FeedColumn, FeedSchema};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use std::sync::Arc;

/// The feeds' columns as policy packs aggregate them. Feed 18 is never population-wide (社会救助法 art 40, 41, 70).
pub fn policy_schemas(contracts: &Contracts) -> Vec<FeedSchema> {
    contracts
        .iter()
        .filter(|contract| contract.population_wide)
        .map(policy_schema)
        .collect()
}

fn policy_schema(contract: &Contract) -> FeedSchema {
    let columns = contract.lake_columns().into_iter().filter_map(|lake| {
        let column = &contract.columns[lake.column?];
        let kind = match column.kind {
            ColumnType::Code => FeedColumn::Code(
                column
                    .codes
                    .list()
                    .iter()
                    .map(|code| (code.code, code.name.clone()))
                    .collect(),
            ),
            ColumnType::Money => FeedColumn::Money,
            ColumnType::Date => FeedColumn::Date,
            ColumnType::Month => FeedColumn::Month,
            ColumnType::Count => FeedColumn::Count,
            ColumnType::Rate => FeedColumn::Rate,
            ColumnType::Division => FeedColumn::Division,
            ColumnType::Flag => FeedColumn::Flag,
            _ => FeedColumn::Other,
        };
        Some((lake.name, kind))
    });
    FeedSchema {
        feed: contract.feed.clone(),
        columns: columns.collect(),
    }
}

/// The Arrow schema of a feed's table.
pub fn table_schema(contract: &Contract) -> SchemaRef {
    let fields = contract.lake_columns().into_iter().map(|column| {
        let kind = match column.kind {
            LakeType::Boolean => DataType::Boolean,
            LakeType::Int8 => DataType::Int8,
            LakeType::Int16 => DataType::Int16,
            LakeType::Int32 => DataType::Int32,
            LakeType::Int64 => DataType::Int64,
            LakeType::UInt64 => DataType::UInt64,
            LakeType::Date32 => DataType::Date32,
            LakeType::Utf8 => DataType::Utf8,
        };
        Field::new(column.name, kind, true)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}
