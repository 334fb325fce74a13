//! One installation's data: where the lake, the book and the keys lie.

use std::path::PathBuf;

use anwang_lake::Lake;
use anwang_store::Book;
use anwang_vault::Vault;

use crate::error::CliError;

/// The options that every command on data shares.
#[derive(Debug, Clone, clap::Args)]
pub struct SiteArgs {
    /// Folder of the lake and, unless --database says otherwise, the book.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,

    /// The book: sqlite:PATH or postgres://… [default: sqlite:<DIR>/book.sqlite]
    #[arg(long, value_name = "URL", env = "ANWANG_DATABASE")]
    pub database: Option<String>,

    /// The key ring, kept outside the data folder so that a copied folder opens nothing [default: <DIR>.keys]
    #[arg(long, value_name = "FILE", env = "ANWANG_KEYS")]
    pub keys: Option<PathBuf>,
}

/// An opened installation.
pub struct Site {
    pub book: Book,
    pub vault: Vault,
}

impl SiteArgs {
    /// Opens what is there; a missing folder or key ring is an error.
    pub fn open(&self) -> Result<Site, CliError> {
        self.must_exist()?;
        Ok(Site {
            book: Book::open(&self.book_url())?,
            vault: Vault::open(&self.keys_path())?,
        })
    }

    /// Opens what is there and makes what is not: the first intake into a new folder.
    pub fn open_or_create(&self) -> Result<Site, CliError> {
        std::fs::create_dir_all(&self.data).map_err(CliError::file("create the folder", &self.data))?;
        let keys = self.keys_path();
        let vault = if keys.exists() {
            Vault::open(&keys)?
        } else {
            Vault::create(&keys)?
        };
        Ok(Site {
            book: Book::open(&self.book_url())?,
            vault,
        })
    }

    /// Reading commands refuse a folder that is not there, rather than make an empty one.
    pub fn must_exist(&self) -> Result<(), CliError> {
        if self.data.is_dir() {
            return Ok(());
        }
        Err(CliError::refused(
            "site.absent",
            format!("there is no data folder {}", self.data.display()),
        ))
    }

    pub fn open_lake(&self, site: &Site) -> Result<Lake, CliError> {
        Ok(Lake::open(&self.lake_root(), site.book.clone())?)
    }

    pub fn book_url(&self) -> String {
        self.database
            .clone()
            .unwrap_or_else(|| format!("sqlite:{}", self.data.join("book.sqlite").display()))
    }

    pub fn keys_path(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| {
            let mut name = self.data.clone().into_os_string();
            name.push(".keys");
            PathBuf::from(name)
        })
    }

    pub fn lake_root(&self) -> PathBuf {
        self.data.join("lake")
    }
}
