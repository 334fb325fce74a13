//! What the lake writes and reads per second here: `cargo run -p anwang-lake --example speed [rows] [folder]`.
//! One thread; CPU time, so that neighbours on the machine matter less.

use std::sync::Arc;

use anwang_lake::{BUCKETS, Change, Lake, bucket_keys};
use anwang_store::Book;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Int8Array, Int16Array, Int32Array, Int64Array, RecordBatch, StringArray,
    UInt64Array,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rows: u64 = std::env::args().nth(1).map_or(Ok(2_000_000), |text| text.parse())?;
    let folder = tempfile::tempdir_in(std::env::args().nth(2).unwrap_or_else(|| "/tmp".into()))?;
    let book = Book::open(&folder.path().join("book.sqlite").display().to_string())?;
    let lake = Lake::open(&folder.path().join("lake"), book.clone())?;
    let batch = feed_rows(rows);
    let raw_bytes: usize = batch
        .columns()
        .iter()
        .map(|column| column.get_array_memory_size())
        .sum();

    let clock = Clock::start();
    let staged = lake.stage("feed_speed", &batch.schema(), [batch.clone()])?;
    println!(
        "{rows} rows of {} columns, {} MB in memory, {} MB in the file",
        batch.num_columns(),
        raw_bytes / 1_000_000,
        staged.bytes() / 1_000_000
    );
    clock.say("stage", rows);
    for at in 0..batch.num_columns() {
        let narrow = batch.project(&[0, at.max(1)])?;
        let clock = Clock::start();
        let staged = lake.stage("narrow", &narrow.schema(), [narrow.clone()])?;
        clock.say(
            &format!(
                "stage person + {}, {} MB",
                narrow.schema().field(1).name(),
                staged.bytes() / 1_000_000
            ),
            rows,
        );
    }
    book.transaction(|tx| lake.commit(tx, vec![Change::Append(staged)], 0, ""))?;
    let file = lake.files("feed_speed", None)?.remove(0);
    small_commits(&lake, &book, &batch.slice(0, 100))?;
    let all: Vec<&str> = file.table.columns.iter().map(|column| column.name.as_str()).collect();
    for name in &all {
        let clock = Clock::start();
        lake.read(&file, &[name], 0..=u64::MAX)?;
        clock.say(&format!("read person + {name}"), rows);
    }
    for columns in [
        vec!["person"],
        vec!["person", "record", "batch", "gone", "paid", "settled"],
        all,
    ] {
        let clock = Clock::start();
        for bucket in 0..BUCKETS {
            lake.read(&file, &columns, bucket_keys(bucket))?;
        }
        clock.say(&format!("read {} columns by bucket", columns.len()), rows);
        let keys = batch
            .column(0)
            .as_any()
            .downcast_ref::<UInt64Array>()
            .ok_or("the key column")?;
        let clock = Clock::start();
        for n in 0..1_000 {
            let key = keys.value((n * 1_999_993) % keys.len());
            lake.read(&file, &columns, key..=key)?;
        }
        clock.say(&format!("one person, {} columns", columns.len()), 1_000);
    }
    Ok(())
}

/// What a small delivery costs, in wall time: waiting for the disk is most of it.
fn small_commits(lake: &Lake, book: &Book, batch: &RecordBatch) -> Result<(), Box<dyn std::error::Error>> {
    const COMMITS: u32 = 50;
    let mut waited = [std::time::Duration::ZERO; 2];
    for _ in 0..COMMITS {
        let start = std::time::Instant::now();
        let staged = lake.stage("small", &batch.schema(), [batch.clone()])?;
        let staged_at = std::time::Instant::now();
        book.transaction(|tx| lake.commit(tx, vec![Change::Append(staged)], 0, ""))?;
        waited[0] += staged_at - start;
        waited[1] += staged_at.elapsed();
    }
    println!(
        "100 rows: stage {:?}, commit {:?}",
        waited[0] / COMMITS,
        waited[1] / COMMITS
    );
    Ok(())
}

/// Like medical settlements: a tenth of the people have most rows.
fn feed_rows(count: u64) -> RecordBatch {
    let mix = |n: u64| {
        let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        n ^ (n >> 31)
    };
    let mut persons: Vec<u64> = (0..count).map(|n| mix(n / 4)).collect();
    persons.sort_unstable();
    let random: Vec<u64> = (0..count).map(|n| mix(n + (1 << 40))).collect();
    let some = |n: &u64| !n.is_multiple_of(10);
    let money = |least: u64| -> ArrayRef {
        Arc::new(
            random
                .iter()
                .map(|n| Some((least + n % 3_000_000) as i64))
                .collect::<Int64Array>(),
        )
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("person", Arc::new(UInt64Array::from(persons))),
        ("record", Arc::new(UInt64Array::from(random.clone()))),
        ("batch", Arc::new(Int32Array::from(vec![7; random.len()]))),
        (
            "row",
            Arc::new(random.iter().map(|n| Some((n % count) as i32)).collect::<Int32Array>()),
        ),
        ("gone", Arc::new(BooleanArray::from(vec![false; random.len()]))),
        ("subject", Arc::new(Int8Array::from(vec![0; random.len()]))),
        (
            "kind",
            Arc::new(random.iter().map(|n| Some((n % 5) as i16)).collect::<Int16Array>()),
        ),
        (
            "insured",
            Arc::new(
                random
                    .iter()
                    .map(|n| some(n).then_some((n % 7) as i16))
                    .collect::<Int16Array>(),
            ),
        ),
        (
            "settled",
            Arc::new(
                random
                    .iter()
                    .map(|n| Some(20_000 + (n % 31) as i32))
                    .collect::<Date32Array>(),
            ),
        ),
        (
            "born",
            Arc::new(
                random
                    .iter()
                    .map(|n| Some((n % 30_000) as i32))
                    .collect::<Date32Array>(),
            ),
        ),
        ("total", money(100)),
        ("paid", money(50)),
        (
            "division",
            Arc::new(
                random
                    .iter()
                    .map(|n| Some(140_100_000_000 + (n % 28_000) as i64 * 1_000))
                    .collect::<Int64Array>(),
            ),
        ),
        (
            "disease",
            Arc::new(
                random
                    .iter()
                    .map(|n| some(n).then(|| format!("疾病名称 {}", n % 300)))
                    .collect::<StringArray>(),
            ),
        ),
    ];
    RecordBatch::try_from_iter_with_nullable(
        columns
            .into_iter()
            .map(|(name, column)| (name, column, name != "person")),
    )
    .expect("columns of one length")
}

struct Clock(u64);

impl Clock {
    fn start() -> Self {
        Self(cpu_ns())
    }

    fn say(&self, what: &str, count: u64) {
        let ns = (cpu_ns() - self.0) as f64;
        println!("{what:40} {:9.1} ms {:9.1} ns each", ns / 1e6, ns / count as f64);
    }
}

/// Nanoseconds that this thread has run, from the Linux scheduler.
fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ')
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or_default()
}
