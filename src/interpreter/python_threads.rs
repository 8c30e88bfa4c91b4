//! The Python threads of an interpreter that is to end: they are asked to end, as `threading._shutdown` does, and waited for.
//!
//! The waiting thread never attaches to the interpreter: a Python thread may keep its GIL for longer than the time limit. So helper
//! threads attach. One runs the functions of `threading._register_atexit`, which may take as long as they like
//! (`ThreadPoolExecutor`'s joins its workers). The other, the observer, looks at intervals which threads are left and where in
//! Python code they are, and interrupts them if asked to. Both hold pins, as every thread inside does, but no report names them.

use super::interrupt::{mark_those_inside, raise_in_those_marked};
use super::limits::Limits;
use super::report;
use crate::cpython::{Python, Raw};
use crate::error::{Error, Result, Status};
use crate::registry::{Interpreter, Origin, own};
use crate::sys::{self, Condvar, Mutex};
use crate::thread::{self, Admission};
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

/// How often the observer looks.
const LOOK: Duration = Duration::from_millis(50);
/// The observer asks where threads are for one part in so many of its time, at most: free-threaded, that copies the process.
const ASKING: u32 = 20;
/// The pause after the first interrupt. It doubles with each further one, so that a script gets the time to clean up.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Which threads are left is known only when the observer has been in once: a shorter time limit is extended to this.
const FIRST_LOOK: Duration = Duration::from_secs(1);
/// What a report names if the observer does not get in.
const UNSEEN: &str = "Python code that lets nobody in";

/// Functions of `threading._register_atexit`: run once for each interpreter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ExitFunctions {
    Waiting,
    Running,
    Done,
}

impl ExitFunctions {
    /// True: the caller is to have them run.
    fn begin(&mut self) -> bool {
        let first = *self == ExitFunctions::Waiting;
        if first {
            *self = ExitFunctions::Running;
        }
        first
    }
}

/// What is known of one interpreter that is to end.
pub struct Ending {
    serial: u64,
    exit_functions: ExitFunctions,
    /// How many threads wait for the interpreter, and from when on the threads inside are to be interrupted.
    waiting: usize,
    interrupt_from: Option<Instant>,
    /// The observer is running.
    observed: bool,
    /// When the observer last set out to attach.
    set_out: Instant,
    /// How many looks the observer has begun.
    looks: u64,
    seen: Seen,
}

/// What the observer saw last.
#[derive(Clone, Default)]
struct Seen {
    /// The number of the look; 0: none yet.
    look: u64,
    /// The threads that are left, in words; None until they were asked to end. Empty: none is left, and none can come.
    left: Option<String>,
    /// What is left may be helpers only: the thread that runs the exit functions, or one that is making or deleting a thread state.
    passing: bool,
    /// Where in Python code the threads are, by `threading.get_ident()`.
    places: Vec<(u64, String)>,
}

static ENDING: Mutex<Vec<Ending>> = Mutex::new(Vec::new());
static CHANGED: Condvar = Condvar::new();

/// Held through a fork, so that no child finds it locked.
pub type Still = MutexGuard<'static, Vec<Ending>>;

pub fn hold_still() -> Still {
    ENDING.lock()
}

/// None: the interpreter has ended, and nothing is kept of it any more.
fn entry<'a>(list: &'a mut Vec<Ending>, interpreter: &Interpreter) -> Option<&'a mut Ending> {
    let place = match list.iter().position(|ending| ending.serial == interpreter.serial) {
        Some(place) => place,
        // `forget` comes after, and so no entry does.
        None if interpreter.is_closed() => return None,
        None => {
            list.push(Ending {
                serial: interpreter.serial,
                exit_functions: ExitFunctions::Waiting,
                waiting: 0,
                interrupt_from: None,
                observed: false,
                set_out: Instant::now(),
                looks: 0,
                seen: Seen::default(),
            });
            list.len() - 1
        }
    };
    Some(&mut list[place])
}

fn with_entry<R>(interpreter: &Interpreter, f: impl FnOnce(&mut Ending) -> R) -> Option<R> {
    entry(&mut ENDING.lock(), interpreter).map(f)
}

