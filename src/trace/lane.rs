//! The notes of one thread as trace events: slices that lie within each other, each of which ends.

use super::buffer::{Note, What};
use super::durations::{Duration, Stretch};
use super::posts::Post;
use crate::registry::{Doing, Glimpse};
use crate::sys::{self, Scale};
use std::fmt::Write;

/// The text that is written next.
pub struct Page {
    text: String,
    scale: Scale,
    pub began: u64,
    process: u32,
    /// The interpreters that have a name in the file.
    named: Vec<i64>,
    /// There is no file.
    is_blank: bool,
    /// The waits and holds that have ended.
    pub durations: Vec<Duration>,
}

/// The kind of a slice, and its interpreter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slice {
    Wait(i64),
    Hold(i64),
    Away(i64),
    Nested,
    Job,
}

/// The events of one thread.
pub struct Lane {
    pub thread_id: u32,
    /// The slices that have begun and not ended, the innermost last.
    open: Vec<Slice>,
    /// When its last event was, in nanoseconds since the trace began.
    last: u64,
    name: String,
    stretch: Stretch,
}

impl Page {
    /// The first page of a trace, which begins now. A blank one collects durations only.
    pub fn new(scale: Scale, is_blank: bool) -> Page {
        let began = scale.moment();
        let mut page = Page {
            text: String::new(),
            scale,
            began,
            process: std::process::id(),
            named: Vec::new(),
            is_blank,
            durations: Vec::new(),
        };
        let program = std::env::current_exe().unwrap_or_default();
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        page.name("process_name", 0, &name);
        page
    }

    /// To be called before notes are written: adjusts the scale of their times.
    pub fn adjust(&mut self) {
        self.scale.adjust();
    }

    /// The text: whole lines.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text has been written: drops it.
    pub fn clear(&mut self) {
        self.text.clear();
    }

    /// The last lines of the file.
    pub fn end(&mut self, lost: u64, unheard: u64) {
        self.event("pyferry_end", "M", self.scale.ns(sys::moment()), 0);
        self.add(format_args!(",\"args\":{{\"lost\":{lost},\"unheard_threads\":{unheard}}}}}\n]\n"));
    }

    fn name(&mut self, what: &str, thread_id: u32, name: &str) {
        self.event(what, "M", 0, thread_id);
        self.add(format_args!(",\"args\":{{\"name\":"));
        self.quote(name.as_bytes());
        self.add(format_args!("}}}},\n"));
    }

    fn name_interpreter(&mut self, id: i64) {
        if self.named.contains(&id) {
            return;
        }
        self.named.push(id);
        self.event("pyferry_interpreter", "M", 0, 0);
        let name = name_of(id);
        self.add(format_args!(",\"args\":{{\"interpreter\":{id},\"name\":\"{name}\"}}}},\n"));
    }

    /// Begins an event, with the fields that all have.
    fn event(&mut self, name: &str, phase: &str, ns: u64, thread_id: u32) {
        self.add(format_args!("{{\"name\":"));
        self.quote(name.as_bytes());
        self.stamp(phase, ns, thread_id);
    }

    fn stamp(&mut self, phase: &str, ns: u64, thread_id: u32) {
        let (us, ns, process) = (ns / 1000, ns % 1000, self.process);
        self.add(format_args!(",\"ph\":\"{phase}\",\"ts\":{us}.{ns:03},\"pid\":{process},\"tid\":{thread_id}"));
    }

    fn add(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.text.write_fmt(text);
    }

    /// Text that may not be UTF-8, as a JSON string.
    fn quote(&mut self, bytes: &[u8]) {
        self.text.push('"');
        for letter in String::from_utf8_lossy(bytes).chars() {
            match letter {
                '"' | '\\' => self.text.extend(['\\', letter]),
                '\0'..='\x1f' => self.add(format_args!("\\u{:04x}", letter as u32)),
                _ => self.text.push(letter),
            }
        }
        self.text.push('"');
    }
}

/// As reports name it.
fn name_of(id: i64) -> String {
    if id == 0 { "main interpreter".into() } else { format!("interpreter {id}") }
}

impl Lane {
    /// The lane of a thread of that name.
    pub fn new(page: &mut Page, thread_id: u32, name: &str) -> Lane {
        page.name("thread_name", thread_id, name);
        Lane { thread_id, open: Vec::new(), last: 0, name: name.to_owned(), stretch: Stretch::default() }
    }

    /// Whether the lane is that thread's.
    pub fn is_of(&self, thread_id: u32, name: &str) -> bool {
        self.thread_id == thread_id && self.name == name
    }

    /// Sets the time of the next event: never before the last one.
    fn pass(&mut self, page: &Page, when: u64) {
        self.last = self.last.max(page.scale.ns(when));
    }

    /// Writes that the thread posted a job.
    pub fn write_post(&mut self, page: &mut Page, post: &Post) {
        self.pass(page, post.when);
        page.name_interpreter(post.interpreter);
        self.instant(page, "post", &format!("posts to {}", name_of(post.interpreter)));
    }

