//! Lists the feed folders of /contracts, so that adding a feed means adding a folder and no code.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

fn main() {
    let contracts = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("../../contracts");
    println!("cargo::rerun-if-changed={}", contracts.display());
    let mut folders: Vec<PathBuf> = fs::read_dir(&contracts)
        .expect("the folder /contracts lies beside /crates")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.join("contract.yaml").is_file())
        .collect();
    folders.sort();
    let mut list = String::from("[\n");
    for folder in folders {
        let name = folder
            .file_name()
            .expect("a folder has a name")
            .to_string_lossy()
            .into_owned();
        let file = folder
            .join("contract.yaml")
            .canonicalize()
            .expect("the file was just seen");
        writeln!(
            list,
            "    ({:?}, include_str!({:?})),",
            format!("{name}/contract.yaml"),
            file
        )
        .expect("writing to a string");
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it")).join("embedded.rs");
    fs::write(out, list).expect("cargo's own folder is writable");
}
