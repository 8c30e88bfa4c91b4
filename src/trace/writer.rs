//! Writes what threads noted into a file, as Chrome's trace format has it: an array of JSON objects, one event a line.
//!
//! Whole lines go out at a time, and the format does without the bracket at the end: a file that is cut off, since the process
//! was killed, loads all the same.

use super::buffer::Buffer;
use super::lane::{Lane, Page};
use crate::registry;
use std::fs::File;
use std::io::{self, Write};

/// What a file begins with.
pub const HEAD: &[u8] = b"[\n";

/// A thread that notes from now on.
pub struct Newcomer {
    pub buffer: &'static Buffer,
    pub thread_id: u32,
    pub name: String,
}

/// What is to be done.
pub struct Order {
    pub newcomers: Vec<Newcomer>,
    /// This is the last round.
    pub ends: bool,
    /// How many threads there was no buffer for.
    pub unheard: u64,
}

/// Who writes one file.
pub struct Writer {
    file: File,
    page: Page,
    threads: Vec<(&'static Buffer, Lane)>,
    /// Notes that were lost by threads which have ended.
    lost: u64,
    unheard: u64,
    /// The first failure: from there on nothing is written.
    result: io::Result<()>,
}

impl Writer {
    /// For a trace that began then.
    pub fn new(file: File, began: u64) -> Writer {
        let page = Page::new(began);
        Writer { file, page, threads: Vec::new(), lost: 0, unheard: 0, result: Ok(()) }
    }

    /// Writes what there is. Buffers of threads that have ended come to be `over`. True: there was much, so look again soon.
    pub fn write(&mut self, order: Order, over: &mut Vec<&'static Buffer>) -> bool {
        self.unheard = order.unheard;
        for Newcomer { buffer, thread_id, name } in order.newcomers {
            self.threads.push((buffer, Lane::new(&mut self.page, thread_id, &name)));
        }
        let mut is_much = false;
        let (page, lost) = (&mut self.page, &mut self.lost);
        self.threads.retain_mut(|(buffer, lane)| {
            // Asked before: nothing comes after.
            let has_ended = buffer.has_ended();
            is_much |= Buffer::is_much(buffer.take(|note| lane.write(page, &note)));
            if has_ended {
                *lost += buffer.lost();
                over.push(buffer);
            }
            !has_ended
        });
        self.put_out();
        is_much
    }

    /// Ends what has begun, and the file.
    pub fn end(mut self) -> (io::Result<()>, Vec<&'static Buffer>) {
        // Who has not moved since the trace began is in there, or waits, still.
        let page = &mut self.page;
        registry::look_at_all(|_, glimpse| {
            if !self.threads.iter().any(|(_, lane)| lane.thread_id == glimpse.thread_id) {
                Lane::write_unmoved(page, &glimpse);
            }
        });
        for (buffer, lane) in &mut self.threads {
            lane.end(&mut self.page);
            self.lost += buffer.lost();
        }
        self.page.end(self.lost, self.unheard);
        self.put_out();
        (self.result, self.threads.into_iter().map(|(buffer, _)| buffer).collect())
    }

    fn put_out(&mut self) {
        if self.result.is_ok() {
            self.result = self.file.write_all(self.page.text().as_bytes());
        }
        self.page.clear();
    }
}
