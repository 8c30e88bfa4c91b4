//! The watchdog: calls the host when a thread waits, or is inside, for longer than a limit.
//!
//! A thread of pyferry's own looks every now and then. It never attaches, so nothing in Python can hold it up.

use super::table::{Activity, Seen, all_seen};
use crate::cpython::Python;
use crate::error::{Error, Result};
use crate::sys::{Condvar, Mutex};
use crate::trace::Kind;
use crate::{registry, sys, thread};
use std::cell::Cell;
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

/// The host's callback. It must not panic.
pub type Alarm = Box<dyn Fn(&Event<'_>) + Send + Sync>;

/// How long is too long. None: not watched.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub wait: Option<Duration>,
    pub hold: Option<Duration>,
}

/// What an alarm is told.
pub struct Event<'a> {
    /// What has passed its limit.
    pub kind: Kind,
    /// The thread whose wait or hold it is: an index of `threads`.
    pub who: usize,
    /// The thread that is attached to the interpreter at this moment, if known: an index of `threads`.
    pub holder: Option<usize>,
    /// All threads and guards, at every interpreter.
    pub threads: &'a [Seen],
    /// The Python stack of the holder, if it can be had without attaching.
    pub stack: Option<String>,
}

/// The alarm, and when it is called.
pub struct Watch {
    alarm: Option<Arc<Alarm>>,
    limits: Limits,
    /// Goes up with each alarm that is set or removed.
    generation: u64,
    /// The generation of the alarm whose call has not returned.
    running: Option<u64>,
    /// The thread that looks is running.
    watched: bool,
}

