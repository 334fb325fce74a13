use super::{Feed, Made, status_at};
use crate::faults::Fault;
use crate::livelihood::Income;
use crate::random::Rng;
use crate::service::Programme;
use crate::sheet::Sheet;

pub const FEED: Feed = Feed {
    number: 3,
    name: "edge_rigid",
    file_zh: "民政_低保边缘和刚性支出家庭名册",
    columns: &[
        "household_no",
        "id_no",
        "name",
        "is_head",
        "relation",
        "kind",
        "area",
        "division",
        "members",
        "income_pc",
        "essential_spending",
        "spending_ratio",
        "started_on",
        "valid_to",
        "ended_on",
        "status",
    ],
    faults: &[
        (Fault::CheckDigit, 0.0005),
        (Fault::UnknownCode, 0.0003),
        (Fault::NameMistyped, 0.0010),
    ],
    rows_per_person: 0.006,
    write,
};

fn write(made: &Made, _rng: &mut Rng, sheets: &mut [Sheet]) {
    for (sheet, &cutoff) in sheets.iter_mut().zip(made.cutoffs()) {
        for entry in &made.entries {
            let rigid = entry.programme == Programme::Rigid;
            if !(rigid || entry.programme == Programme::Edge) || entry.started_on > cutoff {
                continue;
            }
            let person = made.person(entry.person);
            let household = made.home(person);
            let village = made.village(household);
            let standard = made.place.standard_fen(household);
            let income = match made.place.income_at(household, cutoff) {
                Income::Known { per_person_fen } if !rigid => per_person_fen,
                _ => standard * if rigid { 19 } else { 12 } / 10,
            };
            let yearly = income * 12 * i64::from(entry.members);
            // Between six and nine tenths of the income, the same for all members and months.
            let ratio = 6_100 + i64::from(household.phone % 2_900);
            let (status, ended_on) = status_at(entry, cutoff);
            let expired = (entry.valid_to < cutoff && status == 1).then_some(Fault::ExpiredListed);
            sheet.begin_with(entry.person, super::dead_listed(entry, person, cutoff).or(expired));
            sheet.numeral(household.number);
            sheet.id(person.id);
            sheet.name(person.name);
            sheet.flag(made.place.head_at(household, cutoff) == entry.person);
            sheet.code(i16::from(person.relation));
            sheet.code(1 + i16::from(rigid));
            sheet.code(village.area as i16 + 1);
            sheet.numeral(village.code);
            sheet.count(entry.members as i32);
            sheet.money(income);
            if rigid {
                sheet.money(yearly / 10_000 * ratio);
                sheet.rate(ratio);
            } else {
                sheet.none();
                sheet.none();
            }
            sheet.date(entry.started_on);
            sheet.date(entry.valid_to);
            sheet.date(ended_on);
            sheet.code(status);
            sheet.end();
        }
    }
}
