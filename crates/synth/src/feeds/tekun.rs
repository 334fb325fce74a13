use super::{Feed, Made, dead_listed, status_at};
use crate::faults::Fault;
use crate::random::Rng;
use crate::service::Programme;
use crate::sheet::Sheet;

pub const FEED: Feed = Feed {
    number: 2,
    name: "tekun",
    file_zh: "民政_特困人员名册",
    columns: &[
        "id_no",
        "name",
        "area",
        "division",
        "mode",
        "failed_adl",
        "care_level",
        "basic_amount",
        "care_amount",
        "carer_name",
        "institution",
        "started_on",
        "ended_on",
        "status",
        "account",
    ],
    faults: &[
        (Fault::AnnualAsMonthly, 0.0012),
        (Fault::CheckDigit, 0.0004),
        (Fault::NameMistyped, 0.0010),
        (Fault::Duplicate, 0.0005),
    ],
    rows_per_person: 0.004,
    write,
};

/// Care as a share of the minimum wage of 1,980 yuan: 10, 25 and 50 % (Lüliang 2022).
const CARE_FEN: [i64; 3] = [19_800, 49_500, 99_000];

fn write(made: &Made, _rng: &mut Rng, sheets: &mut [Sheet]) {
    for (sheet, &cutoff) in sheets.iter_mut().zip(made.cutoffs()) {
        let listed = made
            .entries
            .iter()
            .filter(|entry| entry.programme == Programme::Tekun && entry.started_on <= cutoff);
        for entry in listed {
            let person = made.person(entry.person);
            let village = made.listed_village(entry);
            let (status, ended_on) = status_at(entry, cutoff);
            let in_home = person.born % 5 == 0;
            let failed = if person.card.is_some() {
                1 + person.born.rem_euclid(6)
            } else {
                0
            };
            let care = (failed > 0) as usize + (failed > 3) as usize;
            sheet.begin_with(entry.person, dead_listed(entry, person, cutoff));
            sheet.id(person.id);
            sheet.name(person.name);
            sheet.code(village.area as i16 + 1);
            sheet.numeral(village.code);
            sheet.code(if in_home { 1 } else { 2 });
            sheet.count(failed);
            sheet.code(care as i16 + 1);
            sheet.money(entry.amount_fen);
            sheet.money(CARE_FEN[care]);
            sheet.none();
            if in_home {
                sheet.pieces(&[made.county().name, "社会福利服务中心"])
            } else {
                sheet.none()
            }
            sheet.date(entry.started_on);
            sheet.date(ended_on);
            sheet.code(status);
            sheet.numeral(made.account(person));
            sheet.end();
        }
    }
}
