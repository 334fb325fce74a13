use super::{Feed, Made, record_number};
use crate::calendar::{self, Day, NEVER};
use crate::faults::Fault;
use crate::person::{NOBODY, Person};
use crate::random::Rng;
use crate::sheet::Sheet;

pub const FEED: Feed = Feed {
    number: 7,
    name: "marriage",
    file_zh: "民政_婚姻登记",
    columns: &[
        "certificate_no",
        "kind",
        "party_a_id",
        "party_a_name",
        "party_a_birth",
        "party_b_id",
        "party_b_name",
        "party_b_birth",
        "registered_on",
        "division",
        "office",
    ],
    faults: &[
        (Fault::CheckDigit, 0.0008),
        (Fault::BadDate, 0.0004),
        (Fault::NameMistyped, 0.002),
    ],
    rows_per_person: 0.24,
    write,
};

/// Paper records back to here have been typed in; until `PAPER_UNTIL` they carry 15-digit ids, and some none.
const DIGITISED_FROM: i32 = 1986;
const PAPER_UNTIL: i32 = 1999;
const OLD_ID: f64 = 0.55;
const NO_ID: f64 = 0.01;

fn write(made: &Made, rng: &mut Rng, sheets: &mut [Sheet]) {
    let mut serial = 0;
    for (at, husband) in made.people() {
        if !husband.male || husband.spouse == NOBODY {
            continue;
        }
        let wife = made.person(husband.spouse);
        let paper = calendar::year(husband.married_on) < PAPER_UNTIL;
        for (kind, registered_on) in [(1, husband.married_on), (2, husband.divorced_on)] {
            let Some(delivery) = (registered_on != NEVER)
                .then(|| made.delivery_of(registered_on + 1))
                .flatten()
            else {
                continue;
            };
            if calendar::year(registered_on) < DIGITISED_FROM {
                continue;
            }
            serial += 1;
            let sheet = &mut sheets[delivery];
            sheet.begin(at);
            sheet.text(&record_number(made, if kind == 1 { "J" } else { "L" }, serial));
            sheet.code(kind);
            party(rng, sheet, husband, paper);
            sheet.name(husband.name);
            sheet.date(husband.born);
            party(rng, sheet, wife, paper);
            sheet.other_name(wife.name);
            sheet.date(wife.born);
            registered(made, sheet, registered_on);
            sheet.end();
        }
    }
}

fn party(rng: &mut Rng, sheet: &mut Sheet, person: &Person, paper: bool) {
    if paper && calendar::year(person.born) < 2000 && rng.chance(OLD_ID) {
        sheet.old_id(person.id);
    } else if paper && rng.chance(NO_ID) {
        sheet.no_id();
    } else {
        sheet.id(person.id);
    }
}

fn registered(made: &Made, sheet: &mut Sheet, on: Day) {
    sheet.date(on);
    sheet.numeral(made.county_division());
    sheet.pieces(&[made.county().name, "民政局婚姻登记处"]);
}
