//! One life of Python, from `Py_Initialize...` to the end of `Py_FinalizeEx`, as this library sees it.

use crate::cpython::{self, Questions, symbol};
use crate::entry;
use crate::ferry::{Ferry, GIVE_UP, View, WAIT};
use crate::log::{self, Count};
use crate::settings;
use std::ffi::{CStr, c_char, c_void};
use std::ptr::null_mut;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};

/// What threads come in by. It is never freed: one may be about to use it.
pub struct Life {
    pub ferry: &'static Ferry,
    pub ask: Questions,
    pub view: *const View,
}

/// The life that runs; NULL: none does, or one that this library has no part in.
static LIFE: AtomicPtr<Life> = AtomicPtr::new(null_mut());
/// There has been a life that this library served.
static EVER: AtomicBool = AtomicBool::new(false);
/// The thread that began the last life: CPython's main thread. 0: none.
static MAIN_THREAD: AtomicU64 = AtomicU64::new(0);

/// The life that runs, if this library serves it.
#[inline]
pub fn current() -> Option<&'static Life> {
    // SAFETY: NULL, or what `begin` has leaked.
    unsafe { LIFE.load(Ordering::Acquire).as_ref() }
}

/// Whether there has been a life that this library served.
pub fn has_been() -> bool {
    EVER.load(Ordering::Acquire)
}

/// Whether this is the process's main thread, or CPython's, either of which the end of the process may depend on.
pub fn is_main_thread() -> bool {
    // SAFETY: the functions take nothing and cannot fail.
    unsafe { libc::gettid() == libc::getpid() || libc::pthread_self() == MAIN_THREAD.load(Ordering::Relaxed) }
}

/// Calls CPython's function of that name and, if it was the one that started Python, takes the view.
pub fn initialize<R>(name: &CStr, without: R, call: impl FnOnce(*mut c_void) -> R) -> R {
    let Some(next) = symbol(name) else { return without };
    let was_initialized = cpython::get().is_some_and(|python| python.is_initialized());
    let known = LIFE.load(Ordering::Acquire);
    let result = call(next);
    // Some of these functions call others of them, by name.
    let begun = LIFE.load(Ordering::Acquire) != known;
    if !(was_initialized || begun || settings::get().off)
        && cpython::get().is_some_and(|python| python.is_initialized())
    {
        begin(name);
    }
    result
}

/// Python has just been initialised, on this thread, which is attached.
fn begin(name: &CStr) {
    let life = ferry().and_then(|ferry| {
        let ask = Questions::find().ok_or("this Python lacks functions that 3.9 and later have")?;
        Ok(Life { ferry, ask, view: ferry.view_main()? })
    });
    let life = match life {
        Ok(life) => life,
        Err(why) => return log::say(format_args!("every call is CPython's: {why}")),
    };
    if let Some(patience) = settings::get().patience_ms
        && let Err(why) = life.ferry.set_report(report, patience.max(1))
    {
        log::say(format_args!("shutdowns wait for ever: {why}"));
    }
    // SAFETY: as above.
    MAIN_THREAD.store(unsafe { libc::pthread_self() }, Ordering::Relaxed);
    if (life.ask.at_exit)(ended) != 0 {
        log::say(format_args!(
            "Python calls no more functions at its end (Py_AtExit): this library will not hear of that"
        ));
    }
    LIFE.store(Box::leak(Box::new(life)), Ordering::Release);
    EVER.store(true, Ordering::Release);
    log::say(format_args!(
        "{} has started Python: threads that it does not know go by way of pyferry",
        name.to_string_lossy()
    ));
}

/// libpyferry.so, which is loaded once in the process; where that failed it is tried again.
fn ferry() -> Result<&'static Ferry, String> {
    static FERRY: OnceLock<Ferry> = OnceLock::new();
    if let Some(ferry) = FERRY.get() {
        return Ok(ferry);
    }
    let loaded = Ferry::load()?;
    Ok(FERRY.get_or_init(|| loaded))
}

/// The life ends: one of the last things in `Py_FinalizeEx` (Py_AtExit).
extern "C" fn ended() {
    LIFE.store(null_mut(), Ordering::Release);
}

/// A shutdown has waited for as long as the patience lasts. Those who came in by way of this library are given up; a host that
/// uses pyferry itself was promised that its threads and guards are waited for.
extern "C-unwind" fn report(text: *const c_char, _data: *mut c_void) -> i32 {
    let gives_up = current().is_some_and(|life| life.ferry.all_inside_have(entry::LABEL));
    // SAFETY: a string, for the length of the call.
    let text = unsafe { CStr::from_ptr(text) }.to_string_lossy();
    log::say(format_args!(
        "{text}: {}",
        if gives_up { "given up" } else { "waited for, as not all of them are PyGILState's" }
    ));
    if gives_up {
        log::count(Count::GivenUp);
        return GIVE_UP;
    }
    WAIT
}
