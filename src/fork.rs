//! What becomes of us in a forked child.
//!
//! A child that CPython made (`os.fork`, or a C host that calls PyOS_AfterFork_Child) goes on working. One that CPython
//! never heard of has locks held by threads that are not there: every call answers FORKED at once.

use crate::error::{Error, Result, Status, fail};
use crate::record::{self, Origin, Still};
use crate::report;
use crate::runtime;
use crate::{sys, thread};
use once_cell::sync::OnceCell;
use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};

static FORKED: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Our locks, which the forking thread holds through the fork: nobody else does then, in parent or child.
    static HELD: RefCell<Option<(report::Still, runtime::Still, Still)>> = const { RefCell::new(None) };
}

/// FORKED in a child that CPython does not know of.
#[inline]
pub fn check() -> Result<()> {
    if FORKED.load(Ordering::Relaxed) {
        return forked();
    }
    Ok(())
}

#[cold]
fn forked() -> Result<()> {
    fail!(
        Forked,
        "process {} was forked without telling Python, which cannot be used in it: call exec, or fork through os.fork or between PyOS_BeforeFork and PyOS_AfterFork_Child",
        std::process::id()
    )
}

/// Sees to forks from here on.
pub fn watch() -> Result<()> {
    static WATCHED: OnceCell<()> = OnceCell::new();
    WATCHED.get_or_try_init(|| {
        if sys::at_fork(before, in_parent, in_child) {
            Ok(())
        } else {
            Err(Error::new(Status::NoMemory, "pthread_atfork has no place left"))
        }
    })?;
    Ok(())
}

extern "C" fn before() {
    let held = (report::hold_still(), runtime::hold_still(), record::hold_still());
    let _ = HELD.try_with(|place| place.replace(Some(held)));
}

extern "C" fn in_parent() {
    let _ = HELD.try_with(RefCell::take);
}

extern "C" fn in_child() {
    FORKED.store(true, Ordering::Relaxed);
    if let Ok(Some((_report, mut runtime, still))) = HELD.try_with(RefCell::take) {
        still.forget_others(thread::is_mine);
        runtime.forget_owner();
    }
    thread::forget_after_fork();
}

/// CPython has put itself in order in a forked child: only the main interpreter is left, with the thread that forked.
pub fn cpython_is_back() {
    for interpreter in record::all().iter().filter(|interpreter| interpreter.origin != Origin::Main) {
        interpreter.died();
    }
    FORKED.store(false, Ordering::Relaxed);
}
