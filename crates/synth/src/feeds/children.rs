use super::{Feed, Made, status_at};
use crate::faults::Fault;
use crate::random::Rng;
use crate::service::Programme;
use crate::sheet::Sheet;

pub const FEED: Feed = Feed {
    number: 5,
    name: "children",
    file_zh: "民政_困境儿童名册",
    columns: &[
        "id_no",
        "name",
        "birth_date",
        "kind",
        "care",
        "guardian_name",
        "guardian_id",
        "guardian_relation",
        "payee_name",
        "amount",
        "division",
        "started_on",
        "ended_on",
        "status",
        "account",
    ],
    faults: &[(Fault::CheckDigit, 0.002), (Fault::MissingName, 0.001)],
    rows_per_person: 0.0004,
    write,
};

fn write(made: &Made, _rng: &mut Rng, sheets: &mut [Sheet]) {
    for (sheet, &cutoff) in sheets.iter_mut().zip(made.cutoffs()) {
        for entry in &made.entries {
            let kind = match entry.programme {
                Programme::Orphan => 1,
                Programme::Unattended => 2,
                _ => continue,
            };
            if entry.started_on > cutoff {
                continue;
            }
            let person = made.person(entry.person);
            let household = made.home(person);
            let guardian = made.person(household.first);
            let (status, ended_on) = status_at(entry, cutoff);
            sheet.begin(entry.person);
            sheet.id(person.id);
            sheet.name(person.name);
            sheet.date(person.born);
            sheet.code(kind);
            sheet.code(2);
            sheet.other_name(guardian.name);
            sheet.other_id(guardian.id);
            sheet.code(1);
            sheet.other_name(guardian.name);
            sheet.money(entry.amount_fen);
            sheet.numeral(made.village(household).code);
            sheet.date(entry.started_on);
            sheet.date(ended_on);
            sheet.code(status);
            sheet.numeral(made.account(guardian));
            sheet.end();
        }
    }
}
