//! The exception that is set on a thread, and the one that another thread has sent to it (PyThreadState_SetAsyncExc).

use super::types::PyObject;
use super::{Python, Raw, State};
use crate::sys;
use std::ffi::{CString, c_ulong};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// Offsets in a thread state: of the exception that is set, and of the one that was sent. Either field is NULL if there is
/// none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ExceptionFields {
    /// `current_exception`; up to 3.11 `curexc_type`.
    set: usize,
    /// `async_exc`, which PyThreadState_SetAsyncExc fills.
    sent: usize,
}

/// An exception that was set on a thread and was set aside: references to give back to CPython.
#[derive(Clone, Copy, Debug)]
pub struct Aside {
    kind: *mut PyObject,
    value: *mut PyObject,
    traceback: *mut PyObject,
}

impl Aside {
    /// No exception was set.
    pub const NONE: Aside = Aside { kind: null_mut(), value: null_mut(), traceback: null_mut() };

    /// What `normalize` returned, to be set again.
    pub(super) fn raised(kind: *mut PyObject, value: *mut PyObject) -> Aside {
        Aside { kind, value, traceback: null_mut() }
    }

    /// Whether no exception was set.
    pub fn is_none(self) -> bool {
        self.kind.is_null()
    }
}

impl ExceptionFields {
    /// For `Addresses::NOWHERE`: never used.
    pub const fn nowhere() -> ExceptionFields {
        ExceptionFields { set: 0, sent: 0 }
    }

    /// Whether an exception is set on a state that this thread is attached through, or that is its own and idle.
    ///
    /// # Safety
    /// The state lives, and nobody else uses it.
    #[inline(always)]
    pub unsafe fn is_set(self, state: State) -> bool {
        // SAFETY: as the caller says; the field was found in a state of this CPython.
        unsafe { !state.as_ptr().cast::<u8>().add(self.set).cast::<*mut PyObject>().read().is_null() }
    }

    /// Whether another thread has sent an exception to a state.
    ///
    /// # Safety
    /// The state lives.
    #[inline(always)]
    pub unsafe fn was_sent(self, state: State) -> bool {
        // SAFETY: as the caller says.
        !unsafe { self.sent_to(&state) }.load(Ordering::Relaxed).is_null()
    }

    /// The field for what is sent to a state, which other threads may write at the same time.
    ///
    /// # Safety
    /// The state lives.
    #[inline(always)]
    unsafe fn sent_to(self, state: &State) -> &AtomicPtr<PyObject> {
        // SAFETY: as the caller says; the field was found in a state of this CPython.
        unsafe { AtomicPtr::from_ptr(state.as_ptr().cast::<u8>().add(self.sent).cast()) }
    }

    /// Finds both in a state that this thread is attached through: each is the only word that is NULL, changes when there is
    /// an exception, and is NULL again afterwards.
    ///
    /// Up to 3.12 nothing is sent to find out, because the whole interpreter would go on looking for it until Python code had
    /// received it. There `async_exc` comes right before `thread_id` in `Include/cpython/pystate.h`.
    pub fn find(python: &Python, state: State) -> Option<ExceptionFields> {
        let kind = python.objects.keyboard_interrupt;
        let table = &python.table;
        // SAFETY: this thread is attached, with no exception set.
        let set = unsafe { find_filled(state, || (table.PyErr_SetNone)(kind), || (table.PyErr_Clear)()) }?;
        if !python.flags_each_state() {
            let sent = python.ident_offset.get()?.checked_sub(size_of::<*mut PyObject>())?;
            return Some(ExceptionFields { set, sent });
        }
        let ident = python.thread_ident() as c_ulong;
        let send = |what| {
            // SAFETY: this thread is attached, and nothing was sent to it.
            unsafe { (table.PyThreadState_SetAsyncExc)(ident, what) };
        };
        let sent = find_filled(state, || python.find_breaker(state, || send(kind)), || send(null_mut()))?;
        Some(ExceptionFields { set, sent })
    }
}

/// `_PY_ASYNC_EXCEPTION_BIT`, from 3.13 on: the flag in `eval_breaker` that has a thread look at `async_exc`.
const ASYNC_EXCEPTION: usize = 1 << 3;

/// The field of a state that has a thread look at what others want of it.
///
/// # Safety
/// The state lives, and has its `eval_breaker` at that offset.
unsafe fn eval_breaker(state: &State, offset: usize) -> &AtomicUsize {
    // SAFETY: as the caller says. Other threads set and clear flags at the same time.
    unsafe { AtomicUsize::from_ptr(state.as_ptr().cast::<u8>().add(offset).cast()) }
}

/// Both fields are in this many words of a state (3.9 to 3.15: within 256 bytes, and no state is smaller).
const WORDS: usize = 32;

