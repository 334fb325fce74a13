//! Smallest and largest values of a column, as the catalogue keeps them: as text.

use anwang_domain::Day;
use arrow_schema::DataType;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::statistics::Statistics;

/// What a file's footer says of one column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ColumnStatistics {
    pub(crate) bytes: i64,
    pub(crate) values: i64,
    pub(crate) nulls: i64,
    pub(crate) least: Option<String>,
    pub(crate) greatest: Option<String>,
}

/// A bound that can be compared with another of the same column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Bound {
    Number(i128),
    Text(String),
}

/// Sums up the row groups of one column.
pub(crate) fn of_column(footer: &ParquetMetaData, column: usize, arrow_type: &DataType) -> ColumnStatistics {
    let mut sum = ColumnStatistics::default();
    let mut bounds: Option<(Bound, Bound)> = None;
    let mut known = true;
    for group in footer.row_groups() {
        let chunk = group.column(column);
        let nulls = chunk
            .statistics()
            .and_then(Statistics::null_count_opt)
            .unwrap_or(0)
            .cast_signed();
        sum.bytes += chunk.compressed_size();
        sum.nulls += nulls;
        sum.values += group.num_rows() - nulls;
        if nulls == group.num_rows() {
            continue;
        }
        match chunk
            .statistics()
            .and_then(|statistics| of_chunk(statistics, arrow_type))
        {
            Some((least, greatest)) => {
                bounds = Some(match bounds {
                    None => (least, greatest),
                    Some((low, high)) => (low.min(least), high.max(greatest)),
                });
            }
            None => known = false,
        }
    }
    if let Some((least, greatest)) = bounds.filter(|_| known) {
        sum.least = Some(text(&least, arrow_type));
        sum.greatest = Some(text(&greatest, arrow_type));
    }
    sum
}

fn of_chunk(statistics: &Statistics, arrow_type: &DataType) -> Option<(Bound, Bound)> {
    match statistics {
        Statistics::Int32(bounds) => {
            let widen = |value: i32| match arrow_type {
                DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => i128::from(value.cast_unsigned()),
                _ => i128::from(value),
            };
            Some((
                Bound::Number(widen(*bounds.min_opt()?)),
                Bound::Number(widen(*bounds.max_opt()?)),
            ))
        }
        Statistics::Int64(bounds) => {
            let widen = |value: i64| match arrow_type {
                DataType::UInt64 => i128::from(value.cast_unsigned()),
                _ => i128::from(value),
            };
            Some((
                Bound::Number(widen(*bounds.min_opt()?)),
                Bound::Number(widen(*bounds.max_opt()?)),
            ))
        }
        Statistics::ByteArray(bounds) if is_text(arrow_type) => {
            let word = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok().map(Bound::Text);
            Some((word(bounds.min_opt()?.data())?, word(bounds.max_opt()?.data())?))
        }
        // DuckDB keeps no bounds of booleans either; those of sealed bytes would say nothing.
        _ => None,
    }
}

fn is_text(arrow_type: &DataType) -> bool {
    matches!(arrow_type, DataType::Utf8 | DataType::Dictionary(_, _))
}

fn text(bound: &Bound, arrow_type: &DataType) -> String {
    match (bound, arrow_type) {
        (Bound::Text(text), _) => text.clone(),
        (Bound::Number(days), DataType::Date32) => Day(i32::try_from(*days).unwrap_or_default()).to_string(),
        (Bound::Number(units), DataType::Decimal64(_, scale) | DataType::Decimal128(_, scale)) => {
            decimal(*units, *scale)
        }
        (Bound::Number(number), _) => number.to_string(),
    }
}

fn decimal(units: i128, scale: i8) -> String {
    let places = usize::from(scale.max(0).unsigned_abs());
    let digits = format!("{:0width$}", units.unsigned_abs(), width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    let sign = if units < 0 { "-" } else { "" };
    if places == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part}")
    }
}

/// The wider of two bounds in the catalogue's text form; `None` means unknown and stays so.
pub(crate) fn wider(lake_type: &str, held: Option<&str>, new: Option<&str>, side: Side) -> Option<String> {
    let (held, new) = (held?, new?);
    let first_is_less = match lake_type {
        "varchar" | "blob" => held < new,
        "date" => day_number(held) < day_number(new),
        _ => number(held) < number(new),
    };
    let keeps_held = match side {
        Side::Least => first_is_less,
        Side::Greatest => !first_is_less,
    };
    Some(if keeps_held { held } else { new }.to_owned())
}

#[derive(Clone, Copy)]
pub(crate) enum Side {
    Least,
    Greatest,
}

/// Numbers with up to eighteen decimals as integers, exact for every type of the lake.
fn number(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part = format!("{part:0<18}");
    let scaled = whole.parse::<i128>().ok()?.checked_mul(10_i128.pow(18))?;
    scaled
        .checked_add(part.get(..18)?.parse().ok()?)
        .map(|magnitude| sign * magnitude)
}

fn day_number(text: &str) -> Option<i32> {
    Day::parse(text).map(|day| day.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_written_with_all_their_places() {
        for (units, scale, expected) in [
            (0, 4, "0.0000"),
            (-5, 2, "-0.05"),
            (123_456, 2, "1234.56"),
            (-123, 0, "-123"),
        ] {
            assert_eq!(decimal(units, scale), expected);
        }
    }

    #[test]
    fn the_wider_bound_is_kept_by_value_not_by_spelling() {
        let check = |lake_type, a, b, least, greatest| {
            assert_eq!(wider(lake_type, Some(a), Some(b), Side::Least).as_deref(), Some(least));
            assert_eq!(wider(lake_type, Some(b), Some(a), Side::Least).as_deref(), Some(least));
            assert_eq!(
                wider(lake_type, Some(a), Some(b), Side::Greatest).as_deref(),
                Some(greatest)
            );
        };
        check("int64", "-10", "9", "-10", "9");
        check("uint64", "18446744073709551615", "9", "9", "18446744073709551615");
        check("decimal(18,4)", "-0.0500", "-0.4000", "-0.4000", "-0.0500");
        check("varchar", "10", "9", "10", "9");
        check("date", "2024-01-31", "1999-12-31", "1999-12-31", "2024-01-31");
        assert_eq!(wider("int64", None, Some("1"), Side::Least), None);
    }
}
