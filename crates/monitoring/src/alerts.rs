//! What people see of alerts and do to them. Every action is an event in the book: who, when, what.

use anwang_domain::Day;
use anwang_store::{Book, Row, StoreError, Tx, Value};

use crate::{Disposition, MonitoringError, Severity};

/// Where an alert stands on its way from a signal to a settled household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Did not fit into a week yet.
    Waiting,
    /// On a township's list, with a deadline.
    Assigned,
    /// Somebody went there and wrote down what was found.
    Visited,
    /// Settled with a disposition.
    Closed,
    /// Every signal ended before anybody went; kept to be seen, not to be visited.
    Lapsed,
}

impl State {
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Assigned, Self::Visited, Self::Closed, Self::Lapsed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Assigned => "assigned",
            Self::Visited => "visited",
            Self::Closed => "closed",
            Self::Lapsed => "lapsed",
        }
    }

    pub fn parse(text: &str) -> Result<Self, MonitoringError> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| MonitoringError::Word {
                wanted: "a state (waiting, assigned, visited, closed, lapsed)",
                found: text.to_owned(),
            })
    }
}

/// What came of a settled alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Case,
    Referral,
    Subsidy,
    Nothing,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Referral => "referral",
            Self::Subsidy => "subsidy",
            Self::Nothing => "nothing",
        }
    }

    pub fn parse(text: &str) -> Result<Self, MonitoringError> {
        [Self::Case, Self::Referral, Self::Subsidy, Self::Nothing]
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
            .ok_or_else(|| MonitoringError::Word {
                wanted: "an outcome (case, referral, subsidy, nothing)",
                found: text.to_owned(),
            })
    }

    /// A visit was worth it when something came of it.
    pub fn is_hit(self) -> bool {
        self != Self::Nothing
    }
}

/// Who noticed the household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Signals,
    /// A village, grid or other front-line worker (社会救助法 art 39).
    Grid,
    /// The service hotline (art 60).
    Hotline,
}

impl Source {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Signals => "signals",
            Self::Grid => "grid",
            Self::Hotline => "hotline",
        }
    }

    pub fn parse(text: &str) -> Result<Self, MonitoringError> {
        [Self::Signals, Self::Grid, Self::Hotline]
            .into_iter()
            .find(|source| source.as_str() == text)
            .ok_or_else(|| MonitoringError::Word {
                wanted: "a source (signals, grid, hotline)",
                found: text.to_owned(),
            })
    }
}

/// An alert as a list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    pub alert_id: i64,
    pub household: u64,
    pub division: u64,
    pub township: u64,
    pub county: u64,
    pub source: Source,
    pub severity: Severity,
    pub chance_ppm: u32,
    pub state: State,
    pub opened: Day,
    pub assigned: Option<Day>,
    /// `None` for a waiting alert, and where the deadline falls into a year whose holidays are not published yet.
    pub due: Option<Day>,
    /// The day on which it rose to the county because the township was late.
    pub raised: Option<Day>,
    pub closed: Option<Day>,
    pub finding: Option<String>,
    pub disposition: Option<Disposition>,
    pub outcome: Option<Outcome>,
    /// Indicators of its signals, running or ended.
    pub indicators: Vec<String>,
}

/// One line of an alert's history.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub at_ms: i64,
    pub who: String,
    pub action: String,
    /// JSON.
    pub detail: String,
}

/// Which alerts a list asks for; `None` means all. `place` is any division from the province down to a village.
#[derive(Clone, Debug, Default)]
pub struct Filter<'a> {
    pub place: Option<u64>,
    pub state: Option<State>,
    pub indicator: Option<&'a str>,
    pub severity: Option<Severity>,
}

const COLUMNS: &str = "a.alert_id, a.household, a.division, a.township, a.county, a.source, a.severity, a.chance_ppm, a.state, \
     a.opened_day, a.assigned_day, a.due_day, a.raised_day, a.closed_day, a.finding, a.disposition, a.outcome, \
     (SELECT string_agg(s.indicator, ',') FROM (SELECT DISTINCT indicator FROM signals WHERE alert_id = a.alert_id ORDER BY indicator) s)";

