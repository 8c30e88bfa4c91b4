//! What the library shows to the linker: the functions of the header, no need for libpython, never unloaded.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use libtest_mimic::Failed;

use super::library::Library;
use super::trial::Trial;
use super::{paths, process};

pub type Check = fn(&Path) -> Result<(), Failed>;

pub const CHECKS: [(&str, Check); 4] = [
    ("exports are the functions of the header", exports_are_declared),
    ("no libpython is needed", no_libpython_is_needed),
    ("the library is never unloaded", is_never_unloaded),
    ("the library calls its own functions", calls_its_own_functions),
];

pub fn trials(library: &Library) -> Vec<Trial> {
    let trial = |(name, check): (&str, Check)| {
        let file = library.file.clone();
        Trial::test(format!("symbols::{name}"), move || check(&file))
    };
    CHECKS.map(trial).into()
}

fn exports_are_declared(library: &Path) -> Result<(), Failed> {
    let listing = output_of("nm", &["-D", "--defined-only"], library)?;
    // ADDRESS TYPE NAME@@VERSION; the version itself is a symbol of type A.
    let symbol = |line: &'_ str| -> Option<String> {
        let [_, kind, name] = line.split_whitespace().collect::<Vec<_>>()[..] else { return None };
        if kind == "A" { None } else { name.split('@').next().map(str::to_owned) }
    };
    let exported: BTreeSet<String> = listing.lines().filter_map(symbol).collect();
    let header = fs::read_to_string(paths::include().join("pyferry.h"))?;
    // pyferry_python.h has functions of CPython's, and two of ours that it alone calls.
    let python_header = fs::read_to_string(paths::include().join("pyferry_python.h"))?;
    let ours = python_header.lines().filter(|line| line.starts_with("void pyferry_")).collect::<Vec<_>>().join("\n");
    let text = without_comments(&header) + &ours;
    let declared: BTreeSet<String> = declared_functions(&text).map(str::to_owned).collect();
    // What copies of the library say to each other is no API.
    let extra: Vec<_> =
        exported.difference(&declared).filter(|symbol| !symbol.starts_with("pyferry_private_")).collect();
    let lacking: Vec<_> = declared.difference(&exported).collect();
    if extra.is_empty() && lacking.is_empty() {
        Ok(())
    } else {
        Err(format!("exported but not declared: {extra:?}\ndeclared but not exported: {lacking:?}").into())
    }
}

fn no_libpython_is_needed(library: &Path) -> Result<(), Failed> {
    let dynamic = output_of("readelf", &["-dW"], library)?;
    match dynamic.lines().find(|line| line.contains("(NEEDED)") && line.contains("python")) {
        Some(line) => Err(line.into()),
        None => Ok(()),
    }
}

pub fn is_never_unloaded(library: &Path) -> Result<(), Failed> {
    let dynamic = output_of("readelf", &["-dW"], library)?;
    let flagged = dynamic.lines().any(|line| line.contains("(FLAGS_1)") && line.contains("NODELETE"));
    if flagged { Ok(()) } else { Err("no NODELETE among FLAGS_1".into()) }
}

/// With two copies in a process, the calls of one must not end up in the other.
fn calls_its_own_functions(library: &Path) -> Result<(), Failed> {
    let relocations = output_of("readelf", &["-rW"], library)?;
    match relocations.lines().find(|line| line.contains(" pyferry_")) {
        Some(line) => Err(line.into()),
        None => Ok(()),
    }
}

fn output_of(tool: &str, arguments: &[&str], file: &Path) -> Result<String, String> {
    process::output(Command::new(tool).args(arguments).arg(file)).map_err(|e| format!("{e} ({tool}: package binutils)"))
}

/// The identifiers `pyferry_NAME` that are followed by a bracket: functions, but not pointers to functions.
pub fn declared_functions(header: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    header.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(move |line| {
        line.match_indices("pyferry_").filter_map(move |(start, _)| {
            let whole = !line[..start].ends_with(is_part);
            let length = line[start..].find(|c| !is_part(c))?;
            let (name, rest) = line[start..].split_at(length);
            (whole && rest.starts_with('(')).then_some(name)
        })
    })
}

pub fn without_comments(source: &str) -> String {
    let mut text = String::new();
    let mut rest = source;
    while let Some((code, comment)) = rest.split_once("/*") {
        text += code;
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    text += rest;
    text.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code).to_owned() + "\n").collect()
}
