use super::{Feed, Made, record_number};
use crate::calendar::NEVER;
use crate::faults::Fault;
use crate::random::Rng;
use crate::sheet::Sheet;

pub const FEED: Feed = Feed {
    number: 8,
    name: "cremation",
    file_zh: "民政_殡葬火化信息",
    columns: &[
        "cremation_no",
        "id_no",
        "name",
        "sex",
        "birth_date",
        "died_on",
        "cremated_on",
        "home",
        "division",
    ],
    faults: &[
        (Fault::CheckDigit, 0.002),
        (Fault::BadDate, 0.001),
        (Fault::NameMistyped, 0.004),
    ],
    rows_per_person: 0.008,
    write,
};

/// Brought in without papers: the record goes to matching by people.
const NO_ID: f64 = 0.008;

fn write(made: &Made, rng: &mut Rng, sheets: &mut [Sheet]) {
    let mut serial = 0;
    for (at, person) in made.people() {
        let Some(death) = person.death.filter(|death| death.cremated_on != NEVER) else {
            continue;
        };
        let Some(delivery) = made.delivery_of(death.cremation_reported_on()) else {
            continue;
        };
        serial += 1;
        let sheet = &mut sheets[delivery];
        sheet.begin(at);
        sheet.text(&record_number(made, "HH", serial));
        if rng.chance(NO_ID) {
            sheet.no_id()
        } else {
            sheet.id(person.id)
        }
        sheet.name(person.name);
        sheet.code(if person.male { 1 } else { 2 });
        sheet.date(person.born);
        sheet.date(death.on);
        sheet.date(death.cremated_on);
        sheet.pieces(&[made.county().name, "殡仪馆"]);
        sheet.numeral(made.county_division());
        sheet.end();
    }
}