/// Drops what is known of an interpreter that has ended.
pub fn forget(interpreter: &Interpreter) {
    ENDING.lock().retain(|ending| ending.serial != interpreter.serial);
}

/// Where in Python code a thread was at the observer's last look.
pub fn place_of(interpreter: &Interpreter, ident: u64) -> Option<String> {
    let list = ENDING.lock();
    let ending = list.iter().find(|ending| ending.serial == interpreter.serial)?;
    ending.seen.places.iter().find(|(other, _)| *other == ident).map(|(_, place)| place.clone())
}

/// While this exists, a thread waits for the interpreter to be left, and the observer goes on looking.
pub struct Waiting<'a>(&'a Arc<Interpreter>);

impl<'a> Waiting<'a> {
    pub fn begin(interpreter: &'a Arc<Interpreter>, limits: &Limits) -> Waiting<'a> {
        with_entry(interpreter, |ending| {
            ending.waiting += 1;
            if let Some(from) = limits.interrupt_from {
                ending.interrupt_from = Some(ending.interrupt_from.map_or(from, |earlier| earlier.min(from)));
            }
        });
        Waiting(interpreter)
    }

    /// Starts the observer, unless it is running.
    pub fn observe(&self) -> Result<()> {
        let send = with_entry(self.0, |ending| {
            let send = !std::mem::replace(&mut ending.observed, true);
            if send {
                ending.set_out = Instant::now();
            }
            send
        });
        if send != Some(true) {
            return Ok(());
        }
        let interpreter = Arc::clone(self.0);
        sys::spawn(c"pyferry-observe", move || observe(&interpreter)).map_err(|error| {
            with_entry(self.0, |ending| ending.observed = false);
            Error::no_thread("that sees who is left in ", &self.0.name(), &error)
        })
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        // The entry is gone if another thread has finished the interpreter.
        if let Some(ending) = ENDING.lock().iter_mut().find(|ending| ending.serial == self.0.serial) {
            // In the child of a fork the entry is a new one, which knows of no wait that began in the parent.
            ending.waiting = ending.waiting.saturating_sub(1);
            if ending.waiting == 0 {
                ending.interrupt_from = None;
            }
        }
        CHANGED.notify_all();
    }
}

/// Where in Python code the threads are, by `threading.get_ident()`.
#[derive(Default)]
struct Places {
    known: Vec<(u64, String)>,
    next: Option<Instant>,
}

impl Places {
    /// The caller is attached.
    fn renew(&mut self, python: &Python, raw: Raw) -> &[(u64, String)] {
        let begun = Instant::now();
        if self.next.is_none_or(|next| next <= begun) {
            self.known = python.places_of_threads(raw);
            self.next = Some(Instant::now() + begun.elapsed() * ASKING);
        }
        &self.known
    }
}

/// What the looks at one interpreter have come to.
struct Looks {
    pause: Duration,
    interrupted: Option<Instant>,
    places: Places,
}

impl Looks {
    fn new() -> Looks {
        Looks { pause: FIRST_PAUSE, interrupted: None, places: Places::default() }
    }

