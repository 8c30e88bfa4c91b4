//! How long each case took when it was last run on this machine, and how much of a processor.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::ops::Add;
use std::path::PathBuf;

use super::build::write_if_new;
use super::{paths, tool};

/// In seconds.
#[derive(Clone, Copy)]
pub struct Time {
    pub passed: f64,
    /// Of processors, with what the system did for it.
    pub worked: f64,
}

impl Add for Time {
    type Output = Time;

    fn add(self, other: Time) -> Time {
        Time { passed: self.passed + other.passed, worked: self.worked + other.worked }
    }
}

pub struct Times {
    known: HashMap<String, Time>,
    /// What is thought of a case that was never run.
    mean: Time,
}

impl Times {
    /// Those of this test. `tools/times` reads the files too: `PASSED WORKED NAME`.
    pub fn read() -> Times {
        let text = fs::read_to_string(file()).unwrap_or_default();
        let time = |line: &str| {
            let mut words = line.splitn(3, ' ');
            let mut seconds = || words.next()?.parse().ok();
            let time = Time { passed: seconds()?, worked: seconds()? };
            Some((words.next()?.to_owned(), time))
        };
        let known: HashMap<String, Time> = text.lines().filter_map(time).collect();
        let all = known.values().copied().fold(Time { passed: 0.5, worked: 0.5 }, Time::add);
        let number = known.len().max(1) as f64;
        Times { known, mean: Time { passed: all.passed / number, worked: all.worked / number } }
    }

    pub fn of(&self, name: &str) -> Time {
        self.known.get(name).copied().unwrap_or(self.mean)
    }

    pub fn set(&mut self, name: &str, time: Time) {
        self.known.insert(name.to_owned(), time);
    }

    pub fn write(&self) -> Result<(), String> {
        let line = |(name, time): (&String, &Time)| format!("{:.2} {:.2} {name}\n", time.passed, time.worked);
        let mut lines: Vec<String> = self.known.iter().map(line).collect();
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
