//! A bounded ring of jobs: any number of threads post, one at a time takes (the consumer).
//!
//! To post is wait-free: a fixed number of steps, whatever other threads do, and however long one of them is suspended in the
//! middle of a post. It takes two atomic read-modify-writes. The first takes a position: one word says how many are free and where
//! the last of them is, hence whether there is one, which, and whether the ring is closed. The second, when the job is in its slot,
//! counts the job as ready, and says whether there was none before it: then the poster wakes the consumer.
//!
//! A poster that is suspended between the two leaves a hole. The consumer goes on behind the hole, and comes back to it. Until the
//! hole is filled, its position and those behind it do not become free again; that is all it costs. The jobs of one poster are
//! taken in order all the same, see `take`.
//!
//! Every word is an atomic, so that a signal handler that has interrupted a post may post, too. `tests/loom` model-checks this file
//! as it stands.

#[cfg(loom)]
use loom::sync::atomic::{AtomicI64, AtomicU64, Ordering};
#[cfg(not(loom))]
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// The words of a job: with its slot's state they fill a cache line.
#[cfg(not(loom))]
pub(crate) const WORDS: usize = 7;
/// Each word is one more thing for loom to explore.
#[cfg(loom)]
pub(crate) const WORDS: usize = 1;

/// A job, as its poster describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Opaque here: only the poster and the code that calls the job know what they mean.
    pub words: [u64; WORDS],
    /// One bit more.
    pub mark: bool,
}

/// What became of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// There was no job before it: the consumer may be asleep.
    First,
    /// It is behind others.
    Behind,
    /// No position is free.
    Full,
    /// The ring is closed.
    Closed,
}

#[derive(Debug)]
pub struct Ring {
    /// How many positions are free, and which one is behind the last of them: see `free` and `limit`. Posters take positions, the
    /// consumer gives them back.
    places: CachePadded<AtomicU64>,
    /// How many jobs were counted by their posters, less those taken. A job can be taken before its poster has counted it, so this
    /// can be negative. `CLOSING` is added when the ring closes.
    ready: CachePadded<AtomicI64>,
    /// The position of the first job that is not taken. Only the consumer writes it.
    head: CachePadded<AtomicU64>,
    slots: Box<[Slot]>,
}

/// As crossbeam's: nothing else is on its cache line, nor on the one that is fetched with it.
#[derive(Debug)]
#[repr(align(128))]
struct CachePadded<T>(T);

#[derive(Debug)]
#[repr(align(64))]
struct Slot {
    /// `published` or `taken`, of the last position that used the slot.
    state: AtomicU64,
    words: [AtomicU64; WORDS],
}

/// In `places`: no position is handed out any more.
const CLOSED: u64 = 1 << 63;
/// In `places`: the count that stands for none free. Below it are posters that saw a free position and then got none: at most one
/// per thread until a position is given back.
const NONE_FREE: u64 = 1 << 31;
/// Positions count modulo this, which every ring's length divides.
const POSITIONS: u64 = 1 << 31;
/// In `ready`, of a closed ring: more than any count of jobs.
const CLOSING: i64 = 1 << 40;

/// How many positions are free; negative, if more posters came than there were.
#[inline(always)]
fn free(places: u64) -> i64 {
    (places & 0xffff_ffff) as i64 - NONE_FREE as i64
}

/// The position behind the last free one.
#[inline(always)]
fn limit(places: u64) -> u64 {
    places >> 32 & (POSITIONS - 1)
}

/// The position that the next post gets.
#[inline(always)]
fn next(places: u64) -> u64 {
    limit(places).wrapping_sub(free(places).max(0) as u64) % POSITIONS
}

#[inline(always)]
fn is_admitted(places: u64) -> bool {
    places & CLOSED == 0 && free(places) > 0
}

fn refused(places: u64) -> Posted {
    if places & CLOSED != 0 { Posted::Closed } else { Posted::Full }
}

/// A slot's state: this position's job is in it.
#[inline(always)]
fn published(position: u64, mark: bool) -> u64 {
    position << 2 | u64::from(mark) << 1 | 1
}

