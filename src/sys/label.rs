//! Labels: C strings that live for ever, each in one word that any thread may read.

use std::ffi::{CStr, c_char};
use std::sync::atomic::{AtomicPtr, Ordering};

/// A static C string, or none. Its text is not looked at before `text`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(*const c_char);

impl Label {
    /// No label.
    pub const NONE: Label = Label(std::ptr::null());

    /// A label of our own.
    pub const fn new(text: &'static CStr) -> Label {
        Label(text.as_ptr())
    }

    /// # Safety
    /// NULL, or a C string that lives for ever.
    pub const unsafe fn from_ptr(text: *const c_char) -> Label {
        Label(text)
    }

    /// The text; None: there is no label.
    pub fn text(self) -> Option<&'static CStr> {
        // SAFETY: a label's text lives for ever.
        (!self.0.is_null()).then(|| unsafe { CStr::from_ptr(self.0) })
    }
}

/// A cell for a label.
#[derive(Debug, Default)]
pub struct LabelCell(AtomicPtr<c_char>);

impl LabelCell {
    /// Without a label.
    pub const fn new() -> LabelCell {
        LabelCell(AtomicPtr::new(std::ptr::null_mut()))
    }

    /// Puts a label in.
    #[inline]
    pub fn put(&self, label: Label) {
        self.0.store(label.0.cast_mut(), Ordering::Relaxed);
    }

    /// The label that was put in last.
    pub fn get(&self) -> Label {
        Label(self.0.load(Ordering::Relaxed))
    }
}
