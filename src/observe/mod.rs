//! Seeing who waits and who is inside: from any thread, attached to nothing, however stuck Python is.

mod dump;
mod table;
mod watchdog;

pub use dump::dump;
pub use table::{Activity, Seen, look};
pub use watchdog::{Event, Kind, Limits, Still, hold_still, set};
