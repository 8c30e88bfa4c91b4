//! The turn: the right to take the jobs of a queue. One thread has it at a time, and may take it again within a job.

use crate::sys::{Condvar, Mutex};
use crate::thread::serial;
use std::time::Instant;

/// The turn of one queue.
#[derive(Debug, Default)]
pub struct Turn {
    holder: Mutex<Holder>,
    free: Condvar,
}

#[derive(Debug, Default)]
struct Holder {
    /// The serial of the thread that has the turn; 0: none has.
    thread: u64,
    /// How often that thread has taken the turn.
    depth: u32,
}

impl Turn {
    /// Takes the turn. False: another thread has it.
    pub fn begin(&self) -> bool {
        self.holder.lock().take(serial())
    }

    /// Waits for the turn, and takes it. False: timed out.
    pub fn begin_by(&self, deadline: Option<Instant>) -> bool {
        let thread = serial();
        self.free.wait_for(self.holder.lock(), deadline, |holder| holder.take(thread).then_some(())).is_some()
    }

    /// Gives the turn back. True: nobody has it now.
    pub fn end(&self) -> bool {
        let mut holder = self.holder.lock();
        holder.depth -= 1;
        if holder.depth > 0 {
            return false;
        }
        holder.thread = 0;
        drop(holder);
        self.free.notify_all();
        true
    }

    /// Whether the calling thread has the turn.
    pub fn is_mine(&self) -> bool {
        self.holder.lock().thread == serial()
    }
}

impl Holder {
    fn take(&mut self, thread: u64) -> bool {
        if self.thread != 0 && self.thread != thread {
            return false;
        }
        self.thread = thread;
        self.depth += 1;
        true
    }
}
