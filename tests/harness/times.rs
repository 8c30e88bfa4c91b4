//! How long each case took when it was last run on this machine.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::path::PathBuf;

use super::build::write_if_new;
use super::{paths, tool};

pub struct Times {
    seconds: HashMap<String, f64>,
    /// What is thought of a case that was never run.
    mean: f64,
}

impl Times {
    /// Those of this test.
    pub fn read() -> Times {
        let text = fs::read_to_string(file()).unwrap_or_default();
        let time =
            |line: &str| line.split_once(' ').and_then(|(time, name)| Some((name.to_owned(), time.parse().ok()?)));
        let seconds: HashMap<String, f64> = text.lines().filter_map(time).collect();
        let mean = if seconds.is_empty() { 1.0 } else { seconds.values().sum::<f64>() / seconds.len() as f64 };
        Times { seconds, mean }
    }

    pub fn of(&self, name: &str) -> f64 {
        self.seconds.get(name).copied().unwrap_or(self.mean)
    }

    pub fn set(&mut self, name: &str, seconds: f64) {
        self.seconds.insert(name.to_owned(), seconds);
    }

    pub fn write(&self) -> Result<(), String> {
        let mut lines: Vec<String> = self.seconds.iter().map(|(name, time)| format!("{time:.2} {name}\n")).collect();
        lines.sort();
        write_if_new(&file(), &lines.concat())
    }
}

/// `target/tmp/times/c` of `target/release/deps/c-HASH`; apart for each tool.
fn file() -> PathBuf {
    let executable = env::current_exe().expect("a test knows its executable");
    let name = executable.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name = name.rsplit_once('-').map_or(name.as_str(), |(test, _hash)| test).to_owned();
    let under = tool::current().map_or(String::new(), |tool| format!("-{}", tool.name()));
    paths::scratch().with_file_name("times").join(name + &under)
}
