//! A C string that lives for ever, in one word that any thread may read.

use std::ffi::{CStr, c_char};
use std::sync::atomic::{AtomicPtr, Ordering};

/// Holds a static C string, or nothing.
#[derive(Debug, Default)]
pub struct StaticText(AtomicPtr<c_char>);

impl StaticText {
    /// Puts a text in.
    #[inline]
    pub fn put(&self, text: Option<&'static CStr>) {
        self.0.store(text.map_or(std::ptr::null_mut(), |text| text.as_ptr().cast_mut()), Ordering::Relaxed);
    }

    /// The text that was put in last.
    pub fn get(&self) -> Option<&'static CStr> {
        let text = self.0.load(Ordering::Relaxed);
        // SAFETY: `put` takes only static C strings.
        (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })
    }
}
