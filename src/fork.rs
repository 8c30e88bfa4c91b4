//! What becomes of us in a forked child.
//!
//! A child that CPython made (`os.fork`, or a C host that calls PyOS_AfterFork_Child) goes on working. One that CPython
//! never heard of has locks held by threads that are not there: every call answers FORKED at once.

use crate::copies;
use crate::cpython::{self, Python, Slot};
use crate::error::{self, Error, Result, Status, fail};
use crate::host;
use crate::interpreter::python_threads;
use crate::record::{self, Origin, Still};
use crate::report;
use crate::runtime;
use crate::{sys, thread};
use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

type Locks = (host::Still, report::Still, runtime::Still, python_threads::Still, Still, cpython::Still);

/// This is a child that CPython may not know of: the hook that says otherwise has not run.
static FORKED: AtomicBool = AtomicBool::new(false);
/// This is a child of a process in which Python ran, and had no hook of ours.
static FORKED_UNHOOKED: AtomicBool = AtomicBool::new(false);
static WATCHED: AtomicBool = AtomicBool::new(false);
/// What keeps the number of CPython's key from changing in a child.
static HELD_KEYS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

thread_local! {
    /// Our locks, which the forking thread holds through the fork: nobody else does then, in parent or child. Never
    /// dropped: destructors of the thread's end can fork too.
    static HELD: ManuallyDrop<RefCell<Option<Box<Locks>>>> = const { ManuallyDrop::new(RefCell::new(None)) };
}

/// FORKED in a child that CPython does not know of.
#[inline]
pub fn check() -> Result<()> {
    if FORKED.load(Ordering::Relaxed) { forked() } else { Ok(()) }
}

#[cold]
fn forked() -> Result<()> {
    fail!(
        Forked,
        "process {} was forked without telling Python, which cannot be used in it: call exec, or fork through os.fork or between PyOS_BeforeFork and PyOS_AfterFork_Child",
        std::process::id()
    )
}

/// FORKED where a thread that is not attached would be the first to come to a Python that was there before the fork:
/// nobody has told us whether CPython knows of it, and the thread may wait for one that is not there.
pub fn check_first_view() -> Result<()> {
    if FORKED_UNHOOKED.load(Ordering::Relaxed) {
        fail!(
            Forked,
            "process {} was forked from one in which pyferry had no view of Python yet: take the first one on the thread that forked, attached to Python",
            std::process::id()
        );
    }
    Ok(())
}

// Before any call of ours can be under way on another thread.
sys::at_load!(at_load);

extern "C" fn at_load() {
    sys::stay_loaded();
    error::prepare();
    thread::prepare();
    let _ = check_watch();
}

/// Whether forks are seen to.
pub fn check_watch() -> Result<()> {
    if !WATCHED.swap(true, Ordering::SeqCst) && !sys::at_fork(before, in_parent, in_child) {
        WATCHED.store(false, Ordering::SeqCst);
        return Err(Error::new(Status::NoMemory, "pthread_atfork has no place left"));
    }
    Ok(())
}

extern "C" fn before() {
    // The child may look nothing up: the loader's locks, and those of the C library, may be held by a thread that is not
    // there.
    let _ = Python::in_process();
    let others = (host::hold_still(), report::hold_still(), runtime::hold_still(), python_threads::hold_still());
    let records = record::hold_still();
    // Two copies of this library have a handler each, and the lock of CPython's that this takes can be taken once.
    let cpython = cpython::hold_still(records.serves());
    let held = (others.0, others.1, others.2, others.3, records, cpython);
    // In a box, since every thread has the place for it.
    HELD.with(|place| place.replace(Some(Box::new(held))));
}

extern "C" fn in_parent() {
    HELD.with(|place| place.take());
}

extern "C" fn in_child() {
    if let Some(held) = HELD.with(|place| place.take()) {
        let (_host, mut report, mut runtime, mut python_threads, still, _) = *held;
        report.forget_others();
        // Where there is a main interpreter there is our hook in it, which os.fork runs next.
        let hooked = still.has_main() || runtime.is_at_work();
        FORKED.store(hooked, Ordering::Relaxed);
        still.forget_others(thread::is_mine);
        // Up to 3.14 CPython deletes its key and makes it anew next, by the lowest number that is free.
        if let Some(key) = still.slot().and_then(Slot::key) {
            held_keys().extend(sys::take_keys_below(key));
        }
        runtime.forget_owner();
        python_threads.clear();
        if !hooked {
            let runs = Python::known().is_some_and(Python::is_initialized);
            FORKED_UNHOOKED.store(runs, Ordering::Relaxed);
        }
    }
    copies::forget_after_fork();
    sys::forget_after_fork();
    thread::forget_after_fork();
}

/// CPython has put itself in order in a forked child: only the main interpreter is left, with the thread that forked.
pub fn cpython_is_back() {
    for interpreter in record::all().iter().filter(|interpreter| interpreter.origin != Origin::Main) {
        interpreter.died();
    }
    sys::give_keys_back(std::mem::take(&mut *held_keys()));
    FORKED.store(false, Ordering::Relaxed);
}

// Locked in a child only, by the one thread that is there.
fn held_keys() -> MutexGuard<'static, Vec<u32>> {
    HELD_KEYS.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
