//! From one thread to another, as std's own channel, which comes in three kinds for each type: those are a sixteenth of this library.

use super::lock::{Condvar, Mutex};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError};
use std::time::{Duration, Instant};

/// Where things are put in.
pub struct Sender<T>(Arc<Shared<T>>);

/// Where they are taken out.
pub struct Receiver<T>(Arc<Shared<T>>);

struct Shared<T> {
    line: Mutex<Line<T>>,
    changed: Condvar,
}

struct Line<T> {
    things: VecDeque<T>,
    /// One of the two ends is gone.
    is_cut: bool,
}

/// Both ends of one.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let line = Mutex::new(Line { things: VecDeque::new(), is_cut: false });
    let shared = Arc::new(Shared { line, changed: Condvar::new() });
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

impl<T> Shared<T> {
    /// The next thing, or None where there will be none. None: the time is up first.
    fn next(&self, deadline: Option<Instant>) -> Option<Option<T>> {
        self.changed.wait_for(self.line.lock(), deadline, |line| match line.things.pop_front() {
            None if !line.is_cut => None,
            next => Some(next),
        })
    }

    fn cut(&self) {
        self.line.lock().is_cut = true;
        self.changed.notify_all();
    }
}

impl<T> Sender<T> {
    /// Puts a thing in; back, where nobody takes any out.
    pub fn send(&self, thing: T) -> Result<(), SendError<T>> {
        let mut line = self.0.line.lock();
        if line.is_cut {
            return Err(SendError(thing));
        }
        line.things.push_back(thing);
        drop(line);
        self.0.changed.notify_all();
        Ok(())
    }
}

impl<T> Receiver<T> {
    /// The next thing, for which it waits.
    pub fn recv(&self) -> Result<T, RecvError> {
        self.0.next(None).ok_or(RecvError)?.ok_or(RecvError)
    }

    /// The same, for so long at most.
    pub fn recv_timeout(&self, limit: Duration) -> Result<T, RecvTimeoutError> {
        let next = self.0.next(Instant::now().checked_add(limit)).ok_or(RecvTimeoutError::Timeout)?;
        next.ok_or(RecvTimeoutError::Disconnected)
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.cut();
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.0.cut();
    }
}
