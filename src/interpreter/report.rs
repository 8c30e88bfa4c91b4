//! The report callback (pyferry_set_report): tells the host which threads a shutdown waits for.

use crate::error::Result;
use crate::sys::{Condvar, Mutex};
use crate::thread;
use std::ffi::{CStr, CString};
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

/// Is told which threads are waited for, and answers whether to give them up. It must not panic.
pub type Listener = Box<dyn Fn(&CStr) -> bool + Send + Sync>;

/// The listener, and how often it is called.
pub struct Report {
    listener: Option<Arc<Listener>>,
    interval: Duration,
    /// Goes up with each listener that is set or removed.
    generation: u64,
    calls: Vec<Call>,
}

/// A call of a listener that has not returned.
struct Call {
    generation: u64,
    /// The serial of the calling thread.
    thread: u64,
}

/// How long a shutdown waits before each report where the host has not said so.
const INTERVAL: Duration = Duration::from_secs(5);

/// Held through a fork, so that no child finds it locked.
pub struct Still(MutexGuard<'static, Report>);

static REPORT: Mutex<Report> =
    Mutex::new(Report { listener: None, interval: INTERVAL, generation: 0, calls: Vec::new() });
static RETURNED: Condvar = Condvar::new();

pub fn hold_still() -> Still {
    Still(REPORT.lock())
}

impl Still {
    /// In a forked child only this thread's calls go on.
    pub fn forget_others(&mut self) {
        let this = thread::serial();
        self.0.calls.retain(|call| call.thread == this);
    }
}

/// Replaces the listener; None removes it. On return no call of the previous one is running and it was dropped, unless this thread
/// is in a call of a listener itself.
pub fn set(listener: Option<Listener>, interval: Option<Duration>) -> Result<()> {
    let (previous, generation, waits) = {
        let mut report = REPORT.lock();
        report.generation += 1;
        report.interval = interval.unwrap_or(INTERVAL);
        let previous = std::mem::replace(&mut report.listener, listener.map(Arc::new));
        // Within a call, do not wait: this thread would wait for its own call, and two threads that replace the listener within
        // their calls would wait for each other.
        (previous, report.generation, !report.is_in_call() && report.calls_before(report.generation))
    };
    let mut still_attached = true;
    if waits {
        let wait = || {
            let mut report = REPORT.lock();
            while report.calls_before(generation) {
                report = RETURNED.wait(report);
            }
        };
        // Detached: the call may need to attach to this thread's interpreter.
        still_attached = thread::unattached(wait);
    }
    // Dropped with no lock held: this calls the host's `destroy`. If a call still runs, its end does so instead.
    drop(previous);
    thread::check_back(still_attached, "the report callback is set")
}

impl Report {
    /// Whether this thread is in a call of a listener.
    fn is_in_call(&self) -> bool {
        let this = thread::serial();
        self.calls.iter().any(|call| call.thread == this)
    }

    fn calls_before(&self, generation: u64) -> bool {
        self.calls.iter().any(|call| call.generation < generation)
    }
}

/// How long a shutdown waits before the next call, if the last one was then. To be asked again soon: the host may set another
/// interval while the shutdown waits.
pub fn until_next(last: Instant) -> Duration {
    REPORT.lock().interval.saturating_sub(last.elapsed())
}

/// Tells the host which threads are waited for. True: the host gives them up. The caller is detached.
pub fn give_up(text: &str) -> bool {
    let thread = thread::serial();
    let (listener, generation) = {
        let mut report = REPORT.lock();
        let Some(listener) = report.listener.clone() else { return false };
        let generation = report.generation;
        report.calls.push(Call { generation, thread });
        (listener, generation)
    };
    let (give_up, _) = thread::call_host(|| listener(&CString::new(text).unwrap_or_default()));
    // Dropped before the call counts as returned: if the listener was replaced meanwhile, this is its end.
    drop(listener);
    let mut report = REPORT.lock();
    // The last one: a thread's call within a call ends first.
    let ended = |call: &Call| call.generation == generation && call.thread == thread;
    if let Some(place) = report.calls.iter().rposition(ended) {
        report.calls.swap_remove(place);
    }
    RETURNED.notify_all();
    give_up
}
