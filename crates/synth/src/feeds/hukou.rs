use super::{Feed, Made, send};
use crate::calendar::{Day, NEVER};
use crate::class::Class;
use crate::faults::Fault;
use crate::ids::IdNumber;
use crate::person::{Marital, NOBODY, Person, Work};
use crate::random::Rng;
use crate::sheet::Sheet;

pub const FEED: Feed = Feed {
    number: 9,
    name: "hukou",
    file_zh: "公安_户籍人口信息",
    columns: &[
        "id_no",
        "name",
        "sex",
        "birth_date",
        "household_no",
        "relation",
        "division",
        "address",
        "phone",
        "residence_division",
        "marital",
        "father_id",
        "mother_id",
        "registered_on",
        "cancelled_on",
        "cancel_reason",
        "vehicles",
        "vehicle_registered_on",
    ],
    faults: &[
        (Fault::CheckDigit, 0.0002),
        (Fault::ImpossibleBirth, 0.0001),
        (Fault::UnknownCode, 0.0001),
        (Fault::NameMistyped, 0.0005),
    ],
    rows_per_person: 1.0,
    write,
};

/// Days until what the register learns is in its monthly push.
const PUSH_DAYS: Day = 3;

fn write(made: &Made, rng: &mut Rng, sheets: &mut [Sheet]) {
    let cutoffs = made.cutoffs();
    for (at, person) in made.people() {
        if person.id.is_none() {
            continue;
        }
        let cars = vehicles(made, person, rng);
        let Some(first) = made.delivery_of(person.joined_on + PUSH_DAYS) else {
            continue;
        };
        send(sheets, first, |sheet| {
            row(made, sheet, at, person, cutoffs[first], cars)
        });
        // A row goes out again when what it says has changed since.
        let mut last = first;
        let cancelled = person
            .death
            .map_or(NEVER, |death| death.cancelled_on)
            .min(person.moved_on);
        let mut changes = [cancelled, person.married_on, person.divorced_on, cars.1];
        changes.sort_unstable();
        for change in changes {
            if change == NEVER {
                continue;
            }
            if let Some(delivery) = made.delivery_of(change + PUSH_DAYS)
                && delivery > last
            {
                send(sheets, delivery, |sheet| {
                    row(made, sheet, at, person, cutoffs[delivery], cars)
                });
                last = delivery;
            }
        }
    }
}

/// Vehicles, and the day of the newest: mostly of wage earners, never of households in need.
fn vehicles(made: &Made, person: &Person, rng: &mut Rng) -> (i32, Day) {
    let earns = matches!(person.work, Work::Employee | Work::Flexible | Work::Informal);
    if !earns || person.relation != 1 || made.home(person).class != Class::Ordinary || !rng.chance(0.42) {
        return (0, NEVER);
    }
    let count = if rng.chance(0.12) { 2 } else { 1 };
    (count, made.place.time.as_of - rng.between(4, 3_200))
}

fn row(made: &Made, sheet: &mut Sheet, at: u32, person: &Person, cutoff: Day, (cars, newest_car): (i32, Day)) {
    let register = made.register(person);
    let village = made.village(register);
    sheet.begin(at);
    sheet.id(person.id);
    sheet.name(person.name);
    sheet.code(if person.male { 1 } else { 2 });
    sheet.date(person.born);
    sheet.numeral(register.number);
    sheet.code(i16::from(person.relation));
    sheet.numeral(village.code);
    let mut door = [0u8; 8];
    let from = small_number(register.number % 997 + 1, &mut door);
    sheet.pieces(&[
        made.county().name,
        village.township,
        village.name,
        as_text(&door[from..]),
        "号",
    ]);
    phone(sheet, made.home(person).phone);
    if person.household == person.register {
        sheet.none();
    } else {
        sheet.numeral(made.village(made.home(person)).code);
    }
    sheet.code(marital_at(made, person, cutoff) as i16);
    parent(made, sheet, person.father);
    parent(made, sheet, person.mother);
    sheet.date(person.joined_on);
    let died = person.death.map_or(NEVER, |death| death.cancelled_on);
    match (died <= cutoff - PUSH_DAYS, person.moved_on <= cutoff - PUSH_DAYS) {
        (true, _) => {
            sheet.date(died);
            sheet.code(1);
        }
        (_, true) => {
            sheet.date(person.moved_on);
            sheet.code(2);
        }
        _ => {
            sheet.none();
            sheet.none();
        }
    }
    let new_car = newest_car <= cutoff - PUSH_DAYS;
    sheet.count(if new_car { cars } else { 0 });
    sheet.date(if new_car { newest_car } else { NEVER });
    sheet.end();
}

fn marital_at(made: &Made, person: &Person, cutoff: Day) -> Marital {
    let known = cutoff - PUSH_DAYS;
    if person.divorced_on <= known {
        return Marital::Divorced;
    }
    if person.spouse != NOBODY {
        if person.married_on > known {
            return Marital::Single;
        }
        // The register follows a death only when the household has its book changed.
        let widowed = made
            .person(person.spouse)
            .death
            .is_some_and(|death| death.cancelled_on <= known);
        return if widowed { Marital::Widowed } else { Marital::Married };
    }
    person.marital
}

fn parent(made: &Made, sheet: &mut Sheet, at: u32) {
    sheet.other_id(if at == NOBODY {
        IdNumber::NONE
    } else {
        made.person(at).id
    });
}

fn phone(sheet: &mut Sheet, number: u32) {
    let mut digits = *b"13900000000";
    digits[2] = b'0' + (number % 10) as u8;
    let mut left = number;
    for digit in digits[3..].iter_mut().rev() {
        *digit = b'0' + (left % 10) as u8;
        left /= 10;
    }
    sheet.ascii(&digits);
}

fn small_number(mut value: u64, out: &mut [u8; 8]) -> usize {
    let mut from = 8;
    while from == 8 || value > 0 {
        from -= 1;
        out[from] = b'0' + (value % 10) as u8;
        value /= 10;
    }
    from
}

fn as_text(digits: &[u8]) -> &str {
    std::str::from_utf8(digits).expect("digits are text")
}
