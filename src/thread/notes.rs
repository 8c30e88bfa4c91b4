//! What a thread notes for a trace, while one is written.

use super::Thread;
use super::stack::{Frame, Kind};
use crate::registry::Entry;
use crate::sys::Label;
use crate::trace::{self, What};

impl Thread {
    /// Notes what this thread does at that participant.
    #[inline]
    pub(super) fn note(&self, what: What, at: &Entry) {
        self.note_of(what, at.interpreter(), at.label());
    }

    /// The same for an interpreter's id and a label, where there is no participant, or it has another label.
    #[inline]
    pub(super) fn note_of(&self, what: What, interpreter: i64, label: Label) {
        if trace::is_on() {
            self.put_down(what, interpreter, label);
        }
    }

    /// Notes the end of an attachment whose interpreter has ended.
    #[cold]
    pub(super) fn note_end(&self, frame: Frame) {
        match frame.kind {
            Kind::Entered { .. } => self.note(What::GoesOut, &frame.participant.entry),
            Kind::Nested => self.note_of(What::Unnests, 0, Label::NONE),
            Kind::Suspended { .. } => {}
        }
    }

    fn put_down(&self, what: What, interpreter: i64, label: Label) {
        if self.pen.is_open() || self.open_pen() {
            self.pen.note(what, interpreter, label);
        }
    }

    /// For the first note of a trace. What this thread is inside of already, it enters when the trace begins.
    #[cold]
    fn open_pen(&self) -> bool {
        let Some(began) = self.pen.open() else { return false };
        let mut inside = self.locals.all();
        inside.retain(|local| local.participant.entry.is_in());
        inside.sort_unstable_by_key(|local| local.participant.entry.depth());
        let note = |what, entry: &Entry| self.pen.note_at(began, what, entry.interpreter(), entry.label());
        inside.iter().for_each(|local| note(What::ComesIn, &local.participant.entry));
        if let Some(last) = inside.last().filter(|last| last.participant.entry.is_away()) {
            note(What::LetsGo, &last.participant.entry);
        }
        self.ask_to_be_cleaned_up();
        true
    }
}
