use crate::StoreError;

/// A value on its way into or out of the book. Booleans are `Int(0)` and `Int(1)`, moments are
/// milliseconds since 1970-01-01 UTC, person keys are the bits of the `u64` as `i64`.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl Value {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Int(_) => "an integer",
            Self::Real(_) => "a real number",
            Self::Text(_) => "text",
            Self::Blob(_) => "bytes",
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

/// Keys are 64 random bits; SQL has no unsigned type, so the bits are kept and the sign is not meant.
impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Int(value.cast_signed())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Blob(value.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Blob(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One row of an answer; columns are counted from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub Vec<Value>);

impl Row {
    pub fn get(&self, column: usize) -> &Value {
        self.0.get(column).unwrap_or(&Value::Null)
    }

    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        match self.get(column) {
            Value::Int(value) => Ok(*value),
            other => Err(wrong_type(column, "an integer", other)),
        }
    }

    /// A key stored as the bits of a `u64`.
    pub fn key(&self, column: usize) -> Result<u64, StoreError> {
        self.int(column).map(i64::cast_unsigned)
    }

    pub fn real(&self, column: usize) -> Result<f64, StoreError> {
        match self.get(column) {
            Value::Real(value) => Ok(*value),
            Value::Int(value) => Ok(*value as f64),
            other => Err(wrong_type(column, "a real number", other)),
        }
    }

    pub fn text(&self, column: usize) -> Result<&str, StoreError> {
        match self.get(column) {
            Value::Text(value) => Ok(value),
            other => Err(wrong_type(column, "text", other)),
        }
    }

    pub fn blob(&self, column: usize) -> Result<&[u8], StoreError> {
        match self.get(column) {
            Value::Blob(value) => Ok(value),
            other => Err(wrong_type(column, "bytes", other)),
        }
    }

    pub fn is_null(&self, column: usize) -> bool {
        matches!(self.get(column), Value::Null)
    }

    pub fn optional_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        if self.is_null(column) {
            Ok(None)
        } else {
            self.int(column).map(Some)
        }
    }

    pub fn optional_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        if self.is_null(column) {
            Ok(None)
        } else {
            self.text(column).map(Some)
        }
    }

    pub fn optional_blob(&self, column: usize) -> Result<Option<&[u8]>, StoreError> {
        if self.is_null(column) {
            Ok(None)
        } else {
            self.blob(column).map(Some)
        }
    }
}

fn wrong_type(column: usize, wanted: &'static str, found: &Value) -> StoreError {
    StoreError::Type {
        column,
        wanted,
        found: found.kind(),
    }
}
