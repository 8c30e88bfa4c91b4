//! Programs without the drop-in, which are counted and not judged, as it is for the most part a matter of luck what they come to;
//! and the drop-in without libpyferry.so.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use harness::paths;

/// What takes longer hangs.
pub const LIMIT: Duration = Duration::from_secs(10);

/// Whether programs are to be run without the drop-in too.
pub fn is_asked_for() -> bool {
    env::var_os("PYFERRY_DROPIN_COMPARE").is_some()
}

/// The drop-in in a folder of its own.
pub fn put_alone(dropin: &Path) -> Result<PathBuf, String> {
    let folder = paths::scratch().join("alone");
    let alone = folder.join(dropin.file_name().expect("a file has a name"));
    let says = |e: std::io::Error| format!("{}: {e}", alone.display());
    fs::create_dir_all(&folder).map_err(says)?;
    // Others may be using the one that is there.
    let new = alone.with_extension(format!("{:?}", std::thread::current().id()));
    fs::copy(dropin, &new).map_err(says)?;
    fs::rename(&new, &alone).map_err(says)?;
    Ok(alone)
}

/// By program, what it came to on each Python.
#[derive(Default)]
pub struct Tally(Mutex<BTreeMap<String, Vec<(String, String)>>>);

impl Tally {
    pub fn add(&self, program: &str, python: &str, result: Result<(), String>) {
        let outcome = result.map_or_else(|why| in_words(&why), |()| "ends well".to_owned());
        self.0.lock().unwrap().entry(program.to_owned()).or_default().push((python.to_owned(), outcome));
    }

    /// A table in Markdown.
    pub fn print(&self) {
        let tally = self.0.lock().unwrap();
        if tally.is_empty() {
            return;
        }
        println!("| without the drop-in | crashes | hangs | is wrong | ends well |\n|---|---|---|---|---|");
        for (program, outcomes) in &*tally {
            let of = |outcome: &str| {
                let pythons = outcomes.iter().filter(|(_, other)| other == outcome).map(|(python, _)| python.as_str());
                pythons.collect::<Vec<_>>().join(" ")
            };
            println!("| {program} | {} | {} | {} | {} |", of("crashes"), of("hangs"), of("is wrong"), of("ends well"));
        }
        let all: Vec<_> = tally.values().flatten().collect();
        let failed = all.iter().filter(|(_, outcome)| outcome != "ends well").count();
        println!("without the drop-in {failed} of {} runs do not end well", all.len());
    }
}

fn in_words(why: &str) -> String {
    let first = why.lines().next().unwrap_or_default();
    let kinds = [("signal", "crashes"), ("not finished", "hangs")];
    kinds.into_iter().find(|(mark, _)| first.contains(mark)).map_or("is wrong", |(_, kind)| kind).to_owned()
}
