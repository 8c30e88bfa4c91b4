//! Free-threaded: who may delete the state of a thread that has ended.
//!
//! There a thread state has heaps of mimalloc's, and a block is freed without a lock by the thread that has the address of
//! the heap's thread (`mi_free`: `segment->thread_id`), also where that is the next thread at this address. So
//! PyThreadState_Clear, which gives the heaps up, must not run beside a thread that has the address: it crashes then, in
//! `_mi_page_retire` of either. Such a thread may be anybody's, one of Python's own, too.
//!
//! Hence the state is deleted by a thread that has the address itself. Where threads come and go it comes by itself: the
//! system gives the stack of a thread that has ended to the next one that wants as much. Else it is one of ours, made for
//! this: as many at once as states were left, with stacks of the size that the ended threads had, so that one of them gets
//! it. Or, where the system has taken the stack back, it is deleted by any thread of ours while that keeps the address from
//! others. Where none of this is so, since the host has not joined the thread yet or gave it a stack of its own, the state
//! stays until it is, or the interpreter ends: one for each address, no more.

use crate::cpython::Python;
use crate::registry::{Entry, Interpreter};
use crate::sys::{self, Condvar, KeptAddress, Mutex};
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The most that come at once.
const MOST: usize = 64;

/// What sizes of stacks threads had that left states.
static STACK_SIZES: [AtomicUsize; 4] = [const { AtomicUsize::new(0) }; 4];

/// Whether this thread may delete what a participant left, as one that has its address, or whoever it is.
pub(super) fn may_delete() -> impl Fn(&Entry) -> bool {
    let python = Python::known().filter(|python| python.free_threaded);
    let ident = python.map(|python| python.thread_ident());
    move |entry| ident.is_none_or(|ident| sys::NUMBERS_ARE_ADDRESSES && entry.ident() == ident)
}

/// The addresses of ended threads that left states in an interpreter, as far as nobody has them, and nobody gets them meanwhile.
pub(super) fn keep_addresses(interpreter: &Interpreter) -> Vec<(u64, KeptAddress)> {
    let idents = RefCell::new(Vec::new());
    interpreter.gate.count_orphaned(|entry| {
        idents.borrow_mut().push(entry.ident());
        true
    });
    let keep = |ident: u64| Some((ident, sys::keep_address(ident)?));
    idents.into_inner().into_iter().filter_map(keep).collect()
}

/// Notes the size of this thread's stack, which leaves a state.
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

/// Those who are to be there at the same time, so that each has another address.
#[derive(Default)]
struct Meeting {
    all_here: bool,
    at_work: usize,
}

type Shared = Arc<(Mutex<Meeting>, Condvar)>;

fn wait_until(shared: &Shared, done: impl Fn(&Meeting) -> bool) {
    drop(shared.1.wait_while(shared.0.lock(), |meeting| !done(meeting)));
}

/// Has threads of ours delete so many states that were left, as far as they get the addresses for it, and waits for them: some
/// more than would do.
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
