use super::{enter, out, pyferry_view, required};
use crate::error::{Result, Status};
use crate::sys::Label;
use crate::thread::{self, Guard, Opening};
use std::sync::Arc;

/// A guard: a strong handle to one interpreter. While it is open the interpreter cannot finish shutting down, and
/// pyferry_attach_guarded always gets in; unless the host gives the guard up (pyferry_report).
// Never made: its address is a thread::Guard's, which is kept in its box from one opening to the next.
pub struct pyferry_guard {
    _guard: Guard,
}

/// Opens a guard, as long as no shutdown of the interpreter has begun.
///
/// Any thread, attached or not; it waits for no interpreter. Any thread may use and close the guard. A guard that is
/// never closed holds the interpreter's shutdown up forever. In a forked child, guards from before the fork hold nothing.
///
/// @param view  the interpreter to hold; read during the call
/// @param out   gets the guard, to be closed with pyferry_guard_close
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (an argument is NULL), _CLOSED (the interpreter is shutting down or has
///         ended), _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_guard_open(view: *const pyferry_view, out: *mut *mut pyferry_guard) -> Status {
    // SAFETY: as documented for the caller.
    unsafe { open(view, Opening::Open, out) }
}

/// Opens a guard by the rules of PEP 788: also while a shutdown of the interpreter waits, as long as it waits for a guard
/// or a thread that was there before the shutdown began, or for this very thread. Guards that are opened during the
/// shutdown, and threads that come in by them, let nobody else in, so the wait has an end.
///
/// Any thread, attached or not; any thread may use and close the guard, as with pyferry_guard_open.
///
/// @param view  the interpreter to hold; read during the call
/// @param out   gets the guard, to be closed with pyferry_guard_close
/// @return as pyferry_guard_open. _CLOSED: the interpreter is shutting down and waits for nobody from before, or it has
///         ended.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_guard_open_while_held(
    view: *const pyferry_view,
    out: *mut *mut pyferry_guard,
) -> Status {
    // SAFETY: as documented for the caller.
    unsafe { open(view, Opening::WhileHeld, out) }
}

// SAFETY (of the callers): `view` is NULL or a live view, `out` NULL or a place for a guard.
unsafe fn open(view: *const pyferry_view, opening: Opening, out: *mut *mut pyferry_guard) -> Status {
    enter(|| {
        // SAFETY: as the caller says.
        let (view, out) = unsafe { (required(view, "view")?, self::out(out, "out")?) };
        out.put(Box::into_raw(thread::open_guard(&view.interpreter, opening, Label::NONE)?).cast::<pyferry_guard>());
        Ok(())
    })
}

/// A view of the interpreter that a guard holds, for code that was given only the guard.
///
/// Any thread, attached or not, also while the interpreter is shutting down. The guard has to stay open only during this
/// call; the view outlives it.
///
/// @param guard  an open guard
/// @param out    gets the view, to be freed with pyferry_view_free
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (an argument is NULL), _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_guard_view(guard: *const pyferry_guard, out: *mut *mut pyferry_view) -> Status {
    enter(|| {
        // SAFETY: as documented for the caller.
        let (guard, out) = unsafe { (guard_of(guard)?, self::out(out, "out")?) };
        out.put(pyferry_view::hand_out(Arc::clone(&guard.interpreter)));
        Ok(())
    })
}

/// Closes a guard, once. A shutdown that waits for it goes on.
///
/// Any thread, attached or not, at any time, in forked children too. It waits for no interpreter.
///
/// @param guard  what to close; NULL is ignored
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pyferry_guard_close(guard: *mut pyferry_guard) {
    if !guard.is_null() {
        // SAFETY: what pyferry_guard_open handed out, and nobody closed yet, as documented.
        thread::close_guard(unsafe { Box::from_raw(guard.cast::<Guard>()) });
    }
}

// SAFETY (of the callers): `guard` is NULL or an open guard.
pub(super) unsafe fn guard_of<'a>(guard: *const pyferry_guard) -> Result<&'a Guard> {
    // SAFETY: as the caller says.
    unsafe { required(guard.cast::<Guard>(), "guard") }
}
