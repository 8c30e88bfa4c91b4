//! The trace: each thread notes its own waits and stays, and a thread of pyferry's own, the writer, writes them into a file.
//!
//! While no trace is written it costs nothing: a flag on each participant, which the fast path looks at anyway, says whether one
//! is. A thread notes into a buffer of its own, with no lock and, after its first note, no allocation. If the buffer is full the
//! note is lost, and counted.

mod buffer;
mod durations;
mod lane;
mod pen;
mod posts;
mod session;
mod writer;

pub use buffer::What;
pub use durations::{Kind, Summary};
pub use pen::Pen;
pub use session::{Opened, Still, asked_for, complain, hold_still, is_on, note_post, open, stop, summaries, text};
