//! The trace, as a host begins and ends it.

use crate::error::Result;
use crate::{thread, trace};

pub use crate::trace::{Kind, Summary, start as start_trace, summaries, text as histograms_text};

/// Ends the trace; on return the file is complete. An attached thread detaches meanwhile: a disk can be slow.
pub fn stop_trace() -> Result<()> {
    let mut result = Ok(());
    let back = thread::unattached(|| result = trace::stop());
    result.and_then(|()| thread::check_back(back, "the trace is complete"))
}
