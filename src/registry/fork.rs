//! What a fork left of us, as everybody else may ask: whether CPython knows of this child. The handlers that find out are
//! in `process::fork`.
//!
//! A child that CPython made (`os.fork`, or a C host that calls PyOS_AfterFork_Child) goes on working. One that CPython
//! never heard of has locks held by threads that are not there: every call answers FORKED at once.

use super::Origin;
use crate::error::{Error, Result, Status, fail};
use crate::sys::{self, Mutex};
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicBool, Ordering};

/// The handlers are registered: each fork from here on is seen.
static WATCHED: AtomicBool = AtomicBool::new(false);
/// This is a child that CPython may not know of: the hook that says otherwise has not run.
static FORKED: AtomicBool = AtomicBool::new(false);
/// This is a child of a process in which Python ran, and had no hook of ours.
static FORKED_UNHOOKED: AtomicBool = AtomicBool::new(false);
/// What keeps the number of CPython's key from changing in a child.
static HELD_KEYS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// FORKED in a child that CPython does not know of.
#[inline]
pub fn check() -> Result<()> {
    if FORKED.load(Ordering::Relaxed) { forked() } else { Ok(()) }
}

/// The same, in a signal handler too.
pub fn is_forked() -> bool {
    FORKED.load(Ordering::Relaxed)
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

/// Whether forks are seen to.
pub fn check_watch() -> Result<()> {
    if WATCHED.load(Ordering::SeqCst) {
        return Ok(());
    }
    Err(Error::new(Status::NoMemory, "pthread_atfork had no place left when this library was loaded"))
}

/// The handlers are registered.
pub fn set_watched() {
    WATCHED.store(true, Ordering::SeqCst);
}

/// This is a forked child. `hooked`: os.fork calls `cpython_is_back` next; `python_runs`: there is a Python.
pub fn begin_child(hooked: bool, python_runs: impl FnOnce() -> bool) {
    FORKED.store(hooked, Ordering::Relaxed);
    if !hooked {
        FORKED_UNHOOKED.store(python_runs(), Ordering::Relaxed);
    }
}

/// Up to 3.14 CPython deletes its key in a forked child, and makes it anew by the lowest number that is free: that has to be the
/// same one.
pub fn hold_keys_below(key: u32) {
    held_keys().extend(sys::take_keys_below(key));
}

/// CPython has put itself in order in a forked child: only the main interpreter is left, with the thread that forked.
pub fn cpython_is_back() {
    for interpreter in super::all().iter().filter(|interpreter| interpreter.origin != Origin::Main) {
        interpreter.died();
    }
    sys::give_keys_back(std::mem::take(&mut *held_keys()));
    FORKED.store(false, Ordering::Relaxed);
}

// Locked in a child only, by the one thread that is there.
fn held_keys() -> MutexGuard<'static, Vec<u32>> {
    HELD_KEYS.lock()
}
