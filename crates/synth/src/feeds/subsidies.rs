use super::{Feed, Made, dead_listed, status_at};
use crate::calendar::{self, NEVER};
use crate::faults::Fault;
use crate::random::Rng;
use crate::service::Programme;
use crate::sheet::Sheet;

pub const FEED: Feed = Feed {
    number: 6,
    name: "subsidies",
    file_zh: "民政_残疾两补高龄失能补贴发放表",
    columns: &[
        "id_no",
        "name",
        "kind",
        "level",
        "monthly_amount",
        "paid_month",
        "paid_amount",
        "remote",
        "division",
        "started_on",
        "ended_on",
        "status",
        "account",
    ],
    faults: &[
        (Fault::CheckDigit, 0.0002),
        (Fault::ShortId, 0.0001),
        (Fault::NameMistyped, 0.0012),
        (Fault::Duplicate, 0.0006),
        (Fault::BadDate, 0.0001),
    ],
    rows_per_person: 0.047,
    write,
};

fn write(made: &Made, _rng: &mut Rng, sheets: &mut [Sheet]) {
    for (sheet, &cutoff) in sheets.iter_mut().zip(made.cutoffs()) {
        for entry in &made.entries {
            let kind = match entry.programme {
                Programme::DisabilityLiving => 1,
                Programme::DisabilityNursing => 2,
                Programme::OldAge => 3,
                Programme::DisabledElder => 4,
                _ => continue,
            };
            if entry.started_on > cutoff {
                continue;
            }
            let person = made.person(entry.person);
            let (status, ended_on) = status_at(entry, cutoff);
            let level = match (kind, person.card) {
                (1 | 2, Some(card)) => i16::from(card.level),
                (3, _) => 1 + ((person.age_at(cutoff) - 80).max(0) / 10).min(2) as i16,
                _ => 1,
            };
            let expired =
                matches!(kind, 1 | 2) && status == 1 && person.card.is_some_and(|card| card.valid_to < cutoff);
            let fault = dead_listed(entry, person, cutoff).or(expired.then_some(Fault::ExpiredListed));
            sheet.begin_with(entry.person, fault);
            sheet.id(person.id);
            sheet.name(person.name);
            sheet.code(kind);
            sheet.code(level);
            sheet.money(entry.amount_fen);
            sheet.month(cutoff);
            if status == 1 {
                sheet.money(entry.amount_fen)
            } else {
                sheet.none()
            }
            sheet.flag(entry.elsewhere);
            sheet.numeral(made.listed_village(entry).code);
            sheet.date(entry.started_on);
            sheet.date(if ended_on == NEVER {
                NEVER
            } else {
                ended_on.max(calendar::month_start(entry.started_on, 0))
            });
            sheet.code(status);
            sheet.numeral(made.account(person));
            sheet.end();
        }
    }
}