fn find_filled(state: State, fill: impl FnOnce(), empty: impl FnOnce()) -> Option<usize> {
    let read = || {
        let mut words = [0; WORDS];
        (sys::read_words(state.as_ptr() as usize, &mut words) == WORDS).then_some(words)
    };
    let before = read();
    fill();
    let filled = read();
    empty();
    let (before, filled, after) = (before?, filled?, read()?);
    // Flags that an exception also changes either stay changed, or were not 0 before.
    let mut found = (0..WORDS).filter(|word| before[*word] == 0 && filled[*word] != 0 && after[*word] == 0);
    let first = found.next()?;
    found.next().is_none().then_some(first * size_of::<usize>())
}

impl Python {
    /// Learns, from a state that this thread is attached through, where states have their exceptions.
    pub(super) fn find_exception_fields(&self, state: State) {
        if self.exception_fields.get().is_none()
            && let Some(fields) = ExceptionFields::find(self, state)
        {
            let _ = self.exception_fields.set(fields);
        }
    }

    /// Whether PyThreadState_SetAsyncExc also sets a flag in the state's `eval_breaker` (3.13 and later); before, it sets one in the
    /// interpreter.
    fn flags_each_state(&self) -> bool {
        self.version >= (3, 13)
    }

    /// From 3.13 on `eval_breaker` comes right after `interp`: makes sure of that in a state that this thread is attached through;
    /// `send` sends an exception to that state.
    fn find_breaker(&self, state: State, send: impl FnOnce()) {
        let Some(offset) = self.interpreter_offset.get().map(|interpreter| interpreter + size_of::<usize>()) else {
            return send();
        };
        // SAFETY: attached, so the state lives.
        let has_flag = || unsafe { eval_breaker(&state, offset) }.load(Ordering::Relaxed) & ASYNC_EXCEPTION != 0;
        let before = has_flag();
        send();
        if !before && has_flag() {
            let _ = self.breaker_offset.set(offset);
        }
    }

    /// Raises KeyboardInterrupt in the thread that has this state, in the attached interpreter, if the state is still there and
    /// that thread's; without a GIL also only if it still is in Python code. `ident` is Python's number of the thread.
    ///
    /// PyThreadState_SetAsyncExc does so too, but to the first state that has this number, and a thread can have several: it
    /// is attached through one of them, and what reaches another stops nothing, or what runs there later. So this does what that
    /// function does, to the one state.
    pub fn interrupt(&self, raw: Raw, state: State, ident: u64) {
        let Some((old, again)) = self.send_by_hand(raw, state, ident) else { return self.interrupt_thread(ident) };
        if let Some((own, again)) = again {
            // Up to 3.12 the whole interpreter has to be told to look. Only PyThreadState_SetAsyncExc does so: it is called to send what
            // has been sent already.
            // SAFETY: attached, and no other thread was since `again` was read: the state still has that exception, so it lives.
            unsafe { (self.table.PyThreadState_SetAsyncExc)(own as c_ulong, again) };
        }
        // SAFETY: attached; the reference was the state's.
        unsafe { self.give_back(old) };
    }

    /// Raises KeyboardInterrupt in the thread with this number, through the first of its states.
    pub fn interrupt_thread(&self, ident: u64) {
        // SAFETY: attached; CPython takes its own reference, and ignores an unknown thread.
        unsafe { (self.table.PyThreadState_SetAsyncExc)(ident as c_ulong, self.objects.keyboard_interrupt) };
    }

    /// Sends KeyboardInterrupt to the state, as `interrupt` describes. Returns what had been sent to the state before; and, up to
    /// 3.12, the number that the state of this thread has, and what has been sent to the first state with that number. None: the
    /// fields are not known.
    fn send_by_hand(
        &self,
        raw: Raw,
        state: State,
        ident: u64,
    ) -> Option<(*mut PyObject, Option<(u64, *mut PyObject)>)> {
        let fields = self.exception_fields.get()?;
        let flag = if self.flags_each_state() { Some(*self.breaker_offset.get()?) } else { None };
        let (kind, own) = (self.objects.keyboard_interrupt, self.ident_of(self.own_state()?)?);
        self.with_states(raw, |states| {
            let is_there = states.contains(&state) && self.ident_of(state) == Some(ident);
            if !is_there || (self.free_threaded && self.has_frame(state) != Some(true)) {
                return (null_mut(), None);
            }
            // SAFETY: attached, and `with_states` keeps the states. CPython itself writes both fields of another thread's state
            // so, with a GIL or as atomics; whoever takes the exception out gets the reference that is made here.
            unsafe {
                (self.table.Py_IncRef)(kind);
                let old = fields.sent_to(&state).swap(kind, Ordering::AcqRel);
                match flag {
                    Some(flag) => {
                        eval_breaker(&state, flag).fetch_or(ASYNC_EXCEPTION, Ordering::AcqRel);
                        (old, None)
                    }
                    None => {
                        let first = states.iter().find(|state| self.ident_of(**state) == Some(own));
                        (old, first.map(|first| (own, fields.sent_to(first).load(Ordering::Relaxed))))
                    }
                }
            }
        })
    }

