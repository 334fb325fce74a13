use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, Statement, ToSql};

use crate::{Row, StoreError, Value};

/// Another process (a refresh, an intake) may write for a while; a person at a screen waits no longer.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// Idle connections kept for reuse; more than a server has threads for queries would only hold memory.
const IDLE_CONNECTIONS: usize = 16;

/// Statements kept compiled per connection: the whole program has about this many distinct ones.
const CACHED_STATEMENTS: usize = 200;

pub(crate) struct SqliteBook {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    /// One writer at a time within the process, so threads queue here instead of polling the file lock.
    writer: Mutex<()>,
}

impl SqliteBook {
    pub(crate) fn open(path: PathBuf) -> Result<Self, StoreError> {
        let book = Self {
            path,
            idle: Mutex::new(Vec::new()),
            writer: Mutex::new(()),
        };
        let first = book.connect()?;
        book.give_back(first);
        Ok(book)
    }

    pub(crate) fn location(&self) -> String {
        self.path.display().to_string()
    }

    pub(crate) fn take(&self) -> Result<Connection, StoreError> {
        match lock(&self.idle).pop() {
            Some(connection) => Ok(connection),
            None => self.connect(),
        }
    }

    pub(crate) fn give_back(&self, connection: Connection) {
        let mut idle = lock(&self.idle);
        if idle.len() < IDLE_CONNECTIONS {
            idle.push(connection);
        }
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, ()> {
        lock(&self.writer)
    }

    fn connect(&self) -> Result<Connection, StoreError> {
        let refused = |error: rusqlite::Error| StoreError::Open {
            location: self.location(),
            reason: error.to_string(),
        };
        let connection = Connection::open(&self.path).map_err(refused)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(refused)?;
        connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        // `synchronous = FULL` flushes the log at every commit. `NORMAL` would lose the last commits at a
        // power cut, and the book holds the audit chain and money: what was acknowledged must stay.
        // It costs one flush per commit; batches are one commit, so intake does not feel it.
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL;
                 PRAGMA synchronous = FULL;
                 PRAGMA foreign_keys = ON;
                 PRAGMA temp_store = MEMORY;
                 PRAGMA cache_size = -16384;",
            )
            .map_err(refused)?;
        Ok(connection)
    }
}

/// The guarded data stay whole when a thread panics between statements: SQLite rolls back.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Blob(value) => ValueRef::Blob(value),
        }))
    }
}

pub(crate) fn batch(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.execute_batch(sql).map_err(|error| refusal(sql, error))
}

pub(crate) fn execute(connection: &Connection, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
    let run = || -> rusqlite::Result<usize> {
        let mut statement = connection.prepare_cached(sql)?;
        bind(&mut statement, values)?;
        statement.raw_execute()
    };
    run().map(|count| count as u64).map_err(|error| refusal(sql, error))
}

pub(crate) fn query(connection: &Connection, sql: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
    let run = || -> rusqlite::Result<Vec<Row>> {
        let mut statement = connection.prepare_cached(sql)?;
        bind(&mut statement, values)?;
        let columns = statement.column_count();
        let mut found = Vec::new();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            let mut values = Vec::with_capacity(columns);
            for column in 0..columns {
                values.push(owned(row.get_ref(column)?)?);
            }
            found.push(Row(values));
        }
        Ok(found)
    };
    run().map_err(|error| refusal(sql, error))
}

pub(crate) fn insert_many(
    connection: &Connection,
    table: &str,
    columns: &[&str],
    rows: impl Iterator<Item = Vec<Value>>,
) -> Result<u64, StoreError> {
    let marks: Vec<String> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        columns.join(", "),
        marks.join(", ")
    );
    let run = || -> rusqlite::Result<u64> {
        let mut statement = connection.prepare_cached(&sql)?;
        let mut count = 0;
        for row in rows {
            bind(&mut statement, &row)?;
            statement.raw_execute()?;
            count += 1;
        }
        Ok(count)
    };
    run().map_err(|error| refusal(&sql, error))
}

/// SQLite takes `$1` for a name, not a position, so each place is bound by the number in its name.
fn bind(statement: &mut Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    let places = statement.parameter_count();
    for place in 1..=places {
        let number = statement
            .parameter_name(place)
            .and_then(|name| name.strip_prefix('$'))
            .and_then(|digits| digits.parse::<usize>().ok())
            .filter(|number| (1..=values.len()).contains(number))
            .ok_or(rusqlite::Error::InvalidParameterCount(values.len(), places))?;
        statement.raw_bind_parameter(place, &values[number - 1])?;
    }
    Ok(())
}

fn owned(value: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Real(value) => Value::Real(value),
        ValueRef::Text(bytes) => Value::Text(std::str::from_utf8(bytes)?.to_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    })
}

fn refusal(sql: &str, error: rusqlite::Error) -> StoreError {
    match &error {
        rusqlite::Error::SqliteFailure(failure, text) => match failure.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy {
                waited_s: BUSY_TIMEOUT.as_secs(),
            },
            ErrorCode::ConstraintViolation
                if matches!(
                    failure.extended_code,
                    rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                ) =>
            {
                StoreError::Conflict {
                    constraint: text.clone().unwrap_or_else(|| failure.to_string()),
                }
            }
            _ => statement_refused(sql, &error),
        },
        _ => statement_refused(sql, &error),
    }
}

fn statement_refused(sql: &str, error: &rusqlite::Error) -> StoreError {
    StoreError::Statement {
        statement: sql.to_owned(),
        reason: error.to_string(),
    }
}