/// A slot's state: this position's job was taken.
fn taken(position: u64) -> u64 {
    position << 2
}

const MARK: u64 = 2;

/// Unrolled by hand, since compilers may leave a loop as one: each post comes this way.
#[cfg(not(loom))]
#[inline(always)]
fn store_all(to: &[AtomicU64; WORDS], from: &[u64; WORDS]) {
    let ([a, b, c, d, e, f, g], [h, i, j, k, l, m, n]) = (to, from);
    a.store(*h, Ordering::Relaxed);
    b.store(*i, Ordering::Relaxed);
    c.store(*j, Ordering::Relaxed);
    d.store(*k, Ordering::Relaxed);
    e.store(*l, Ordering::Relaxed);
    f.store(*m, Ordering::Relaxed);
    g.store(*n, Ordering::Relaxed);
}

#[cfg(loom)]
fn store_all(to: &[AtomicU64; WORDS], from: &[u64; WORDS]) {
    to[0].store(from[0], Ordering::Relaxed);
}

impl Ring {
    /// A ring of that capacity, at most 2^30. None: no memory.
    pub fn new(capacity: usize) -> Option<Ring> {
        let length = capacity.max(2).next_power_of_two();
        let mut slots = Vec::new();
        slots.try_reserve_exact(length).ok()?;
        // A state that the first position of this slot never has.
        let unused = |place: usize| taken((place as u64 + 1) % length as u64);
        slots.extend((0..length).map(|place| Slot {
            state: AtomicU64::new(unused(place)),
            words: std::array::from_fn(|_| AtomicU64::new(0)),
        }));
        Some(Ring {
            places: CachePadded(AtomicU64::new((capacity as u64) << 32 | (NONE_FREE + capacity as u64))),
            ready: CachePadded(AtomicI64::new(0)),
            head: CachePadded(AtomicU64::new(0)),
            slots: slots.into_boxed_slice(),
        })
    }

    /// Posts a job. Any thread, also in a signal handler. `Full` or `Closed`: nobody will take the job.
    #[inline(always)]
    pub fn post(&self, job: &Job) -> Posted {
        // Asked first, so that a post that is refused here leaves nothing behind.
        let places = self.places.0.load(Ordering::Relaxed);
        if !is_admitted(places) {
            return refused(places);
        }
        // Acquire: the consumer has read what was in the slot.
        let places = self.places.0.fetch_sub(1, Ordering::Acquire);
        if !is_admitted(places) {
            // Nothing to undo: `give_back` corrects the count.
            return refused(places);
        }
        let position = next(places);
        let slot = self.slot(position);
        store_all(&slot.words, &job.words);
        slot.state.store(published(position, job.mark), Ordering::Release);
        // Release: a thread that reads the count sees the job. Acquire: a poster that finds the ring closing sees what the closer
        // did.
        let ready = self.ready.0.fetch_add(1, Ordering::AcqRel);
        if ready >= CLOSING / 2 {
            return self.withdraw(position, job.mark);
        }
        if ready <= 0 { Posted::First } else { Posted::Behind }
    }

    /// The ring was closed before this job was counted. Takes the job back, unless the consumer has taken it.
    #[cold]
    fn withdraw(&self, position: u64, mark: bool) -> Posted {
        if !self.claim(position, published(position, mark)) {
            return Posted::Behind;
        }
        self.ready.0.fetch_sub(1, Ordering::Relaxed);
        Posted::Closed
    }

    /// Whether there is a job to take.
    pub fn has_any(&self) -> bool {
        let (head, next) = self.window();
        self.first_published(head, next).is_some()
    }

    /// How many jobs there are: a moment ago.
    pub fn count(&self) -> usize {
        let ready = self.ready.0.load(Ordering::Relaxed);
        usize::try_from(if ready >= CLOSING / 2 { ready - CLOSING } else { ready }).unwrap_or(0)
    }

