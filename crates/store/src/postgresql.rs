use std::error::Error;
use std::sync::{Mutex, MutexGuard, PoisonError};

use postgres::binary_copy::BinaryCopyInWriter;
use postgres::error::SqlState;
use postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut};
use postgres::{Client, Config, GenericClient, NoTls};

use crate::{Row, StoreError, Value};

/// Idle connections kept for reuse; PostgreSQL allows 100 in all by default and several processes share them.
const IDLE_CONNECTIONS: usize = 8;

pub(crate) struct PostgresBook {
    config: Config,
    location: String,
    idle: Mutex<Vec<Client>>,
}

impl PostgresBook {
    pub(crate) fn open(url: &str) -> Result<Self, StoreError> {
        let location = without_password(url);
        let config: Config = url.parse().map_err(|error: postgres::Error| StoreError::Open {
            location: location.clone(),
            reason: error.to_string(),
        })?;
        let book = Self {
            config,
            location,
            idle: Mutex::new(Vec::new()),
        };
        let first = book.connect()?;
        book.give_back(first);
        Ok(book)
    }

    pub(crate) fn location(&self) -> String {
        self.location.clone()
    }

    pub(crate) fn take(&self) -> Result<Client, StoreError> {
        loop {
            let idle = self.lock_idle().pop();
            match idle {
                Some(client) if client.is_closed() => {}
                Some(client) => return Ok(client),
                None => return self.connect(),
            }
        }
    }

    pub(crate) fn give_back(&self, client: Client) {
        let mut idle = self.lock_idle();
        if idle.len() < IDLE_CONNECTIONS && !client.is_closed() {
            idle.push(client);
        }
    }

    fn connect(&self) -> Result<Client, StoreError> {
        let refused = |error: postgres::Error| StoreError::Open {
            location: self.location.clone(),
            reason: reason_of(&error),
        };
        let mut client = self.config.connect(NoTls).map_err(refused)?;
        client
            .batch_execute("SET client_min_messages = warning")
            .map_err(refused)?;
        Ok(client)
    }

    fn lock_idle(&self) -> MutexGuard<'_, Vec<Client>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for PostgresBook {
    /// Each client owns a small runtime, which may not end on a thread of an async runtime.
    fn drop(&mut self) {
        let clients = std::mem::take(&mut *self.lock_idle());
        if !clients.is_empty() {
            // A failed join means a client panicked while closing; the connection is gone either way.
            let _ = std::thread::spawn(move || drop(clients)).join();
        }
    }
}

/// The location goes into messages and logs, a password must not.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    match rest.split_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}")
        }
        None => url.to_owned(),
    }
}

pub(crate) fn batch(client: &mut impl GenericClient, sql: &str) -> Result<(), StoreError> {
    client.batch_execute(sql).map_err(|error| refusal(sql, &error))
}

pub(crate) fn execute(client: &mut impl GenericClient, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
    client
        .execute(sql, &references(values))
        .map_err(|error| refusal(sql, &error))
}

pub(crate) fn query(client: &mut impl GenericClient, sql: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
    let rows = client
        .query(sql, &references(values))
        .map_err(|error| refusal(sql, &error))?;
    rows.iter()
        .map(|row| {
            (0..row.len())
                .map(|column| row.try_get(column))
                .collect::<Result<_, _>>()
                .map(Row)
        })
        .collect::<Result<_, _>>()
        .map_err(|error| refusal(sql, &error))
}

/// `COPY … BINARY`: about ten times the rows per second of single inserts.
pub(crate) fn insert_many(
    client: &mut impl GenericClient,
    table: &str,
    columns: &[&str],
    rows: impl Iterator<Item = Vec<Value>>,
) -> Result<u64, StoreError> {
    let columns = columns.join(", ");
    let sql = format!("COPY {table} ({columns}) FROM STDIN BINARY");
    let run = || -> Result<u64, postgres::Error> {
        let shape = client.prepare(&format!("SELECT {columns} FROM {table}"))?;
        let types: Vec<Type> = shape.columns().iter().map(|column| column.type_().clone()).collect();
        let mut writer = BinaryCopyInWriter::new(client.copy_in(&sql)?, &types);
        for row in rows {
            writer.write(&references(&row))?;
        }
        writer.finish()
    };
    run().map_err(|error| refusal(&sql, &error))
}

