//! Thread states: how they are made, attached, detached and deleted, with the gilstate slot kept in step.

use super::{Python, Raw, Slot, SlotValue, State};
use crate::error::{Result, fail};
use crate::sys;
use std::ffi::c_ulong;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A state of ours that no thread is attached through, and how the slot has to be when a thread attaches it.
#[derive(Clone, Copy, Debug)]
pub struct Unattached {
    pub state: State,
    /// Whether CPython's `bound_gilstate` (3.12 and later) is set. If so, the slot must name the state before it is attached;
    /// if not, the slot must be empty, and CPython sets both.
    pub bound: bool,
}

impl Python {
    /// The state that this thread is attached through, no matter who attached it. `own` is the one that we believe it to be.
    #[inline]
    pub fn attached(&self, own: Option<State>) -> Option<State> {
        // SAFETY: any thread may ask, at any time.
        let current = State::from_ptr(unsafe { (self.table.PyThreadState_GetUnchecked)() })?;
        if !self.one_gil || own == Some(current) {
            return Some(current);
        }
        self.is_this_threads(current).then_some(current)
    }

    /// The state that this thread, which is attached, is attached through. Up to 3.11 CPython names that of the thread which has
    /// the GIL: this one.
    pub(super) fn own_state(&self) -> Option<State> {
        // SAFETY: any thread may ask, at any time.
        State::from_ptr(unsafe { (self.table.PyThreadState_GetUnchecked)() })
    }

    /// Whether the current state is this thread's: up to 3.11 it may be another one's, and may be deleted while we look at it.
    #[cold]
    fn is_this_threads(&self, current: State) -> bool {
        // SAFETY: any thread may ask, at any time.
        let slot = State::from_ptr(unsafe { (self.table.PyGILState_GetThisThreadState)() });
        // The state in the slot is this thread's: learn from it, if the offset is not known yet.
        if let Some(slot) = slot
            && self.ident_offset.get().is_none()
        {
            self.find_ident(slot);
        }
        slot == Some(current) || self.ident_of(current) == Some(self.thread_ident())
    }

    /// The number of the thread that a state is for. The state may have been deleted.
    pub(super) fn ident_of(&self, state: State) -> Option<u64> {
        let offset = self.ident_offset.get()?;
        read_ident(state, *offset)
    }

    /// The interpreter that a state belongs to. The state lives.
    pub fn interpreter_of(&self, state: State) -> Option<Raw> {
        // SAFETY: the caller knows that the state lives; the call only reads a field that never changes.
        Raw::from_ptr(unsafe { (self.table.PyThreadState_GetInterpreter)(state.as_ptr()) })
    }

    /// Python's number of this thread.
    pub fn thread_ident(&self) -> u64 {
        // SAFETY: any thread may ask, at any time.
        widen(unsafe { (self.table.PyThread_get_thread_ident)() })
    }

    /// Makes a state of this thread for an interpreter that a pin keeps. None: no memory.
    ///
    /// PyThreadState_New allocates, and an allocator's hook (such as tracemalloc's) may call PyGILState_Ensure: the slot has
    /// to match what this thread is attached to, or has detached from. If the slot is empty, CPython puts the new state in,
    /// and sets its `bound_gilstate` (3.12 and later).
    pub fn make_state(&self, slot: Slot, raw: Raw) -> Option<Unattached> {
        let before = slot.get(self);
        // SAFETY: the interpreter is kept by the caller's pin.
        let state = State::from_ptr(unsafe { (self.table.PyThreadState_New)(raw.as_ptr()) })?;
        if before.is_null() {
            slot.set(before);
        }
        // If the slot was not found, CPython keeps it by itself.
        Some(Unattached { state, bound: self.one_gil || before.is_null() || !slot.is_found() })
    }

    /// Fails on a thread whose stack is so small that CPython would end the process at the first call: from 3.14 on it needs
    /// `_PyOS_MIN_STACK_SIZE`, in a debug build twice that.
    pub fn check_stack(&self, debug: bool) -> Result<()> {
        let least = 3 * 2048 * size_of::<usize>() * if debug { 2 } else { 1 };
        let here = if self.version < (3, 14) { 0 } else { sys::stack_size_here() };
        if (1..least).contains(&here) {
            fail!(
                NoMemory,
                "{} has a stack of {here} bytes, and CPython ends the process where there are fewer than {least}: make the thread with more",
                sys::describe_thread(sys::thread_id())
            );
        }
        Ok(())
    }

