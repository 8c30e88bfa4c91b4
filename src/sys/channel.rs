//! A channel from one thread to another, with the interface of std's. std's has three implementations for each type: they
//! would be a sixteenth of this library.

use super::lock::{Condvar, Mutex};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError};
use std::time::{Duration, Instant};

/// The end where values are put in.
pub struct Sender<T>(Arc<Shared<T>>);

/// The end where values are taken out.
pub struct Receiver<T>(Arc<Shared<T>>);

struct Shared<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    values: VecDeque<T>,
    /// One of the two ends is gone.
    is_disconnected: bool,
}

/// Both ends of a new channel.
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let state = Mutex::new(State { values: VecDeque::new(), is_disconnected: false });
    let shared = Arc::new(Shared { state, changed: Condvar::new() });
    (Sender(Arc::clone(&shared)), Receiver(shared))
}

impl<T> Shared<T> {
    /// The next value. `Some(None)`: the sender is gone, and nothing is left. `None`: the deadline passed first.
    fn next(&self, deadline: Option<Instant>) -> Option<Option<T>> {
        self.changed.wait_for(self.state.lock(), deadline, |state| match state.values.pop_front() {
            None if !state.is_disconnected => None,
            next => Some(next),
        })
    }

    fn disconnect(&self) {
        self.state.lock().is_disconnected = true;
        self.changed.notify_all();
    }
}

impl<T> Sender<T> {
    /// Puts a value in. The error gives it back: the receiver is gone.
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        let mut state = self.0.state.lock();
        if state.is_disconnected {
            return Err(SendError(value));
        }
        state.values.push_back(value);
        drop(state);
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
        self.0.disconnect();
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.0.disconnect();
    }
}
