//! The state of the process after a fork, for everybody to ask: whether CPython knows of this child. The handlers that find
//! out are in `process::fork`.
//!
//! A child that CPython made (`os.fork`, or a C host that calls PyOS_AfterFork_Child) goes on working. In a child that
//! CPython was not told of, locks are held by threads that only the parent has: every call answers FORKED at once.

use super::Origin;
use crate::error::{Error, Result, Status, fail};
use crate::sys::{self, Mutex};
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicBool, Ordering};

/// The pthread_atfork handlers are registered: each fork from here on is seen.
static WATCHED: AtomicBool = AtomicBool::new(false);
/// This is a forked child, and the `os.register_at_fork` hook that CPython runs in a child it knows of has not run yet.
static FORKED: AtomicBool = AtomicBool::new(false);
/// This is a child of a process in which Python ran without a hook of ours.
static FORKED_UNHOOKED: AtomicBool = AtomicBool::new(false);
/// The keys that `hold_keys_below` took.
static HELD_KEYS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// FORKED in a child that CPython does not know of.
#[inline]
pub fn check() -> Result<()> {
    if FORKED.load(Ordering::Relaxed) { forked() } else { Ok(()) }
}

/// The same as a bool, for a signal handler too.
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

/// FORKED for the first view in a child of a process in which Python ran, taken by a thread that is not attached: nothing has
/// told us whether CPython knows of the fork, and an attach could wait for a thread that only the parent has.
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

/// Whether our handlers see forks; an error if not.
pub fn check_watch() -> Result<()> {
    if WATCHED.load(Ordering::SeqCst) {
        return Ok(());
    }
    Err(Error::new(Status::NoMemory, "pthread_atfork had no place left when this library was loaded"))
}

/// Notes that the pthread_atfork handlers are registered.
pub fn set_watched() {
    WATCHED.store(true, Ordering::SeqCst);
}

/// Begins a forked child. `hooked`: os.fork calls `cpython_is_back` next. `python_runs`: whether Python is initialised.
pub fn begin_child(hooked: bool, python_runs: impl FnOnce() -> bool) {
    FORKED.store(hooked, Ordering::Relaxed);
    if !hooked {
        FORKED_UNHOOKED.store(python_runs(), Ordering::Relaxed);
    }
}

/// Takes all free keys below CPython's. Up to 3.14 CPython deletes its key (`autoTSSkey`) in a forked child and creates it
/// again, and the system gives out the lowest free number: that must be the old one, which `Slot` has.
pub fn hold_keys_below(key: u32) {
    held_keys().extend(sys::take_keys_below(key));
}

/// The hook in a forked child: CPython has reinitialised itself, and only the main interpreter and the thread that forked are
/// left.
pub fn cpython_is_back() {
    for interpreter in super::all().iter().filter(|interpreter| interpreter.origin != Origin::Main) {
        interpreter.died();
    }
    sys::give_keys_back(std::mem::take(&mut *held_keys()));
    FORKED.store(false, Ordering::Relaxed);
}

// Locked in a child only, by its one thread.
fn held_keys() -> MutexGuard<'static, Vec<u32>> {
    HELD_KEYS.lock()
}
