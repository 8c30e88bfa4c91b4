//! The exception that is set on a thread, and the one that another thread has sent to it (PyThreadState_SetAsyncExc).

use super::types::PyObject;
use super::{Python, State};
use crate::sys;
use std::ffi::{CString, c_ulong};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, Ordering};

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
        // SAFETY: as the caller says. Other threads may write the field at the same time.
        let sent = unsafe { AtomicPtr::<PyObject>::from_ptr(state.as_ptr().cast::<u8>().add(self.sent).cast()) };
        !sent.load(Ordering::Relaxed).is_null()
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
        if python.version < (3, 13) {
            let sent = python.ident_offset.get()?.checked_sub(size_of::<*mut PyObject>())?;
            return Some(ExceptionFields { set, sent });
        }
        let ident = python.thread_ident() as c_ulong;
        let send = |what| {
            // SAFETY: this thread is attached, and nothing was sent to it.
            unsafe { (table.PyThreadState_SetAsyncExc)(ident, what) };
        };
        let sent = find_filled(state, || send(kind), || send(null_mut()))?;
        Some(ExceptionFields { set, sent })
    }
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

    /// Whether an exception is set on this thread, which is attached.
    pub fn has_exception(&self) -> bool {
        // SAFETY: attached; the reference is borrowed.
        unsafe { !(self.table.PyErr_Occurred)().is_null() }
    }

    /// Whether another thread sent an exception to this state, which this thread is attached through. True if the field is
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

    /// Sets it again, in place of what may be set now. The thread is attached as it was.
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