fn references(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Value {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (self, wanted) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(value), &Type::INT8) => value.to_sql(wanted, out),
            (Self::Int(value), &Type::INT4) => i32::try_from(*value)?.to_sql(wanted, out),
            (Self::Int(value), &Type::INT2) => i16::try_from(*value)?.to_sql(wanted, out),
            (Self::Int(value), &Type::FLOAT8) => (*value as f64).to_sql(wanted, out),
            (Self::Int(value), &Type::BOOL) => (*value != 0).to_sql(wanted, out),
            (Self::Real(value), &Type::FLOAT8) => value.to_sql(wanted, out),
            (Self::Text(value), &Type::TEXT | &Type::VARCHAR | &Type::UNKNOWN) => value.to_sql(&Type::TEXT, out),
            (Self::Blob(value), &Type::BYTEA) => value.to_sql(wanted, out),
            (value, wanted) => Err(format!("{} does not fit a column of type {wanted}", value.kind()).into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

impl FromSql<'_> for Value {
    fn from_sql(found: &Type, raw: &[u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *found {
            Type::INT8 => Self::Int(i64::from_sql(found, raw)?),
            Type::INT4 => Self::Int(i32::from_sql(found, raw)?.into()),
            Type::INT2 => Self::Int(i16::from_sql(found, raw)?.into()),
            Type::BOOL => Self::Int(bool::from_sql(found, raw)?.into()),
            Type::FLOAT8 => Self::Real(f64::from_sql(found, raw)?),
            Type::FLOAT4 => Self::Real(f32::from_sql(found, raw)?.into()),
            Type::NUMERIC => numeric(raw)?,
            Type::BYTEA => Self::Blob(raw.to_vec()),
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR | Type::UNKNOWN => {
                Self::Text(std::str::from_utf8(raw)?.to_owned())
            }
            _ => return Err(format!("type {found} is not used in the book").into()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// PostgreSQL's `sum` of `BIGINT` is `NUMERIC`, sent as digits of base 10,000 (SQLite's is an integer).
/// Source: PostgreSQL, `numeric_send` in `src/backend/utils/adt/numeric.c`.
fn numeric(raw: &[u8]) -> Result<Value, Box<dyn Error + Sync + Send>> {
    let words: Vec<u16> = raw
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .collect();
    let [digits, weight, sign, _scale, rest @ ..] = words.as_slice() else {
        return Err("a numeric value was cut short".into());
    };
    let weight = weight.cast_signed();
    if *sign != 0 && *sign != 0x4000 {
        return Err("a numeric value is not a number".into());
    }
    let mut whole: i128 = 0;
    for place in 0..=weight.max(-1) {
        let digit = rest.get(place as usize).copied().unwrap_or(0);
        whole = whole.checked_mul(10_000).ok_or("a numeric value is too large")? + i128::from(digit);
    }
    if i32::from(*digits) > i32::from(weight) + 1 {
        return Err("a numeric value has decimals; the book keeps integers".into());
    }
    let whole = if *sign == 0 { whole } else { -whole };
    Ok(Value::Int(i64::try_from(whole)?))
}

fn reason_of(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(database) => database.message().to_owned(),
        None => match error.source() {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}

pub(crate) fn refusal(sql: &str, error: &postgres::Error) -> StoreError {
    match error.code() {
        Some(&SqlState::UNIQUE_VIOLATION) => StoreError::Conflict {
            constraint: reason_of(error),
        },
        Some(&SqlState::LOCK_NOT_AVAILABLE) => StoreError::Busy { waited_s: 0 },
        _ => StoreError::Statement {
            statement: sql.to_owned(),
            reason: reason_of(error),
        },
    }
}
