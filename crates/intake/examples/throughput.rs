//! How fast files of a province's size are taken in.
//!
//! `throughput make DIR ROWS` writes hukou.csv and medical.csv; `throughput take FILE DATA [THREADS]` takes one in and prints
//! rows a second, CPU seconds and peak memory as one JSON line. `bench/intake/run.py` runs both beside DuckDB.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use anwang_contracts::Contracts;
use anwang_domain::{CitizenId, Day, Places};
use anwang_intake::{Confirmation, Delivery, Intake, Outcome};
use anwang_lake::Lake;
use anwang_store::Book;
use anwang_vault::Vault;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["make", folder, rows] => make(Path::new(folder), rows.parse().expect("a number of rows")),
        ["take", file, data] => take(Path::new(file), Path::new(data), 2),
        ["take", file, data, threads] => take(
            Path::new(file),
            Path::new(data),
            threads.parse().expect("a number of threads"),
        ),
        _ => panic!("make DIR ROWS | take FILE DATA [THREADS]"),
    }
}

/// Numbers that look drawn and are the same every time (SplitMix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((u128::from(z ^ (z >> 31)) * u128::from(limit)) >> 64) as u64
    }
}

fn person(number: u64) -> CitizenId {
    let birth = Day::parse("1930-01-01")
        .expect("a date")
        .add_days((number % 34_000) as i32);
    CitizenId::new(
        140_105 + (number / 34_000 / 900 % 10) as u32,
        birth,
        (number / 34_000 % 900) as u32 + 1,
    )
    .expect("an id")
}

fn make(folder: &Path, rows: u64) {
    std::fs::create_dir_all(folder).expect("a folder");
    let villages: Vec<u64> = Places::shanxi().villages().map(|village| village.code.0).collect();
    let mut hukou = BufWriter::with_capacity(1 << 20, File::create(folder.join("hukou.csv")).expect("a file"));
    writeln!(hukou, "公民身份号码,姓名,性别,出生日期,户号,与户主关系,户籍地区划代码,户籍地址,联系电话,居住地区划代码,婚姻状况,父亲身份证号,母亲身份证号,迁入日期,注销日期,注销原因,名下机动车数,最近车辆登记日期,变更类型").expect("a disk");
    let mut draw = Draw(1);
    let names = ["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"];
    let given = [
        "秀英", "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰",
    ];
    for row in 0..rows {
        let id = person(row);
        let sex = if id.sex() == anwang_domain::Sex::Male {
            "男"
        } else {
            "女"
        };
        let village = villages[draw.below(villages.len() as u64) as usize];
        let name = names[draw.below(10) as usize];
        let given = given[draw.below(14) as usize];
        let relation = ["户主", "配偶", "子", "女"][draw.below(4) as usize];
        let father = if draw.below(3) == 0 {
            person(draw.below(rows)).to_string()
        } else {
            String::new()
        };
        let vehicles = draw.below(3);
        writeln!(
            hukou,
            "{id},{name}{given},{sex},{},HK{:08},{relation},{village},幸福路{}号{}单元,139{:08},{village},{},{father},,{},,,{vehicles},,新增",
            id.birth(),
            row / 3,
            draw.below(900) + 1,
            draw.below(9) + 1,
            draw.below(100_000_000),
            ["未婚", "已婚", "丧偶", "离异"][draw.below(4) as usize],
            Day::parse("2000-01-01").expect("a date").add_days(draw.below(9_000) as i32),
        )
        .expect("a disk");
    }
    let mut medical = BufWriter::with_capacity(1 << 20, File::create(folder.join("medical.csv")).expect("a file"));
    let contract = Contracts::embedded().by_name("medical").expect("a feed");
    let titles: Vec<&str> = contract.columns.iter().map(|column| column.zh.as_str()).collect();
    writeln!(medical, "{}", titles.join(",")).expect("a disk");
    for row in 0..rows {
        let (fund, own) = (draw.below(900_000), draw.below(300_000));
        let day = Day::parse("2026-01-01")
            .expect("a date")
            .add_days(draw.below(270) as i32);
        let village = villages[draw.below(villages.len() as u64) as usize];
        let cells: Vec<String> = contract
            .columns
            .iter()
            .map(|column| medical_cell(&column.name, row, rows, fund, own, day, village, &mut draw))
            .collect();
        writeln!(medical, "{}", cells.join(",")).expect("a disk");
    }
}

#[expect(clippy::too_many_arguments, reason = "one cell of one generated row")]
fn medical_cell(
    column: &str,
    row: u64,
    rows: u64,
    fund: u64,
    own: u64,
    day: Day,
    village: u64,
    draw: &mut Draw,
) -> String {
    let yuan = |fen: u64| format!("{}.{:02}", fen / 100, fen % 100);
    match column {
        "settlement_no" => format!("S{row:010}"),
        "id_no" => person(draw.below(rows)).to_string(),
        "name" => "王秀英".to_owned(),
        "fee" => yuan(fund + own),
        "fund_paid" => yuan(fund),
        "self_paid" => yuan(own),
        "settled_on" => day.add_days(2).to_string(),
        "visited_on" => day.to_string(),
        "kind" => (draw.below(2) + 1).to_string(),
        "division" => village.to_string(),
        _ => String::new(),
    }
}

fn take(file: &Path, data: &Path, threads: usize) {
    std::fs::create_dir_all(data).expect("a folder");
    let vault = Vault::create(&data.join("keys")).expect("keys");
    let book = Book::open(&data.join("book.sqlite").display().to_string()).expect("a book");
    let lake = Lake::open(&data.join("lake"), book).expect("a lake");
    let intake = Intake::new(Contracts::embedded(), Places::shanxi(), &lake, &vault).expect("intake");
    let as_of = Day::parse("2026-10-31").expect("a date");
    let delivery = Delivery {
        path: file,
        feed: None,
        as_of,
        received_at_ms: 0,
        confirmation: Confirmation::Missing,
        threads,
    };
    let begun = Instant::now();
    let report = intake.take_in(&delivery, &|_| {}).expect("intake works").remove(0);
    let wall_s = begun.elapsed().as_secs_f64();
    let Outcome::Landed { counts, .. } = &report.outcome else {
        panic!("{report:?}")
    };
    let (cpu_s, peak_mib) = used();
    let bytes: u64 = ["feed_hukou", "feed_medical", "identities"]
        .iter()
        .flat_map(|table| lake.files(table, None).expect("the catalogue"))
        .map(|file| file.bytes)
        .sum();
    println!(
        "{{\"rows\": {}, \"rejected\": {}, \"wall_s\": {wall_s:.2}, \"cpu_s\": {cpu_s:.2}, \"rows_per_s\": {:.0}, \"cpu_ns_per_row\": {:.0}, \"peak_mib\": {peak_mib}, \"lake_mib\": {}}}",
        counts.rows,
        counts.rejected,
        counts.rows as f64 / wall_s,
        cpu_s * 1e9 / counts.rows as f64,
        bytes >> 20
    );
}

/// User and system seconds of this process, and its peak memory in MiB.
fn used() -> (f64, u64) {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = fields[11..13]
        .iter()
        .map(|field| field.parse::<f64>().unwrap_or_default())
        .sum();
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    (ticks / 100.0, peak.unwrap_or_default() / 1024)
}
