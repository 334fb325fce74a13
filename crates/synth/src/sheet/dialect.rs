//! How one department writes its file: container, encoding, spelling of headers, codes, dates and money.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    pub container: Container,
    pub encoding: Encoding,
    pub packing: Packing,
    pub codes: CodeStyle,
    pub dates: DateStyle,
    pub money: MoneyStyle,
    pub ids: IdStyle,
    /// Which of a column's names heads it: 0 the contract's, 1 and on its synonyms; English names in Parquet.
    pub header: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    Csv,
    Tsv,
    Xlsx,
    NdJson,
    Parquet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf8Bom,
    Gb18030,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Plain,
    Gz,
    Zip,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeStyle {
    Number,
    Label,
    /// The first of the other spellings that departments use.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateStyle {
    Dashes,
    Digits,
    Slashes,
    Chinese,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyStyle {
    Plain,
    /// "1,234.50", quoted where commas separate cells.
    Thousands,
    /// Sums (not monthly amounts) in ten thousand yuan, said in the header.
    TenThousand,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdStyle {
    Plain,
    /// ０-９ now and then, as from an old input method.
    SomeFullWidth,
    /// A final x in lower case.
    LowerX,
}

impl Dialect {
    pub const PLAIN: Dialect = Dialect {
        container: Container::Csv,
        encoding: Encoding::Utf8,
        packing: Packing::Plain,
        codes: CodeStyle::Label,
        dates: DateStyle::Dashes,
        money: MoneyStyle::Plain,
        ids: IdStyle::Plain,
        header: 0,
    };
    pub const PARQUET: Dialect = Dialect {
        container: Container::Parquet,
        codes: CodeStyle::Number,
        ..Self::PLAIN
    };

    /// Separators of cells and rows. Spreadsheets and NDJSON are built from cells when the file is finished; the
    /// control characters cannot occur in a cell.
    pub fn separators(&self) -> (u8, u8) {
        match self.container {
            Container::Csv => (b',', b'\n'),
            Container::Tsv => (b'\t', b'\n'),
            Container::Xlsx | Container::NdJson | Container::Parquet => (CELL, ROW),
        }
    }

    pub fn extension(&self) -> &'static str {
        match (self.container, self.packing) {
            (Container::Csv, Packing::Plain) => "csv",
            (Container::Csv, Packing::Gz) => "csv.gz",
            (Container::Csv, Packing::Zip) => "zip",
            (Container::Tsv, _) => "tsv",
            (Container::Xlsx, _) => "xlsx",
            (Container::NdJson, _) => "ndjson",
            (Container::Parquet, _) => "parquet",
        }
    }

    /// Rows before the first record: the header, where there is one.
    pub fn header_rows(&self) -> u32 {
        match self.container {
            Container::Csv | Container::Tsv | Container::Xlsx => 1,
            Container::NdJson | Container::Parquet => 0,
        }
    }
}

pub const CELL: u8 = 0x1f;
pub const ROW: u8 = 0x1e;
