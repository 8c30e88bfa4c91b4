use crate::host::output::Output;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Where a script writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// `sys.stdout`
    Stdout,
    /// `sys.stderr`
    Stderr,
}

/// What the options of a runtime or an interpreter keep. CPython calls it, through which no panic may go.
pub(super) fn output(hear: impl Fn(i64, Stream, &[u8]) + Send + Sync + 'static) -> Output {
    Output::new(move |interpreter, stream, bytes| {
        let stream = if stream == 1 { Stream::Stdout } else { Stream::Stderr };
        let _ = catch_unwind(AssertUnwindSafe(|| hear(interpreter, stream, bytes)));
    })
}
