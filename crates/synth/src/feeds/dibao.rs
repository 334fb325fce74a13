use super::{Feed, Made, dead_listed, status_at};
use crate::faults::Fault;
use crate::random::Rng;
use crate::service::Programme;
use crate::sheet::Sheet;

pub const FEED: Feed = Feed {
    number: 1,
    name: "dibao",
    file_zh: "民政_低保名册",
    columns: &[
        "household_no",
        "id_no",
        "name",
        "is_head",
        "relation",
        "area",
        "division",
        "standard",
        "income_pc",
        "household_amount",
        "person_share",
        "members",
        "class",
        "single",
        "started_on",
        "ended_on",
        "status",
        "account",
    ],
    faults: &[
        (Fault::CheckDigit, 0.0004),
        (Fault::BadDate, 0.0002),
        (Fault::Duplicate, 0.0010),
        (Fault::NameMistyped, 0.0010),
        (Fault::WrongHead, 0.0010),
    ],
    rows_per_person: 0.029,
    write,
};

fn write(made: &Made, _rng: &mut Rng, sheets: &mut [Sheet]) {
    for (sheet, &cutoff) in sheets.iter_mut().zip(made.cutoffs()) {
        let listed = made
            .entries
            .iter()
            .filter(|entry| entry.programme == Programme::Dibao && entry.started_on <= cutoff);
        for entry in listed {
            let person = made.person(entry.person);
            let household = made.home(person);
            let village = made.listed_village(entry);
            let standard = made.place.standard_fen(household);
            let head = made.place.head_at(household, cutoff) == entry.person || entry.single;
            let (status, ended_on) = status_at(entry, cutoff);
            sheet.begin_with(entry.person, dead_listed(entry, person, cutoff));
            sheet.numeral(made.listed_household(entry));
            sheet.id(person.id);
            sheet.name(person.name);
            let wrong_head = sheet.has(Fault::WrongHead);
            sheet.flag(head != wrong_head);
            sheet.code(i16::from(person.relation));
            sheet.code(village.area as i16 + 1);
            sheet.numeral(village.code);
            sheet.money(standard);
            sheet.money((standard - entry.amount_fen).max(0));
            sheet.money(entry.household_amount_fen);
            sheet.money(entry.amount_fen);
            sheet.count(entry.members as i32);
            sheet.code(if person.age_at(cutoff) >= 60 {
                1
            } else {
                2 + i16::from(entry.members > 1)
            });
            sheet.flag(entry.single);
            sheet.date(entry.started_on);
            sheet.date(ended_on);
            sheet.code(status);
            sheet.numeral(made.account(person));
            sheet.end();
        }
    }
}
