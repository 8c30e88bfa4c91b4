//! The pen: what a thread notes with.

use super::buffer::{Buffer, Note, What};
use super::session;
use crate::sys::{self, Label};
use std::cell::Cell;

/// The pen of one thread.
pub struct Pen {
    /// The number of the trace that the pen was opened for.
    trace: Cell<u32>,
    /// How many notes the buffer had lost when the last one was put in.
    lost: Cell<u64>,
    buffer: Cell<Option<&'static Buffer>>,
}

impl Pen {
    /// A pen that is not open.
    pub const fn new() -> Pen {
        Pen { trace: Cell::new(0), lost: Cell::new(0), buffer: Cell::new(None) }
    }

    /// Whether the pen was opened for the trace that is written now.
    #[inline(always)]
    pub fn is_open(&self) -> bool {
        self.trace.get() == session::current()
    }

    /// Opens the pen for the trace that is written now; returns when that began. None: none is, or there is no memory for a buffer,
    /// which is counted.
    pub fn open(&self) -> Option<u64> {
        let (trace, began, buffer) = session::join(self.buffer.get())?;
        self.buffer.set(Some(buffer));
        self.trace.set(trace);
        self.lost.set(0);
        Some(began)
    }

    /// Notes what this thread does now.
    #[inline]
    pub fn note(&self, what: What, interpreter: i64, label: Label) {
        self.note_at(sys::moment(), what, interpreter, label);
    }

    /// The same, for an earlier moment.
    #[inline]
    pub fn note_at(&self, when: u64, what: What, interpreter: i64, label: Label) {
        let Some(buffer) = self.buffer.get() else { return };
        let lost = buffer.lost();
        let after_loss = lost != self.lost.get();
        if buffer.put(Note { when, what, interpreter, label, after_loss }) {
            self.lost.set(lost);
        }
    }

    /// The thread ends: hands its buffer on.
    pub fn put_away(&self) {
        if let Some(buffer) = self.buffer.take() {
            if self.is_open() {
                buffer.put(Note {
                    when: sys::moment(),
                    what: What::Ends,
                    interpreter: 0,
                    label: Label::NONE,
                    after_loss: false,
                });
            }
            session::leave(self.trace.replace(0), buffer);
        }
    }
}
