//! For tests only: every test that touches the book runs it on SQLite and on PostgreSQL.
//!
//! ```no_run
//! anwang_testkit::on_each_book(|book| {
//!     assert!(book.query("SELECT 1", &[]).is_ok());
//! });
//! ```

mod postgres_server;
mod test_book;

pub use test_book::{TestBook, on_each_book, postgres_book, sqlite_book};
