//! The trace, as a host begins and ends it.

use crate::cpython::Python;
use crate::error::{Result, fail};
use crate::{thread, trace};

pub use crate::trace::{Kind, Summary, start as start_trace, summaries, text as histograms_text};

/// Ends the trace; on return the file is complete. An attached thread detaches meanwhile: a disk can be slow.
pub fn stop_trace() -> Result<()> {
    let mut result = Ok(());
    let back = match Python::known() {
        Some(python) if thread::current(python).is_some() && !python.is_finalizing() => {
            thread::released(python, None, || result = trace::stop())
        }
        _ => {
            result = trace::stop();
            true
        }
    };
    if result.is_ok() && !back {
        fail!(
            Closed,
            "the trace is complete, but the interpreter that this thread was attached to was shut down meanwhile: it is attached to nothing"
        );
    }
    result
}
