//! Thread states: making, attaching, detaching and deleting them, with the gilstate slot in step.

use super::{Python, Raw, Slot, SlotValue, State};
use crate::error::{Result, fail};
use crate::sys;
use std::ffi::c_ulong;
use std::ptr::null_mut;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A state of ours that its thread is not attached through, and how the slot has to be when it is attached.
#[derive(Clone, Copy, Debug)]
pub struct Unattached {
    pub state: State,
    /// CPython's `bound_gilstate` (3.12 and later) is set: the slot must name the state already when it is attached. Where it
    /// is not, the slot must be empty, and CPython sets both.
    pub bound: bool,
}

impl Python {
    /// The state this thread is attached to, by whomever. `own` is the one it would be by our own account.
    #[inline]
    pub fn attached(&self, own: Option<State>) -> Option<State> {
        // SAFETY: any thread may ask, at any time.
        let current = State::from_ptr(unsafe { (self.table.PyThreadState_GetUnchecked)() })?;
        if !self.one_gil || own == Some(current) {
            return Some(current);
        }
        self.is_this_threads(current).then_some(current)
    }

    /// Up to 3.11 the current state may be another thread's, and gone by the time we look at it.
    #[cold]
    fn is_this_threads(&self, current: State) -> bool {
        // SAFETY: any thread may ask, at any time.
        let slot = State::from_ptr(unsafe { (self.table.PyGILState_GetThisThreadState)() });
        // The state in the slot is this thread's: where nothing was learnt yet, it is what there is to learn from.
        if let Some(slot) = slot
            && self.ident_offset.get().is_none()
        {
            self.find_ident(slot);
        }
        slot == Some(current) || self.ident_of(current) == Some(self.thread_ident())
    }

    /// The number of the thread that a state is for. The state may be gone by now.
    pub(super) fn ident_of(&self, state: State) -> Option<u64> {
        let offset = self.ident_offset.get()?;
        read_ident(state, *offset)
    }

    /// The interpreter that a state belongs to. The state lives.
    pub fn interpreter_of(&self, state: State) -> Option<Raw> {
        // SAFETY: the caller knows that the state lives; it only reads a field that never changes.
        Raw::from_ptr(unsafe { (self.table.PyThreadState_GetInterpreter)(state.as_ptr()) })
    }

    /// The number Python knows this thread by.
    pub fn thread_ident(&self) -> u64 {
        // SAFETY: any thread may ask, at any time.
        widen(unsafe { (self.table.PyThread_get_thread_ident)() })
    }

    /// Makes a state of this thread for an interpreter, which cannot end meanwhile (a pin). None: no memory.
    ///
    /// PyThreadState_New allocates, and an allocator's hook (tracemalloc's, for one) may call PyGILState_Ensure: the slot has
    /// to be as this thread is attached, or has let go. An empty one CPython fills with the new state, and sets its
    /// `bound_gilstate` (3.12 and later).
    pub fn make_state(&self, slot: Slot, raw: Raw) -> Option<Unattached> {
        let before = slot.get(self);
        // SAFETY: the interpreter is kept by the caller's pin.
        let state = State::from_ptr(unsafe { (self.table.PyThreadState_New)(raw.as_ptr()) })?;
        if before.is_null() {
            slot.set(before);
        }
        // Not found: CPython keeps the slot by itself.
        Some(Unattached { state, bound: self.one_gil || before.is_null() || !slot.is_found() })
    }

    /// Refuses a thread on whose stack CPython ends the process at the first call: from 3.14 on it keeps so much for itself
    /// (`_PyOS_MIN_STACK_SIZE`; in a debug build twice that).
    pub fn check_stack(&self) -> Result<()> {
        const LEAST: usize = 3 * 2048 * size_of::<usize>();
        let here = if self.version < (3, 14) { 0 } else { sys::stack_size_here() };
        if (1..LEAST).contains(&here) {
            fail!(
                NoMemory,
                "{} has a stack of {here} bytes, and CPython ends the process where there are fewer than {LEAST}: make the thread with more",
                sys::describe_thread(sys::thread_id())
            );
        }
        Ok(())
    }

