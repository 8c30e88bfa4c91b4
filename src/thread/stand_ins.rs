//! Free-threaded: which thread may delete the state of a thread that has ended.
//!
//! On these builds a thread state has mimalloc heaps. `mi_free` takes no lock if the caller's address is that of the heap's thread
//! (`segment->thread_id`), even if the caller is the next thread at that address. So PyThreadState_Clear, which abandons the heaps,
//! must not run beside another thread that has the address: one of the two crashes in `_mi_page_retire`. Such a thread may be any of
//! the process, Python's own included.
//!
//! Hence the state is deleted by a thread that has the address itself. Where threads come and go, such a thread comes by itself: the
//! system gives the stack of an ended thread to the next one that wants as much. Otherwise it is a *stand-in*, a thread of ours made
//! for this: as many at once as there are orphans, with stacks of the size that the ended threads had, so that one gets the address.
//! Or, if the system has unmapped the stack, any thread of ours deletes the state while it keeps the address from others
//! (`sys::keep_address`). If neither works, because the host has not joined the thread yet or gave it a stack of its own, the state
//! stays until one does, or the interpreter ends: one for each address, no more.

use crate::cpython::Python;
use crate::registry::{Entry, Interpreter};
use crate::sys::{self, Condvar, KeptAddress, Mutex};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The most stand-ins of one stack size at once.
const MOST: usize = 64;

/// The stack sizes of threads that left states.
static STACK_SIZES: [AtomicUsize; 4] = [const { AtomicUsize::new(0) }; 4];

/// Which orphans this thread may delete: free-threaded, those of its own address (on Windows none); else all.
pub(super) fn may_delete() -> impl Fn(&Entry) -> bool {
    let python = Python::known().filter(|python| python.free_threaded);
    let ident = python.map(|python| python.thread_ident());
    move |entry| ident.is_none_or(|ident| sys::NUMBERS_ARE_ADDRESSES && entry.ident() == ident)
}

/// Keeps the addresses of ended threads that left states in an interpreter, except those that another thread has or may get.
pub(super) fn keep_addresses(interpreter: &Interpreter) -> Vec<(u64, KeptAddress)> {
    let mut idents = Vec::new();
    interpreter.gate.for_each_participant(|participant| {
        idents.extend(participant.is_orphaned().then(|| participant.entry.ident()));
    });
    idents.into_iter().filter_map(|ident| Some((ident, sys::keep_address(ident)?))).collect()
}

/// Notes the stack size of this thread, which leaves a state.
pub(super) fn note_stack_size() {
    if !Python::known().is_some_and(|python| python.free_threaded) {
        return;
    }
    let size = sys::stack_size_here();
    let known = |kept: &AtomicUsize| {
        kept.load(Ordering::Relaxed) == size
            || kept.compare_exchange(0, size, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    };
    if size != 0 && !STACK_SIZES.iter().any(known) {
        STACK_SIZES[0].store(size, Ordering::Relaxed);
    }
}

/// Where stand-ins wait for each other: while all exist at the same time, each has an address of its own.
#[derive(Default)]
struct Meeting {
    all_here: bool,
    at_work: usize,
}

type Shared = Arc<(Mutex<Meeting>, Condvar)>;

fn wait_until(shared: &Shared, done: impl Fn(&Meeting) -> bool) {
    drop(shared.1.wait_while(shared.0.lock(), |meeting| !done(meeting)));
}

/// Has stand-ins delete those of the `left` orphans whose addresses they get, and waits for them. `more` stand-ins than orphans make
/// that likelier.
pub(super) fn send(left: usize, more: u32, delete: fn()) {
    if left == 0 {
        return;
    }
    let shared = Shared::default();
    let sizes = STACK_SIZES.iter().map(|size| size.load(Ordering::Relaxed)).filter(|size| *size != 0);
    for size in sizes {
        for _ in 0..MOST.min(left + more as usize) {
            shared.0.lock().at_work += 1;
            let here = Arc::clone(&shared);
            let work = move || {
                wait_until(&here, |meeting| meeting.all_here);
                delete();
                here.0.lock().at_work -= 1;
                here.1.notify_all();
            };
            if sys::spawn_with_stack(c"pyferry-orphans", size, work).is_err() {
                shared.0.lock().at_work -= 1;
                break;
            }
        }
    }
    shared.0.lock().all_here = true;
    shared.1.notify_all();
    wait_until(&shared, |meeting| meeting.at_work == 0);
}
