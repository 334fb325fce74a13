//! The missed and the wrong: one row per person and programme, as the last refresh left them.

use crate::{Book, Row, StoreError, Tx, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Seems eligible and is not served.
    Missed,
    /// Is served and seems not eligible, or is dead.
    Wrong,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missed => "missed",
            Self::Wrong => "wrong",
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        [Self::Missed, Self::Wrong]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| StoreError::Content {
                wanted: "a kind of finding",
                found: text.to_owned(),
            })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub kind: Kind,
    /// Name in the policy pack.
    pub programme: String,
    /// 12-digit division codes of the county and of the place of residence (village where known).
    pub county: u64,
    pub division: u64,
    pub person: u64,
    pub household: u64,
    /// The deciding condition: for `wrong` the first one unmet, for `missed` the strongest one met.
    pub reason: String,
    /// What is paid (wrong) or would be due (missed).
    pub amount_fen_per_month: Option<i64>,
    /// ISO date since which it holds, where known.
    pub since: Option<String>,
}

/// Which findings a list asks for; `None` means all.
#[derive(Clone, Debug)]
pub struct Filter<'a> {
    pub kind: Kind,
    pub county: Option<u64>,
    pub programme: Option<&'a str>,
}

/// Where a page of a list begins: after this programme and person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub programme: String,
    pub person: u64,
}

const COLUMNS: [&str; 9] = [
    "kind",
    "programme",
    "county",
    "division",
    "person",
    "household",
    "reason",
    "amount_fen_per_month",
    "since",
];

/// Puts this refresh's findings in the place of the last one's.
pub fn replace(tx: &mut Tx<'_>, findings: impl IntoIterator<Item = Finding>) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM findings", &[])?;
    insert(tx, findings)
}

/// Puts the findings of some persons in the place of those they had: the refresh by changes.
pub fn replace_of(
    tx: &mut Tx<'_>,
    persons: impl IntoIterator<Item = u64>,
    findings: impl IntoIterator<Item = Finding>,
) -> Result<u64, StoreError> {
    for person in persons {
        tx.execute("DELETE FROM findings WHERE person = $1", &[person.into()])?;
    }
    insert(tx, findings)
}

fn insert(tx: &mut Tx<'_>, findings: impl IntoIterator<Item = Finding>) -> Result<u64, StoreError> {
    tx.insert_many("findings", &COLUMNS, findings.into_iter().map(values))
}

/// At most `limit` findings, ordered by programme and person, after `cursor`.
pub fn page(book: &Book, filter: &Filter<'_>, cursor: Option<&Cursor>, limit: i64) -> Result<Vec<Finding>, StoreError> {
    let sql = format!(
        "SELECT {} FROM findings WHERE kind = $1
         AND (CAST($2 AS BIGINT) IS NULL OR county = $2) AND (CAST($3 AS TEXT) IS NULL OR programme = $3)
         AND (CAST($4 AS TEXT) IS NULL OR programme > $4 OR (programme = $4 AND person > $5))
         ORDER BY programme, person LIMIT $6",
        COLUMNS.join(", ")
    );
    let values: [Value; 6] = [
        filter.kind.as_str().into(),
        filter.county.into(),
        filter.programme.into(),
        cursor.map(|from| from.programme.as_str()).into(),
        cursor.map_or(0, |from| from.person).into(),
        limit.into(),
    ];
    book.query(&sql, &values)?.iter().map(parse).collect()
}

pub fn count(book: &Book, filter: &Filter<'_>) -> Result<i64, StoreError> {
    let row = book.query_one(
        "SELECT count(*) FROM findings WHERE kind = $1
         AND (CAST($2 AS BIGINT) IS NULL OR county = $2) AND (CAST($3 AS TEXT) IS NULL OR programme = $3)",
        &[
            filter.kind.as_str().into(),
            filter.county.into(),
            filter.programme.into(),
        ],
    )?;
    row.map_or(Ok(0), |row| row.int(0))
}

/// Everything found about one person.
pub fn of_person(book: &Book, person: u64) -> Result<Vec<Finding>, StoreError> {
    let sql = format!(
        "SELECT {} FROM findings WHERE person = $1 ORDER BY kind, programme",
        COLUMNS.join(", ")
    );
    book.query(&sql, &[person.into()])?.iter().map(parse).collect()
}

fn values(finding: Finding) -> Vec<Value> {
    vec![
        finding.kind.as_str().into(),
        finding.programme.into(),
        finding.county.into(),
        finding.division.into(),
        finding.person.into(),
        finding.household.into(),
        finding.reason.into(),
        finding.amount_fen_per_month.into(),
        finding.since.into(),
    ]
}

fn parse(row: &Row) -> Result<Finding, StoreError> {
    Ok(Finding {
        kind: Kind::parse(row.text(0)?)?,
        programme: row.text(1)?.to_owned(),
        county: row.key(2)?,
        division: row.key(3)?,
        person: row.key(4)?,
        household: row.key(5)?,
        reason: row.text(6)?.to_owned(),
        amount_fen_per_month: row.optional_int(7)?,
        since: row.optional_text(8)?.map(str::to_owned),
    })
}