    /// Attaches this thread, which is detached, through a state of its own that it was not attached through before.
    #[cold]
    pub fn attach_first(&self, slot: Slot, unattached: Unattached) {
        let Unattached { state, bound } = unattached;
        if !bound {
            slot.set(null_mut());
            self.reattach(state);
            slot.set(state.as_ptr());
        } else {
            self.attach(slot, state);
        }
    }

    /// Attaches this thread, which is detached, through a state of its own, kept by a pin. The slot goes first, so that
    /// CPython finds it as it would have left it.
    #[inline]
    pub fn attach(&self, slot: Slot, state: State) {
        slot.set(state.as_ptr());
        // SAFETY: this thread is detached, the state is its own and, by the caller's pin, alive.
        unsafe { (self.table.PyEval_RestoreThread)(state.as_ptr()) }
    }

    /// Detaches this thread, and puts the slot back to what it was.
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

    /// Attaches this thread again as Py_END_ALLOW_THREADS does, with the slot as it was when it let go.
    #[inline]
    pub fn reattach(&self, state: State) {
        // SAFETY: this thread let go of that state, and a pin, or its being the finalising thread, keeps it.
        unsafe { (self.table.PyEval_RestoreThread)(state.as_ptr()) }
    }

    /// Detaches this thread for good: deletes the state it is attached through. Runs destructors, so Python code.
    pub fn delete_attached(&self, slot: Slot, state: State, before: SlotValue) {
        let ident = self.thread_ident();
        self.drop_dummy_thread(ident, |_| true);
        // SAFETY: the state is ours, attached, and not used again.
        unsafe { (self.table.PyThreadState_Clear)(state.as_ptr()) };
        // Destructors of what the thread kept may have asked for it again.
        self.drop_dummy_thread(ident, |_| true);
        // SAFETY: as above.
        unsafe { (self.table.PyThreadState_DeleteCurrent)() };
        slot.set(if before == state.as_ptr() { null_mut() } else { before });
    }

