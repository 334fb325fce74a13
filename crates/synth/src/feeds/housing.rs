use super::{Feed, Made, record_number};
use crate::calendar::{self, Day, NEVER};
use crate::class::Class;
use crate::faults::Fault;
use crate::person::Work;
use crate::random::{Quota, Rng};
use crate::sheet::Sheet;
use crate::terrain::Area;

pub const FEED: Feed = Feed {
    number: 16,
    name: "housing",
    file_zh: "住建_住房保障与公积金",
    columns: &[
        "record_no",
        "kind",
        "id_no",
        "name",
        "monthly_rent",
        "monthly_subsidy",
        "fund_base",
        "fund_deposit",
        "last_deposit_month",
        "area_sqm",
        "started_on",
        "ended_on",
        "status",
        "division",
    ],
    faults: &[
        (Fault::CheckDigit, 0.0005),
        (Fault::UnknownCode, 0.0003),
        (Fault::BadDate, 0.0003),
    ],
    rows_per_person: 0.12,
    write,
};

const FUND: f64 = 0.42;
const PUBLIC_RENTAL: [f64; 2] = [0.02, 0.30];
const AREA_MISSING: f64 = 0.15;

fn write(made: &Made, rng: &mut Rng, sheets: &mut [Sheet]) {
    let mut fund = Quota::new(rng);
    let mut rental = [(); 2].map(|()| Quota::new(rng));
    let mut serial = 0;
    let first = made.place.time.first;
    for (at, person) in made.people() {
        if person.id.is_none() || !person.alive_at(first) {
            continue;
        }
        if person.work == Work::Employee && person.work_since < first && fund.draw(FUND) {
            serial += 1;
            write_fund(made, &mut sheets[0], at, serial, Deposits::Running);
            if person.work_lost_on != NEVER
                && let Some(delivery) = made.delivery_of(person.work_lost_on + 20)
                && delivery > 0
            {
                write_fund(made, &mut sheets[delivery], at, serial, Deposits::Stopped);
            }
        }
        let home = made.home(person);
        let in_need = usize::from(home.class != Class::Ordinary);
        if person.relation == 1
            && person.household == person.register
            && made.place.area(home) == Area::Urban
            && rental[in_need].draw(PUBLIC_RENTAL[in_need])
        {
            serial += 1;
            write_rental(made, rng, &mut sheets[0], at, serial);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Deposits {
    Running,
    Stopped,
}

fn write_fund(made: &Made, sheet: &mut Sheet, at: u32, serial: usize, deposits: Deposits) {
    let person = made.person(at);
    let (last, status) = match deposits {
        Deposits::Running => (made.place.time.first, 1),
        Deposits::Stopped => (person.work_lost_on, 2),
    };
    begin(made, sheet, at, serial, 3);
    sheet.none();
    sheet.none();
    sheet.money(person.wage_fen);
    sheet.money(person.wage_fen * 16 / 100);
    sheet.month(calendar::month_start(last, -1));
    sheet.none();
    end(made, sheet, at, person.work_since, status);
}

fn write_rental(made: &Made, rng: &mut Rng, sheet: &mut Sheet, at: u32, serial: usize) {
    begin(made, sheet, at, serial, 1);
    sheet.money(i64::from(rng.between(60, 380)) * 100);
    sheet.none();
    sheet.none();
    sheet.none();
    sheet.none();
    if rng.chance(AREA_MISSING) {
        sheet.none()
    } else {
        sheet.count(rng.between(28, 62))
    }
    end(made, sheet, at, made.place.time.first - rng.between(60, 2_500), 1);
}

fn begin(made: &Made, sheet: &mut Sheet, at: u32, serial: usize, kind: i16) {
    let person = made.person(at);
    sheet.begin(at);
    sheet.text(&record_number(made, "ZJ", serial));
    sheet.code(kind);
    sheet.id(person.id);
    sheet.name(person.name);
}

fn end(made: &Made, sheet: &mut Sheet, at: u32, started_on: Day, status: i16) {
    sheet.date(started_on);
    sheet.none();
    sheet.code(status);
    sheet.numeral(made.village(made.home(made.person(at))).code);
    sheet.end();
}