    /// Attaches this thread, which is detached, through a state of its own, kept by a pin. Sets the slot first, so that
    /// CPython finds there what it would have left there itself.
    pub fn attach(&self, slot: Slot, unattached: Unattached) {
        let Unattached { state, bound } = unattached;
        slot.set(if bound { state.as_ptr() } else { null_mut() });
        // SAFETY: this thread is detached, the state is its own and, by the caller's pin, alive.
        unsafe { (self.table.PyEval_RestoreThread)(state.as_ptr()) }
        if !bound {
            slot.set(state.as_ptr());
        }
    }

    /// Detaches this thread, and restores the slot to its earlier value.
    #[inline]
    pub fn detach(&self, slot: Slot, before: SlotValue) {
        self.detach_keeping_slot();
        slot.set(before);
    }

    /// Detaches this thread as Py_BEGIN_ALLOW_THREADS does.
    #[inline]
    pub fn detach_keeping_slot(&self) {
        // SAFETY: this thread is attached.
        unsafe { (self.table.PyEval_SaveThread)() };
    }

    /// Attaches this thread again as Py_END_ALLOW_THREADS does, with the slot as it was when the thread detached.
    #[inline]
    pub fn reattach(&self, state: State) {
        // SAFETY: this thread detached from that state, which a pin keeps, or the fact that this is the finalising thread.
        unsafe { (self.table.PyEval_RestoreThread)(state.as_ptr()) }
    }

    /// Deletes the state that this thread is attached through, and so detaches it. Runs destructors, and thus Python code.
    pub fn delete_attached(&self, slot: Slot, state: State, before: SlotValue) {
        let ident = self.thread_ident();
        self.drop_dummy_thread(ident, |_| true);
        // SAFETY: the state is ours, attached, and not used again.
        unsafe { (self.table.PyThreadState_Clear)(state.as_ptr()) };
        // Destructors run by PyThreadState_Clear may have made another one.
        self.drop_dummy_thread(ident, |_| true);
        // SAFETY: as above.
        unsafe { (self.table.PyThreadState_DeleteCurrent)() };
        slot.set(if before == state.as_ptr() { null_mut() } else { before });
    }

    /// Deletes idle states, of any thread, of the interpreter that this thread is attached to. Runs destructors. May detach,
    /// if nothing keeps this thread from attaching again by `reattach`: other threads may take the GIL then.
    pub fn delete_idle(&self, slot: Slot, states: &[State], reattach: impl FnOnce(&Python, State)) {
        // SAFETY: attached. The states' threads have ended, or the gate is closed and claimed: they stay outside for ever,
        // with none of these states in their slots.
        states.iter().for_each(|state| unsafe { (self.table.PyThreadState_Clear)(state.as_ptr()) });
        let own = slot.get(self);
        let delete = |state: &State| {
            if self.sets_bound_gilstate() {
                // Deleting a state with `bound_gilstate` empties the deleter's slot; a debug build asserts that the slot
                // named the state.
                slot.set(state.as_ptr());
            }
            // SAFETY: as above; the call needs no attached state.
            unsafe { (self.table.PyThreadState_Delete)(state.as_ptr()) };
        };
        // Detach first: the slot does not match the attached state now, and the memory allocator's hook may call
        // PyGILState_Ensure.
        let attached = self.attached(None).filter(|_| self.sets_bound_gilstate() && !states.is_empty());
        match attached.filter(|_| !self.is_finalizing()) {
            Some(attached) => {
                // Count before other threads can attach, since they may walk the list of states (`wait_for_deletions`).
                self.deleting.fetch_add(1, Ordering::SeqCst);
                self.detach_keeping_slot();
                states.iter().for_each(delete);
                slot.set(own);
                self.deleting.fetch_sub(1, Ordering::SeqCst);
                reattach(self, attached);
            }
            None => {
                states.iter().for_each(delete);
                slot.set(own);
            }
        }
    }

