//! The map and the territory: crates depend only on crates to their left, and ARCHITECTURE.md names them all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The road, left to right. Each may use those before it and those under the road.
const ROAD: [&str; 8] = [
    "contracts",
    "lake",
    "intake",
    "policy",
    "registry",
    "monitoring",
    "server",
    "cli",
];
/// Under the road; `domain` lies under everything.
const UNDER: [&str; 3] = ["domain", "store", "vault"];
/// Beside the road, with what they may use.
const BESIDE: [(&str, &[&str]); 3] = [
    ("synth", &["domain", "contracts"]),
    ("testkit", &["store"]),
    ("xtask", &[]),
];
/// These do no input or output and read no clock.
const PURE: [&str; 2] = ["domain", "policy"];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the workspace is there")
}

/// Crate name (without `anwang-`) and the workspace crates that it uses outside its tests.
fn uses() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(workspace())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .map(used_by)
        .collect()
}

fn used_by(package: &Value) -> (String, Vec<String>) {
    let used = package["dependencies"]
        .as_array()
        .expect("dependencies")
        .iter()
        .filter(|dependency| dependency["kind"].is_null())
        .filter_map(|dependency| dependency["name"].as_str()?.strip_prefix("anwang-"))
        .map(str::to_owned)
        .collect();
    (short(package["name"].as_str().expect("a name")), used)
}

fn short(name: &str) -> String {
    name.strip_prefix("anwang-").unwrap_or(name).to_owned()
}

fn may_use(name: &str, used: &str) -> bool {
    if let Some((_, allowed)) = BESIDE.iter().find(|(beside, _)| *beside == name) {
        return allowed.contains(&used);
    }
    match name {
        "domain" => false,
        "policy" => used == "domain",
        "store" => used == "domain",
        "vault" => matches!(used, "domain" | "store"),
        "cli" => true,
        _ => {
            let place = |one: &str| ROAD.iter().position(|road| *road == one);
            UNDER.contains(&used) || matches!((place(used), place(name)), (Some(left), Some(here)) if left < here)
        }
    }
}

#[test]
fn every_crate_uses_only_crates_to_its_left() {
    for (name, used) in uses() {
        for one in used {
            assert!(may_use(&name, &one), "{name} must not use {one}");
        }
    }
}

#[test]
fn every_crate_has_its_place_on_the_road_and_its_line_in_the_map() {
    let map = std::fs::read_to_string(workspace().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let crates: Vec<String> = uses().into_keys().collect();
    for name in &crates {
        let placed = ROAD.contains(&name.as_str())
            || UNDER.contains(&name.as_str())
            || BESIDE.iter().any(|(beside, _)| beside == name);
        assert!(placed, "{name} has no place in the dependency order");
        assert!(
            map.contains(&format!("| `{name}` |")),
            "ARCHITECTURE.md has no line for {name}"
        );
    }
    let lines = map
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    for name in lines {
        assert!(
            crates.iter().any(|one| one == name),
            "ARCHITECTURE.md names {name}, which is no crate"
        );
    }
}

#[test]
fn the_pure_crates_touch_no_file_no_network_and_no_clock() {
    let forbidden = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "SystemTime",
        "Instant::now",
        "println!",
    ];
    for name in PURE {
        for file in sources(&workspace().join("crates").join(name).join("src")) {
            let text = std::fs::read_to_string(&file).expect("source");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for word in forbidden {
                assert!(!code.contains(word), "{} uses {word}", file.display());
            }
        }
    }
}

#[test]
fn only_the_lake_knows_parquet_files_and_only_the_store_knows_sql_databases() {
    // Intake and synth read and write departments' Parquet files, the command line those of `policy evaluate`; the lake's own files are the lake's.
    let known = [
        ("parquet", &["lake", "intake", "synth", "cli"][..]),
        ("rusqlite", &["store"]),
        ("postgres", &["store", "testkit"]),
        ("sm4", &["vault"]),
        ("axum", &["server"]),
    ];
    for (dependency, knowing) in known {
        for name in uses().into_keys() {
            let manifest = match name.as_str() {
                "xtask" => workspace().join("xtask/Cargo.toml"),
                _ => workspace().join("crates").join(&name).join("Cargo.toml"),
            };
            let text = std::fs::read_to_string(&manifest).expect("a manifest");
            let own = text.split("[dev-dependencies]").next().unwrap_or_default();
            let knows = own.lines().any(|line| line.starts_with(&format!("{dependency}.")));
            assert!(!knows || knowing.contains(&name.as_str()), "{name} knows {dependency}");
        }
    }
}

#[test]
fn no_file_names_a_machine_or_a_folder_of_one() {
    // Written in two parts, so that this file does not find itself.
    let forbidden = [
        concat!("/wor", "k/"),
        concat!("/roo", "t/"),
        concat!("/tmp/", "plan"),
        concat!("/home", "/"),
    ];
    for file in tracked() {
        let Ok(text) = std::fs::read_to_string(workspace().join(&file)) else {
            continue;
        };
        for word in forbidden {
            assert!(!text.contains(word), "{file} holds {word}");
        }
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
    {
        if entry.is_dir() {
            files.extend(sources(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            files.push(entry);
        }
    }
    files
}

/// What git keeps; a checkout without git has nothing to check.
fn tracked() -> Vec<String> {
    let output = Command::new("git")
        .args(["ls-files"])
        .current_dir(workspace())
        .output()
        .expect("git runs");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect()
}
