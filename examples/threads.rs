//! Threads that Python has never heard of work in several interpreters; one of these is ended under their feet.
//!
//! Each thread goes from one interpreter to the next and sorts words there. Half way one interpreter is ended while threads
//! still ask for it: they are told `Closed`, and leave it out from then on.
//!
//! ```sh
//! cargo run --release --example threads                                      # the python3 on PATH
//! PYFERRY_PYTHON=/path/to/python3 cargo run --release --example threads      # any other, from 3.9 on
//! ```

use std::error::Error;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use pyferry::{Answer, Interpreter, Runtime, Status, View};

const THREADS: usize = 8;
const INTERPRETERS: usize = 3;
const ROUNDS: u32 = 200;
const PATIENCE: Option<Duration> = Some(Duration::from_secs(10));

/// Runs once in each interpreter, so that a round costs no more than a call.
const SETUP: &str = "
import threading
rounds, mine = [], threading.local()
def sort_words():
    mine.count = getattr(mine, 'count', 0) + 1  # what a thread leaves here it finds again
    rounds.append(sorted('the quick brown fox jumps over the lazy dog'.split()))
";

/// What threads counted, beside each other.
#[derive(Default)]
struct Tally {
    rounds: AtomicU32,
    refused: AtomicU32,
}

/// The whole program; public for the test that runs it on every Python.
pub fn main() -> Result<(), Box<dyn Error>> {
    pyferry::set_report(Duration::from_secs(5), |who| {
        eprintln!("{who}");
        Answer::Wait
    })?;
    let mut runtime = Runtime::start()?;
    let info = Runtime::info()?;
    println!("pyferry {}, Python {} ({})", pyferry::VERSION, info.version, info.libpython.display());

    let interpreters = (0..INTERPRETERS).map(|_| Interpreter::new()).collect::<pyferry::Result<Vec<_>>>()?;
    for interpreter in &interpreters {
        let _attached = interpreter.view().attach_labeled(c"set up")?;
        pyferry::exec(SETUP, "setup.py")?;
    }

    let tally = Tally::default();
    let ended = thread::scope(|scope| {
        let views: Vec<&View> = interpreters.iter().map(Interpreter::view).collect();
        let workers: Vec<_> = (0..THREADS)
            .map(|number| {
                let (views, tally) = (views.clone(), &tally);
                scope.spawn(move || work(number, views, tally))
            })
            .collect();
        while tally.rounds.load(Ordering::Relaxed) < ROUNDS * THREADS as u32 / 2 {
            if workers.iter().all(|worker| worker.is_finished()) {
                break; // one that failed says so below
            }
            thread::sleep(Duration::from_millis(1));
        }
        let ended = interpreters[0].end(PATIENCE);
        workers.into_iter().try_for_each(|worker| worker.join().expect("a worker does not panic"))?;
        ended
    });
    ended?;

    let (rounds, refused) = (tally.rounds.into_inner(), tally.refused.into_inner());
    println!(
        "{THREADS} threads did {rounds} rounds in {INTERPRETERS} interpreters; one was ended, {refused} heard of it"
    );
    for interpreter in &interpreters[1..] {
        interpreter.end(PATIENCE)?;
    }
    runtime.stop(PATIENCE)?;
    Ok(())
}

/// As many rounds as are to be done, each in the next interpreter.
fn work(number: usize, mut views: Vec<&View>, tally: &Tally) -> pyferry::Result<()> {
    let mut done = 0;
    while done < ROUNDS {
        let place = (number + done as usize) % views.len();
        match views[place].attach_labeled(c"sort") {
            Ok(_attached) => pyferry::exec("sort_words()", "round.py")?,
            Err(error) if error.status == Status::Closed && views.len() > 1 => {
                views.remove(place);
                tally.refused.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            Err(error) => return Err(error),
        }
        done += 1;
        tally.rounds.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}
