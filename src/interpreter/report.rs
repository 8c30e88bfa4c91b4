//! Whom a shutdown tells that it waits.

use crate::cpython::Python;
use crate::error::{Result, fail};
use crate::sys::{Condvar, Mutex};
use crate::thread;
use std::cell::Cell;
use std::ffi::{CStr, CString};
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

/// Hears who is waited for, and answers whether to give them up. It must not panic.
pub type Listener = Box<dyn Fn(&CStr) -> bool + Send + Sync>;

/// Whom to tell, and when.
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
    /// The address of the calling thread's CALLS, which no other thread of the process has.
    thread: usize,
}

const INTERVAL: Duration = Duration::from_secs(5);

/// What is held through a fork, so that no child finds it locked.
pub struct Still(MutexGuard<'static, Report>);

static REPORT: Mutex<Report> =
    Mutex::new(Report { listener: None, interval: INTERVAL, generation: 0, calls: Vec::new() });
static RETURNED: Condvar = Condvar::new();

thread_local! {
    /// In how many listeners' calls this thread is.
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

/// Holds it still.
pub fn hold_still() -> Still {
    Still(REPORT.lock())
}

impl Still {
    /// In a forked child only this thread's calls go on.
    pub fn forget_others(&mut self) {
        let this = this_thread();
        self.0.calls.retain(|call| call.thread == this);
    }
}

fn this_thread() -> usize {
    CALLS.with(|calls| std::ptr::from_ref(calls).addr())
}

/// From here on this one hears of it every so often, or nobody; the one that did is dropped. On return no call of that one
/// is running, unless this thread is in a call itself.
pub fn set(listener: Option<Listener>, interval: Option<Duration>) -> Result<()> {
    let (previous, generation, waits) = {
        let mut report = REPORT.lock();
        report.generation += 1;
        report.interval = interval.unwrap_or(INTERVAL);
        let previous = std::mem::replace(&mut report.listener, listener.map(Arc::new));
        // To wait for the call that this thread is in would be to wait for itself; and for that of another thread, which may
        // be here for the same reason, to wait for each other.
        (previous, report.generation, CALLS.get() == 0 && report.calls_before(report.generation))
    };
    let mut still_attached = true;
    if waits {
        let wait = || {
            let mut report = REPORT.lock();
            while report.calls_before(generation) {
                report = RETURNED.wait(report);
            }
        };
        match Python::known() {
            // The call may want to go into the interpreter that this thread is attached to.
            Some(python) if thread::current(python).is_some() => still_attached = thread::released(python, None, wait),
            _ => wait(),
        }
    }
    // Here, with no lock held, it is dropped, and tells its owner so; the last call that runs does it otherwise.
    drop(previous);
    if !still_attached {
        fail!(
            Closed,
            "the report callback is set, but the interpreter that this thread was attached to was shut down meanwhile: it is attached to nothing"
        );
    }
    Ok(())
}

impl Report {
    fn calls_before(&self, generation: u64) -> bool {
        self.calls.iter().any(|call| call.generation < generation)
    }
}

/// How long a shutdown waits before it says so.
pub fn interval() -> Duration {
    REPORT.lock().interval
}

/// Tells the host who is waited for. True: it gives them up. The caller is not attached.
pub fn give_up(text: &str) -> bool {
    let thread = this_thread();
    let (listener, generation) = {
        let mut report = REPORT.lock();
        let Some(listener) = report.listener.clone() else { return false };
        let generation = report.generation;
        report.calls.push(Call { generation, thread });
        (listener, generation)
    };
    CALLS.set(CALLS.get() + 1);
    let give_up = listener(&CString::new(text).unwrap_or_default());
    // Before anybody hears that the call has returned: where it was removed meanwhile, it ends here.
    drop(listener);
    CALLS.set(CALLS.get() - 1);
    let mut report = REPORT.lock();
    // A thread that calls from within a call ends the inner one first.
    let ended = |call: &Call| call.generation == generation && call.thread == thread;
    if let Some(place) = report.calls.iter().rposition(ended) {
        report.calls.swap_remove(place);
    }
    RETURNED.notify_all();
    give_up
}