    /// Takes the next job. One thread at a time.
    #[inline]
    pub fn take(&self) -> Option<Job> {
        loop {
            let (head, next) = self.window();
            let mut found = self.first_published(head, next)?;
            // Its poster may have filled holes before it, with jobs that come first, after the search went past them. Now that this
            // job was seen, those are seen too.
            while let Some(earlier) = self.first_published(head, found) {
                found = earlier;
            }
            let slot = self.slot(found);
            let state = slot.state.load(Ordering::Relaxed);
            if state & !MARK == published(found, false) && self.claim(found, state) {
                let words = std::array::from_fn(|word| slot.words[word].load(Ordering::Relaxed));
                self.give_back(head, next);
                // Release: a poster that finds the ring empty now comes after all that was seen so far. Acquire: the jobs counted
                // here are seen by the next search.
                self.ready.0.fetch_sub(1, Ordering::AcqRel);
                return Some(Job { words, mark: state & MARK != 0 });
            }
        }
    }

    /// Claims a published job for the caller. False: another thread has it.
    fn claim(&self, position: u64, state: u64) -> bool {
        let slot = self.slot(position);
        slot.state.compare_exchange(state, taken(position), Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Gives back the positions that are free again: those up to the first hole or job.
    fn give_back(&self, head: u64, next: u64) {
        let is_taken = |position: u64| self.slot(position).state.load(Ordering::Relaxed) == taken(position);
        let mut new = head;
        while new != next && is_taken(new) {
            new = (new + 1) % POSITIONS;
        }
        let count = new.wrapping_sub(head) % POSITIONS;
        if count == 0 {
            return;
        }
        self.head.0.store(new, Ordering::Relaxed);
        let mut places = self.places.0.load(Ordering::Relaxed);
        loop {
            let free = free(places).max(0) as u64 + count;
            let limit = (limit(places) + count) % POSITIONS;
            let given = places & CLOSED | limit << 32 | (NONE_FREE + free);
            // Release: the slots have been read. The exchange fails while posters take the positions that are left, and no longer.
            match self.places.0.compare_exchange_weak(places, given, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => places = now,
            }
        }
    }

    /// Lets nobody post any more. A job that was posted can still be taken; one that is being posted can be taken, or its post is
    /// refused.
    pub fn close(&self) {
        let places = self.places.0.fetch_or(CLOSED, Ordering::AcqRel);
        if places & CLOSED == 0 {
            // Release: posters that count after this withdraw. Acquire: the jobs of those that counted before are seen.
            self.ready.0.fetch_add(CLOSING, Ordering::AcqRel);
        }
    }

    /// The same, unless a job is in the ring or being posted. True: the ring is closed, and nothing is to be taken.
    pub fn close_if_unused(&self) -> bool {
        let places = self.places.0.load(Ordering::Acquire);
        // Each position that a poster has taken is at or behind the head until it is given back. If `places` is unchanged, no
        // poster has taken one since.
        let is_unused = places & CLOSED == 0 && self.head.0.load(Ordering::Relaxed) == next(places);
        let closed = places | CLOSED;
        if !is_unused || self.places.0.compare_exchange(places, closed, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            return false;
        }
        self.ready.0.fetch_add(CLOSING, Ordering::AcqRel);
        true
    }

    /// Whether nobody may post any more.
    #[inline]
    pub fn is_closed(&self) -> bool {
        self.places.0.load(Ordering::Acquire) & CLOSED != 0
    }

    /// The positions of the first job that is not taken, and of the next post. (In a closed ring posts that were refused have moved
    /// the second.)
    fn window(&self) -> (u64, u64) {
        (self.head.0.load(Ordering::Relaxed), next(self.places.0.load(Ordering::Acquire)))
    }

    fn first_published(&self, from: u64, to: u64) -> Option<u64> {
        let mut position = from;
        while position != to {
            // Acquire: what is in the slot, and all that its poster posted before.
            if self.slot(position).state.load(Ordering::Acquire) & !MARK == published(position, false) {
                return Some(position);
            }
            position = (position + 1) % POSITIONS;
        }
        None
    }

    #[inline(always)]
    fn slot(&self, position: u64) -> &Slot {
        &self.slots[position as usize & (self.slots.len() - 1)]
    }
}
