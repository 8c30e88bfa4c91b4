//! What this room hands up: names of CPython's objects, which do not say whether the objects still live.

use super::types::{PyInterpreterState, PyObject, PyThreadState};
use std::ffi::c_void;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicPtr, Ordering};

/// A thread state of CPython's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State(NonNull<PyThreadState>);

/// An interpreter of CPython's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw(NonNull<PyInterpreterState>);

// SAFETY: both are addresses; each use says what it needs of its thread.
unsafe impl Send for State {}
// SAFETY: as above.
unsafe impl Sync for State {}
// SAFETY: as above.
unsafe impl Send for Raw {}
// SAFETY: as above.
unsafe impl Sync for Raw {}

/// A strong reference to an object, which whoever has the value owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference(NonNull<PyObject>);

// SAFETY: an address, followed only while attached.
unsafe impl Send for Reference {}

impl Reference {
    /// None for NULL.
    ///
    /// # Safety
    /// NULL, or a strong reference that the caller owns, and gives away.
    pub unsafe fn from_ptr(object: *mut c_void) -> Option<Reference> {
        NonNull::new(object.cast()).map(Reference)
    }

    /// CPython's pointer.
    pub(super) fn as_ptr(self) -> *mut PyObject {
        self.0.as_ptr()
    }

    /// The object, for as long as this reference is not given back.
    pub fn lent(self) -> Lent {
        Lent(self.0)
    }

    /// CPython's pointer, with the reference, which the caller owns from here on.
    pub fn into_ptr(self) -> *mut c_void {
        self.0.as_ptr().cast()
    }
}

/// A strong reference to a Python object that its owner gives away, for [`View::release_later`](crate::View::release_later).
/// If it is dropped instead, the object is never freed.
#[derive(Debug)]
#[must_use = "the object stays for ever"]
#[doc(alias = "PyObject")]
pub struct Given(Reference);

impl Given {
    /// Takes CPython's pointer to an object, such as PyO3's `Py::into_ptr` returns; `None` for a null pointer.
    ///
    /// # Safety
    ///
    /// `object` is null, or a strong reference that the caller owns, and gives away.
    pub unsafe fn from_ptr(object: *mut c_void) -> Option<Given> {
        // SAFETY: as the caller says.
        unsafe { Reference::from_ptr(object) }.map(Given)
    }

    /// Hands the reference on.
    pub(crate) fn into_reference(self) -> Reference {
        self.0
    }
}

/// A borrowed object: somebody else has a reference to it as long as it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lent(NonNull<PyObject>);

// SAFETY: an address, followed only while attached.
unsafe impl Send for Lent {}
// SAFETY: as above.
unsafe impl Sync for Lent {}

impl Lent {
    /// None for NULL.
    ///
    /// # Safety
    /// The lender has a reference as long as the value is used.
    pub unsafe fn from_ptr(object: *mut c_void) -> Option<Lent> {
        NonNull::new(object.cast()).map(Lent)
    }

    /// CPython's pointer.
    pub(super) fn as_ptr(self) -> *mut PyObject {
        self.0.as_ptr()
    }
}

impl State {
    /// A placeholder: no thread is ever attached through it.
    pub const NOWHERE: State = State(NonNull::dangling());

    /// The state that a slot value or a stored address names; None for NULL.
    pub fn from_ptr(state: *mut PyThreadState) -> Option<State> {
        NonNull::new(state).map(State)
    }

    /// CPython's pointer.
    pub fn as_ptr(self) -> *mut PyThreadState {
        self.0.as_ptr()
    }
}

/// A cell for a state, which its thread takes or, when that is out for ever, whoever deletes the state.
#[derive(Debug, Default)]
pub struct StateCell(AtomicPtr<PyThreadState>);

impl StateCell {
    /// Without a state.
    pub const fn new() -> StateCell {
        StateCell(AtomicPtr::new(null_mut()))
    }

    /// The state, which stays in the cell.
    #[inline]
    pub fn get(&self) -> Option<State> {
        State::from_ptr(self.0.load(Ordering::Acquire))
    }

    /// Puts a state in.
    pub fn put(&self, state: State) {
        self.0.store(state.as_ptr(), Ordering::Release);
    }

    /// Takes the state out, for one caller only.
    pub fn take(&self) -> Option<State> {
        State::from_ptr(self.0.swap(null_mut(), Ordering::AcqRel))
    }
}

impl Raw {
    /// CPython's interpreter; None for NULL.
    pub(super) fn from_ptr(interpreter: *mut PyInterpreterState) -> Option<Raw> {
        NonNull::new(interpreter).map(Raw)
    }

    /// CPython's pointer.
    pub(super) fn as_ptr(self) -> *mut PyInterpreterState {
        self.0.as_ptr()
    }

    /// The interpreter with this address; None for 0.
    pub fn from_address(address: usize) -> Option<Raw> {
        NonNull::new(address as *mut PyInterpreterState).map(Raw)
    }

    /// Its address, for an atomic.
    pub fn address(self) -> usize {
        self.0.as_ptr() as usize
    }
}

/// What a new interpreter shares with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Its own GIL and only extension modules that allow it (3.12 and later).
    Isolated,
    /// The main interpreter's GIL and every extension module (the only kind up to 3.11).
    Legacy,
}
