use super::{Feed, Made};
use crate::calendar::{self, Day};
use crate::class::Class;
use crate::faults::Fault;
use crate::person::{Person, Work};
use crate::random::{Quota, Rng};
use crate::sheet::Sheet;

pub const FEED: Feed = Feed {
    number: 11,
    name: "medical",
    file_zh: "医保_参保与结算",
    columns: &[
        "settlement_no",
        "id_no",
        "name",
        "kind",
        "insurance",
        "fee",
        "fund_paid",
        "self_paid",
        "visited_on",
        "settled_on",
        "hospital",
        "remote",
        "disease_code",
        "reverses",
    ],
    faults: &[
        (Fault::CheckDigit, 0.0003),
        (Fault::ShortId, 0.0001),
        (Fault::BadMoney, 0.0002),
        (Fault::BadDate, 0.0001),
        (Fault::WideRow, 0.0001),
        (Fault::Duplicate, 0.0003),
    ],
    rows_per_person: 1.6,
    write,
};

const INSURED: f64 = 0.95;
const LOOK_BACK_DAYS: Day = 365;
const REMOTE: f64 = 0.07;
const REVERSED: f64 = 0.004;
/// Contribution of a resident and year, in fen; insured employees' contributions are their employer's matter.
const CONTRIBUTION_FEN: i64 = 40_000;
const HOSPITALS: [&str; 4] = ["人民医院", "中医院", "中心卫生院", "第二人民医院"];

/// A settlement: what it cost, when, and how it reached the fund.
struct Bill {
    kind: i16,
    fee_fen: i64,
    self_paid_fen: i64,
    visited_on: Day,
    settled_on: Day,
    remote: bool,
}

fn write(made: &Made, rng: &mut Rng, sheets: &mut [Sheet]) {
    let time = made.place.time;
    let mut enrolled = Quota::new(rng);
    let enrolment = calendar::day(calendar::year(time.first), 1, 5).min(time.first - 20);
    let mut serial = 0;
    for (at, person) in made.people() {
        if person.id.is_none() || !person.alive_at(time.first - LOOK_BACK_DAYS) || !enrolled.draw(INSURED) {
            continue;
        }
        if person.alive_at(enrolment) {
            serial += 1;
            let fee = if insurance(person) == 1 { 0 } else { CONTRIBUTION_FEN };
            let bill = Bill {
                kind: 9,
                fee_fen: fee,
                self_paid_fen: fee,
                visited_on: enrolment,
                settled_on: enrolment,
                remote: false,
            };
            row(made, &mut sheets[0], at, (serial, 0), &bill, None);
        }
        let class = made.home(person).class;
        for _ in 0..visits(person, class, time.as_of, rng) {
            let bill = bill(person, class, rng, made);
            let lag = if bill.remote {
                rng.between(30, 75)
            } else {
                rng.between(0, 6)
            };
            let Some(delivery) = made.delivery_of(bill.settled_on + lag) else {
                continue;
            };
            if !person.alive_at(bill.visited_on) {
                continue;
            }
            serial += 1;
            row(
                made,
                &mut sheets[delivery],
                at,
                (serial, 0),
                &bill,
                bill.remote.then_some(Fault::LateSettlement),
            );
            if rng.chance(REVERSED) {
                let taken_back = serial;
                serial += 1;
                let back = Bill {
                    fee_fen: -bill.fee_fen,
                    self_paid_fen: -bill.self_paid_fen,
                    settled_on: bill.settled_on + 9,
                    ..bill
                };
                if let Some(delivery) = made.delivery_of(back.settled_on + lag) {
                    row(
                        made,
                        &mut sheets[delivery],
                        at,
                        (serial, taken_back),
                        &back,
                        Some(Fault::Reversal),
                    );
                }
            }
        }
    }
}

fn insurance(person: &Person) -> i16 {
    if matches!(person.work, Work::Employee | Work::Retired) {
        1
    } else {
        2
    }
}

/// Settlements within the year before `as_of` and the history: about 0.35 a person, more with age and illness.
fn visits(person: &Person, class: Class, as_of: Day, rng: &mut Rng) -> u32 {
    let age = person.age_at(as_of);
    let mean = match age {
        ..6 => 0.4,
        6..40 => 0.10,
        40..60 => 0.25,
        60..75 => 0.6,
        _ => 1.0,
    } + if person.illness.is_some() || class == Class::Rigid {
        3.0
    } else {
        0.0
    };
    let mut count = 0;
    let mut left = mean;
    while left > 0.0 && rng.chance(left / (left + 0.6)) {
        count += 1;
        left -= 0.45;
    }
    count
}

fn bill(person: &Person, class: Class, rng: &mut Rng, made: &Made) -> Bill {
    let time = made.place.time;
    let settled_on = time.first - LOOK_BACK_DAYS + rng.below((time.as_of - time.first + LOOK_BACK_DAYS) as u32) as Day;
    let ill = person.illness.is_some() || class == Class::Rigid;
    let inpatient = rng.chance(if ill { 0.6 } else { 0.16 });
    let yuan = if inpatient {
        5_200.0 * (rng.bell() * 0.75).exp()
    } else {
        160.0 * (rng.bell() * 0.8).exp()
    };
    let yuan = if ill && inpatient { yuan * 3.2 } else { yuan };
    let fee_fen = (yuan * 100.0) as i64;
    // The fund bears more of what those on the rosters owe.
    let own = if matches!(class, Class::Ordinary) {
        rng.between(28, 52)
    } else {
        rng.between(8, 26)
    };
    Bill {
        kind: if inpatient {
            2
        } else {
            [1, 3, 4][rng.pick(&[0.6, 0.25, 0.15])]
        },
        fee_fen,
        self_paid_fen: fee_fen * i64::from(own) / 100,
        visited_on: settled_on - if inpatient { rng.between(3, 14) } else { 0 },
        settled_on,
        remote: inpatient && rng.chance(REMOTE),
    }
}

fn row(made: &Made, sheet: &mut Sheet, at: u32, (serial, reverses): (u64, u64), bill: &Bill, fault: Option<Fault>) {
    let person = made.person(at);
    sheet.begin_with(at, fault);
    sheet.numeral(settlement_number(made, serial));
    sheet.id(person.id);
    sheet.name(person.name);
    sheet.code(bill.kind);
    sheet.code(insurance(person));
    sheet.money(bill.fee_fen);
    sheet.money(bill.fee_fen - bill.self_paid_fen);
    sheet.money(bill.self_paid_fen);
    sheet.date(bill.visited_on);
    sheet.date(bill.settled_on);
    if bill.kind == 9 {
        sheet.none();
    } else if bill.remote {
        sheet.text("北京协和医院");
    } else {
        sheet.pieces(&[made.county().name, HOSPITALS[(serial % 4) as usize]]);
    }
    sheet.flag(bill.remote);
    match (bill.kind, person.illness) {
        (2, Some(illness)) => sheet.text(crate::health::SERIOUS[usize::from(illness.disease)].0),
        _ => sheet.none(),
    }
    if reverses > 0 {
        sheet.numeral(settlement_number(made, reverses))
    } else {
        sheet.none()
    }
    sheet.end();
}

fn settlement_number(made: &Made, serial: u64) -> u64 {
    // 17 digits: county, chunk of the county, running number; never 15 or 18, which could be taken for an id.
    u64::from(made.county().code) * 100_000_000_000
        + u64::from(made.place.chunk.position_in_county) * 100_000_000
        + serial
}
