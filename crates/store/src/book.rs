use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;

use crate::postgresql::{self, PostgresBook};
use crate::sqlite::{self, SqliteBook};
use crate::{Row, StoreError, Value, migrations};

/// Which database keeps the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// A handle on the book; clones share its connections.
#[derive(Clone)]
pub struct Book(Arc<Engine>);

enum Engine {
    Sqlite(SqliteBook),
    Postgres(Box<PostgresBook>),
}

impl Book {
    /// Opens the book and brings its tables up to date.
    /// `location` is `sqlite:PATH`, a plain path, or `postgres://…`.
    pub fn open(location: &str) -> Result<Self, StoreError> {
        let engine = if location.starts_with("postgres://") || location.starts_with("postgresql://") {
            Engine::Postgres(Box::new(PostgresBook::open(location)?))
        } else {
            let path = location.strip_prefix("sqlite:").unwrap_or(location);
            Engine::Sqlite(SqliteBook::open(PathBuf::from(path))?)
        };
        let book = Self(Arc::new(engine));
        migrations::apply_own(&book)?;
        Ok(book)
    }

    /// Brings the tables of one area (a crate of the road) up to date: numbered SQL texts, in order.
    /// In them `ROW_NUMBER_KEY` stands for the type of a key that numbers itself.
    pub fn migrate(&self, area: &str, migrations: &[(i64, &str)]) -> Result<(), StoreError> {
        migrations::apply(self, area, migrations)
    }

    pub fn kind(&self) -> Kind {
        match &*self.0 {
            Engine::Sqlite(_) => Kind::Sqlite,
            Engine::Postgres(_) => Kind::Postgres,
        }
    }

    /// Where the book is, without a password.
    pub fn location(&self) -> String {
        match &*self.0 {
            Engine::Sqlite(book) => book.location(),
            Engine::Postgres(book) => book.location(),
        }
    }

    /// All rows of a `SELECT`, or of a statement with `RETURNING`.
    pub fn query(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        match &*self.0 {
            Engine::Sqlite(book) => {
                let connection = book.take()?;
                let rows = sqlite::query(&connection, sql, values);
                book.give_back(connection);
                rows
            }
            Engine::Postgres(book) => {
                let mut client = book.take()?;
                let rows = postgresql::query(&mut client, sql, values);
                book.give_back(client);
                rows
            }
        }
    }

    /// The first row, if any.
    pub fn query_one(&self, sql: &str, values: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, values)?.into_iter().next())
    }

    /// Runs one statement in its own transaction and says how many rows it changed.
    pub fn execute(&self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        self.transaction(|tx| tx.execute(sql, values))
    }

    /// Adds many rows in one transaction.
    pub fn insert_many(
        &self,
        table: &str,
        columns: &[&str],
        rows: impl IntoIterator<Item = Vec<Value>>,
    ) -> Result<u64, StoreError> {
        self.transaction(|tx| tx.insert_many(table, columns, rows))
    }

    /// All or nothing: an error from `work` undoes everything that it did.
    ///
    /// On SQLite transactions that come through here run one after the other. On PostgreSQL they run
    /// side by side at `READ COMMITTED`; work that must see its predecessors takes [`Tx::lock`] first.
    pub fn transaction<T, E: From<StoreError>>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>) -> Result<T, E> {
        match &*self.0 {
            Engine::Sqlite(book) => transaction_sqlite(book, work),
            Engine::Postgres(book) => transaction_postgres(book, work),
        }
    }
}

fn transaction_sqlite<T, E: From<StoreError>>(
    book: &SqliteBook,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let _writer = book.writer();
    let connection = book.take()?;
    sqlite::batch(&connection, "BEGIN IMMEDIATE")?;
    let done = work(&mut Tx(Handle::Sqlite(&connection)));
    match done {
        Ok(value) => {
            sqlite::batch(&connection, "COMMIT")?;
            book.give_back(connection);
            Ok(value)
        }
        Err(error) => {
            // A connection that cannot roll back is dropped, which rolls back as well.
            if sqlite::batch(&connection, "ROLLBACK").is_ok() {
                book.give_back(connection);
            }
            Err(error)
        }
    }
}

fn transaction_postgres<T, E: From<StoreError>>(
    book: &PostgresBook,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let mut client = book.take()?;
    let done = in_transaction(&mut client, work);
    book.give_back(client);
    done
}

fn in_transaction<T, E: From<StoreError>>(
    client: &mut postgres::Client,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let transaction = client
        .transaction()
        .map_err(|error| postgresql::refusal("BEGIN", &error))?;
    let mut tx = Tx(Handle::Postgres(transaction));
    // An error returns here; dropping the transaction rolls it back.
    let value = work(&mut tx)?;
    if let Handle::Postgres(transaction) = tx.0 {
        transaction
            .commit()
            .map_err(|error| postgresql::refusal("COMMIT", &error))?;
    }
    Ok(value)
}

/// An open transaction.
pub struct Tx<'a>(Handle<'a>);

enum Handle<'a> {
    Sqlite(&'a Connection),
    Postgres(postgres::Transaction<'a>),
}

impl Tx<'_> {
    pub fn kind(&self) -> Kind {
        match &self.0 {
            Handle::Sqlite(_) => Kind::Sqlite,
            Handle::Postgres(_) => Kind::Postgres,
        }
    }

    pub fn query(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        match &mut self.0 {
            Handle::Sqlite(connection) => sqlite::query(connection, sql, values),
            Handle::Postgres(transaction) => postgresql::query(transaction, sql, values),
        }
    }

    pub fn query_one(&mut self, sql: &str, values: &[Value]) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, values)?.into_iter().next())
    }

    pub fn execute(&mut self, sql: &str, values: &[Value]) -> Result<u64, StoreError> {
        match &mut self.0 {
            Handle::Sqlite(connection) => sqlite::execute(connection, sql, values),
            Handle::Postgres(transaction) => postgresql::execute(transaction, sql, values),
        }
    }

    /// Adds many rows: a prepared statement on SQLite, `COPY` on PostgreSQL.
    pub fn insert_many(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: impl IntoIterator<Item = Vec<Value>>,
    ) -> Result<u64, StoreError> {
        match &mut self.0 {
            Handle::Sqlite(connection) => sqlite::insert_many(connection, table, columns, rows.into_iter()),
            Handle::Postgres(transaction) => postgresql::insert_many(transaction, table, columns, rows.into_iter()),
        }
    }

    /// Waits until no other transaction holds this name, and holds it until the end of this one.
    /// SQLite has one writer at a time and needs nothing.
    pub fn lock(&mut self, name: &str) -> Result<(), StoreError> {
        if self.kind() == Kind::Postgres {
            self.query(
                "SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtext($1))) AS held",
                &[name.into()],
            )?;
        }
        Ok(())
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), StoreError> {
        match &mut self.0 {
            Handle::Sqlite(connection) => sqlite::batch(connection, sql),
            Handle::Postgres(transaction) => postgresql::batch(transaction, sql),
        }
    }
}
