//! When and on what it was measured, in words.

use std::fs;
use std::process::Command;
use std::thread;

use crate::peers::{Kind, Peers, output_of};
use harness::python::Python;

pub fn today() -> Result<String, String> {
    Ok(output_of(Command::new("date").args(["-u", "+%F"]))?.trim().to_owned())
}

pub fn describe(pythons: &[Python], peers: &Peers) -> Result<String, String> {
    let releases: Vec<String> = pythons
        .iter()
        .map(|python| format!("{}{}", python.release, if python.free_threaded { "t" } else { "" }))
        .collect();
    let bindings = Kind::ALL.map(|kind| format!("{} {}", kind.name(), peers.version(kind))).join(", ");
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
    Ok(format!(
        "Measured on {} with pyferry {}, CPython {}; {bindings}; on {cores} cores of {}.",
        today()?,
        env!("CARGO_PKG_VERSION"),
        releases.join(", "),
        processor()
    ))
}

pub fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or("an unnamed processor", |(_, name)| name).to_owned()
}
