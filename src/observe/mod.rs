//! Seeing who waits and who is inside: from any thread, attached to nothing, however stuck Python is; and writing it down.

mod dump;
mod table;
mod trace;
mod watchdog;

pub use dump::dump;
pub use table::{Activity, Seen, look};
pub use trace::{Kind, Summary, histograms_text, start_trace, stop_trace, summaries};
pub use watchdog::{Event, Limits, Still, hold_still, set};
