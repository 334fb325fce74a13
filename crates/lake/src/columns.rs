use arrow_schema::DataType;

/// A column of a table as the catalogue knows it. The id never changes and is in the files too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub column_id: i64,
    pub name: String,
    /// DuckLake's name of the type: `uint64`, `date`, `decimal(18,4)` …
    pub lake_type: String,
}

/// DuckLake's name for an Arrow type, or `None` if the lake does not hold such columns.
/// <https://ducklake.select/docs/stable/specification/data_types>
pub(crate) fn lake_type(arrow_type: &DataType) -> Option<String> {
    Some(match arrow_type {
        DataType::Boolean => "boolean".into(),
        DataType::Int8 => "int8".into(),
        DataType::Int16 => "int16".into(),
        DataType::Int32 => "int32".into(),
        DataType::Int64 => "int64".into(),
        DataType::UInt8 => "uint8".into(),
        DataType::UInt16 => "uint16".into(),
        DataType::UInt32 => "uint32".into(),
        DataType::UInt64 => "uint64".into(),
        DataType::Float64 => "float64".into(),
        DataType::Date32 => "date".into(),
        DataType::Utf8 => "varchar".into(),
        DataType::Binary => "blob".into(),
        DataType::Decimal64(digits, scale) | DataType::Decimal128(digits, scale) => {
            format!("decimal({digits},{scale})")
        }
        DataType::Dictionary(_, value) if **value == DataType::Utf8 => "varchar".into(),
        _ => return None,
    })
}

/// The Arrow type of rows that were written before the column existed: all null.
pub(crate) fn arrow_type(lake_type: &str) -> Option<DataType> {
    Some(match lake_type {
        "boolean" => DataType::Boolean,
        "int8" => DataType::Int8,
        "int16" => DataType::Int16,
        "int32" => DataType::Int32,
        "int64" => DataType::Int64,
        "uint8" => DataType::UInt8,
        "uint16" => DataType::UInt16,
        "uint32" => DataType::UInt32,
        "uint64" => DataType::UInt64,
        "float64" => DataType::Float64,
        "date" => DataType::Date32,
        "varchar" => DataType::Utf8,
        "blob" => DataType::Binary,
        decimal => {
            let inside = decimal.strip_prefix("decimal(")?.strip_suffix(')')?;
            let (digits, scale) = inside.split_once(',')?;
            let (digits, scale) = (digits.trim().parse().ok()?, scale.trim().parse().ok()?);
            if digits <= 18 {
                DataType::Decimal64(digits, scale)
            } else {
                DataType::Decimal128(digits, scale)
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_of_the_lake_lead_back_to_arrow() {
        for name in [
            "boolean",
            "int8",
            "int16",
            "int32",
            "int64",
            "uint8",
            "uint16",
            "uint32",
            "uint64",
            "float64",
            "date",
            "varchar",
            "blob",
            "decimal(18,4)",
            "decimal(38,2)",
        ] {
            assert_eq!(lake_type(&arrow_type(name).unwrap()).as_deref(), Some(name));
        }
        assert_eq!(arrow_type("list"), None);
        assert_eq!(lake_type(&DataType::Null), None);
    }
}
