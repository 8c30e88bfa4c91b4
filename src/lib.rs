//! Carries a host's own threads into CPython and back: any thread, any interpreter, CPython 3.9 to 3.15, with the GIL or
//! free-threaded, from one build that links no libpython.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! let mut runtime = pyferry::Runtime::start()?; // the python3 on PATH, or what PYFERRY_PYTHON names
//! let interpreter = pyferry::Interpreter::new()?; // with a GIL of its own, where there is such a thing
//! let view = interpreter.view().clone();
//! let thread = std::thread::spawn(move || {
//!     let _attached = view.attach()?; // until the end of this block
//!     pyferry::exec("import sys; print('hello from', sys.version)", "hello.py")
//! });
//! thread.join().expect("no panic")?;
//! interpreter.end(Some(Duration::from_secs(5)))?; // waits for the threads inside, at most 5 seconds
//! let late = interpreter.view().attach().unwrap_err(); // too late: told so, not killed
//! assert_eq!(late.status, pyferry::Status::Closed);
//! runtime.stop(Some(Duration::from_secs(5)))?;
//! # Ok::<_, pyferry::Error>(())
//! ```
//!
//! `examples/threads.rs` is a larger one.
//!
//! # How it works
//!
//! - A [`View`] names an interpreter and stays valid whatever becomes of that. A [`Guard`] keeps one from ending.
//! - [`View::attach`] brings the calling thread in until the [`Attached`] is dropped. It nests, and goes from one
//!   interpreter to another and back. [`suspend`] lets go around work that blocks.
//! - Whoever shuts an interpreter or Python down, and whenever: threads inside are waited for, late ones get
//!   [`Status::Closed`]. [`Runtime`] and [`Interpreter`] are for hosts that start these themselves.
//! - Functions may be called from any thread, unless they say otherwise. Calls in a wrong order, or on a wrong thread, are
//!   answers too: an [`Error`] has a [`Status`] to branch on, and says what happened, to whom and what to do.
//! - In a child that Python was told of (`os.fork`) all goes on; in one it was not, every call answers
//!   [`Status::Forked`].
//!
//! # PyO3
//!
//! pyferry brings a thread in; what it does in Python is [PyO3](https://pyo3.rs)'s, or whatever else calls CPython. Inside
//! an attachment `Python::attach` finds the thread attached, and nests:
//!
//! ```ignore
//! let _attached = view.attach()?;
//! let sum = Python::attach(|py| py.eval(c"1 + 1", None, None)?.extract::<i64>())?;
//! ```
//!
//! What one has to know:
//!
//! - PyO3 links a libpython, of one version: that is the Python in the process, and pyferry takes it as it is. Leave PyO3's
//!   `auto-initialize` off, and let [`Runtime::start`] initialise it: on a thread of its own, so that it can be stopped
//!   while others are at work.
//! - `Python::attach` alone brings a thread in just as well, but when Python shuts down nobody waits for it: up to 3.13.7 it
//!   is ended then, later it hangs for ever. Outside, the [`View`].
//! - Inside, `py.detach` and [`suspend`] are the same to pyferry. `Python::assume_attached` is right while the thread is
//!   attached. It is unsafe because nothing binds its `py` to the [`Attached`]: what is bound to `py` has to be dropped
//!   first, and is not to be touched while suspended.
//! - PyO3 keeps types and other objects in Rust statics, once for the process: use it in the main interpreter only.
//!
//! # In a plug-in
//!
//! A thread that ends runs code of this crate, and so does Python when it shuts down. An executable is never unloaded, and
//! `libpyferry.so` is linked so that it is not either. A `cdylib` or plug-in of one's own that has this crate inside, and
//! may be unloaded, has to be linked in the same way, by a line in its `build.rs`:
//!
//! ```
//! println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
//! ```
//!
//! Where several copies of pyferry are in a process (this crate in the executable, `libpyferry.so` by a plug-in), one
//! serves Python, and the others answer [`Status::Unsupported`] with both files named.
//!
//! # From C and C++
//!
//! The C library of the same name is made of the same code; its reference is `include/pyferry.h`. Every item here can be
//! searched by the name that it has there.

#![deny(rustdoc::broken_intra_doc_links)]

// Inside, calls go one way, down: C caller -> `capi`, Rust caller -> `api` -> `process` -> `interpreter` -> `queue`, `host`, `thread` ->
// `trace`, `nudge` -> `registry` -> `gate`, `cpython` -> CPython. CONTRIBUTING.md has all of it, and a test holds it.

mod api;
#[doc(hidden)] // for C programmers, who have the header
pub mod capi;
mod cpython;
mod error;
mod gate;
mod host;
mod interpreter;
mod nudge;
mod observe;
mod process;
mod queue;
mod registry;
mod sys;
mod thread;
mod trace;

pub use api::*;
pub use cpython::Given;
pub use error::{Error, Result, Status};
pub use interpreter::Gil;
