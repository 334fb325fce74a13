use super::{Feed, Made};
use crate::calendar::{self, Day};
use crate::class::Class;
use crate::faults::Fault;
use crate::person::{Person, Work};
use crate::random::{Quota, Rng};
use crate::school::{self, Place};
use crate::sheet::Sheet;

pub const FEED: Feed = Feed {
    number: 15,
    name: "schooling",
    file_zh: "教育_学籍与资助",
    columns: &[
        "student_no",
        "id_no",
        "name",
        "birth_date",
        "school",
        "stage",
        "grade",
        "full_time",
        "boarding",
        "status",
        "enrolled_on",
        "leaves_on",
        "aid_amount",
        "term",
        "division",
    ],
    faults: &[
        (Fault::CheckDigit, 0.0005),
        (Fault::UnknownCode, 0.0003),
        (Fault::NameMistyped, 0.0008),
    ],
    rows_per_person: 0.17,
    write,
};

/// Young people who left school last summer and are still listed as enrolled.
const GRADUATES_LISTED: f64 = 0.05;
const SCHOOLS: [&str; 9] = [
    "",
    "幼儿园",
    "实验小学",
    "第一中学",
    "高级中学",
    "职业技术学校",
    "职业学院",
    "学院",
    "学院",
];

/// Once a term: in the first delivery, and in the one after a term's report.
fn write(made: &Made, rng: &mut Rng, sheets: &mut [Sheet]) {
    let mut graduates = Quota::new(rng);
    let cutoffs = made.cutoffs();
    let mut reported = None;
    for (delivery, &cutoff) in cutoffs.iter().enumerate() {
        let term = school::reported_term(cutoff);
        if reported == Some(term) {
            continue;
        }
        reported = Some(term);
        for (at, person) in made.people() {
            if !person.alive_at(term) || person.born > term - 3 * 365 {
                continue;
            }
            let age = person.age_at(term);
            if person.work == Work::Pupil {
                row(
                    made,
                    &mut sheets[delivery],
                    at,
                    person,
                    school::place(person, cutoff),
                    cutoff,
                    None,
                );
            } else if (19..24).contains(&age)
                && made.home(person).class == Class::Ordinary
                && graduates.draw(GRADUATES_LISTED)
            {
                let left = calendar::day(calendar::year(term) - i32::from(calendar::ymd(term).1 < 7), 7, 10);
                let place = Place {
                    stage: 7,
                    grade: 4,
                    enrolled_on: left - 1_409,
                    leaves_on: left,
                };
                row(
                    made,
                    &mut sheets[delivery],
                    at,
                    person,
                    place,
                    cutoff,
                    Some(Fault::GraduateListed),
                );
            }
        }
    }
}

fn row(made: &Made, sheet: &mut Sheet, at: u32, person: &Person, place: Place, cutoff: Day, fault: Option<Fault>) {
    let home = made.home(person);
    let village = made.village(home);
    sheet.begin_with(at, fault);
    if person.id.is_none() {
        sheet.none();
        sheet.no_id();
    } else {
        let digits = person.id.digits();
        sheet.pieces(&["G", std::str::from_utf8(&digits).expect("digits are text")]);
        sheet.id(person.id);
    }
    sheet.name(person.name);
    sheet.date(person.born);
    sheet.pieces(&[made.county().name, SCHOOLS[place.stage as usize]]);
    sheet.code(place.stage);
    sheet.count(place.grade);
    sheet.flag(true);
    sheet.flag(place.stage >= 4);
    let graduated = place.leaves_on < cutoff && fault != Some(Fault::GraduateListed);
    sheet.code(if graduated { 3 } else { 1 });
    sheet.date(place.enrolled_on);
    sheet.date(place.leaves_on);
    if home.class == Class::Ordinary {
        sheet.none()
    } else {
        sheet.money(125_000)
    }
    let (year, month, _) = calendar::ymd(school::reported_term(cutoff));
    sheet.text(&format!("{year}{}", if month >= 9 { "秋" } else { "春" }));
    sheet.numeral(village.code);
    sheet.end();
}
