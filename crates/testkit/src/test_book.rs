use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};

use anwang_store::Book;
use postgres::{Client, NoTls};
use tempfile::TempDir;

use crate::postgres_server;

/// A book of its own for one test; it is gone when this is dropped.
pub struct TestBook {
    book: Option<Book>,
    place: Place,
}

enum Place {
    Folder(TempDir),
    Schema {
        server_url: String,
        schema: String,
        url: String,
    },
}

impl TestBook {
    /// A second handle, as another process would open it.
    pub fn reopen(&self) -> Book {
        open(&self.location())
    }

    /// What [`Book::open`] takes.
    pub fn location(&self) -> String {
        match &self.place {
            Place::Folder(folder) => format!("sqlite:{}", folder.path().join("book.sqlite").display()),
            Place::Schema { url, .. } => url.clone(),
        }
    }
}

impl Deref for TestBook {
    type Target = Book;

    fn deref(&self) -> &Book {
        self.book.as_ref().expect("taken only by drop")
    }
}

impl Drop for TestBook {
    fn drop(&mut self) {
        self.book.take();
        if let Place::Schema { server_url, schema, .. } = &self.place
            && let Ok(mut client) = Client::connect(server_url, NoTls)
        {
            // The server itself is thrown away later, so a schema that stays harms nobody.
            let _ = client.batch_execute(&format!("DROP SCHEMA {schema} CASCADE"));
        }
    }
}

/// Runs the test on SQLite, then on PostgreSQL; a panic says on which.
pub fn on_each_book(test: impl Fn(&TestBook)) {
    for (name, make) in [
        ("SQLite", sqlite_book as fn() -> TestBook),
        ("PostgreSQL", postgres_book),
    ] {
        eprintln!("on {name}:");
        test(&make());
    }
}

pub fn sqlite_book() -> TestBook {
    let place = Place::Folder(tempfile::tempdir().expect("a temporary folder"));
    let mut made = TestBook { book: None, place };
    made.book = Some(open(&made.location()));
    made
}

pub fn postgres_book() -> TestBook {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server_url = postgres_server::url();
    let schema = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut client = Client::connect(&server_url, NoTls).expect("the test server answers");
    client
        .batch_execute(&format!(
            "DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}"
        ))
        .expect("a schema for the test");
    let joiner = if server_url.contains('?') { '&' } else { '?' };
    let url = format!("{server_url}{joiner}options=-csearch_path%3D{schema}");
    let book = open(&url);
    TestBook {
        book: Some(book),
        place: Place::Schema {
            server_url,
            schema,
            url,
        },
    }
}

fn open(location: &str) -> Book {
    Book::open(location).expect("the book opens")
}
