//! A thread's notes until they are written: a ring that the thread fills and the writer empties.
//!
//! Every word is an atomic, so nothing here needs to be unsafe. Buffers are never freed but handed on, from a thread that has ended
//! to the next: so a thread keeps a plain reference, through its very end and in a forked child.

use crate::sys::{Label, LabelCell};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

/// What a thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum What {
    /// Waits to be attached, or to be attached again.
    Waits,
    /// Is attached: a stay begins.
    ComesIn,
    /// Is attached again, to what it had let go of or crossed from.
    ComesBack,
    /// The stay ends.
    GoesOut,
    /// Lets go for a while.
    LetsGo,
    /// Crosses to another interpreter.
    Crosses,
    /// Attaches to the interpreter that it is attached to.
    Nests,
    /// Ends a nested attachment.
    Unnests,
    /// Begins to run a job of a queue.
    Runs,
    /// Has run the job.
    HasRun,
    /// The thread ends.
    Ends,
}

const ALL: [What; 11] = [
    What::Waits,
    What::ComesIn,
    What::ComesBack,
    What::GoesOut,
    What::LetsGo,
    What::Crosses,
    What::Nests,
    What::Unnests,
    What::Runs,
    What::HasRun,
    What::Ends,
];

/// One thing that a thread noted.
#[derive(Clone, Copy, Debug)]
pub struct Note {
    /// As `sys::moment` has it.
    pub when: u64,
    pub what: What,
    /// The interpreter, as CPython numbers it.
    pub interpreter: i64,
    /// The label of the attachment.
    pub label: Label,
    /// Notes before this one were lost.
    pub after_loss: bool,
}

/// The notes of one thread.
#[derive(Debug)]
pub struct Buffer {
    /// How many notes were put in. Only the thread writes it.
    put: CachePadded<AtomicU64>,
    /// How many were taken out. Only the writer writes it.
    taken: CachePadded<AtomicU64>,
    lost: AtomicU64,
    ended: AtomicBool,
    slots: Box<[Slot]>,
}

/// As crossbeam's: nothing else is on the value's cache line, nor on the one that processors fetch with it.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct CachePadded<T>(pub T);

#[derive(Debug, Default)]
#[repr(align(32))]
struct Slot {
    when: AtomicU64,
    what: AtomicU64,
    interpreter: AtomicI64,
    label: LabelCell,
}

/// How many notes a buffer has room for: 128 KiB.
const LENGTH: usize = 4096;
/// In a slot's `what`: `Note::after_loss`.
const AFTER_LOSS: u64 = 1 << 8;

impl Buffer {
    /// A new buffer. None: no memory.
    pub fn new() -> Option<&'static Buffer> {
        let mut slots = Vec::new();
        slots.try_reserve_exact(LENGTH).ok()?;
        slots.resize_with(LENGTH, Slot::default);
        Some(Box::leak(Box::new(Buffer {
            put: CachePadded::default(),
            taken: CachePadded::default(),
            lost: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            slots: slots.into_boxed_slice(),
        })))
    }

    /// Drops all notes. The writer takes none at the moment.
    pub fn clear(&self) {
        self.taken.0.store(self.put.0.load(Ordering::Relaxed), Ordering::Relaxed);
        self.lost.store(0, Ordering::Relaxed);
        self.ended.store(false, Ordering::Relaxed);
    }

    /// Puts a note in, on the thread whose buffer it is. False: there is no room.
    #[inline]
    pub fn put(&self, note: Note) -> bool {
        let put = self.put.0.load(Ordering::Relaxed);
        // Acquire: the writer has read what was in the slot.
        if put - self.taken.0.load(Ordering::Acquire) >= LENGTH as u64 {
            self.lost.store(self.lost.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
            return false;
        }
        let slot = &self.slots[put as usize % LENGTH];
        slot.when.store(note.when, Ordering::Relaxed);
        slot.what.store(note.what as u64 | if note.after_loss { AFTER_LOSS } else { 0 }, Ordering::Relaxed);
        slot.interpreter.store(note.interpreter, Ordering::Relaxed);
        slot.label.put(note.label);
        // Release: the writer, which reads the count, sees what is in the slot.
        self.put.0.store(put + 1, Ordering::Release);
        true
    }

    /// How many notes found no room.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Takes all notes out; returns how many there were.
    pub fn take(&self, mut f: impl FnMut(Note)) -> usize {
        let taken = self.taken.0.load(Ordering::Relaxed);
        let put = self.put.0.load(Ordering::Acquire);
        for place in taken..put {
            let slot = &self.slots[place as usize % LENGTH];
            let what = slot.what.load(Ordering::Relaxed);
            f(Note {
                when: slot.when.load(Ordering::Relaxed),
                what: ALL[(what & !AFTER_LOSS) as usize % ALL.len()],
                interpreter: slot.interpreter.load(Ordering::Relaxed),
                label: slot.label.get(),
                after_loss: what & AFTER_LOSS != 0,
            });
        }
        self.taken.0.store(put, Ordering::Release);
        (put - taken) as usize
    }

    /// Whether that many notes fill more than half of a buffer.
    pub fn is_much(count: usize) -> bool {
        count > LENGTH / 2
    }

    /// The thread has ended: no more notes come.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    /// Whether the thread has ended.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
}
