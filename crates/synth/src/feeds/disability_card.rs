use super::{Feed, Made, send};
use crate::calendar::Day;
use crate::faults::Fault;
use crate::person::{Card, Person};
use crate::random::Rng;
use crate::sheet::Sheet;

pub const FEED: Feed = Feed {
    number: 10,
    name: "disability_card",
    file_zh: "残联_残疾人证",
    columns: &[
        "id_no",
        "name",
        "card_no",
        "kind",
        "level",
        "includes_intellectual_or_mental",
        "issued_on",
        "graded_on",
        "valid_to",
        "status",
        "division",
    ],
    faults: &[
        (Fault::CheckDigit, 0.0010),
        (Fault::ImpossibleBirth, 0.0004),
        (Fault::UnknownCode, 0.0006),
        (Fault::BadDate, 0.0004),
        (Fault::NameMistyped, 0.0010),
    ],
    rows_per_person: 0.028,
    write,
};

const PUSH_DAYS: Day = 10;
/// Of cards that ran out, this share is still sent as valid.
const EXPIRED_AS_VALID: f64 = 0.3;

fn write(made: &Made, rng: &mut Rng, sheets: &mut [Sheet]) {
    let first = made.place.time.first;
    for (at, person) in made.people() {
        let Some(card) = person.card.filter(|_| !person.id.is_none()) else {
            continue;
        };
        let forgotten = rng.chance(EXPIRED_AS_VALID);
        let Some(delivery) = made.delivery_of(card.changed_on + PUSH_DAYS) else {
            continue;
        };
        if delivery > 0 && card.changed_on > first && person.card.is_some_and(|card| card.level == 3 && card.kind == 4)
        {
            // Regraded within the history: before, the card said level 2.
            let before = Card {
                level: 2,
                issued_on: card.issued_on - 1_500,
                valid_to: card.issued_on + 2_150,
                ..card
            };
            send(sheets, 0, |sheet| row(made, sheet, (0, at), person, before, forgotten));
        }
        send(sheets, delivery, |sheet| {
            row(made, sheet, (delivery, at), person, card, forgotten)
        });
    }
}

fn row(made: &Made, sheet: &mut Sheet, (delivery, at): (usize, u32), person: &Person, card: Card, forgotten: bool) {
    let cutoff = made.cutoffs()[delivery];
    let expired = card.valid_to < cutoff;
    sheet.begin_with(at, (expired && forgotten).then_some(Fault::ExpiredListed));
    sheet.id(person.id);
    sheet.name(person.name);
    let digits = person.id.digits();
    sheet.pieces(&[
        std::str::from_utf8(&digits).expect("digits are text"),
        &format!("{}{}", card.kind, card.level),
    ]);
    sheet.code(i16::from(card.kind));
    sheet.code(i16::from(card.level));
    sheet.flag(card.includes_mind);
    sheet.date(card.issued_on);
    sheet.date(card.issued_on);
    sheet.date(card.valid_to);
    sheet.code(if expired && !forgotten { 2 } else { 1 });
    sheet.numeral(made.village(made.register(person)).code);
    sheet.end();
}