/// In the order in which a township works: open tasks before closed ones, the most severe first, then the likeliest. At most `limit` after `skip`.
pub fn list(book: &Book, filter: &Filter<'_>, skip: i64, limit: i64) -> Result<Vec<Alert>, MonitoringError> {
    let (low, high) = filter.place.map_or((None, 0), |code| {
        let (low, high) = below(code);
        (Some(low), high)
    });
    let place = if low.is_some_and(|low| high == low + 1) {
        "a.division"
    } else {
        "a.township"
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM alerts a
         WHERE (CAST($1 AS BIGINT) IS NULL OR ({place} >= $1 AND {place} < $2))
           AND (CAST($3 AS TEXT) IS NULL OR a.state = $3)
           AND (CAST($4 AS TEXT) IS NULL OR EXISTS
                (SELECT 1 FROM signals s WHERE s.alert_id = a.alert_id AND s.indicator = $4))
           AND (CAST($5 AS TEXT) IS NULL OR a.severity = $5)
         ORDER BY CASE WHEN a.closed_day IS NULL THEN 0 ELSE 1 END, CASE a.severity WHEN 'red' THEN 0 WHEN 'orange' THEN 1 ELSE 2 END, a.chance_ppm DESC, a.opened_day, a.alert_id
         LIMIT $6 OFFSET $7"
    );
    let values: [Value; 7] = [
        low.into(),
        high.into(),
        filter.state.map(State::as_str).into(),
        filter.indicator.into(),
        filter.severity.map(Severity::as_str).into(),
        limit.into(),
        skip.into(),
    ];
    book.query(&sql, &values)?.iter().map(parse).collect()
}

