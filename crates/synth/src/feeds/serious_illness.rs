use super::{Feed, Made, record_number};
use crate::calendar::{Day, NEVER};
use crate::faults::Fault;
use crate::health::SERIOUS;
use crate::person::Person;
use crate::random::Rng;
use crate::sheet::Sheet;

pub const FEED: Feed = Feed {
    number: 12,
    name: "serious_illness",
    file_zh: "卫健_重大疾病与死亡医学证明",
    columns: &[
        "record_no",
        "kind",
        "id_no",
        "name",
        "sex",
        "birth_date",
        "disease_code",
        "disease",
        "diagnosed_on",
        "died_on",
        "reported_on",
        "death_place",
        "division",
    ],
    // Names differ from the register more often than anywhere else: wards write what the family says.
    faults: &[
        (Fault::NameMistyped, 0.02),
        (Fault::CheckDigit, 0.002),
        (Fault::UnknownCode, 0.001),
    ],
    rows_per_person: 0.015,
    write,
};

const NO_ID: f64 = 0.006;
const REPORT_DAYS: Day = 18;

fn write(made: &Made, rng: &mut Rng, sheets: &mut [Sheet]) {
    let mut serial = 0;
    for (at, person) in made.people() {
        if let Some(illness) = person.illness
            && let Some(delivery) = made.delivery_of(illness.diagnosed_on + REPORT_DAYS)
        {
            serial += 1;
            let sheet = &mut sheets[delivery];
            head(made, rng, sheet, (at, serial), person, 1);
            let (code, name) = SERIOUS[usize::from(illness.disease)];
            sheet.text(code);
            sheet.text(name);
            sheet.date(illness.diagnosed_on);
            sheet.none();
            sheet.date(illness.diagnosed_on + REPORT_DAYS);
            sheet.none();
            tail(made, sheet);
        }
        if let Some(death) = person.death
            && death.certified_on != NEVER
            && let Some(delivery) = made.delivery_of(death.certified_on)
        {
            serial += 1;
            let sheet = &mut sheets[delivery];
            head(made, rng, sheet, (at, serial), person, 2);
            sheet.none();
            sheet.none();
            sheet.none();
            sheet.date(death.on);
            sheet.date(death.certified_on);
            sheet.code(if death.cremated_on == NEVER { 2 } else { 1 });
            tail(made, sheet);
        }
    }
}

fn head(made: &Made, rng: &mut Rng, sheet: &mut Sheet, (at, serial): (u32, usize), person: &Person, kind: i16) {
    sheet.begin(at);
    sheet.text(&record_number(made, "WJ", serial));
    sheet.code(kind);
    if rng.chance(NO_ID) {
        sheet.no_id()
    } else {
        sheet.id(person.id)
    }
    sheet.name(person.name);
    sheet.code(if person.male { 1 } else { 2 });
    sheet.date(person.born);
}

fn tail(made: &Made, sheet: &mut Sheet) {
    sheet.numeral(made.county_division());
    sheet.end();
}
