use super::{Feed, Made, record_number, send};
use crate::calendar::{Day, NEVER};
use crate::faults::Fault;
use crate::livelihood::JOB_LOSS_REPORTED_DAYS;
use crate::person::{Person, Work};
use crate::random::{Quota, Rng};
use crate::sheet::Sheet;

pub const FEED: Feed = Feed {
    number: 13,
    name: "employment",
    file_zh: "人社_就业失业登记",
    columns: &[
        "registration_no",
        "id_no",
        "name",
        "state",
        "employer",
        "monthly_wage",
        "started_on",
        "ended_on",
        "reason",
        "job_refusals",
        "division",
    ],
    faults: &[
        (Fault::CheckDigit, 0.0004),
        (Fault::UnknownCode, 0.0003),
        (Fault::BadDate, 0.0002),
        (Fault::Duplicate, 0.0004),
    ],
    rows_per_person: 0.30,
    write,
};

/// Of the insured employees, this share is in the employment register as well.
const REGISTERED: f64 = 0.80;

fn write(made: &Made, rng: &mut Rng, sheets: &mut [Sheet]) {
    let mut registered = Quota::new(rng);
    let mut serial = 0;
    for (at, person) in made.people() {
        if person.id.is_none() || !person.alive_at(made.place.time.first) {
            continue;
        }
        let state = match person.work {
            Work::Employee if registered.draw(REGISTERED) => 1,
            Work::Flexible => 2,
            Work::Unemployed => 4,
            _ => continue,
        };
        let Some(delivery) = made.delivery_of(person.work_since + JOB_LOSS_REPORTED_DAYS) else {
            continue;
        };
        serial += 1;
        let (from, lost_on) = (person.work_since, person.work_lost_on);
        send(sheets, delivery, |sheet| {
            spell(made, sheet, (at, serial), person, state, (from, NEVER))
        });
        if lost_on != NEVER
            && let Some(delivery) = made.delivery_of(lost_on + JOB_LOSS_REPORTED_DAYS)
        {
            send(sheets, delivery, |sheet| {
                spell(made, sheet, (at, serial), person, state, (from, lost_on))
            });
            if person.registers_unemployed() {
                serial += 1;
                send(sheets, delivery, |sheet| {
                    spell(made, sheet, (at, serial), person, 4, (lost_on, NEVER))
                });
            }
        }
    }
}

fn spell(
    made: &Made,
    sheet: &mut Sheet,
    (at, serial): (u32, usize),
    person: &Person,
    state: i16,
    (from, to): (Day, Day),
) {
    sheet.begin(at);
    sheet.text(&record_number(made, "JY", serial));
    sheet.id(person.id);
    sheet.name(person.name);
    sheet.code(state);
    if state == 1 {
        employer(made, sheet, person)
    } else {
        sheet.none()
    }
    if state == 4 {
        sheet.none()
    } else {
        sheet.money(person.wage_fen)
    }
    sheet.date(from);
    sheet.date(to);
    if state == 4 {
        sheet.text("用人单位解除劳动合同")
    } else {
        sheet.none()
    }
    if state == 4 {
        sheet.count(0)
    } else {
        sheet.none()
    }
    sheet.numeral(made.village(made.register(person)).code);
    sheet.end();
}

pub fn employer(made: &Made, sheet: &mut Sheet, person: &Person) {
    const TRADES: [&str; 8] = [
        "煤业",
        "商贸",
        "建筑工程",
        "物业服务",
        "机械制造",
        "餐饮管理",
        "物流",
        "农业科技",
    ];
    const NAMES: [&str; 8] = ["晋源", "同兴", "汾河", "恒泰", "天和", "宏远", "瑞丰", "长盛"];
    let pick = (person.wage_fen / 10 + i64::from(person.born)).rem_euclid(64) as usize;
    sheet.pieces(&[made.county().name, NAMES[pick / 8], TRADES[pick % 8], "有限公司"]);
}
