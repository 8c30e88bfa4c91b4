//! A picture of who waited and who ran: each thread notes its own waits and stays, and a thread of ours writes them into a file.
//!
//! While no trace is written nobody pays for it: a flag on each participant, which the fast path looks at anyway, says
//! when one is. A thread notes into a buffer of its own, with no lock and no allocation but at its first note; where the buffer is
//! full the note is lost, and counted.

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
pub use session::{Still, hold_still, is_on, note_post, start, start_if_asked, stop, summaries, text};
