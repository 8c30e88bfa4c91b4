//! Where what scripts print goes.

use crate::cpython::{Python, Write};
use crate::error::Result;
use crate::registry;
use crate::sys::{self, Mutex};
use crate::thread;
use std::cell::RefCell;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard};

/// `sys.stdout`
const STDOUT: i32 = 1;
/// `sys.stderr`
const STDERR: i32 = 2;

/// The interpreter's number, the stream's, and bytes.
type Hear = dyn Fn(i64, i32, &[u8]) + Send + Sync;

/// Hears what is written. It must not panic.
#[derive(Clone)]
pub struct Output(Arc<Hear>);

impl Output {
    /// An output that `hear` hears.
    pub fn new(hear: impl Fn(i64, i32, &[u8]) + Send + Sync + 'static) -> Output {
        Output(Arc::new(hear))
    }

    fn stream(&self, interpreter: i64, stream: i32) -> Write {
        let hear = Arc::clone(&self.0);
        Box::new(move |bytes| _ = thread::call_host(|| hear(interpreter, stream, bytes)))
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Output")
    }
}

/// The output of the runtime that we started: for interpreters that have none of their own.
static OF_RUNTIME: Mutex<Option<Output>> = Mutex::new(None);

/// In which run of Python `before_site` was asked for, plus one.
static ASKED_IN: AtomicU64 = AtomicU64::new(0);

// The output of the interpreter which this thread makes. Not dropped with the thread's locals: destructors that come later can make one too.
sys::per_thread! {
    static OF_NEW: RefCell<Option<Output>> = RefCell::new(None);
}

/// What is held through a fork, so that no child finds it locked.
pub type Still = MutexGuard<'static, Option<Output>>;

/// Locks the runtime's output.
pub fn hold_still() -> Still {
    OF_RUNTIME.lock()
}

/// Sets where the output of the Python that we start goes; None: where CPython puts it.
pub fn set_of_runtime(output: Option<Output>) {
    let before = std::mem::replace(&mut *hold_still(), output);
    // With no lock held.
    drop(before);
}

/// Has the Python that is about to be initialised begin with our streams, before its site code; where that fails, `ensure`
/// comes after it, and says why.
pub fn begin(python: &Python) {
    let wanted = hold_still().is_some();
    if wanted {
        let _ = ask(python);
    }
}

/// Runs `f`, which makes an interpreter whose output goes there; None: where the runtime's goes. Attached to main.
pub fn with_new<R>(python: &Python, output: Option<Output>, f: impl FnOnce() -> Result<R>) -> Result<R> {
    if output.is_some() {
        ask(python)?;
    }
    let outer = OF_NEW.with(|of_new| of_new.replace(output));
    let result = f();
    OF_NEW.with(|of_new| of_new.replace(outer));
    result
}

/// Sets the output of the interpreter that this thread is attached to and has just made, where site code has not come
/// to that: there is none, or somebody's audit hook refused ours.
pub fn ensure(python: &Python) -> Result<()> {
    let Some(output) = OF_NEW.with(|of_new| of_new.borrow().clone()).or_else(|| hold_still().clone()) else {
        return Ok(());
    };
    if python.has_output() {
        return Ok(());
    }
    let id = python.attached_interpreter_id();
    python.set_output(output.stream(id, STDOUT), output.stream(id, STDERR))
}

/// Once in each run of Python: CPython forgets its audit hooks at its end.
fn ask(python: &Python) -> Result<()> {
    let run = registry::life() + 1;
    if ASKED_IN.swap(run, Ordering::SeqCst) == run {
        return Ok(());
    }
    python.call_before_site(before_site).inspect_err(|_| ASKED_IN.store(0, Ordering::SeqCst))
}

fn before_site(python: &'static Python) {
    // Who made the interpreter tries again, and says what is wrong.
    let _ = ensure(python);
}