/// Held through a fork, so that no child finds it locked.
pub struct Still(MutexGuard<'static, Watch>);

static WATCH: Mutex<Watch> = Mutex::new(Watch {
    alarm: None,
    limits: Limits { wait: None, hold: None },
    generation: 0,
    running: None,
    watched: false,
});
static CHANGED: Condvar = Condvar::new();

/// How long writing a thread's stack may take.
const PATIENCE: Duration = Duration::from_secs(1);

thread_local! {
    /// This thread is in a call of an alarm.
    static IN_CALL: Cell<bool> = const { Cell::new(false) };
}

pub fn hold_still() -> Still {
    Still(WATCH.lock())
}

impl Still {
    /// In a forked child nobody watches: neither the thread that looks nor the threads it watched exist.
    pub fn forget(&mut self) {
        // Not dropped: the thread that forked may be in a call of the alarm, or be about to exec.
        std::mem::forget(self.0.alarm.take());
        (self.0.running, self.0.watched) = (None, false);
    }
}

/// Replaces the alarm; None removes it. On return no call of the previous one is running and it was dropped, unless this thread is
/// in a call itself.
pub fn set(alarm: Option<Alarm>, limits: Limits) -> Result<()> {
    let previous = {
        let mut watch = WATCH.lock();
        if alarm.is_some() && !watch.watched {
            if let Err(error) = sys::spawn(c"pyferry-watchd", watch_all) {
                // Not dropped: after an error the host's `destroy` is not called.
                std::mem::forget(alarm);
                return Err(Error::no_thread("that watches", "", &error));
            }
            watch.watched = true;
        }
        watch.generation += 1;
        watch.limits = limits;
        std::mem::replace(&mut watch.alarm, alarm.map(Arc::new))
    };
    CHANGED.notify_all();
    let still_attached = IN_CALL.get() || wait_for_the_call();
    // Dropped with no lock held: this calls the host's `destroy`. If a call still runs, its end does so instead.
    drop(previous);
    thread::check_back(still_attached, "the watchdog is set")
}

/// Waits until no call of a replaced alarm is running. False: the interpreter that this thread was attached to has ended meanwhile.
fn wait_for_the_call() -> bool {
    let runs = |watch: &mut Watch| watch.running.is_some_and(|running| running < watch.generation);
    if !runs(&mut WATCH.lock()) {
        return true;
    }
    let wait = || drop(CHANGED.wait_while(WATCH.lock(), runs));
    // Detached: the call may need to attach to this thread's interpreter.
    thread::unattached(wait)
}

/// Often enough to notice a limit soon after it has passed, and not more often.
fn pause(limits: Limits) -> Duration {
    let shortest = limits.wait.into_iter().chain(limits.hold).min();
    shortest
        .map_or(Duration::from_secs(1), |limit| (limit / 8).clamp(Duration::from_millis(4), Duration::from_millis(250)))
}

fn watch_all() {
    let mut all_passed = Vec::new();
    loop {
        let (limits, generation) = {
            let mut watch = WATCH.lock();
            if watch.alarm.is_none() {
                watch.watched = false;
                return;
            }
            let generation = watch.generation;
            let pause = pause(watch.limits);
            let is_same = |watch: &mut Watch| watch.generation == generation;
            watch = CHANGED.wait_while_within(watch, Some(pause), is_same);
            if watch.generation != generation {
                all_passed.clear();
                continue;
            }
            (watch.limits, generation)
        };
        look(limits, generation, &mut all_passed);
    }
}

/// A wait or a hold whose limit has passed, and whether the alarm was called for it. It is not called at the first look: for a
/// moment, a thread that sets out shows the time at which it set out before.
struct Passed {
    kind: Kind,
    key: (usize, u64),
    is_told: bool,
}

fn look(limits: Limits, generation: u64, all_passed: &mut Vec<Passed>) {
    let threads = all_seen();
    let passed = |seen: &Seen| {
        let (kind, limit) = match seen.activity {
            Activity::Waiting => (Kind::Wait, limits.wait),
            Activity::Inside if seen.is_attached => (Kind::Hold, limits.hold),
            _ => return None,
        };
        // With `STEP` added: the time that the thread noted may be too early by that much.
        let is_over =
            limit.is_some_and(|limit| u128::from(seen.elapsed_us) >= limit.saturating_add(sys::STEP).as_micros());
        (is_over && !seen.is_own).then_some((kind, seen.key))
    };
    // A thread that has let others in for a moment is still in the same stay.
    all_passed.retain(|passed| {
        let is_wait = passed.kind == Kind::Wait;
        threads.iter().any(|seen| seen.key == passed.key && (seen.activity == Activity::Waiting) == is_wait)
    });
    for (who, seen) in threads.iter().enumerate() {
        let Some((kind, key)) = passed(seen) else { continue };
        match all_passed.iter_mut().find(|passed| passed.kind == kind && passed.key == key) {
            None => {
                all_passed.push(Passed { kind, key, is_told: false });
                continue;
            }
            Some(passed) if passed.is_told => continue,
            Some(passed) => passed.is_told = true,
        }
        let is_holder = |other: &Seen| other.is_attached && other.interpreter_id == seen.interpreter_id;
        let holder = if seen.is_attached { Some(who) } else { threads.iter().position(is_holder) };
        let stack = holder.and_then(|holder| stack_of(&threads[holder]));
        call(generation, &Event { kind, who, holder, threads: &threads, stack });
    }
}

/// A thread's Python stack, as CPython writes it.
fn stack_of(seen: &Seen) -> Option<String> {
    let python = Python::known().filter(|python| python.can_dump_stacks())?;
    let interpreter = registry::all().into_iter().find(|interpreter| interpreter.id == seen.interpreter_id)?;
    let raw = interpreter.raw()?;
    // In a copy of the process: the state may be half changed or gone, and if that crashes CPython, only the copy goes.
    let text = sys::text_from_copy(PATIENCE, |fd| python.dump_stack(fd, raw, seen.state, seen.ident))?;
    (!text.is_empty()).then_some(text)
}

fn call(generation: u64, event: &Event<'_>) {
    let alarm = {
        let mut watch = WATCH.lock();
        let Some(alarm) = watch.alarm.clone().filter(|_| watch.generation == generation) else { return };
        watch.running = Some(generation);
        alarm
    };
    IN_CALL.set(true);
    thread::call_host(|| alarm(event));
    // Dropped before the call counts as returned: if the alarm was replaced meanwhile, this is its end.
    drop(alarm);
    IN_CALL.set(false);
    WATCH.lock().running = None;
    CHANGED.notify_all();
}
