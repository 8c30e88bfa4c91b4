//! Which threads wait, and which are inside: seen from any thread, detached, however stuck Python is. And the trace of that.

mod dump;
mod table;
mod trace;
mod watchdog;

pub use dump::{as_utf8, dump};
pub use table::{Activity, Seen, look};
pub use trace::{Kind, Summary, histograms_text, start_trace, start_trace_if_asked, stop_trace, summaries};
pub use watchdog::{Event, Limits, Still, hold_still, set};
