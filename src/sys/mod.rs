//! What is asked of the operating system, one file per family.

mod text;
#[cfg(unix)]
mod unix;

pub use text::StaticText;
#[cfg(unix)]
pub use unix::*;
