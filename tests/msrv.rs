//! The Rust that Cargo.toml says is enough for the dependencies too. What our own code uses, clippy's incompatible_msrv sees.

use std::process::Command;

use harness::{paths, process};
use serde_json::Value;

#[test]
fn no_dependency_wants_a_newer_rust() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(paths::root()).args(["metadata", "--locked", "--format-version=1"]);
    let metadata: Value = serde_json::from_str(&process::output(&mut cargo).unwrap()).unwrap();
    let ours = number(env!("CARGO_PKG_RUST_VERSION"));
    let packages = metadata["packages"].as_array().expect("cargo lists packages");
    let newer =
        packages.iter().filter(|package| package["rust_version"].as_str().is_some_and(|rust| number(rust) > ours));
    let newer: Vec<String> = newer
        .map(|package| format!("{} {} wants {}", package["name"], package["version"], package["rust_version"]))
        .collect();
    assert!(newer.is_empty(), "rust-version in Cargo.toml is {}, but {newer:?}", env!("CARGO_PKG_RUST_VERSION"));
}

/// `1.88` and `1.88.0` are the same.
fn number(version: &str) -> Vec<u32> {
    let mut parts: Vec<u32> = version.split('.').map(|part| part.parse().expect("a number")).collect();
    parts.resize(3, 0);
    parts
}
