//! Says while the cases run how many of how many are over, which is at work, and how much time is left. A terminal has this in
//! its last line; elsewhere there is a line now and then.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::{Completion, Failed};

use super::places::Places;
use super::process;
use super::times::{Time, Times};
use super::trial::Trial;

/// Set where nobody would see it in time: what is printed is shown when all is over.
const SILENT: &str = "PYFERRY_TEST_SILENT";
/// Between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(30);
const REDRAW_EVERY: Duration = Duration::from_millis(200);

/// Of one run of one test.
pub struct Progress {
    begun: Instant,
    /// Of cases that run at once.
    threads: usize,
    /// In a terminal, the last line of which is ours.
    is_shown: bool,
    places: Places,
    state: Mutex<State>,
}

struct State {
    times: Times,
    cases: usize,
    done: usize,
    /// Seconds that the cases took the last time, in all and those that are over.
    expected: f64,
    expected_of_done: f64,
    at_work: Vec<String>,
}

impl Progress {
    /// Begins to watch these, of which those will be run that are asked for.
    pub fn watch(
        trials: Vec<Trial>,
        is_asked_for: impl Fn(&str) -> bool,
        threads: usize,
        places: Places,
    ) -> (Arc<Progress>, Vec<libtest_mimic::Trial>) {
        let times = Times::read();
        let asked_for = || trials.iter().map(|trial| trial.name.as_str()).filter(|name| is_asked_for(name));
        let expected = asked_for().map(|name| times.of(name).passed).sum();
        let (cases, at_work) = (asked_for().count(), Vec::new());
        let state = Mutex::new(State { times, cases, done: 0, expected, expected_of_done: 0.0, at_work });
        let is_silent = env::var_os(SILENT).is_some();
        let is_shown = !is_silent && io::stderr().is_terminal();
        let progress = Arc::new(Progress { begun: Instant::now(), threads, is_shown, places, state });
        let watched = trials.into_iter().map(|trial| {
            let progress = Arc::clone(&progress);
            let name = trial.name.clone();
            libtest_mimic::Trial::ignorable_test(trial.name, move || progress.run(&name, trial.run))
        });
        let watched = watched.collect();
        if !is_silent {
            let teller = Arc::clone(&progress);
            thread::spawn(move || teller.tell());
        }
        (progress, watched)
    }

    fn run(&self, name: &str, run: impl FnOnce() -> Result<Completion, Failed>) -> Result<Completion, Failed> {
        let place = self.places.take();
        let (start, worked) = (Instant::now(), process::processor_time());
        self.state().at_work.push(name.to_owned());
        let result = run();
        drop(place);
        let worked = process::processor_time() - worked;
        let time = Time { passed: start.elapsed().as_secs_f64(), worked: worked.as_secs_f64() };
        let mut state = self.state();
        state.at_work.retain(|other| other != name);
        state.done += 1;
        state.expected_of_done += state.times.of(name).passed;
        state.times.set(name, time);
        if self.is_shown {
            // The line of this case comes next, and may be the shorter one.
            eprint!("\r\x1b[K");
        }
        result
    }

    /// All is over: the times are kept for the next run.
    pub fn end(&self) -> Result<(), String> {
        let mut state = self.state();
        state.done = state.cases;
        if self.is_shown {
            eprint!("\r\x1b[K");
        }
        state.times.write()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a case that panics holds no lock")
    }

    fn tell(&self) {
        loop {
            thread::sleep(if self.is_shown { REDRAW_EVERY } else { LINE_EVERY });
            let state = self.state();
            if state.done == state.cases {
                return;
            }
            let line = self.line(&state);
            // In one line, however narrow the terminal is, over which the next case's line is written.
            _ = if self.is_shown {
                write!(io::stderr(), "\r\x1b[K\x1b[?7l{line}\x1b[?7h\r")
            } else {
                writeln!(io::stderr(), "{line}")
            };
        }
    }

    fn line(&self, state: &State) -> String {
        let seconds = self.begun.elapsed().as_secs_f64();
        // As fast as up to now; at the beginning as fast as can be.
        let worked = state.expected_of_done.max(f64::MIN_POSITIVE);
        let pace = if state.done > self.threads { seconds / worked } else { 1.0 / self.threads as f64 };
        let left = (state.expected - state.expected_of_done) * pace;
        let longest = state.at_work.first().map_or(String::new(), |name| format!(": {name}"));
        format!("{} of {} cases, about {} left{longest}", state.done, state.cases, in_words(left))
    }
}

fn in_words(seconds: f64) -> String {
    if seconds < 100.0 { format!("{seconds:.0} s") } else { format!("{:.0} min", seconds / 60.0) }
}