    /// Takes back what was sent to the state that this thread is attached through, an interrupt or another exception, and has
    /// not been raised yet.
    pub fn clear_interrupt(&self) {
        let Some(state) = self.own_state() else { return };
        match self.exception_fields.get() {
            // SAFETY: attached through the state, which has this as CPython itself takes it out; the reference was the state's.
            Some(fields) => unsafe { self.give_back(fields.sent_to(&state).swap(null_mut(), Ordering::AcqRel)) },
            // SAFETY: attached; NULL clears.
            None => unsafe {
                (self.table.PyThreadState_SetAsyncExc)(self.thread_ident() as c_ulong, null_mut());
            },
        }
        if self.version == (3, 11)
            && let (Some(raw), Some(ident)) = (self.interpreter_of(state), self.ident_of(state))
        {
            // 3.11 goes on looking for a sent exception until it raises one, and a trace function never gets past that: so
            // raise one.
            self.interrupt(raw, state, ident);
            self.run_for_nothing(c"for _ in (1, 2): pass");
        }
    }

    /// Whether an exception is set on this thread, which is attached.
    pub fn has_exception(&self) -> bool {
        // SAFETY: attached; the reference is borrowed.
        unsafe { !(self.table.PyErr_Occurred)().is_null() }
    }

    /// Whether another thread may have sent an exception to this state, which this thread is attached through. True if the field is
    /// not known.
    pub fn may_have_been_sent_one(&self, state: State) -> bool {
        // SAFETY: the state lives while this thread is attached through it.
        self.exception_fields.get().is_none_or(|fields| unsafe { fields.was_sent(state) })
    }

    /// Takes the exception that is set on this thread, which is attached, so that none is set.
    pub fn set_exception_aside(&self) -> Aside {
        let mut aside = Aside::NONE;
        // SAFETY: attached; the three references become ours. Deprecated since 3.12, but still in 3.15.
        unsafe { (self.table.PyErr_Fetch)(&mut aside.kind, &mut aside.value, &mut aside.traceback) };
        aside
    }

    /// Sets an exception again that was set aside, in place of what may be set now. The thread is attached as it was.
    pub fn put_exception_back(&self, aside: Aside) {
        // SAFETY: attached; CPython takes the references.
        unsafe { (self.table.PyErr_Restore)(aside.kind, aside.value, aside.traceback) };
    }

    /// The class and the instance of an exception that was set aside, as references of the caller's; the instance has the
    /// traceback.
    ///
    /// # Safety
    /// Attached, with none set; `raised` is an exception, and is not put back.
    pub(super) unsafe fn normalize(&self, mut raised: Aside) -> (*mut PyObject, *mut PyObject) {
        let Aside { kind, value, traceback } = &mut raised;
        // SAFETY: as the caller says; the three references are ours.
        unsafe {
            (self.table.PyErr_NormalizeException)(kind, value, traceback);
            if !traceback.is_null()
                && !value.is_null()
                && (self.table.PyException_SetTraceback)(*value, *traceback) != 0
            {
                (self.table.PyErr_Clear)();
            }
            self.give_back(*traceback);
        }
        (raised.kind, raised.value)
    }

    /// The exception that is set as one line, with as little use of Python as possible; clears it.
    pub(super) fn take_raised(&self) -> Option<String> {
        let raised = self.set_exception_aside();
        // SAFETY: attached, with none set; the three references are ours.
        unsafe {
            let line = (!raised.is_none()).then(|| {
                let kind = self.text(raised.kind);
                let name = kind.strip_prefix("<class '").and_then(|kind| kind.strip_suffix("'>")).unwrap_or(&kind);
                format!("{name}: {}", self.text(raised.value))
            });
            for object in [raised.kind, raised.value, raised.traceback] {
                self.give_back(object);
            }
            line
        }
    }

    /// Has Python report the exception that is set on this thread as unraisable, as in `__del__`: `sys.unraisablehook` runs.
    pub fn report_unraisable(&self, place: &str) {
        let place = CString::new(place).unwrap_or_default();
        let raised = self.set_exception_aside();
        // SAFETY: attached, with none set while the text is made, whose reference is given back.
        unsafe {
            let text = (self.table.PyUnicode_FromString)(place.as_ptr());
            self.put_exception_back(raised);
            (self.table.PyErr_WriteUnraisable)(text);
            self.give_back(text);
        }
    }
}
