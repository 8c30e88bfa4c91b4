//! The handlers of pthread_atfork: they hold every lock of the library's through a fork, and reset the library in the child. What
//! other rooms ask about forks is in `registry::fork`.

use super::{copies, runtime};
use crate::cpython::{self, Python, Slot};
use crate::interpreter::{coroutine, python_threads, report};
use crate::queue::{self, release};
use crate::registry::{self, fork};
use crate::{error, host, nudge, observe, sys, thread, trace};
use std::cell::RefCell;
use std::mem::ManuallyDrop;

/// All our locks, in the order in which they are taken.
struct Locks {
    clock: sys::Still,
    _host: host::Still,
    _queues: queue::Still,
    coroutines: coroutine::Still,
    release: release::Still,
    report: report::Still,
    runtime: runtime::Still,
    python_threads: python_threads::Still,
    observe: observe::Still,
    trace: trace::Still,
    registry: registry::Still,
    _cpython: Option<cpython::Still>,
}

thread_local! {
    /// The locks that the forking thread holds through the fork. Never dropped: destructors at the thread's end can fork, too.
    static HELD: ManuallyDrop<RefCell<Option<Box<Locks>>>> = const { ManuallyDrop::new(RefCell::new(None)) };
}

// When the library is loaded: no other thread can be in a call of it yet.
sys::at_load!(at_load);

extern "C" fn at_load() {
    sys::stay_loaded();
    error::prepare();
    thread::prepare();
    if sys::at_fork(before, in_parent, in_child) {
        fork::set_watched();
    }
}

extern "C" fn before() {
    // Find Python now: the child must not look symbols up, since a thread that is not there may hold the locks of the loader and
    // the C library.
    let _ = Python::in_process();
    let mut held = Locks {
        clock: sys::hold_clock_still(),
        _host: host::hold_still(),
        _queues: queue::hold_still(),
        coroutines: coroutine::hold_still(),
        release: release::hold_still(),
        report: report::hold_still(),
        runtime: runtime::hold_still(),
        python_threads: python_threads::hold_still(),
        observe: observe::hold_still(),
        trace: trace::hold_still(),
        registry: registry::hold_still(),
        _cpython: None,
    };
    // Two copies of this library have a handler each, but CPython's `HEAD_LOCK` can be taken only once: by the copy that serves
    // Python.
    held._cpython = Some(cpython::hold_still(held.registry.serves()));
    // In a box, to keep the thread-local small: every thread has one.
    HELD.with(|place| place.replace(Some(Box::new(held))));
}

extern "C" fn in_parent() {
    HELD.with(|place| place.take());
}

extern "C" fn in_child() {
    if let Some(mut held) = HELD.with(|place| place.take()) {
        held.clock.forget_others();
        held.report.forget_others();
        held.release.forget_others();
        held.coroutines.clear();
        // If main is registered, our hook in it (`os.register_at_fork`) is what CPython runs next.
        let hooked = held.registry.has_main() || held.runtime.is_at_work();
        fork::begin_child(hooked, || Python::known().is_some_and(Python::is_initialized));
        held.registry.forget_others(thread::is_mine);
        if let Some(key) = held.registry.slot().and_then(Slot::key) {
            fork::hold_keys_below(key);
        }
        held.runtime.forget_owner();
        held.python_threads.clear();
        held.observe.forget();
        held.trace.forget();
    }
    if let Some(python) = Python::known() {
        python.forget_deletions();
    }
    copies::forget_after_fork();
    nudge::forget_after_fork();
    thread::forget_after_fork();
}
