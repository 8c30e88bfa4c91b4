//! What is asked of the operating system, one file per family.

mod clock;
mod label;
#[cfg(target_os = "linux")]
mod linux;
mod per_thread;
#[cfg(unix)]
mod unix;

pub use clock::{Pace, forget_after_fork};
pub use label::{Label, LabelCell};
#[cfg(target_os = "linux")]
pub use linux::*;
pub use per_thread::PerThread;
#[cfg(unix)]
pub use unix::*;
