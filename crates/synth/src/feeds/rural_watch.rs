use super::{Feed, Made, record_number, send};
use crate::calendar::{self, NEVER};
use crate::faults::Fault;
use crate::person::Household;
use crate::random::Rng;
use crate::sheet::Sheet;

pub const FEED: Feed = Feed {
    number: 17,
    name: "rural_watch",
    file_zh: "农业农村_防返贫监测与农业补贴",
    columns: &[
        "record_no",
        "row_kind",
        "id_no",
        "name",
        "household_no",
        "watch_kind",
        "risk",
        "risk_state",
        "started_on",
        "ended_on",
        "land_mu",
        "subsidy_amount",
        "net_income_pc",
        "division",
    ],
    faults: &[
        (Fault::CheckDigit, 0.0006),
        (Fault::UnknownCode, 0.0004),
        (Fault::BadDate, 0.0002),
        (Fault::Duplicate, 0.0005),
    ],
    rows_per_person: 0.12,
    write,
};

const WATCH: i16 = 1;
const FARM_SUBSIDY: i16 = 2;
/// Agriculture counts who eats together: it lists this share of households without one of its members.
const DIFFERS: f64 = 0.06;
/// Support for grain growers, in fen a mu.
const SUBSIDY_FEN_PER_MU: i64 = 6_700;

fn write(made: &Made, rng: &mut Rng, sheets: &mut [Sheet]) {
    let mut serial = 0;
    let time = made.place.time;
    let spring = calendar::day(calendar::year(time.first), 4, 20);
    let paid_on = if spring < time.first {
        spring
    } else {
        calendar::day(calendar::year(time.first) - 1, 4, 20)
    };
    for household in &made.place.households {
        if household.watch_kind > 0 {
            serial += 1;
            watch(made, rng, sheets, household, serial);
        }
        let head = household.first;
        let person = made.person(head);
        if household.land_mu > 0 && !person.id.is_none() && person.alive_at(paid_on) {
            serial += 1;
            send(sheets, 0, |sheet| {
                begin(made, sheet, (head, serial), household, FARM_SUBSIDY, None);
                sheet.none();
                sheet.none();
                sheet.none();
                sheet.date(paid_on);
                sheet.none();
                sheet.count(i32::from(household.land_mu));
                sheet.money(i64::from(household.land_mu) * SUBSIDY_FEN_PER_MU);
                sheet.none();
                end(made, sheet, household);
            });
        }
    }
}

fn watch(made: &Made, rng: &mut Rng, sheets: &mut [Sheet], household: &Household, serial: usize) {
    let time = made.place.time;
    let risk = [1, 2, 3, 4, 5, 6, 7, 9][rng.pick(&[0.45, 0.18, 0.08, 0.05, 0.14, 0.05, 0.02, 0.03])];
    let differs = household.size > 2 && rng.chance(DIFFERS);
    let left_out = if differs {
        household.first + household.size - 1
    } else {
        u32::MAX
    };
    let mut rows = vec![(household.watch_since, false)];
    if household.watch_removed_on != NEVER {
        rows.push((household.watch_removed_on, true));
    }
    for (known_on, removed) in rows {
        let Some(delivery) = made.delivery_of(known_on + 10) else {
            continue;
        };
        for at in household.members().map(|at| at as u32) {
            let person = made.person(at);
            if at == left_out || person.id.is_none() || !person.alive_at(time.first) || person.joined_on > time.first {
                continue;
            }
            send(sheets, delivery, |sheet| {
                begin(
                    made,
                    sheet,
                    (at, serial),
                    household,
                    WATCH,
                    differs.then_some(Fault::HouseholdDiffers),
                );
                sheet.code(i16::from(household.watch_kind));
                sheet.code(risk);
                sheet.code(if removed { 3 } else { 1 });
                sheet.date(household.watch_since);
                sheet.date(if removed { known_on } else { NEVER });
                sheet.none();
                sheet.none();
                match household.surveyed_fen {
                    Some(fen) => sheet.money(fen),
                    None => sheet.none(),
                }
                end(made, sheet, household);
            });
        }
    }
}

fn begin(
    made: &Made,
    sheet: &mut Sheet,
    (at, serial): (u32, usize),
    household: &Household,
    kind: i16,
    fault: Option<Fault>,
) {
    let person = made.person(at);
    sheet.begin_with(at, fault);
    sheet.text(&record_number(made, if kind == WATCH { "FP" } else { "NB" }, serial));
    sheet.code(kind);
    sheet.id(person.id);
    sheet.name(person.name);
    // Agriculture numbers households by itself.
    sheet.numeral(household.number + 500_000_000);
}

fn end(made: &Made, sheet: &mut Sheet, household: &Household) {
    sheet.numeral(made.village(household).code);
    sheet.end();
}
