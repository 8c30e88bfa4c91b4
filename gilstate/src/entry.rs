//! `PyGILState_Ensure` and `PyGILState_Release`: which way a thread goes.

use crate::caller;
use crate::cpython::{self, Cpython, LOCKED, State, UNLOCKED};
use crate::ferry::{CLOSED, OK, Token};
use crate::life::{self, Life};
use crate::log::{self, Count};
use crate::settings;
use std::cell::Cell;
use std::ffi::CStr;
use std::sync::Once;

/// What reports and tables of pyferry call the threads that came in here.
pub const LABEL: &CStr = c"PyGILState_Ensure";

/// How a thread is inside.
struct Visit {
    /// The life of Python that the thread came in to by way of pyferry, or is about to: what is called meanwhile nests, and is
    /// CPython's affair.
    by: Cell<Option<&'static Life>>,
    token: Cell<Token>,
    /// How many calls of PyGILState_Ensure nest on that one.
    nested: Cell<u64>,
}

thread_local! {
    // Nothing to drop: it can be used until the very end of the thread.
    static VISIT: Visit =
        const { Visit { by: Cell::new(None), token: Cell::new(Token::EMPTY), nested: Cell::new(0) } };
}

// No destructor may be on the stack where CPython is called: up to 3.13.7 it ends threads by unwinding them.

/// `caller` is the address that the call returns to; 0: not known.
pub extern "C-unwind" fn ensure(caller: usize) -> State {
    let Some(python) = cpython::get() else { return LOCKED };
    if caller::is_cffi(caller) {
        return leave_to_cpython(python);
    }
    VISIT.with(|visit| {
        if visit.by.get().is_some() {
            visit.nested.set(visit.nested.get() + 1);
            return leave_to_cpython(python);
        }
        let Some(life) = life::current() else { return without_life(python) };
        // Attached, or known to Python and not attached, in whichever interpreter.
        if !(life.ask.this_thread_state)().is_null() {
            return leave_to_cpython(python);
        }
        visit.enter(life, python)
    })
}

/// `caller` is the address that the call returns to; 0: not known.
pub extern "C-unwind" fn release(state: State, caller: usize) {
    let Some(python) = cpython::get() else { return };
    if caller::is_cffi(caller) {
        return (python.release)(state);
    }
    VISIT.with(|visit| match (visit.by.get(), visit.nested.get()) {
        (None, _) => (python.release)(state),
        (Some(life), 0) => visit.end(life),
        (Some(_), nested) => {
            visit.nested.set(nested - 1);
            (python.release)(state)
        }
    })
}

/// PyGILState_Ensure as CPython has it.
fn leave_to_cpython(python: &Cpython) -> State {
    log::count(Count::Left);
    (python.ensure)()
}

impl Visit {
    fn enter(&self, life: &'static Life, python: &Cpython) -> State {
        let mut token = Token::EMPTY;
        self.by.set(Some(life));
        // SAFETY: the view lives for ever, and so does the label, in a library that is never unloaded.
        let status = unsafe { (life.ferry.attach)(life.view, LABEL.as_ptr(), &mut token) };
        if status == OK {
            self.token.set(token);
            log::count(Count::Ferried);
            return UNLOCKED;
        }
        self.by.set(None);
        match status {
            CLOSED if life::current().is_some_and(|now| !std::ptr::eq(now, life)) => ensure(0), // the next life has begun
            CLOSED => refused(python),
            _ => {
                complain(life, status, "PyGILState_Ensure is left to CPython");
                leave_to_cpython(python)
            }
        }
    }

    fn end(&self, life: &'static Life) {
        let ask = &life.ask;
        // CPython drops an exception that is set with the state, and says nothing.
        let state = (ask.this_thread_state)();
        if !state.is_null() && (ask.current)() == state && !(ask.error)().is_null() {
            (ask.clear_error)();
        }
        let mut token = self.token.get();
        // SAFETY: a token of this thread's.
        let status = unsafe { (life.ferry.detach)(&mut token) };
        match status {
            // Shut down meanwhile: the visit is over all the same.
            OK | CLOSED => self.by.set(None),
            _ => {
                self.token.set(token);
                complain(life, status, "PyGILState_Release did nothing, where CPython's ends the process");
            }
        }
    }
}

#[cold]
fn complain(life: &Life, status: i32, what: &str) {
    log::say(format_args!("{what}: {}", life.ferry.describe(status)));
}

/// Python does not run, or was started past this library.
#[cold]
fn without_life(python: &Cpython) -> State {
    if life::has_been() && !python.is_initialized() {
        return refused(python);
    }
    static SAID: Once = Once::new();
    if !settings::get().off {
        SAID.call_once(|| {
            log::say(format_args!(
                "every call is CPython's: Python was not started by a Py_Initialize... that came by this library"
            ));
        });
    }
    leave_to_cpython(python)
}

/// For a thread that comes when Python's shutdown has begun.
#[cold]
fn refused(python: &Cpython) -> State {
    if life::is_main_thread() {
        log::say(format_args!("the main thread comes after Python's shutdown has begun: it is left to CPython"));
        return leave_to_cpython(python);
    }
    log::count(Count::Parked);
    log::say(format_args!("a thread comes after Python's shutdown has begun: it stays where it is"));
    loop {
        // SAFETY: takes nothing; waits for signals, whose handlers run.
        unsafe { libc::pause() };
    }
}