    /// Attaches, looks, interrupts if it is time, and detaches. Returns when the look began and what was wanted of it; None: the gate
    /// is claimed or Closed.
    fn take(&mut self, interpreter: &Arc<Interpreter>) -> Option<(Instant, ExitFunctions, Option<Instant>)> {
        let ticket = thread::attach(interpreter, Admission::Late, own::OBSERVER).ok()?;
        let asked = with_entry(interpreter, |ending| {
            ending.looks += 1;
            (ending.looks, ending.exit_functions, ending.interrupt_from)
        });
        let Some((number, exit_functions, interrupt_from)) = asked else {
            let _ = thread::detach(ticket);
            return None;
        };
        // With the host's signal mask: a garbage collection may run destructors.
        let seen = sys::SignalMask::as_given(|| look(interpreter, exit_functions, &mut self.places));
        let seen = Seen { look: number, ..seen };
        let now = Instant::now();
        if interrupt_from.is_some_and(|from| from <= now)
            && self.interrupted.is_none_or(|last| now >= last + self.pause)
        {
            if self.interrupted.is_some() {
                self.pause = LONGEST_PAUSE.min(self.pause * 2);
            }
            self.interrupted = Some(now);
            mark_those_inside(interpreter);
            raise_in_those_marked(interpreter);
        }
        // Attached just above, so this cannot fail.
        let _ = thread::detach(ticket);
        with_entry(interpreter, |ending| ending.seen = seen);
        CHANGED.notify_all();
        Some((now, exit_functions, interrupt_from))
    }
}

/// The observer: looks again and again, for as long as a thread waits.
fn observe(interpreter: &Arc<Interpreter>) {
    let mut looks = Looks::new();
    loop {
        let Some((now, exit_functions, interrupt_from)) = looks.take(interpreter) else {
            with_entry(interpreter, |ending| ending.observed = false);
            CHANGED.notify_all();
            return;
        };
        let wait = interrupt_from.map_or(LOOK, |from| LOOK.min(from.saturating_duration_since(now).max(LOOK / 10)));
        let until = Instant::now() + wait;
        let mut list = ENDING.lock();
        loop {
            let Some(ending) = entry(&mut list, interpreter) else { return };
            if ending.waiting == 0 {
                ending.observed = false;
                return;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || ending.exit_functions != exit_functions {
                ending.set_out = Instant::now();
                break;
            }
            list = CHANGED.wait_timeout(list, left);
        }
    }
}

/// Which threads are left in the interpreter. The caller is attached to it.
fn look(interpreter: &Interpreter, exit_functions: ExitFunctions, places: &mut Places) -> Seen {
    let python = interpreter.python;
    let Some(raw) = interpreter.raw() else { return Seen::default() };
    let places = places.renew(python, raw).to_vec();
    if exit_functions == ExitFunctions::Waiting {
        // Host threads are still inside: the Python threads have not been asked to end yet.
        return Seen { places, ..Seen::default() };
    }
    let at =
        |ident| places.iter().find(|(other, _)| *other == ident).map_or(String::new(), |(_, at)| format!(" (at {at})"));
    let started = python.threads_started();
    let named = |daemon| started.iter().filter(move |thread| thread.daemon == daemon);
    let mut left: Vec<String> =
        named(false).map(|thread| format!("the Python thread {}{}", thread.name, at(thread.ident))).collect();
    let mut passing = left.is_empty() && exit_functions == ExitFunctions::Running;
    if passing {
        left.push("a function of threading._register_atexit".into());
    }
    // `known_states` counts this thread's own, unless no thread keeps one.
    let known = known_states(interpreter) + usize::from(!interpreter.slot.is_found());
    // Without a GIL the list of states can change here: a count of it may be wrong, and the next look sees that.
    let states = || if python.free_threaded { python.count_states(raw) } else { Some(python.states_of(raw).len()) };
    if left.is_empty() && needs_last_state(interpreter) && states().is_some_and(|states| states > known) {
        left.extend(named(true).map(|thread| format!("the daemon thread {}{}", thread.name, at(thread.ident))));
        if left.is_empty() {
            passing = true;
            left.push(
                "a thread that the host attached by other means, or that Python's _thread module started, or one of pyferry's that runs the destructors of what ended threads left"
                    .into(),
            );
        }
    }
    Seen { look: 0, left: Some(left.join("; ")), passing, places }
}

/// Up to 3.13 Py_EndInterpreter is a fatal error while another thread state is left.
fn needs_last_state(interpreter: &Interpreter) -> bool {
    interpreter.origin == Origin::Ours && interpreter.python.end_needs_last_state()
}

/// How many thread states there may be with no thread inside: the interpreter's first one, and those that threads keep.
pub fn known_states(interpreter: &Interpreter) -> usize {
    // Main's first state is that of the thread that initialised Python.
    let first = interpreter.origin == Origin::Main || interpreter.keeper.get().is_some();
    let mut known = usize::from(first);
    interpreter.gate.for_each_participant(|participant| known += usize::from(participant.entry.state.get().is_some()));
    known
}

/// Asks the Python threads of an interpreter to end, once, and waits for them. The caller is detached. `tell` has another thread
/// call `tell_from_here`. On timeout the error names the threads that are left.
pub fn wait_until_gone(
    interpreter: &Arc<Interpreter>,
    limits: &Limits,
    tell: impl FnOnce(&Arc<Interpreter>) -> Result<()>,
) -> Result<()> {
    let told = with_entry(interpreter, |ending| ending.exit_functions != ExitFunctions::Waiting);
    // If no thread is left, none needs to be asked: CPython calls these functions as it always does.
    let alone = || Some(interpreter.python.count_states(interpreter.raw()?)? <= known_states(interpreter));
    if interpreter.is_closed() || told.is_none_or(|told| !told && alone() == Some(true)) {
        return Ok(());
    }
    let waiting = Waiting::begin(interpreter, limits);
    let looks = with_entry(interpreter, |ending| ending.looks).unwrap_or_default();
    // Without a time limit this thread itself does what a helper thread would do that cannot be started: Py_FinalizeEx has nobody to
    // tell of a failure, and up to 3.12 an interpreter that is left over is a fatal error.
    let waits_for_ever = limits.deadline.is_none();
    if with_entry(interpreter, |ending| ending.exit_functions.begin()) == Some(true)
        && let Err(error) = tell(interpreter)
    {
        if !waits_for_ever {
            with_entry(interpreter, |ending| ending.exit_functions = ExitFunctions::Waiting);
            return Err(error);
        }
        tell_from_here(interpreter);
    }
    let mut own_looks = Looks::new();
    let begun = Instant::now();
    let mut last_report = begun;
    loop {
        if let Err(error) = waiting.observe() {
            if !waits_for_ever {
                return Err(error);
            }
            own_looks.take(interpreter);
        }
        let mut list = ENDING.lock();
        let Some(ending) = entry(&mut list, interpreter) else { return Ok(()) };
        // Neither a look that began before this wait counts, nor one at which the threads had not been asked to end yet.
        let left = ending.seen.left.clone().filter(|_| ending.seen.look > looks);
        let now = Instant::now();
        let first_look = match left {
            // If the observer set out long before this call, nobody gets in: then the time limit is not extended.
            None => Some(ending.set_out + FIRST_LOOK),
            Some(_) if ending.seen.passing => Some(begun + FIRST_LOOK),
            Some(_) => None,
        };
        if left.as_ref().is_some_and(String::is_empty) || interpreter.is_closed() {
            return Ok(());
        }
        let until = limits.deadline.map(|deadline| first_look.map_or(deadline, |first| first.max(deadline)));
        if until.is_some_and(|until| until <= now) {
            let left = left.unwrap_or_else(|| UNSEEN.into());
            return Err(Error::says(Status::Timeout, format_args!("{} still runs {left}", interpreter.name())));
        }
        let to_report = report::until_next(last_report);
        if to_report.is_zero() {
            drop(list);
            if first_look.is_none_or(|first| first <= now) {
                let left = left.unwrap_or_else(|| UNSEEN.into());
                // Python threads cannot be given up: CPython itself waits for them.
                let _ = report::give_up(&format!("{} is shutting down and waits for {left}", interpreter.name()));
            }
            last_report = Instant::now();
            continue;
        }
        let wait = until.map_or(LOOK, |until| LOOK.min(until - now)).min(to_report);
        drop(CHANGED.wait_timeout(list, wait));
    }
}

/// Runs the functions of `threading._register_atexit` on this thread, which is detached.
pub fn tell_from_here(interpreter: &Arc<Interpreter>) {
    // Refused: another thread has claimed the gate, and finishes the interpreter.
    let run = || sys::SignalMask::as_given(|| interpreter.python.run_threading_exit_functions());
    let _ = thread::visit(interpreter, Admission::Late, own::EXIT_FUNCTIONS, run);
    with_entry(interpreter, |ending| ending.exit_functions = ExitFunctions::Done);
    CHANGED.notify_all();
}

/// Starts a helper thread that calls `tell_from_here`.
pub fn tell_from_own_thread(interpreter: &Arc<Interpreter>) -> Result<()> {
    let target = Arc::clone(interpreter);
    sys::spawn(c"pyferry-exit", move || tell_from_here(&target))
        .map_err(|error| Error::no_thread("that tells Python's own of the end of ", &interpreter.name(), &error))
}
