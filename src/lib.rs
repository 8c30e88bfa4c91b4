//! Carries a C or C++ host's own threads into CPython and back: any thread, any interpreter, CPython 3.9 to 3.15, with
//! the GIL or free-threaded, from one binary that links no libpython.
//!
//! The product is the C library; its reference is `include/pyferry.h`. Inside, data goes one way:
//! C caller -> `capi` -> `runtime`, `interpreter`, `shutdown` -> `thread` -> `record` -> `gate`, `cpython` -> CPython.

pub mod capi;
mod copies;
mod cpython;
mod error;
mod fork;
mod gate;
mod interpreter;
mod record;
mod report;
mod runtime;
mod shutdown;
mod sys;
mod thread;