/// One alert and everything that happened to it.
pub fn show(book: &Book, alert_id: i64) -> Result<(Alert, Vec<Event>), MonitoringError> {
    let sql = format!("SELECT {COLUMNS} FROM alerts a WHERE a.alert_id = $1");
    let row = book
        .query_one(&sql, &[alert_id.into()])?
        .ok_or(MonitoringError::NoSuchAlert(alert_id))?;
    let events = book
        .query(
            "SELECT at_ms, who, action, detail FROM alert_events WHERE alert_id = $1 ORDER BY event_id",
            &[alert_id.into()],
        )?
        .iter()
        .map(|row| {
            Ok(Event {
                at_ms: row.int(0)?,
                who: row.text(1)?.to_owned(),
                action: row.text(2)?.to_owned(),
                detail: row.text(3)?.to_owned(),
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok((parse(&row)?, events))
}

/// Who does something, and when.
#[derive(Clone, Copy, Debug)]
pub struct Actor<'a> {
    pub who: &'a str,
    pub at_ms: i64,
    pub day: Day,
}

/// What a visit found. `notes` is free text and must not name anybody; `position` is what the device gave, if asked.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Visit<'a> {
    pub finding: &'a str,
    pub notes: Option<&'a str>,
    /// Content hashes of photos kept by the caller.
    pub photos: Vec<String>,
    /// Longitude and latitude in millionths of a degree.
    pub position_e6: Option<(i64, i64)>,
}

/// Writes down a visit: the alert leaves the township's list of open tasks and waits to be settled.
pub fn visit(book: &Book, alert_id: i64, actor: Actor<'_>, visit: &Visit<'_>) -> Result<(), MonitoringError> {
    book.transaction(|tx| {
        expect(tx, alert_id, "visit", &[State::Waiting, State::Assigned])?;
        tx.execute(
            "UPDATE alerts SET state = 'visited', finding = $2 WHERE alert_id = $1",
            &[alert_id.into(), visit.finding.into()],
        )?;
        note(tx, alert_id, actor, "visited", &serde_json::json!(visit))
    })
}

/// Settles a visited alert with one of the four dispositions and says what came of it.
pub fn settle(
    book: &Book,
    alert_id: i64,
    actor: Actor<'_>,
    disposition: Disposition,
    outcome: Outcome,
) -> Result<(), MonitoringError> {
    book.transaction(|tx| {
        expect(tx, alert_id, "settle", &[State::Visited])?;
        tx.execute(
            "UPDATE alerts SET state = 'closed', closed_day = $2, disposition = $3, outcome = $4, hit = $5 WHERE alert_id = $1",
            &[
                alert_id.into(),
                i64::from(actor.day.0).into(),
                disposition.number().into(),
                outcome.as_str().into(),
                outcome.is_hit().into(),
            ],
        )?;
        note(
            tx,
            alert_id,
            actor,
            "settled",
            &serde_json::json!({"disposition": disposition.number(), "outcome": outcome.as_str()}),
        )
    })
}

/// A household that somebody noticed. It joins the household's open alert, or opens one as a red task:
/// a person who was seen to be in need is not ranked behind statistics.
pub fn clue(
    book: &Book,
    actor: Actor<'_>,
    source: Source,
    place: crate::night::Route,
    household: u64,
    text: &str,
) -> Result<i64, MonitoringError> {
    book.transaction(|tx| {
        tx.lock("monitoring")?;
        let open = tx.query_one(
            "SELECT alert_id FROM alerts WHERE household = $1 AND closed_day IS NULL",
            &[household.into()],
        )?;
        let alert_id = match open {
            Some(row) => row.int(0)?,
            None => {
                let alert = crate::night::NewAlert {
                    household,
                    route: place,
                    source,
                    severity: Severity::Red,
                    chance_ppm: 0,
                    opened: actor.day,
                };
                crate::night::open_alert(tx, &alert)?
            }
        };
        note(
            tx,
            alert_id,
            actor,
            "clue",
            &serde_json::json!({"source": source.as_str(), "text": text}),
        )?;
        Ok(alert_id)
    })
}

/// Adds a line to an alert's history.
pub(crate) fn note(
    tx: &mut Tx<'_>,
    alert_id: i64,
    actor: Actor<'_>,
    action: &str,
    detail: &serde_json::Value,
) -> Result<(), MonitoringError> {
    tx.execute(
        "INSERT INTO alert_events (alert_id, at_ms, who, action, detail) VALUES ($1, $2, $3, $4, $5)",
        &[
            alert_id.into(),
            actor.at_ms.into(),
            actor.who.into(),
            action.into(),
            detail.to_string().into(),
        ],
    )?;
    Ok(())
}

fn expect(tx: &mut Tx<'_>, alert_id: i64, action: &'static str, wanted: &[State]) -> Result<(), MonitoringError> {
    tx.lock("monitoring")?;
    let row = tx
        .query_one("SELECT state FROM alerts WHERE alert_id = $1", &[alert_id.into()])?
        .ok_or(MonitoringError::NoSuchAlert(alert_id))?;
    let state = State::parse(row.text(0)?)?;
    if wanted.contains(&state) {
        return Ok(());
    }
    Err(MonitoringError::WrongState {
        alert: alert_id,
        state: state.as_str(),
        action,
        wanted: wanted[wanted.len() - 1].as_str(),
    })
}

/// The codes of a division's townships: all that share its digits. `high` is not included.
fn below(code: u64) -> (u64, u64) {
    let mut width = 1;
    while width < 1_000_000_000_000 && code.is_multiple_of(width * 10) {
        width *= 10;
    }
    // Digits go in pairs down to the county and in threes below it.
    let width = [1, 1_000, 1_000_000, 100_000_000, 10_000_000_000]
        .into_iter()
        .filter(|step| *step <= width)
        .max()
        .unwrap_or(1);
    (code, code + width)
}

fn parse(row: &Row) -> Result<Alert, MonitoringError> {
    let day = |column: usize| -> Result<Option<Day>, StoreError> {
        Ok(row.optional_int(column)?.map(|days| Day(days as i32)))
    };
    Ok(Alert {
        alert_id: row.int(0)?,
        household: row.key(1)?,
        division: row.key(2)?,
        township: row.key(3)?,
        county: row.key(4)?,
        source: Source::parse(row.text(5)?)?,
        severity: Severity::parse(row.text(6)?)?,
        chance_ppm: row.int(7)? as u32,
        state: State::parse(row.text(8)?)?,
        opened: Day(row.int(9)? as i32),
        assigned: day(10)?,
        due: day(11)?,
        raised: day(12)?,
        closed: day(13)?,
        finding: row.optional_text(14)?.map(str::to_owned),
        disposition: row.optional_int(15)?.map(Disposition::from_number).transpose()?,
        outcome: row.optional_text(16)?.map(Outcome::parse).transpose()?,
        indicators: row
            .optional_text(17)?
            .map(|names| names.split(',').map(str::to_owned).collect())
            .unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::below;

    #[test]
    fn a_place_stands_for_everything_below_it() {
        assert_eq!(below(140_000_000_000), (140_000_000_000, 150_000_000_000));
        assert_eq!(below(140_100_000_000), (140_100_000_000, 140_200_000_000));
        assert_eq!(below(140_105_000_000), (140_105_000_000, 140_106_000_000));
        assert_eq!(below(140_110_000_000), (140_110_000_000, 140_111_000_000));
        assert_eq!(below(140_105_001_000), (140_105_001_000, 140_105_002_000));
        assert_eq!(below(140_105_100_000), (140_105_100_000, 140_105_101_000));
        assert_eq!(below(140_105_001_007), (140_105_001_007, 140_105_001_008));
    }
}
