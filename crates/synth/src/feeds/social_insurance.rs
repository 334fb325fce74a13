use super::employment::employer;
use super::{Feed, Made, send};
use crate::calendar::{self, Day, NEVER};
use crate::class::Class;
use crate::faults::Fault;
use crate::livelihood::JOB_LOSS_REPORTED_DAYS;
use crate::person::{Person, Work};
use crate::random::{Quota, Rng};
use crate::sheet::Sheet;

pub const FEED: Feed = Feed {
    number: 14,
    name: "social_insurance",
    file_zh: "人社_社会保险与养老金",
    columns: &[
        "id_no",
        "name",
        "scheme",
        "state",
        "base",
        "insured_months",
        "last_paid_month",
        "pension_total",
        "pension_basic",
        "pension_account",
        "drawing_since",
        "nursing_fee",
        "employer",
        "division",
        "as_of",
    ],
    faults: &[
        (Fault::CheckDigit, 0.0003),
        (Fault::UnknownCode, 0.0002),
        (Fault::NameMistyped, 0.0004),
        (Fault::Duplicate, 0.0002),
    ],
    rows_per_person: 0.70,
    write,
};

const RESIDENTS_INSURED: f64 = 0.55;
const SPLIT_MISSING: f64 = 0.08;
/// Basic part of the residents' pension, in fen a month.
const BASIC_FEN: i64 = 13_800;
const PUSH_DAYS: Day = 8;

/// What a row says beside the person: scheme, state and its amounts.
struct Standing {
    scheme: i16,
    state: i16,
    base_fen: Option<i64>,
    pension: Option<(i64, Option<i64>)>,
    since: Day,
    last_paid: Day,
}

fn write(made: &Made, rng: &mut Rng, sheets: &mut [Sheet]) {
    let mut insured = Quota::new(rng);
    let time = made.place.time;
    for (at, person) in made.people() {
        if person.id.is_none() || !person.alive_at(time.first - 60) || person.age_at(time.as_of) < 16 {
            continue;
        }
        let class = made.home(person).class;
        let paying = |scheme, base_fen| Standing {
            scheme,
            state: 1,
            base_fen,
            pension: None,
            since: NEVER,
            last_paid: time.first,
        };
        let (standing, known_on) = match person.work {
            Work::Employee => (paying(1, Some(person.wage_fen)), person.work_since + PUSH_DAYS),
            Work::Retired | Work::Elder => {
                let scheme = if person.work == Work::Retired { 1 } else { 2 };
                let split = class == Class::TekunMissed || !rng.chance(SPLIT_MISSING);
                let basic = if scheme == 2 {
                    person.pension_fen.min(BASIC_FEN)
                } else {
                    person.pension_fen * 62 / 100
                };
                let pension = Some((person.pension_fen, split.then_some(basic)));
                (
                    Standing {
                        scheme,
                        state: 3,
                        base_fen: None,
                        pension,
                        since: person.work_since,
                        last_paid: NEVER,
                    },
                    person.work_since + PUSH_DAYS,
                )
            }
            Work::Informal | Work::Flexible | Work::Unemployed if insured.draw(RESIDENTS_INSURED) => {
                (paying(2, None), time.first)
            }
            _ => continue,
        };
        let Some(delivery) = made.delivery_of(known_on) else {
            continue;
        };
        let cutoff = made.cutoffs()[delivery];
        send(sheets, delivery, |sheet| {
            row(made, sheet, at, person, &standing, cutoff)
        });
        if person.work_lost_on != NEVER
            && let Some(later) = made.delivery_of(person.work_lost_on + JOB_LOSS_REPORTED_DAYS)
            && later > delivery
        {
            let stopped = Standing {
                state: 2,
                last_paid: person.work_lost_on,
                ..standing
            };
            let cutoff = made.cutoffs()[later];
            send(sheets, later, |sheet| row(made, sheet, at, person, &stopped, cutoff));
        }
    }
}

fn row(made: &Made, sheet: &mut Sheet, at: u32, person: &Person, standing: &Standing, cutoff: Day) {
    sheet.begin(at);
    sheet.id(person.id);
    sheet.name(person.name);
    sheet.code(standing.scheme);
    sheet.code(standing.state);
    optional(sheet, standing.base_fen);
    sheet.count(((person.age_at(cutoff) - 18).clamp(0, 40) * 12) / 2 + 3);
    sheet.month(if standing.last_paid == NEVER {
        NEVER
    } else {
        calendar::month_start(standing.last_paid.min(cutoff), -1)
    });
    match standing.pension {
        Some((total, Some(basic))) => {
            sheet.money(total);
            sheet.money(basic);
            sheet.money(total - basic);
        }
        Some((total, None)) => {
            sheet.money(total);
            sheet.none();
            sheet.none();
        }
        None => {
            sheet.none();
            sheet.none();
            sheet.none();
        }
    }
    sheet.date(standing.since);
    sheet.flag(false);
    if standing.scheme == 1 && standing.base_fen.is_some() {
        employer(made, sheet, person)
    } else {
        sheet.none()
    }
    sheet.numeral(made.county_division());
    sheet.date(cutoff - 2);
    sheet.end();
}

fn optional(sheet: &mut Sheet, fen: Option<i64>) {
    match fen {
        Some(fen) => sheet.money(fen),
        None => sheet.none(),
    }
}
