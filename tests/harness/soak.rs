//! The length knob of the programs that take a seed, and the sum of what their runs say they did.

use std::env;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::iter;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Runs each program that takes a seed again and again for so many seconds, with a new seed each time.
const SECONDS: &str = "PYFERRY_TEST_SECONDS";

/// A file to add lines `PYTHON NAME NUMBER` to: what was done on each Python. Anybody may add more names.
const TALLY: &str = "PYFERRY_TEST_TALLY";

/// What a program's output says it did: `count: NAME NUMBER`.
const COUNT: &str = "count: ";

pub fn length() -> Option<Duration> {
    let seconds = env::var(SECONDS).ok()?;
    Some(Duration::from_secs_f32(seconds.parse().expect(SECONDS)))
}

/// Different ones in each soak. A failure names the one it came with.
pub fn seeds() -> impl Iterator<Item = u32> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    iter::successors(Some(now.as_nanos() as u32), |seed| Some(seed.wrapping_add(1)))
}

/// Sums, in the order in which their names came up.
#[derive(Debug, Default)]
pub struct Tally(Vec<(String, f64)>);

impl Tally {
    pub fn add(&mut self, name: &str, number: f64) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, sum)) => *sum += number,
            None => self.0.push((name.to_owned(), number)),
        }
    }

    pub fn add_counts(&mut self, output: &str) {
        let counts = output.lines().filter_map(|line| line.strip_prefix(COUNT)?.split_once(' '));
        for (name, number) in counts {
            self.add(name, number.parse().unwrap_or(f64::NAN));
        }
    }

    pub fn write(&self, python: &str) -> io::Result<()> {
        let Some(file) = env::var_os(TALLY) else { return Ok(()) };
        let lines: String = self.0.iter().map(|(name, sum)| format!("{python} {name} {sum}\n")).collect();
        OpenOptions::new().create(true).append(true).open(file)?.write_all(lines.as_bytes())
    }
}
