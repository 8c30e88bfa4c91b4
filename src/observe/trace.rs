//! The trace, as a host begins and ends it.

use crate::error::{Result, Status, fail};
use crate::{thread, trace};
use std::path::Path;

pub use crate::trace::{Kind, Summary, summaries, text as histograms_text};

/// Begins a trace; without a file, only durations are counted.
pub fn start_trace(path: Option<&Path>) -> Result<()> {
    match path {
        Some(path) => open(path, false)?.begin(),
        None => trace::open(None, false)?.begin(),
    }
}

/// Begins the trace that PYFERRY_TRACE asks for, the first time that Python is used. An error is of the caller's interpreter only.
pub fn start_trace_if_asked() -> Result<()> {
    let Some(path) = trace::asked_for() else { return Ok(()) };
    match open(&path, true).and_then(trace::Opened::begin) {
        Err(error) if error.status == Status::Closed => return Err(error),
        Err(error) => trace::complain(&error.to_string()),
        Ok(()) => {}
    }
    Ok(())
}

/// An attached thread detaches meanwhile: a FIFO is open when somebody reads it, and a disk can be slow.
fn open(path: &Path, is_asked_for: bool) -> Result<trace::Opened> {
    let mut opened = None;
    let back = thread::unattached(|| opened = Some(trace::open(Some(path), is_asked_for)));
    thread::check_back(back, "no trace has begun")?;
    let Some(opened) = opened else { fail!(Internal, "the file of a trace was opened and is not there") };
    opened
}

/// Ends the trace; on return the file is complete. An attached thread detaches meanwhile: a disk can be slow.
pub fn stop_trace() -> Result<()> {
    let mut result = Ok(());
    let back = thread::unattached(|| result = trace::stop());
    thread::check_back_with(back, result, "the trace is complete")
}
