//! What a thread notes for a trace, where one is written.

use super::Thread;
use super::frames::{Frame, Kind};
use crate::registry::Occupant;
use crate::sys::Label;
use crate::trace::{self, What};

impl Thread {
    /// Notes what this thread does at that place.
    #[inline]
    pub(super) fn note(&self, what: What, at: &Occupant) {
        if trace::is_on() {
            self.put_down(what, at.interpreter(), at.label());
        }
    }

    /// The same at the place of a visit.
    #[inline]
    pub(super) fn note_at(&self, what: What, visit: usize) {
        if trace::is_on() {
            self.note(what, &self.with_visit(visit, |visit| visit.seat).occupant);
        }
    }

    /// The same in an interpreter, by its number, where there may be no place.
    #[inline]
    pub(super) fn note_of(&self, what: What, interpreter: i64) {
        self.note_for(what, interpreter, Label::NONE);
    }

    /// The same for another purpose than is said at the place.
    #[inline]
    pub(super) fn note_for(&self, what: What, interpreter: i64, label: Label) {
        if trace::is_on() {
            self.put_down(what, interpreter, label);
        }
    }

    /// Notes the end of an attachment that ended under this thread.
    #[cold]
    pub(super) fn note_end(&self, frame: Frame) {
        match (frame.kind, frame.visit) {
            (Kind::Entered { .. }, Some(visit)) => self.note_at(What::GoesOut, visit),
            (Kind::Nested, _) => self.note_of(What::Unnests, 0),
            _ => {}
        }
    }

    #[inline]
    fn put_down(&self, what: What, interpreter: i64, label: Label) {
        if self.pen.is_open() || self.open_pen() {
            self.pen.note(what, interpreter, label);
        }
    }

    /// The first note of a trace. Where this thread is already, it was when the trace began.
    #[cold]
    fn open_pen(&self) -> bool {
        let Some(began) = self.pen.open() else { return false };
        self.ask_to_be_tidied();
        let mut inside: Vec<_> = self.with_visits(|visits| {
            let seats = visits.iter().flatten().map(|visit| &visit.seat.occupant);
            seats.filter(|occupant| occupant.is_in()).map(|occupant| (occupant.depth(), occupant)).collect()
        });
        inside.sort_unstable_by_key(|(depth, _)| *depth);
        for (_, occupant) in &inside {
            self.pen.note_at(began, What::ComesIn, occupant.interpreter(), occupant.label());
        }
        if let Some((_, last)) = inside.last().filter(|(_, last)| last.is_away()) {
            self.pen.note_at(began, What::LetsGo, last.interpreter(), last.label());
        }
        true
    }
}

/// Notes, on any thread, that it begins to run a job of a queue, or has run it.
pub fn note_job(what: What, interpreter: i64) {
    if trace::is_on() {
        super::THREAD.with(|me| me.note_of(what, interpreter));
    }
}