    /// Writes a note of the thread's.
    pub fn write(&mut self, page: &mut Page, note: &Note) {
        self.pass(page, note.when);
        page.durations.extend(self.stretch.pass(note, self.last));
        if page.is_blank {
            return;
        }
        if note.after_loss {
            // Whether any slice goes on is not known: the lost notes may have ended it.
            self.end_all(page);
            self.instant(page, "lost", "events of this thread were lost: its buffer was full");
        }
        let id = note.interpreter;
        match note.what {
            What::Waits => {
                self.end_last(page, Slice::Away(id));
                self.begin(page, note, Slice::Wait(id));
            }
            What::ComesIn => {
                self.end_last(page, Slice::Wait(id));
                self.begin(page, note, Slice::Hold(id));
            }
            What::ComesBack => self.end_last(page, Slice::Wait(id)),
            What::GoesOut => self.end_down_to(page, Slice::Hold(id)),
            What::LetsGo => self.begin(page, note, Slice::Away(id)),
            What::Crosses => {
                let from = self.open.iter().rev().find_map(|slice| match slice {
                    Slice::Hold(from) => Some(*from),
                    _ => None,
                });
                let from = from.map_or("elsewhere".into(), name_of);
                self.instant(page, "switch", &format!("{from} -> {}", name_of(id)));
            }
            What::Nests => self.begin(page, note, Slice::Nested),
            What::Unnests => self.end_down_to(page, Slice::Nested),
            What::Runs => self.begin(page, note, Slice::Job),
            What::HasRun => self.end_down_to(page, Slice::Job),
            What::Ends => self.end_all(page),
        }
    }

    /// The trace ends: ends all slices that are open.
    pub fn end(&mut self, page: &mut Page) {
        self.pass(page, sys::moment());
        self.end_all(page);
    }

    fn begin(&mut self, page: &mut Page, note: &Note, slice: Slice) {
        let id = note.interpreter;
        page.name_interpreter(id);
        let name = name_of(id);
        let (kind, mut text) = match slice {
            Slice::Wait(_) => ("wait", format!("waiting for {name}")),
            Slice::Hold(_) => ("hold", name),
            Slice::Away(_) => ("away", format!("let go of {name}")),
            Slice::Nested => ("nest", "nested".into()),
            Slice::Job => ("run", "job".into()),
        };
        let label = note.label.text().map(|label| label.to_string_lossy());
        if let Some(label) = &label {
            text += &format!(" [{label}]");
        }
        page.event(&text, "B", self.last, self.thread_id);
        page.add(format_args!(",\"cat\":\"{kind}\",\"args\":{{\"interpreter\":{id}"));
        if let Some(label) = label {
            page.add(format_args!(",\"label\":"));
            page.quote(label.as_bytes());
        }
        page.add(format_args!("}}}},\n"));
        self.open.push(slice);
    }

    fn instant(&mut self, page: &mut Page, kind: &str, text: &str) {
        page.event(text, "i", self.last, self.thread_id);
        page.add(format_args!(",\"s\":\"t\",\"cat\":\"{kind}\"}},\n"));
    }

    /// Ends the innermost slice, if it is this one.
    fn end_last(&mut self, page: &mut Page, slice: Slice) {
        if self.open.last() == Some(&slice) {
            self.end_some(page, 1);
        }
    }

    /// Ends the innermost such slice with all within it; nothing, if it is no stay and a stay lies within.
    fn end_down_to(&mut self, page: &mut Page, slice: Slice) {
        let is_stay = |slice: &Slice| matches!(slice, Slice::Hold(_));
        let depth = self.open.iter().rev().position(|other| *other == slice);
        if let Some(depth) = depth.filter(|depth| is_stay(&slice) || !self.open.iter().rev().take(*depth).any(is_stay))
        {
            self.end_some(page, depth + 1);
        }
    }

    fn end_all(&mut self, page: &mut Page) {
        self.end_some(page, self.open.len());
    }

    fn end_some(&mut self, page: &mut Page, count: usize) {
        for _ in 0..count {
            self.open.pop();
            page.add(format_args!("{{\"cat\":\"end\""));
            page.stamp("E", self.last, self.thread_id);
            page.add(format_args!("}},\n"));
        }
    }
}

/// What a thread would have noted, had it moved, that has noted nothing since the trace began. None: it is none, but a guard.
pub fn note_of_unmoved(began: u64, glimpse: &Glimpse) -> Option<Note> {
    let what = match glimpse.doing {
        Doing::Waits { .. } => What::Waits,
        Doing::IsIn { .. } => What::ComesIn,
        Doing::IsAway { .. } => What::LetsGo,
        Doing::Guards { .. } => return None,
    };
    Some(Note { when: began, what, interpreter: glimpse.interpreter, label: glimpse.label, after_loss: false })
}