    /// With a GIL, waits, detached, until no thread of ours is deleting states without the GIL. From then on the list of
    /// states of the interpreter that this thread is attached to does not change until this thread detaches.
    pub(super) fn wait_for_deletions(&self) {
        while !self.free_threaded && !self.is_finalizing() && self.deleting.load(Ordering::SeqCst) > 0 {
            let Some(attached) = self.attached(None) else { return };
            self.detach_keeping_slot();
            // Not by sched_yield: a thread of a real-time class does not yield to threads of lower classes.
            std::thread::sleep(Duration::from_micros(50));
            self.reattach(attached);
        }
    }

    /// On a free-threaded build: whether there is a GIL nevertheless, because of PYTHON_GIL or an imported module. Attached.
    pub fn has_gil_back(&self) -> bool {
        let aside = self.set_exception_aside();
        // SAFETY: attached; the function is borrowed, takes no arguments, and runs no Python code; its result is given back.
        let has = unsafe {
            let is_enabled = (self.table.PySys_GetObject)(c"_is_gil_enabled".as_ptr());
            let answer = if is_enabled.is_null() {
                null_mut()
            } else {
                (self.table.PyObject_CallObject)(is_enabled, null_mut())
            };
            let has = !answer.is_null() && (self.table.PyObject_IsTrue)(answer) == 1;
            self.give_back(answer);
            has
        };
        self.put_exception_back(aside);
        has
    }

    /// In a forked child: the threads that were deleting states are not there.
    pub fn forget_deletions(&self) {
        self.deleting.store(0, Ordering::SeqCst);
    }

    /// Finds, in a state of this thread, the offset of `thread_id`: an unsigned long, which has 32 bits on Windows. There the
    /// next field since 3.11, `native_thread_id`, is the same number.
    fn find_ident(&self, state: State) {
        const SIZE: usize = size_of::<c_ulong>();
        let ident = self.thread_ident();
        let offsets = (0..STATE_BYTES).step_by(SIZE);
        let found: Vec<usize> = offsets.filter(|offset| read_ident(state, *offset) == Some(ident)).collect();
        let mut twice = found.windows(2).filter(|pair| pair[0] + SIZE == pair[1]).map(|pair| pair[0]);
        let offset = match (&found[..], twice.next(), twice.next()) {
            ([offset], ..) => *offset,
            (_, Some(offset), None) => offset,
            _ => return,
        };
        let _ = self.ident_offset.set(offset);
    }

    /// Finds, in a state of this thread, the offsets of `thread_id`, `interp` and `next`.
    pub(super) fn find_offsets(&self, raw: Raw, state: State) {
        self.find_ident(state);
        // Try again if the list has changed meanwhile. A new state is the first of the list, and never the only one.
        let next = || {
            // SAFETY: the state is this thread's own.
            let next = State::from_ptr(unsafe { (self.table.PyThreadState_Next)(state.as_ptr()) })?;
            find_word(state, next.as_ptr() as usize)
        };
        if let Some(offset) = (0..TRIES).find_map(|_| next()) {
            let _ = self.next_offset.set(offset);
        }
        if let Some(offset) = find_word(state, raw.address()) {
            let _ = self.interpreter_offset.set(offset);
        }
        self.find_frame();
    }

    /// Without a GIL: finds the offset of `current_frame` where CPython tells debuggers of it, at the beginning of `_PyRuntime`
    /// (`_Py_DebugOffsets`, since 3.13): after those of `next` and `interp`, which are known.
    fn find_frame(&self) {
        let (Some(runtime), Some(next), Some(interpreter)) = (
            self.table.PyRuntime.filter(|_| self.free_threaded),
            self.next_offset.get(),
            self.interpreter_offset.get(),
        ) else {
            return;
        };
        let mut words = [0; DEBUG_WORDS];
        let read = sys::read_words(runtime, &mut words);
        let mut found = words[..read].windows(3).filter(|told| told[..2] == [*next, *interpreter]).map(|told| told[2]);
        if let (Some(offset), None) = (found.next(), found.next()) {
            let _ = self.frame_offset.set(offset);
        }
    }

