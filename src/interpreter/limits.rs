//! How long the end of an interpreter may take.

use std::time::Instant;

/// How long a shutdown may take, and when it begins to interrupt the threads inside.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// None: it waits for ever.
    pub deadline: Option<Instant>,
    /// None: it never interrupts.
    pub interrupt_from: Option<Instant>,
}
