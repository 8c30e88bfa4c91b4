//! What the room hands up: names of things of CPython's, which say nothing about whether these still live.

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

// SAFETY: both are addresses; what may be done with them on which thread is said where it is done.
unsafe impl Send for State {}
// SAFETY: as above.
unsafe impl Sync for State {}
// SAFETY: as above.
unsafe impl Send for Raw {}
// SAFETY: as above.
unsafe impl Sync for Raw {}

/// A reference to an object that somebody owns and gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference(NonNull<PyObject>);

// SAFETY: an address; it is followed only while attached.
unsafe impl Send for Reference {}

impl Reference {
    /// None for NULL.
    ///
    /// # Safety
    /// It is a reference of the caller's, who has it no more.
    pub unsafe fn from_ptr(object: *mut c_void) -> Option<Reference> {
        NonNull::new(object.cast()).map(Reference)
    }

    /// As CPython knows it.
    pub(super) fn as_ptr(self) -> *mut PyObject {
        self.0.as_ptr()
    }

    /// Lent, while it is not given back.
    pub fn lent(self) -> Lent {
        Lent(self.0)
    }

    /// For whoever has it from here on.
    pub fn into_ptr(self) -> *mut c_void {
        self.0.as_ptr().cast()
    }

    /// Of the same object, while this reference is somebody's.
    pub(super) fn of(object: *mut PyObject) -> Option<Reference> {
        NonNull::new(object).map(Reference)
    }
}

/// A reference to a Python object that its owner gives away, for [`View::release_later`](crate::View::release_later).
/// Dropped without that, the object stays for ever.
#[derive(Debug)]
#[must_use = "the object stays for ever"]
#[doc(alias = "PyObject")]
pub struct Given(Reference);

impl Given {
    /// Of a pointer as CPython knows it, such as PyO3's `Py::into_ptr` gives it; `None` for a null pointer.
    ///
    /// # Safety
    ///
    /// It is a reference of the caller's, who has it no more.
    pub unsafe fn from_ptr(object: *mut c_void) -> Option<Given> {
        // SAFETY: as the caller says.
        unsafe { Reference::from_ptr(object) }.map(Given)
    }

    /// Gives it on.
    pub(crate) fn into_reference(self) -> Reference {
        self.0
    }
}

/// An object that somebody else has a reference to, for as long as it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lent(NonNull<PyObject>);

// SAFETY: an address; it is followed only while attached.
unsafe impl Send for Lent {}
// SAFETY: as above.
unsafe impl Sync for Lent {}

impl Lent {
    /// None for NULL.
    ///
    /// # Safety
    /// Whoever lends it has a reference for as long as this is used.
    pub unsafe fn from_ptr(object: *mut c_void) -> Option<Lent> {
        NonNull::new(object.cast()).map(Lent)
    }

    /// As CPython knows it.
    pub(super) fn as_ptr(self) -> *mut PyObject {
        self.0.as_ptr()
    }
}

impl State {
    /// None: no thread is ever attached through it.
    pub const NOWHERE: State = State(NonNull::dangling());

    /// The state that a slot value or a stored address names; None for NULL.
    pub fn from_ptr(state: *mut PyThreadState) -> Option<State> {
        NonNull::new(state).map(State)
    }

    /// As CPython knows it.
    pub fn as_ptr(self) -> *mut PyThreadState {
        self.0.as_ptr()
    }
}

/// A place for a state that its owner or, when the owner is out for ever, the closer of the interpreter takes.
#[derive(Debug, Default)]
pub struct StateCell(AtomicPtr<PyThreadState>);

impl StateCell {
    /// With none in it.
    pub const fn new() -> StateCell {
        StateCell(AtomicPtr::new(null_mut()))
    }

    /// The state, left in place.
    #[inline]
    pub fn get(&self) -> Option<State> {
        State::from_ptr(self.0.load(Ordering::Acquire))
    }

    /// Puts a state in.
    pub fn put(&self, state: State) {
        self.0.store(state.as_ptr(), Ordering::Release);
    }

    /// Takes the state out: nobody else has it then.
    pub fn take(&self) -> Option<State> {
        State::from_ptr(self.0.swap(null_mut(), Ordering::AcqRel))
    }
}

impl Raw {
    /// The interpreter that CPython names; None for NULL.
    pub(super) fn from_ptr(interpreter: *mut PyInterpreterState) -> Option<Raw> {
        NonNull::new(interpreter).map(Raw)
    }

    /// As CPython knows it.
    pub(super) fn as_ptr(self) -> *mut PyInterpreterState {
        self.0.as_ptr()
    }

    /// The interpreter with this address; None for 0.
    pub fn from_address(address: usize) -> Option<Raw> {
        NonNull::new(address as *mut PyInterpreterState).map(Raw)
    }

    /// Its address, to keep in an atomic.
    pub fn address(self) -> usize {
        self.0.as_ptr() as usize
    }
}

/// How a new interpreter shares with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Its own GIL and only extension modules that allow it (3.12 and later).
    Isolated,
    /// The main interpreter's GIL and every extension module (the only kind up to 3.11).
    Legacy,
}
