//! From one thread to another, as std's own channel, which comes in three kinds for each type: those are a sixteenth of this library.

use std::collections::VecDeque;
use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
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
    fn lock(&self) -> MutexGuard<'_, Line<T>> {
        self.line.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn cut(&self) {
        self.lock().is_cut = true;
        self.changed.notify_all();
    }
}

impl<T> Sender<T> {
    /// Puts a thing in; back, where nobody takes any out.
    pub fn send(&self, thing: T) -> Result<(), SendError<T>> {
        let mut line = self.0.lock();
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
        let is_empty = |line: &mut Line<T>| line.things.is_empty() && !line.is_cut;
        let waited = self.0.changed.wait_while(self.0.lock(), is_empty);
        let mut line = waited.unwrap_or_else(|poisoned| poisoned.into_inner());
        line.things.pop_front().ok_or(RecvError)
    }

    /// The same, for so long at most.
    pub fn recv_timeout(&self, limit: Duration) -> Result<T, RecvTimeoutError> {
        let until = Instant::now().checked_add(limit);
        let mut line = self.0.lock();
        loop {
            if let Some(thing) = line.things.pop_front() {
                return Ok(thing);
            }
            if line.is_cut {
                return Err(RecvTimeoutError::Disconnected);
            }
            let left = until.map_or(limit, |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return Err(RecvTimeoutError::Timeout);
            }
            let waited = self.0.changed.wait_timeout(line, left);
            line = waited.unwrap_or_else(|poisoned| poisoned.into_inner()).0;
        }
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
