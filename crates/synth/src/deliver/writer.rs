//! Files that are open, and how each is begun, filled and closed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use arrow_schema::SchemaRef;
use flate2::Compression;
use flate2::write::GzEncoder;
use parquet::file::writer::SerializedFileWriter;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Piece, file_writer, gb18030};
use crate::error::SynthError;
use crate::sheet::dialect::{CELL, Container, Dialect, Encoding, Packing, ROW};
use crate::sheet::layout::Layout;

pub struct OutFile {
    path: PathBuf,
    pub rows: u64,
    body: Body,
}

enum Body {
    Plain(File),
    Gz(Box<GzEncoder<File>>),
    Zip(Box<ZipWriter<File>>),
    /// Cells until the spreadsheet is built.
    Cells(Vec<u8>),
    Parquet(Box<SerializedFileWriter<File>>),
}

impl OutFile {
    /// Begins a delivered file with its header.
    pub fn delivered(path: PathBuf, layout: &Layout) -> Result<Self, SynthError> {
        let dialect = layout.dialect;
        let file = create(&path)?;
        let mut out = Self::begin(path, file, &dialect, &layout.schema)?;
        if matches!(dialect.container, Container::Csv | Container::Tsv | Container::Xlsx) {
            let header = header(layout);
            out.write(&header)?;
        }
        Ok(out)
    }

    /// Begins a table of the truth.
    pub fn table(path: PathBuf, schema: &SchemaRef) -> Result<Self, SynthError> {
        let file = create(&path)?;
        Self::begin(path, file, &Dialect::PARQUET, schema)
    }

    fn begin(path: PathBuf, file: File, dialect: &Dialect, schema: &SchemaRef) -> Result<Self, SynthError> {
        let body = match (dialect.container, dialect.packing) {
            (Container::Parquet, _) => {
                let file = file_writer(file, schema).map_err(|error| encode_error(&path, &error))?;
                Body::Parquet(Box::new(file))
            }
            (Container::Xlsx, _) => Body::Cells(Vec::new()),
            (_, Packing::Gz) => Body::Gz(Box::new(GzEncoder::new(file, Compression::fast()))),
            (_, Packing::Zip) => {
                let mut zip = ZipWriter::new(file);
                let inner = path.with_extension("csv");
                let name = inner.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let options = SimpleFileOptions::default().compression_level(Some(1));
                zip.start_file(name, options)
                    .map_err(|error| encode_error(&path, &error))?;
                Body::Zip(Box::new(zip))
            }
            _ => Body::Plain(file),
        };
        Ok(Self { path, rows: 0, body })
    }

    /// Adds a chunk's rows.
    pub fn add(&mut self, piece: Piece, rows: u32) -> Result<(), SynthError> {
        self.rows += u64::from(rows);
        match piece {
            Piece::Bytes(bytes) | Piece::Cells(bytes) => self.write(&bytes),
            Piece::RowGroup(columns) => {
                let Body::Parquet(file) = &mut self.body else {
                    return Err(encode_error(&self.path, &"row groups belong into Parquet files"));
                };
                let append = |file: &mut SerializedFileWriter<File>| {
                    let mut group = file.next_row_group()?;
                    for column in columns {
                        column.append_to_row_group(&mut group)?;
                    }
                    group.close().map(|_| ())
                };
                append(file).map_err(|error| encode_error(&self.path, &error))
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SynthError> {
        let done = match &mut self.body {
            Body::Plain(file) => file.write_all(bytes),
            Body::Gz(file) => file.write_all(bytes),
            Body::Zip(file) => file.write_all(bytes),
            Body::Cells(cells) => {
                cells.extend_from_slice(bytes);
                Ok(())
            }
            Body::Parquet(_) => Err(io::Error::other("text cannot be added to a Parquet file")),
        };
        done.map_err(|source| SynthError::Write {
            path: self.path.clone(),
            source,
        })
    }

    pub fn close(self) -> Result<(), SynthError> {
        let path = self.path;
        let io = |source| SynthError::Write {
            path: path.clone(),
            source,
        };
        match self.body {
            Body::Plain(mut file) => file.flush().map_err(io),
            Body::Gz(file) => file.finish().map(|_| ()).map_err(io),
            Body::Zip(file) => file.finish().map(|_| ()).map_err(|error| encode_error(&path, &error)),
            Body::Cells(cells) => spreadsheet(&path, &cells),
            Body::Parquet(file) => file.close().map(|_| ()).map_err(|error| encode_error(&path, &error)),
        }
    }
}

fn create(path: &Path) -> Result<File, SynthError> {
    let io = |source| SynthError::Write {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(io)?;
    }
    File::create(path).map_err(io)
}

fn encode_error(path: &Path, error: &dyn std::fmt::Display) -> SynthError {
    SynthError::Encode {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

fn header(layout: &Layout) -> Vec<u8> {
    let (cell, row) = layout.dialect.separators();
    let mut text = layout.headers.join(&String::from(char::from(cell)));
    text.push(char::from(row));
    match layout.dialect.encoding {
        Encoding::Gb18030 if layout.dialect.container != Container::Xlsx => gb18030::encode(&text),
        Encoding::Utf8Bom if layout.dialect.container != Container::Xlsx => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        _ => text.into_bytes(),
    }
}

/// Every cell as text, as most departments' exports have them.
fn spreadsheet(path: &Path, cells: &[u8]) -> Result<(), SynthError> {
    let fail = |error: rust_xlsxwriter::XlsxError| encode_error(path, &error);
    let mut book = Workbook::new();
    // The library would write today's date; the same sample has to give the same bytes.
    let created = ExcelDateTime::from_ymd(2026, 1, 1).map_err(fail)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let sheet = book.add_worksheet();
    let rows = cells.split(|&byte| byte == ROW).filter(|row| !row.is_empty());
    for (at, row) in rows.enumerate() {
        for (column, cell) in row.split(|&byte| byte == CELL).enumerate() {
            if !cell.is_empty() {
                let text = String::from_utf8_lossy(cell);
                sheet
                    .write_string(at as u32, column as u16, text.as_ref())
                    .map_err(fail)?;
            }
        }
    }
    book.save(path).map_err(fail)
}
