//! Rejected rows back as a spreadsheet: the original columns, and beside them what is wrong and what to do.

use anwang_contracts::Contracts;
use anwang_store::rejects::{self, Reject};
use anwang_store::{Book, batches};
use anwang_vault::{AuditEntry, Vault};
use rust_xlsxwriter::{Format, FormatPattern, Workbook, XlsxError};

use crate::error::IntakeError;
use crate::run::kept::bound_to;

/// Who asks for rejected rows in clear, and why; it is noted before anything is opened.
#[derive(Debug, Clone)]
pub struct Asker<'a> {
    pub who: &'a str,
    pub purpose: &'a str,
    pub at_ms: i64,
}

/// Opens the rejected rows of a batch and gives the bytes of a workbook. One sheet row per rejected row.
pub fn workbook_of_rejects(
    book: &Book,
    vault: &Vault,
    contracts: &Contracts,
    batch_id: i64,
    asker: &Asker<'_>,
) -> Result<Vec<u8>, IntakeError> {
    let batch = batches::by_id(book, batch_id)?.ok_or(IntakeError::UnknownBatch { batch_id })?;
    let rejects = rejects::of_batch(book, batch_id)?;
    vault.audit(
        book,
        &AuditEntry {
            at_ms: asker.at_ms,
            who: asker.who.to_owned(),
            purpose: asker.purpose.to_owned(),
            action: "rejects.export".to_owned(),
            subject_key: None,
            detail: format!("batch {batch_id} of {}", batch.feed),
        },
    )?;
    let header = header_of(book, batch_id)?;
    let titles = |name: &str| {
        let column = contracts
            .by_name(&batch.feed)
            .and_then(|contract| contract.column(name));
        column.map_or_else(|| name.to_owned(), |column| column.zh.clone())
    };
    write(&header, &rejects, vault, titles)
}

fn header_of(book: &Book, batch_id: i64) -> Result<Vec<String>, IntakeError> {
    let row = book
        .query_one(
            "SELECT header FROM intake_deliveries WHERE batch_id = $1",
            &[batch_id.into()],
        )?
        .ok_or(IntakeError::UnknownBatch { batch_id })?;
    serde_json::from_str(row.text(0)?).map_err(|error| IntakeError::Spreadsheet(error.to_string()))
}

fn write(
    header: &[String],
    rejects: &[Reject],
    vault: &Vault,
    title: impl Fn(&str) -> String,
) -> Result<Vec<u8>, IntakeError> {
    let refused = |error: XlsxError| IntakeError::Spreadsheet(error.to_string());
    let (head, fault) = (
        Format::new().set_bold(),
        Format::new()
            .set_background_color(0xFF_F2_CC)
            .set_pattern(FormatPattern::Solid),
    );
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let own = ["原行号 row", "问题栏目 column", "问题代码 code", "处理提示 what to do"];
    for (at, text) in header.iter().map(String::as_str).chain(own).enumerate() {
        sheet
            .write_string_with_format(0, at as u16, text, &head)
            .map_err(refused)?;
    }
    for (line, of_row) in rejects.chunk_by(|a, b| a.row_number == b.row_number).enumerate() {
        let line = line as u32 + 1;
        for (at, cell) in cells_of(of_row, vault)?.iter().enumerate() {
            // Text throughout: a spreadsheet would round an id to fifteen digits.
            sheet.write_string(line, at as u16, cell).map_err(refused)?;
        }
        let all = |text: &dyn Fn(&Reject) -> String| of_row.iter().map(text).collect::<Vec<_>>().join("；");
        let row_number = of_row[0].row_number.to_string();
        let said = [
            row_number,
            all(&|reject| title(&reject.column_name)),
            all(&|reject| reject.code.clone()),
            all(&|reject| reject.hint.clone()),
        ];
        for (at, text) in said.iter().enumerate() {
            sheet
                .write_string_with_format(line, (header.len() + at) as u16, text, &fault)
                .map_err(refused)?;
        }
    }
    sheet.set_freeze_panes(1, 0).map_err(refused)?;
    workbook.save_to_buffer().map_err(refused)
}

/// The row as it came. Its seal is with the first of its faults.
fn cells_of(of_row: &[Reject], vault: &Vault) -> Result<Vec<String>, IntakeError> {
    let Some((reject, sealed)) = of_row
        .iter()
        .find_map(|reject| Some((reject, reject.sealed_row.as_deref()?)))
    else {
        return Ok(Vec::new());
    };
    let plain = vault.open_sealed(sealed, &bound_to(reject.batch_id, reject.row_number))?;
    serde_json::from_slice(&plain).map_err(|error| IntakeError::Spreadsheet(error.to_string()))
}
