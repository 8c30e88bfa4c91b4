//! A channel from one thread to another, with the interface of std's. std's has three implementations for each type: they
//! would be a sixteenth of this library.

use super::lock::{Condvar, Mutex};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError};
use std::time::{Duration, Instant};

/// The end where values are put in.
pub struct Sender<T>(Arc<Shared<T>>);

/// The end where they are taken out.
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

/// Both ends of a new channel.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let line = Mutex::new(Line { things: VecDeque::new(), is_cut: false });
    let shared = Arc::new(Shared { line, changed: Condvar::new() });
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

impl<T> Shared<T> {
    /// The next value. `Some(None)`: the sender is gone, and nothing is left. `None`: the deadline passed first.
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
    /// Puts a value in. The error gives it back: the receiver is gone.
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
    /// Waits for the next value.
    pub fn recv(&self) -> Result<T, RecvError> {
        self.0.next(None).ok_or(RecvError)?.ok_or(RecvError)
    }

    /// The same, for `limit` at most.
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
