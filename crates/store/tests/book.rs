use anwang_store::{Book, StoreError, Value};
use anwang_testkit::on_each_book;
use proptest::prelude::*;

fn with_table(book: &Book) {
    book.migrate(
        "test",
        &[(
            1,
            "CREATE TABLE things (id ROW_NUMBER_KEY, n BIGINT, r DOUBLE PRECISION, t TEXT, b BYTEA)",
        )],
    )
    .unwrap();
}

const COLUMNS: [&str; 4] = ["n", "r", "t", "b"];

fn read_back(book: &Book) -> Vec<Vec<Value>> {
    let rows = book.query("SELECT n, r, t, b FROM things ORDER BY id", &[]).unwrap();
    rows.into_iter().map(|row| row.0).collect()
}

fn any_value() -> impl Strategy<Value = Vec<Value>> {
    let text = "[^\\x00]{0,20}";
    (
        proptest::option::of(any::<i64>()),
        proptest::option::of(any::<f64>().prop_filter("SQL has no NaN to compare", |r| r.is_finite())),
        proptest::option::of(text),
        proptest::option::of(proptest::collection::vec(any::<u8>(), 0..40)),
    )
        .prop_map(|(n, r, t, b)| vec![n.into(), r.into(), t.into(), b.into()])
}

#[test]
fn what_is_written_one_by_one_or_in_bulk_is_read_back() {
    on_each_book(|book| {
        with_table(book);
        proptest!(ProptestConfig::with_cases(40), |(rows in proptest::collection::vec(any_value(), 0..20))| {
            book.execute("DELETE FROM things", &[]).unwrap();
            book.insert_many("things", &COLUMNS, rows.clone()).unwrap();
            prop_assert_eq!(&read_back(book), &rows);
            book.execute("DELETE FROM things", &[]).unwrap();
            for row in &rows {
                book.execute("INSERT INTO things (n, r, t, b) VALUES ($1, $2, $3, $4)", row).unwrap();
            }
            prop_assert_eq!(&read_back(book), &rows);
        });
    });
}

#[test]
fn places_are_bound_by_number_in_any_order_and_more_than_once() {
    on_each_book(|book| {
        let row = book
            .query_one(
                "SELECT CAST($2 AS BIGINT), CAST($1 AS TEXT), CAST($2 AS BIGINT) + 1",
                &["a".into(), 7.into()],
            )
            .unwrap()
            .unwrap();
        assert_eq!(row.0, vec![Value::Int(7), Value::Text("a".into()), Value::Int(8)]);
    });
}

#[test]
fn a_failed_transaction_leaves_nothing() {
    on_each_book(|book| {
        with_table(book);
        let failed: Result<(), StoreError> = book.transaction(|tx| {
            tx.execute("INSERT INTO things (n) VALUES (1)", &[])?;
            tx.execute("INSERT INTO nowhere (n) VALUES (1)", &[])?;
            Ok(())
        });
        assert_eq!(failed.unwrap_err().code(), "store_statement");
        assert_eq!(read_back(book).len(), 0);
        book.execute("INSERT INTO things (n) VALUES (2)", &[]).unwrap();
        assert_eq!(read_back(book).len(), 1);
    });
}

#[test]
fn a_panic_inside_a_transaction_leaves_nothing_and_the_book_usable() {
    on_each_book(|book| {
        with_table(book);
        let second = (**book).clone();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _: Result<(), StoreError> = second.transaction(|tx| {
                tx.execute("INSERT INTO things (n) VALUES (1)", &[])?;
                panic!("as a bug would");
            });
        }));
        assert!(panicked.is_err());
        assert_eq!(read_back(book).len(), 0);
        book.execute("INSERT INTO things (n) VALUES (2)", &[]).unwrap();
    });
}

#[test]
fn the_same_key_twice_is_a_conflict() {
    on_each_book(|book| {
        let add = || book.execute("INSERT INTO settings (name, value) VALUES ('a', 'b')", &[]);
        add().unwrap();
        assert_eq!(add().unwrap_err().code(), "store_conflict");
    });
}

#[test]
fn sums_of_keys_and_money_come_back_as_integers() {
    on_each_book(|book| {
        with_table(book);
        for values in [
            vec![],
            vec![5, -7],
            vec![10_000, 99_999_999],
            vec![i64::MAX - 1, 1],
            vec![i64::MIN + 1, -1],
        ] {
            book.execute("DELETE FROM things", &[]).unwrap();
            let expected: i64 = values.iter().sum();
            book.insert_many("things", &["n"], values.iter().map(|n| vec![Value::Int(*n)]))
                .unwrap();
            let row = book
                .query_one("SELECT coalesce(sum(n), 0) FROM things", &[])
                .unwrap()
                .unwrap();
            assert_eq!(row.int(0).unwrap(), expected, "{values:?}");
        }
    });
}

#[test]
fn two_handles_adding_at_once_lose_nothing() {
    on_each_book(|book| {
        with_table(book);
        book.execute("INSERT INTO settings (name, value) VALUES ('counter', '0')", &[])
            .unwrap();
        std::thread::scope(|scope| {
            for handle in [book.reopen(), book.reopen(), (**book).clone()] {
                scope.spawn(move || {
                    for _ in 0..20 {
                        add_one(&handle).unwrap();
                    }
                });
            }
        });
        let row = book
            .query_one("SELECT value FROM settings WHERE name = 'counter'", &[])
            .unwrap()
            .unwrap();
        assert_eq!(row.text(0).unwrap(), "60");
    });
}

fn add_one(book: &Book) -> Result<(), StoreError> {
    book.transaction(|tx| {
        tx.lock("counter")?;
        let rows = tx.query("SELECT CAST(value AS BIGINT) FROM settings WHERE name = 'counter'", &[])?;
        let next = rows[0].int(0)? + 1;
        tx.execute(
            "UPDATE settings SET value = $1 WHERE name = 'counter'",
            &[next.to_string().into()],
        )?;
        Ok(())
    })
}

#[test]
fn a_book_of_a_later_version_is_refused() {
    on_each_book(|book| {
        book.execute("INSERT INTO migrations (area, number) VALUES ('book', 9999)", &[])
            .unwrap();
        let refused = Book::open(&book.location()).map(drop).unwrap_err();
        assert_eq!(refused.code(), "store_newer_book");
    });
}

#[test]
fn a_location_in_messages_shows_no_password() {
    let refused = Book::open("postgres://clerk:secret@127.0.0.1:1/none")
        .map(drop)
        .unwrap_err();
    assert!(!refused.to_string().contains("secret"), "{refused}");
}