    /// Deletes idle states of the interpreter this thread is attached to, whoever's they are. Runs destructors; and lets go,
    /// where nothing keeps this thread from coming back, by `reattach`: others may have the GIL then.
    pub fn delete_idle(&self, slot: Slot, states: &[State], reattach: impl FnOnce(&Python, State)) {
        // SAFETY: attached; their threads have ended, or the gate is closed and claimed: they are outside for ever, with none of
        // these states in their slots.
        states.iter().for_each(|state| unsafe { (self.table.PyThreadState_Clear)(state.as_ptr()) });
        let own = slot.get(self);
        let delete = |state: &State| {
            if self.sets_bound_gilstate() {
                // Deleting a bound state empties the deleter's slot, and a debug build asserts that the state was there.
                slot.set(state.as_ptr());
            }
            // SAFETY: as above; needs no attached state.
            unsafe { (self.table.PyThreadState_Delete)(state.as_ptr()) };
        };
        // Detached, since the slot is not as this thread is attached, and what frees the memory may call PyGILState_Ensure.
        let attached = self.attached(None).filter(|_| self.sets_bound_gilstate() && !states.is_empty());
        match attached.filter(|_| !self.is_finalizing()) {
            Some(attached) => {
                // Before others can be attached, who may go through the list of states.
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

    /// With a GIL, waits until no thread of ours deletes states without it: lets go meanwhile. From there on the list of states of
    /// the interpreter that this thread is attached to stands still until it lets go.
    pub(super) fn wait_for_deletions(&self) {
        while !self.free_threaded && !self.is_finalizing() && self.deleting.load(Ordering::SeqCst) > 0 {
            let Some(attached) = self.attached(None) else { return };
            self.detach_keeping_slot();
            // Not sched_yield: a thread of a real-time class yields to none of a lesser one.
            std::thread::sleep(Duration::from_micros(50));
            self.reattach(attached);
        }
    }

    /// Free-threaded: whether there is a GIL all the same, brought back by a module that was imported, or by PYTHON_GIL. Attached.
    pub fn has_gil_back(&self) -> bool {
        let aside = self.set_exception_aside();
        // SAFETY: attached; the function is borrowed, takes nothing, and runs nobody's code; its answer is given back.
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

    /// In a forked child: who was deleting states is not there.
    pub fn forget_deletions(&self) {
        self.deleting.store(0, Ordering::SeqCst);
    }

    /// Learns, from a state of this thread, where in a state its thread's number is: `thread_id`, an unsigned long, which has 32
    /// bits on Windows. There `native_thread_id`, which follows since 3.11, is the same number.
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

    /// Learns, from a state of this thread, where in a state its thread's number, its interpreter and the next one are.
    pub(super) fn find_offsets(&self, raw: Raw, state: State) {
        self.find_ident(state);
        // Again where the next one has changed meanwhile. A new state is the first, and the one that initialised Python the last.
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
    }

    /// Whether a state, which may be gone by now, is this thread's and one of the main interpreter's.
    pub fn is_in_main(&self, state: State) -> bool {
        self.main_interpreter().is_some_and(|main| self.is_this_threads_in(main, state))
    }

    /// Whether a state, which may be gone by now, is this thread's and one of the interpreter's, which lives.
    pub fn is_this_threads_in(&self, raw: Raw, state: State) -> bool {
        let mut found = false;
        // Where one that goes leads astray, the answer is no.
        self.each_listed_state(raw, |listed| {
            found = listed == state.as_ptr() as usize;
            !found
        });
        found && self.ident_of(state) == Some(self.thread_ident())
    }

    /// Goes through the addresses of the states of an interpreter, which lives, until `more` says no. The states may come and
    /// go meanwhile: their memory is read as such. None: the list cannot be read, or not to its end.
    pub(super) fn each_listed_state(&self, raw: Raw, more: impl FnMut(usize) -> bool) -> Option<()> {
        let offset = self.next_offset.get()?;
        // SAFETY: the interpreter lives.
        let first = unsafe { (self.table.PyInterpreterState_ThreadHead)(raw.as_ptr()) } as usize;
        sys::each_linked(first, *offset, more)
    }

    /// Up to 3.11: the interpreter in which some thread has the one GIL now. It may be gone by the time it is looked at.
    pub fn gil_holder(&self) -> Option<Raw> {
        // SAFETY: any thread may ask, at any time.
        let holder = State::from_ptr(unsafe { (self.table.PyThreadState_GetUnchecked)() })?;
        let offset = self.interpreter_offset.get()?;
        Raw::from_address(sys::read_word(holder.as_ptr() as usize + offset)?)
    }
}

/// How often to look at a list that changes.
const TRIES: u32 = 100;

/// 3.9 to 3.15 have all that is looked for in a state within its first bytes.
const STATE_BYTES: usize = 256;

/// A thread's number, somewhere in a state, which may be gone by now.
#[allow(clippy::unnecessary_cast)] // on Windows it is needed
fn read_ident(state: State, offset: usize) -> Option<u64> {
    sys::read_word(state.as_ptr() as usize + offset).map(|word| widen(word as c_ulong))
}

/// An unsigned long has 32 bits on Windows.
#[allow(clippy::useless_conversion)]
fn widen(number: c_ulong) -> u64 {
    number.into()
}

/// The one place near the beginning of a state that holds a word.
fn find_word(state: State, word: usize) -> Option<usize> {
    let offsets = (0..STATE_BYTES).step_by(size_of::<usize>());
    let mut found = offsets.filter(|offset| sys::read_word(state.as_ptr() as usize + offset) == Some(word));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}
