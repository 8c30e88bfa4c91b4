//! Labels of the library's own threads, known by where they are and not by what they say: a host's may say the same.

use crate::sys::Label;
use std::ffi::CStr;

/// Each text is a static, which is in one place: a constant may be in several.
macro_rules! own {
    ($($(#[$says:meta])* $name:ident = $text:literal;)*) => {
        $(
            $(#[$says])*
            pub const $name: Label = {
                static TEXT: [u8; $text.to_bytes_with_nul().len()] = *$text.to_bytes_with_nul().first_chunk().unwrap();
                let Ok(text) = CStr::from_bytes_until_nul(&TEXT) else { panic!("no end") };
                Label::new(text)
            };
        )*
        const ALL: &[Label] = &[$($name),*];
    };
}

own! {
    /// The thread that delivers interrupts.
    DELIVERY = c"pyferry: an interrupt";
    /// The observer of a shutdown (`python_threads`).
    OBSERVER = c"pyferry: who is left";
    /// The thread that runs the functions of `threading._register_atexit`.
    EXIT_FUNCTIONS = c"pyferry: threading's exit functions";
    /// Python's main thread, if that is pyferry's own, while it runs pending calls.
    PENDING_CALLS = c"pyferry: pending calls";
    /// The thread that drops references (`release`).
    RELEASE = c"pyferry: dropping references";
    /// A worker that gives a ticket to an event loop.
    WAKE = c"pyferry: waking an event loop";
    /// The helper that deletes the states of ended threads (`orphans`).
    ORPHANS = c"pyferry: the states of ended threads";
    /// A thread that enters to delete its cached state: in traces only, at the gate it is the host's thread still.
    FORGET = c"pyferry: the state of this thread";
    /// Nudgers (`nudge`).
    NUDGE = c"pyferry: a GIL nudge";
}

/// Whether a label is one of these.
pub fn is_own(label: Label) -> bool {
    ALL.contains(&label)
}
