use super::guard::guard_of;
use super::{enter, null, out, pyferry_guard, pyferry_view, required};
use crate::error::{Result, Status};
use crate::interpreter;
use crate::sys::Label;
use crate::thread::{self, Admission, Caller, Guard, Ticket};
use std::ffi::c_char;
use std::ptr::NonNull;

/// What an attach hands out and its detach takes back. The contents are private to pyferry; all zero is the empty token.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pyferry_token {
    /// Private to pyferry.
    private_words: [u64; 2],
}

/// What a suspend hands out and its resume takes back. The contents are private to pyferry; all zero is the empty
/// suspension.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct pyferry_suspension {
    /// Private to pyferry.
    private_words: [u64; 2],
}

// Where a caller has its token, or its suspension.
#[derive(Clone, Copy)]
struct Words(NonNull<[u64; 2]>);

impl Words {
    // None for NULL.
    //
    // SAFETY (of the callers): `words` is NULL or what a token, or a suspension, consists of, for as long as this is used.
    #[inline(always)]
    unsafe fn of<T>(words: *mut T) -> Option<Words> {
        const { assert!(size_of::<T>() == size_of::<[u64; 2]>() && align_of::<T>() == align_of::<u64>()) };
        NonNull::new(words.cast()).map(Words)
    }
}

impl Caller for Words {
    type Answer = Status;

    #[inline(always)]
    fn ticket(self) -> Ticket {
        // SAFETY: as `of` was told; what ends a token gets one that is initialised.
        let [thread, number] = unsafe { self.0.read() };
        Ticket { thread, number }
    }

    #[inline(always)]
    fn put(self, ticket: Ticket) {
        // SAFETY: as `of` was told.
        unsafe { self.0.write([ticket.thread, ticket.number]) };
    }

    #[inline(always)]
    fn answer(result: Result<()>) -> Status {
        super::answer(result)
    }
}

/// Attaches this thread to an interpreter: from now on until the pyferry_detach it may call Python.
///
/// Any thread: unknown to Python, Python's own, or attached by others. It may be attached to this interpreter already
/// (the attach nests and costs next to nothing), to another one (which is released until the detach), or to none. Blocks
/// while other threads have the interpreter, as Python threads take turns; there is no time limit (see
/// pyferry_queue_call).
///
/// A shutdown of the interpreter waits until the thread has detached. Once a shutdown has begun, only threads that are
/// inside already or wait in here already get in, and holders of a guard (pyferry_attach_guarded).
///
/// What a thread leaves in Python (threading.local, contextvars) is there again at its next attach.
///
/// An attach that enters the interpreter begins a visit, which ends with its detach. A visit begins with no exception
/// set: one that is set on the thread's state already (the thread let go with it) is set again afterwards. What
/// PyThreadState_SetAsyncExc sent to an earlier visit is dropped.
///
/// @param view  the interpreter; read during the call
/// @param out   gets a token for pyferry_detach. Attachments of a thread end in the reverse order of their beginning.
///              Those that nest on one thread state, and so entered nothing, may end in any order among themselves
///              (greenlets, coroutines).
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (an argument is NULL), _CLOSED (the interpreter is shutting down or has
///         ended: nothing was done, and it stays closed), _NO_MEMORY (also where the thread's stack is smaller than the
///         48 KiB that CPython keeps for itself from 3.14 on), _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_attach(view: *const pyferry_view, out: *mut pyferry_token) -> Status {
    // SAFETY: as documented for the caller.
    unsafe { attach(view, Label::NONE, out) }
}

/// As pyferry_attach, with a label that says in reports what the thread does there: "render", "load level".
///
/// Any thread, as pyferry_attach.
///
/// @param view   the interpreter; read during the call
/// @param label  a string that lives as long as the process, such as a literal: it is kept, not copied. A literal of a
///               plug-in will do only if the plug-in is never unloaded: link it with -z nodelete. NULL: none.
/// @param out    gets a token for pyferry_detach
/// @return as pyferry_attach
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_attach_labeled(
    view: *const pyferry_view,
    label: *const c_char,
    out: *mut pyferry_token,
) -> Status {
    // SAFETY: as documented for the caller; a label lives for ever.
    unsafe { attach(view, Label::from_ptr(label), out) }
}

