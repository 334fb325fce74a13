use crate::day::Day;
use crate::division::DivisionCode;

const CHANGES: &str = include_str!("../../../../places/changes.csv");

/// What happened to a division.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Same name, another code.
    Recoded,
    /// Another name or rank, with a single successor.
    Renamed,
    /// Merged away or divided: no single successor is stated.
    Abolished,
}

#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// The source gives years, so a change counts from the last day of its year.
    pub in_force: Day,
    pub old_code: DivisionCode,
    pub old_name: &'static str,
    pub new_code: Option<DivisionCode>,
    pub new_name: &'static str,
    pub kind: ChangeKind,
    /// Number of the document, or the code table that shows the change.
    pub source: &'static str,
}

/// The file ships with the binary, so a fault in it is a fault of the build.
pub(super) fn read() -> Vec<Change> {
    CHANGES
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&'static str> = line.split(',').collect();
            let &[year, old_code, old_name, new_code, new_name, _, source] = fields.as_slice() else {
                panic!("changes.csv: seven columns wanted: {line}");
            };
            let new_code = DivisionCode::parse(new_code);
            Change {
                in_force: Day::from_ymd(year.parse().expect("changes.csv: a year"), 12, 31)
                    .expect("31 December exists"),
                old_code: DivisionCode::parse(old_code).expect("changes.csv: codes are valid"),
                old_name,
                new_code,
                new_name,
                kind: match new_code {
                    None => ChangeKind::Abolished,
                    Some(_) if old_name == new_name => ChangeKind::Recoded,
                    Some(_) => ChangeKind::Renamed,
                },
                source,
            }
        })
        .collect()
}
