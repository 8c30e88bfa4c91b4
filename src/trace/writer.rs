//! The writer: writes the threads' notes into a file in Chrome's trace format, an array of JSON objects, one event a line.
//!
//! Whole lines are written at a time, and the format does without the bracket at the end: a file that is cut off, since the process
//! was killed, loads all the same.

use super::buffer::Buffer;
use super::durations::Duration;
use super::lane::{Lane, Page, note_of_unmoved};
use super::posts::{Post, Posts};
use crate::registry;
use crate::sys::{self, Scale};
use std::fs::File;
use std::io::{self, Write};

/// What a file begins with.
pub const HEAD: &[u8] = b"[\n";

/// A thread that has begun to note.
pub struct Newcomer {
    pub buffer: &'static Buffer,
    pub thread_id: u32,
    pub name: String,
}

/// What the writer has to do in one round.
pub struct Order {
    pub newcomers: Vec<Newcomer>,
    /// This is the last round.
    pub ends: bool,
    /// How many threads got no buffer.
    pub unheard: u64,
}

/// The writer of one file.
pub struct Writer {
    /// None: only durations are counted.
    file: Option<File>,
    page: Page,
    threads: Vec<(&'static Buffer, Lane)>,
    /// The lanes of threads that post, and note nothing else so far.
    posters: Vec<Lane>,
    posts: &'static Posts,
    /// How many notes were lost by threads that have ended.
    lost: u64,
    unheard: u64,
    /// The first failure: from there on nothing is written.
    result: io::Result<()>,
    /// Called with that failure.
    tell: fn(&io::Error),
}

impl Writer {
    /// For a trace that begins now. `tell` is called when the file takes no more.
    pub fn new(file: Option<File>, scale: Scale, posts: &'static Posts, tell: fn(&io::Error)) -> Writer {
        let (page, threads, posters) = (Page::new(scale, file.is_none()), Vec::new(), Vec::new());
        Writer { file, page, threads, posters, posts, lost: 0, unheard: 0, result: Ok(()), tell }
    }

    /// Writes what there is, and adds buffers of threads that have ended to `over`. True: there was much, so look again soon.
    pub fn write(&mut self, order: Order, over: &mut Vec<&'static Buffer>) -> bool {
        self.unheard = order.unheard;
        for Newcomer { buffer, thread_id, name } in order.newcomers {
            let posted = self.posters.iter().position(|lane| lane.is_of(thread_id, &name));
            let lane = match posted {
                Some(place) => self.posters.swap_remove(place),
                None => Lane::new(&mut self.page, thread_id, &name),
            };
            self.threads.push((buffer, lane));
        }
        self.page.adjust();
        let mut posts = Vec::new();
        self.posts.take(|post| posts.push(post));
        let mut is_much = false;
        let (page, lost) = (&mut self.page, &mut self.lost);
        self.threads.retain_mut(|(buffer, lane)| {
            // Asked before the notes are taken: none comes later.
            let has_ended = buffer.has_ended();
            let posted: Vec<Post> = posts.extract_if(.., |post| post.thread_id == lane.thread_id).collect();
            let mut posted = posted.iter().peekable();
            is_much |= Buffer::is_much(buffer.take(|note| {
                while let Some(post) = posted.next_if(|post| post.when <= note.when) {
                    lane.write_post(page, post);
                }
                lane.write(page, &note);
            }));
            posted.for_each(|post| lane.write_post(page, post));
            if has_ended {
                // The note `What::Ends` has ended all slices, unless that note was lost.
                lane.end(page);
                *lost += buffer.lost();
                over.push(buffer);
            }
            !has_ended
        });
        for post in posts {
            self.write_poster(&post);
        }
        self.put_out();
        is_much
    }

    /// The waits and holds that ended since the last call.
    pub fn durations(&mut self) -> Vec<Duration> {
        std::mem::take(&mut self.page.durations)
    }

    fn write_poster(&mut self, post: &Post) {
        lane_of(&mut self.posters, &mut self.page, post.thread_id).write_post(&mut self.page, post);
    }

    /// Ends all slices, and the file.
    pub fn end(mut self) -> (io::Result<()>, Vec<&'static Buffer>) {
        // A thread that has noted nothing since the trace began is still inside, or waits.
        let (page, mut unmoved) = (&mut self.page, Vec::new());
        registry::look_at_all(|_, glimpse| {
            let id = glimpse.thread_id;
            let has_moved = self.threads.iter().any(|(_, lane)| lane.thread_id == id);
            if let Some(note) = note_of_unmoved(page.began, &glimpse).filter(|_| !has_moved) {
                // In one lane: it may be seen in several interpreters.
                lane_of(&mut unmoved, page, id).write(page, &note);
            }
        });
        unmoved.iter_mut().for_each(|lane| lane.end(page));
        for (buffer, lane) in &mut self.threads {
            lane.end(&mut self.page);
            self.lost += buffer.lost();
        }
        self.page.end(self.lost + self.posts.lost(), self.unheard);
        self.put_out();
        (self.result, self.threads.into_iter().map(|(buffer, _)| buffer).collect())
    }

    fn put_out(&mut self) {
        if let (Some(file), Ok(())) = (&mut self.file, &self.result) {
            self.result = file.write_all(self.page.text().as_bytes()).inspect_err(self.tell);
        }
        self.page.clear();
    }
}

/// The lane of a thread that has no buffer of its own.
fn lane_of<'a>(lanes: &'a mut Vec<Lane>, page: &mut Page, thread_id: u32) -> &'a mut Lane {
    let place = lanes.iter().position(|lane| lane.thread_id == thread_id).unwrap_or_else(|| {
        let name = sys::thread_name(thread_id).unwrap_or_default();
        lanes.push(Lane::new(page, thread_id, &name));
        lanes.len() - 1
    });
    &mut lanes[place]
}