// SAFETY (of the callers): as documented for theirs.
#[inline(always)]
unsafe fn attach(view: *const pyferry_view, label: Label, out: *mut pyferry_token) -> Status {
    // SAFETY: NULL or a live view, and NULL or a place for a token, as the caller says.
    match unsafe { (view.as_ref(), Words::of(out)) } {
        (Some(view), Some(out)) => thread::attach_by(&view.interpreter, label, out),
        // SAFETY: as above.
        _ => unsafe { attach_nothing(view, out) },
    }
}

// SAFETY (of the callers): as for `attach`.
#[cold]
unsafe fn attach_nothing(view: *const pyferry_view, out: *mut pyferry_token) -> Status {
    // SAFETY: as the caller says.
    enter(|| unsafe { required(view, "view").and_then(|_| self::out(out, "out")) }.map(drop))
}

/// As pyferry_attach, to the interpreter of an open guard. It gets in also while that interpreter is shutting down, since
/// the shutdown waits for the guard.
///
/// Any thread, as pyferry_attach.
///
/// @param guard  an open guard. It stays open, and no thread may close it during this call.
/// @param out    gets a token for pyferry_detach
/// @return as pyferry_attach. _CLOSED: the host gave the guard up (pyferry_report), or the guard is from before a fork.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_attach_guarded(guard: *const pyferry_guard, out: *mut pyferry_token) -> Status {
    // SAFETY: as documented for the caller.
    unsafe { attach_guarded(guard, Guard::label, out) }
}

/// As pyferry_attach_guarded, but no shutdown waits for the attachment: only the guard holds a shutdown up, as in
/// PEP 788. If the guard is closed, and the interpreter shut down, before the detach, the thread is given up, as if the
/// host had answered PYFERRY_REPORT_GIVE_UP for it: its next pyferry_detach or pyferry_resume returns
/// PYFERRY_STATUS_CLOSED. If it goes back into Python by other means (Py_END_ALLOW_THREADS), CPython ends or hangs it, as
/// it does its daemon threads. Up to 3.13 CPython cannot end a sub-interpreter with a thread inside: there the shutdown
/// waits, as for any other thread.
///
/// Any thread, as pyferry_attach. If the thread is inside the interpreter already, this attachment nests on the outer
/// one, and a shutdown waits for it if it waits for the outer one.
///
/// @param guard  an open guard. It stays open, and no thread may close it during this call.
/// @param out    gets a token for pyferry_detach
/// @return as pyferry_attach_guarded
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_attach_unheld(guard: *const pyferry_guard, out: *mut pyferry_token) -> Status {
    // SAFETY: as documented for the caller.
    unsafe { attach_guarded(guard, |_| thread::UNHELD, out) }
}

// SAFETY (of the callers): `guard` is NULL or an open guard, `out` NULL or a place for a token.
unsafe fn attach_guarded(guard: *const pyferry_guard, label: fn(&Guard) -> Label, out: *mut pyferry_token) -> Status {
    enter(|| {
        // SAFETY: as the caller says.
        let (guard, out) = unsafe { (guard_of(guard)?, self::out(out, "out")?) };
        let ticket = thread::attach(&guard.interpreter, Admission::Guarded(guard.participant), label(guard))?;
        out.put(pyferry_token { private_words: [ticket.thread, ticket.number] });
        Ok(())
    })
}

/// Ends this thread's last attachment. The thread is then as it was before that attach: attached to what it was attached
/// to, or to nothing. Where it goes back to another interpreter, it blocks while other threads have that one.
///
/// If that ends a visit, an exception that is still set is reported as unraisable (sys.unraisablehook, which runs here)
/// and cleared. A nested attachment leaves it set.
///
/// The thread that attached, also while the interpreter is shutting down. If a shutdown waits for this detach, it first
/// runs the destructors of what the thread left in Python. On failure nothing is done and the token stays, except for
/// _CLOSED.
///
/// @param token  of the last attach that has not ended; or of an earlier one, if it and all later ones nest on one thread
///               state. It is emptied.
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`token` is NULL), _STALE_TOKEN (empty, or used already), _WRONG_THREAD
///         (another thread's), _WRONG_ORDER (a later attach or suspend has not ended; or other code has attached the
///         thread through another thread state, and has to swap that back first), _NOT_ATTACHED (the thread let go by
///         other means and has not come back), _CLOSED (the interpreter was shut down by this very thread while attached,
///         or gave the thread up; or so was the interpreter that the thread was attached to before: the attachment is
///         over, the token is empty, and the thread is attached to nothing), _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_detach(token: *mut pyferry_token) -> Status {
    // SAFETY: NULL or a token, as documented.
    unsafe { Words::of(token) }.map_or_else(|| enter(|| Err(null("token"))), thread::detach_by)
}