    /// Without a GIL: whether a state, which lives, has Python code on its stack. None: it cannot be told.
    pub(super) fn has_frame(&self, state: State) -> Option<bool> {
        let field = state.as_ptr() as usize + self.frame_offset.get()?;
        // SAFETY: the state lives; its thread may write the field at the same time.
        let read = |field: usize| unsafe { AtomicUsize::from_ptr(field as *mut usize) }.load(Ordering::Relaxed);
        let frame = read(field);
        // From 3.15 on the lowest frame is one in the state itself, and the next field is its address (`base_frame`). Before, that
        // field is a function's, which no frame has the address of.
        Some(frame != 0 && frame != read(field + size_of::<usize>()))
    }

    /// Whether a state, which may have been deleted, is this thread's and belongs to the main interpreter.
    pub fn is_in_main(&self, state: State) -> bool {
        self.main_interpreter().is_some_and(|main| self.is_this_threads_in(main, state))
    }

    /// Whether this thread, which is attached to nothing, has a state of the main interpreter in its slot.
    pub fn is_known_in_main(&self) -> bool {
        // SAFETY: any thread may ask, at any time.
        let slot = State::from_ptr(unsafe { (self.table.PyGILState_GetThisThreadState)() });
        slot.is_some_and(|state| self.is_in_main(state))
    }

    /// Whether a state, which may have been deleted, is this thread's and belongs to that interpreter, which lives.
    pub fn is_this_threads_in(&self, raw: Raw, state: State) -> bool {
        let mut found = false;
        // If a deletion meanwhile leads the walk astray, the answer is no.
        self.each_listed_state(raw, |listed| {
            found = listed == state.as_ptr() as usize;
            !found
        });
        found && self.ident_of(state) == Some(self.thread_ident())
    }

    /// Calls `more` with the address of each state of an interpreter, which lives, until it answers false. The states may
    /// come and go meanwhile: their memory is read as memory that may be gone. None: the list could not be read to its end.
    pub(super) fn each_listed_state(&self, raw: Raw, more: impl FnMut(usize) -> bool) -> Option<()> {
        let offset = self.next_offset.get()?;
        // SAFETY: the interpreter lives.
        let first = unsafe { (self.table.PyInterpreterState_ThreadHead)(raw.as_ptr()) } as usize;
        sys::each_linked(first, *offset, more)
    }

    /// Up to 3.11: the interpreter of the thread that has the one GIL now. It may be gone by the time the caller looks at it.
    pub fn gil_holder(&self) -> Option<Raw> {
        // SAFETY: any thread may ask, at any time.
        let holder = State::from_ptr(unsafe { (self.table.PyThreadState_GetUnchecked)() })?;
        let offset = self.interpreter_offset.get()?;
        Raw::from_address(sys::read_word(holder.as_ptr() as usize + offset)?)
    }
}

/// How often to read a list that changes.
const TRIES: u32 = 100;

/// In 3.9 to 3.15 all fields that we look for are within this many bytes of a state.
const STATE_BYTES: usize = 256;

/// How much of `_PyRuntime` is searched for the offset of `current_frame`: it is within the first 256 bytes.
const DEBUG_WORDS: usize = 64;

/// The thread number at an offset of a state, which may have been deleted.
#[allow(clippy::unnecessary_cast)] // on Windows it is needed
fn read_ident(state: State, offset: usize) -> Option<u64> {
    sys::read_word(state.as_ptr() as usize + offset).map(|word| widen(word as c_ulong))
}

/// An unsigned long has 32 bits on Windows.
#[allow(clippy::useless_conversion)]
fn widen(number: c_ulong) -> u64 {
    number.into()
}

/// The only offset near the beginning of a state that holds `word`.
fn find_word(state: State, word: usize) -> Option<usize> {
    let offsets = (0..STATE_BYTES).step_by(size_of::<usize>());
    let mut found = offsets.filter(|offset| sys::read_word(state.as_ptr() as usize + offset) == Some(word));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}
