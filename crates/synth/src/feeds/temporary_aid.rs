use super::{Feed, Made, record_number};
use crate::calendar::Day;
use crate::class::Class;
use crate::faults::Fault;
use crate::random::{Quota, Rng};
use crate::sheet::Sheet;

pub const FEED: Feed = Feed {
    number: 4,
    name: "temporary_aid",
    file_zh: "民政_临时救助台账",
    columns: &[
        "aid_no",
        "id_no",
        "name",
        "cause",
        "kind",
        "amount",
        "members",
        "quick",
        "division",
        "hukou_division",
        "applied_on",
        "decided_on",
        "paid_on",
    ],
    faults: &[
        (Fault::CheckDigit, 0.002),
        (Fault::BadMoney, 0.0015),
        (Fault::UnknownCode, 0.001),
        (Fault::MissingName, 0.001),
    ],
    rows_per_person: 0.006,
    write,
};

/// 944,000 person-times in the five years of the 14th plan: 0.54 % of the people in a year.
const PERSON_TIMES_PER_YEAR: f64 = 944_000.0 / 5.0 / 34_800_000.0;
const LOOK_BACK_DAYS: Day = 365;
/// Of the aids, about this share goes to people already on a roster.
const SHARE_IN_NEED: f64 = 0.4;
const REPEATED: f64 = 0.03;

fn write(made: &Made, rng: &mut Rng, sheets: &mut [Sheet]) {
    let mut quotas = [(); 2].map(|()| Quota::new(rng));
    let time = made.place.time;
    let years = f64::from(time.as_of - time.first + LOOK_BACK_DAYS) / 365.0;
    let per_household = PERSON_TIMES_PER_YEAR * years * 2.4;
    let mut serial = 0;
    for household in &made.place.households {
        let in_need = household.class != Class::Ordinary;
        // One household in twenty is in need, so its rate is that much higher.
        let rate = if in_need {
            per_household * SHARE_IN_NEED / 0.035
        } else {
            per_household * (1.0 - SHARE_IN_NEED) / 0.965
        };
        if !quotas[usize::from(in_need)].draw(rate / 1.03) {
            continue;
        }
        let head = made.place.head_at(household, time.as_of);
        let decided_on =
            time.first - LOOK_BACK_DAYS + rng.below((time.as_of - time.first + LOOK_BACK_DAYS) as u32) as Day;
        let cause = [1, 2, 3, 4, 5, 6, 7, 9][rng.pick(&[0.52, 0.10, 0.03, 0.05, 0.12, 0.08, 0.02, 0.08])];
        let times = if rng.chance(REPEATED) { 2 } else { 1 };
        for turn in 0..times {
            let decided_on = decided_on + turn * 70;
            let Some(delivery) = made.delivery_of(decided_on + 6) else {
                continue;
            };
            if !made.person(head).alive_at(decided_on) {
                continue;
            }
            serial += 1;
            write_aid(
                made,
                rng,
                &mut sheets[delivery],
                head,
                (cause, decided_on),
                (serial, turn > 0),
            );
        }
    }
}

fn write_aid(
    made: &Made,
    rng: &mut Rng,
    sheet: &mut Sheet,
    head: u32,
    (cause, decided_on): (i16, Day),
    (serial, repeated): (usize, bool),
) {
    let person = made.person(head);
    let village = made.village(made.home(person));
    let quick = rng.chance(0.3);
    let amount = if quick {
        rng.between(200, 660)
    } else {
        rng.between(6, 60) * 100
    };
    sheet.begin_with(head, repeated.then_some(Fault::CauseRepeated));
    sheet.text(&record_number(made, "LS", serial));
    sheet.id(person.id);
    sheet.name(person.name);
    sheet.code(cause);
    sheet.code(1);
    sheet.money(i64::from(amount) * 100);
    sheet.count(1);
    sheet.flag(quick);
    sheet.numeral(village.code);
    sheet.numeral(village.code);
    sheet.date(decided_on - if quick { 1 } else { rng.between(5, 20) });
    sheet.date(decided_on);
    sheet.date(decided_on + if quick { 0 } else { 5 });
    sheet.end();
}
