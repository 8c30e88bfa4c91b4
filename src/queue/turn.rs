//! Whose turn it is to take jobs: one thread's at a time, which may come again from within a job.

use crate::sys::{Condvar, Mutex};
use std::time::Instant;

/// The turn of one queue.
#[derive(Debug, Default)]
pub struct Turn {
    holder: Mutex<Holder>,
    free: Condvar,
}

#[derive(Debug, Default)]
struct Holder {
    /// The address of a thread-local of the thread; 0: nobody.
    thread: usize,
    /// How often it has come.
    depth: u32,
}

thread_local! {
    static HERE: u8 = const { 0 };
}

/// What no other thread of the process has.
fn this_thread() -> usize {
    HERE.with(|here| std::ptr::from_ref(here).addr())
}

impl Turn {
    /// Takes the turn. False: it is another thread's.
    pub fn begin(&self) -> bool {
        self.holder.lock().take(this_thread())
    }

    /// Waits for the turn, and takes it. False: the time is up first.
    pub fn begin_by(&self, deadline: Option<Instant>) -> bool {
        let thread = this_thread();
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

    /// Whether it is the calling thread's.
    pub fn is_mine(&self) -> bool {
        self.holder.lock().thread == this_thread()
    }
}

impl Holder {
    fn take(&mut self, thread: usize) -> bool {
        if self.thread != 0 && self.thread != thread {
            return false;
        }
        self.thread = thread;
        self.depth += 1;
        true
    }
}
