//! Opens a path: looks inside gz and zip, and tells the kind of file from its first bytes.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use zip::ZipArchive;

use super::{Blocks, ReadFault, Shape, Table, delimited, json_lines, parquet_file, sheet};

/// A workbook, or a Parquet file inside an archive, is unpacked into memory; more than this is refused.
const UNPACKED_LIMIT_BYTES: u64 = 2 << 30;

/// One table of a delivered file: the file itself, a member of an archive, or a sheet of a workbook.
pub struct Entry<'a> {
    /// File name with the member's or sheet's name behind it.
    pub name: String,
    /// Place within the file, so that two tables of one file have different content hashes.
    pub index: u32,
    pub table: Table<'a>,
}

/// Receives each table of a file, or the name and the fault of a member that cannot be read.
pub type Take<'t, E> = dyn FnMut(Result<Entry<'_>, (String, ReadFault)>) -> Result<(), E> + 't;

/// Calls `take` for every table in the file at `path`; a member that cannot be read is handed over as its fault.
pub fn open<E: From<ReadFault>>(path: &Path, block_bytes: usize, take: &mut Take<'_, E>) -> Result<(), E> {
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned();
    let opened = File::open(path).map_err(|error| ReadFault::File {
        path: name.clone(),
        reason: error.to_string(),
    })?;
    let mut magic = [0u8; 8];
    let known = read_up_to(&opened, &mut magic).map_err(ReadFault::from)?;
    let mut index = 0;
    match kind_of(&magic[..known], &name) {
        Kind::Zip => members(path, &name, block_bytes, take),
        kind => {
            let source = Source::File(path.to_owned());
            tables(source, kind, name, block_bytes, &mut index, take)
        }
    }
}

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Zip,
    Workbook,
    Gzip,
    Parquet,
    JsonLines,
    OldWorkbook,
    Delimited,
}

fn kind_of(magic: &[u8], name: &str) -> Kind {
    let lower = name.to_lowercase();
    match magic {
        [b'P', b'K', 3, 4, ..] if [".xlsx", ".xlsm"].iter().any(|end| lower.ends_with(end)) => Kind::Workbook,
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Kind::Zip,
        [0x1F, 0x8B, ..] => Kind::Gzip,
        [b'P', b'A', b'R', b'1', ..] => Kind::Parquet,
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Kind::OldWorkbook,
        _ => {
            let text = magic
                .strip_prefix(&[0xEF, 0xBB, 0xBF])
                .unwrap_or(magic)
                .trim_ascii_start();
            if text.first() == Some(&b'{') {
                Kind::JsonLines
            } else {
                Kind::Delimited
            }
        }
    }
}

/// Where a table's bytes are.
enum Source<'a> {
    File(PathBuf),
    Stream(Box<dyn Read + Send + 'a>),
}

impl<'a> Source<'a> {
    fn into_stream(self) -> Result<Box<dyn Read + Send + 'a>, ReadFault> {
        Ok(match self {
            Source::File(path) => Box::new(File::open(path)?),
            Source::Stream(stream) => stream,
        })
    }

    fn into_bytes(self) -> Result<Vec<u8>, ReadFault> {
        let mut bytes = Vec::new();
        self.into_stream()?
            .take(UNPACKED_LIMIT_BYTES + 1)
            .read_to_end(&mut bytes)?;
        if bytes.len() as u64 > UNPACKED_LIMIT_BYTES {
            return Err(ReadFault::TooLarge {
                found: bytes.len() as u64,
                limit: UNPACKED_LIMIT_BYTES,
            });
        }
        Ok(bytes)
    }

    fn into_parquet(self) -> Result<parquet_file::Content, ReadFault> {
        Ok(match self {
            Source::File(path) => parquet_file::Content::File(path),
            stream => parquet_file::Content::Memory(stream.into_bytes()?.into()),
        })
    }
}