/// Whether this thread is attached to an interpreter now, whoever attached it. No side effect.
///
/// Any thread, at any time; not in a signal handler. It waits for no interpreter.
///
/// @param view  which interpreter; NULL: any
/// @return true if it is; false where there is no Python, and in a forked child that Python does not know of
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_is_attached(view: *const pyferry_view) -> bool {
    // SAFETY: NULL or a live view, as documented.
    let view = unsafe { view.as_ref() };
    interpreter::is_attached(view.map(|view| &*view.interpreter))
}

/// Lets go of the interpreter around work that blocks or takes long and needs no Python, as Py_BEGIN_ALLOW_THREADS does.
/// The interpreter cannot finish shutting down before the thread has resumed and detached. (For a thread that other code
/// attached, and that suspends while the interpreter is shutting down, a shutdown waits once; after that the resume can
/// return PYFERRY_STATUS_CLOSED.)
///
/// A thread that is attached, whoever attached it; also while the interpreter is shutting down. Meanwhile the thread may
/// attach again, to this or any interpreter. All of these calls nest, also with CPython's own: what a thread let go of
/// before an attach (PyEval_SaveThread), it comes back to after the detach.
///
/// @param out  gets a suspension for pyferry_resume
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`out` is NULL), _NOT_ATTACHED, _NO_PYTHON, _UNSUPPORTED (two Pythons, or
///         one before 3.9), _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_suspend(out: *mut pyferry_suspension) -> Status {
    // SAFETY: NULL or a place for a suspension, as documented.
    unsafe { Words::of(out) }.map_or_else(|| enter(|| unsafe { self::out(out, "out") }.map(drop)), thread::suspend_by)
}

/// Comes back from the last pyferry_suspend. Blocks while other threads have the interpreter.
///
/// The thread that suspended; also while the interpreter is shutting down, which waits for it. On failure nothing is done
/// and the suspension stays, except for _CLOSED.
///
/// @param suspension  of the last suspend that has not ended; it is emptied
/// @return PYFERRY_STATUS_OK, _INVALID_ARGUMENT (`suspension` is NULL), _STALE_TOKEN (empty, or used already),
///         _WRONG_THREAD (another thread's), _WRONG_ORDER (an attach since then has not ended, or the thread is attached
///         already), _CLOSED (the interpreter has ended, or gave the thread up: the suspension is over, and the thread is
///         attached to nothing), _FORKED.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn pyferry_resume(suspension: *mut pyferry_suspension) -> Status {
    // SAFETY: NULL or a suspension, as documented.
    unsafe { Words::of(suspension) }.map_or_else(|| enter(|| Err(null("suspension"))), thread::resume_by)
}

/// Deletes the thread states that pyferry keeps for this thread and that the thread is not inside of, with the
/// thread-local values that Python has in them. The values' destructors run here, attached to the interpreter in
/// question, for which this call may wait. It is for a pool that parks threads for long, and for a thread whose values
/// have to be destroyed on that very thread.
///
/// Where a thread ends without this call, its end waits for no interpreter, since the thread that joins it may hold the
/// GIL: another thread deletes the states within moments. (On a free-threaded Python a thread that ends while attached
/// deletes its state itself, and on Windows each thread does: that waits only while another thread stops the world.)
///
/// Any thread, attached or not; one that is attached lets go meanwhile. The states in an interpreter that is shutting
/// down are left to the shutdown.
///
/// @return PYFERRY_STATUS_OK, _CLOSED (the states are deleted, but the interpreter that this thread was attached to was shut
///         down meanwhile: the thread is attached to nothing), _FORKED.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn pyferry_thread_forget() -> Status {
    enter(thread::forget)
}