fn tables<E: From<ReadFault>>(
    source: Source<'_>,
    kind: Kind,
    name: String,
    block_bytes: usize,
    index: &mut u32,
    take: &mut Take<'_, E>,
) -> Result<(), E> {
    let opened = match kind {
        Kind::Gzip => {
            let mut stream: Box<dyn Read + Send + '_> = Box::new(MultiGzDecoder::new(source.into_stream()?));
            let mut magic = [0u8; 8];
            let known = match read_up_to(&mut stream, &mut magic) {
                Ok(known) => known,
                Err(error) => return take(Err((name, error.into()))),
            };
            let inner_name = name.strip_suffix(".gz").unwrap_or(&name).to_owned();
            let inner = kind_of(&magic[..known], &inner_name);
            let whole = Source::Stream(Box::new(Cursor::new(magic[..known].to_vec()).chain(stream)));
            if inner == Kind::Gzip || inner == Kind::Zip {
                return take(Err((name, ReadFault::Zip("an archive within an archive".to_owned()))));
            }
            return tables(whole, inner, name, block_bytes, index, take);
        }
        Kind::Workbook => {
            let sheets = source.into_bytes().and_then(sheet::open);
            return match sheets {
                Err(fault) => take(Err((name, fault))),
                Ok(sheets) => {
                    let several = sheets.len() > 1;
                    for (sheet, preview, blocks) in sheets {
                        let name = if several {
                            format!("{name}#{sheet}")
                        } else {
                            name.clone()
                        };
                        let table = Table {
                            shape: Shape::Sheet,
                            preview,
                            blocks: Blocks::Sheet(blocks),
                        };
                        take(Ok(Entry {
                            name,
                            index: *index,
                            table,
                        }))?;
                        *index += 1;
                    }
                    Ok(())
                }
            };
        }
        Kind::Parquet => source
            .into_parquet()
            .and_then(parquet_file::open)
            .map(|(preview, blocks)| Table {
                shape: Shape::Parquet,
                preview,
                blocks: Blocks::Parquet(blocks),
            }),
        Kind::JsonLines => source
            .into_stream()
            .and_then(|stream| json_lines::open(stream, block_bytes))
            .map(|(preview, blocks)| Table {
                shape: Shape::JsonLines,
                preview,
                blocks: Blocks::JsonLines(blocks),
            }),
        Kind::Delimited => source
            .into_stream()
            .and_then(|stream| delimited::open(stream, block_bytes))
            .map(|(shape, preview, blocks)| Table {
                shape,
                preview,
                blocks: Blocks::Delimited(blocks),
            }),
        Kind::OldWorkbook => Err(ReadFault::OldFormat { kind: "XLS" }),
        Kind::Zip => Err(ReadFault::Zip("an archive within an archive".to_owned())),
    };
    match opened {
        Ok(table) => {
            take(Ok(Entry {
                name,
                index: *index,
                table,
            }))?;
            *index += 1;
            Ok(())
        }
        Err(fault) => take(Err((name, fault))),
    }
}

fn members<E: From<ReadFault>>(path: &Path, name: &str, block_bytes: usize, take: &mut Take<'_, E>) -> Result<(), E> {
    let refused = |error: zip::result::ZipError| ReadFault::Zip(error.to_string());
    let mut archive = ZipArchive::new(File::open(path).map_err(ReadFault::from)?).map_err(refused)?;
    let mut index = 0;
    for place in 0..archive.len() {
        let mut member = archive.by_index(place).map_err(refused)?;
        let inner_name = member_name(member.name_raw());
        // Finder and Windows leave these in archives; they are no deliveries.
        if member.is_dir()
            || inner_name.is_empty()
            || inner_name.starts_with("._")
            || inner_name == ".DS_Store"
            || inner_name == "Thumbs.db"
        {
            continue;
        }
        let shown = format!("{name}#{inner_name}");
        let mut magic = [0u8; 8];
        let known = match read_up_to(&mut member, &mut magic) {
            Ok(known) => known,
            Err(error) => {
                take(Err((shown, error.into())))?;
                continue;
            }
        };
        let kind = kind_of(&magic[..known], &inner_name);
        let whole = Source::Stream(Box::new(Cursor::new(magic[..known].to_vec()).chain(member)));
        tables(whole, kind, shown, block_bytes, &mut index, take)?;
    }
    Ok(())
}

/// The member's name without folders. Archivers on Chinese Windows write names in GB18030.
fn member_name(raw: &[u8]) -> String {
    let whole = match std::str::from_utf8(raw) {
        Ok(name) => name.into(),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(raw).0,
    };
    whole.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

fn read_up_to(mut source: impl Read, into: &mut [u8]) -> std::io::Result<usize> {
    let mut known = 0;
    while known < into.len() {
        match source.read(&mut into[known..])? {
            0 => break,
            taken => known += taken,
        }
    }
    Ok(known)
}
