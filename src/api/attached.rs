//! What a thread is in the midst of, and ends by dropping it.
//!
//! Attachments and suspensions end in the reverse order of their beginning, but for those that nest, which hold nothing; the
//! tokens below see to that, and refuse. A drop cannot be refused, so one that comes too early is made up for when its turn
//! has come.

use crate::error::{Result, Status};
use crate::registry::fork;
use crate::thread::{self, Ticket};
use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;

/// An attachment of this thread to an interpreter, which ends when it is dropped. The thread is then as it was before:
/// attached to what it was attached to, or to nothing.
///
/// It belongs to the thread that attached, so it is neither [`Send`] nor [`Sync`]:
///
/// ```compile_fail,E0277
/// # fn f(view: pyferry::View) -> pyferry::Result<()> {
/// let attached = view.attach()?;
/// std::thread::spawn(move || drop(attached)); // `*const ()` cannot be sent between threads safely
/// # Ok(())
/// # }
/// ```
///
/// # Order
///
/// Attachments of a thread end last in, first out, which is how Rust drops what is in scopes; those that nest on one thread
/// state in any order among themselves, as coroutines drop them. One that is dropped while a later [`Attached`] or
/// [`Suspended`] is still there ends when that is dropped; until then the thread stays inside.
///
/// # What it does not say
///
/// That the thread is attached at this very moment: it may have been [suspended](suspend) since, and there is nothing
/// unsafe in that, as no call here takes it for granted. Who calls CPython itself has to know (see the crate's
/// documentation on PyO3).
///
/// # Leaks
///
/// One that is leaked ([`std::mem::forget`]) leaves the thread inside until the thread ends, when pyferry detaches it. A
/// shutdown waits for it, and names it in its report. The thread itself cannot stop Python meanwhile:
/// [`Runtime::stop`](super::Runtime::stop) says [`Status::WrongThread`].
///
/// ```no_run
/// let view = pyferry::View::main()?;
/// let attached = view.attach()?; // not `_`, which would be dropped at once
/// pyferry::exec("work()", "work.py")?;
/// attached.detach()?; // or at the end of the scope
/// # Ok::<_, pyferry::Error>(())
/// ```
#[must_use = "the thread detaches when it is dropped"]
#[doc(alias = "pyferry_token")]
pub struct Attached(Part);

/// This thread has let go of its interpreter, and comes back when this is dropped. Made by [`suspend`].
///
/// Neither [`Send`] nor [`Sync`], and its order is that of [`Attached`].
///
/// ```no_run
/// # fn read_a_large_file() {}
/// let _attached = pyferry::View::main()?.attach()?;
/// let suspended = pyferry::suspend()?;
/// read_a_large_file(); // others have Python meanwhile
/// suspended.resume()?; // or at the end of the scope
/// # Ok::<_, pyferry::Error>(())
/// ```
#[must_use = "the thread comes back when it is dropped"]
#[doc(alias = "pyferry_suspension")]
pub struct Suspended(Part);

/// Lets go of the interpreter around work that blocks or takes long and needs no Python, as CPython's
/// `Py_BEGIN_ALLOW_THREADS` does. The interpreter cannot finish shutting down before the thread has resumed and detached.
///
/// A thread that is attached, by whomever. In between it may attach again, to this or any interpreter.
///
/// # Errors
///
/// [`Status::NotAttached`], [`Status::NoPython`], [`Status::Unsupported`] (two Pythons, or one before 3.9), [`Status::Forked`].
///
/// ```no_run
/// let _attached = pyferry::View::main()?.attach()?;
/// let answer = {
///     let _suspended = pyferry::suspend()?;
///     std::fs::read_to_string("answer.txt")
/// };
/// # Ok::<_, pyferry::Error>(())
/// ```
#[doc(alias = "pyferry_suspend")]
pub fn suspend() -> Result<Suspended> {
    fork::check()?;
    thread::suspend().map(|ticket| Suspended(Part::new(ticket, thread::resume)))
}

impl Attached {
    pub(super) fn new(ticket: Ticket) -> Attached {
        Attached(Part::new(ticket, thread::detach))
    }

    /// Detaches, as dropping it does, and says how that went.
    ///
    /// # Errors
    ///
    /// [`Status::Closed`]: the interpreter was shut down by this very thread meanwhile, or gave the thread up; or so was the one
    /// that the thread was attached to before. The attachment is over, and the thread is attached to nothing.
    /// [`Status::WrongOrder`] (a later one has not ended) and [`Status::NotAttached`] (the thread let go by other means and
    /// has not come back): it ends when a later one is dropped that is in its way. [`Status::Forked`].
    ///
    /// ```no_run
    /// let attached = pyferry::View::main()?.attach()?;
    /// attached.detach()?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_detach")]
    pub fn detach(self) -> Result<()> {
        self.0.end()
    }
}

impl Suspended {
    /// Comes back, as dropping it does, and says how that went. Blocks while other threads have the interpreter.
    ///
    /// # Errors
    ///
    /// [`Status::Closed`]: the interpreter has ended, or was told not to wait for this thread; the suspension is over.
    /// [`Status::WrongOrder`]: an attach since then has not ended, or the thread is attached already; it comes back when
    /// that is dropped. [`Status::Forked`].
    ///
    /// ```no_run
    /// let _attached = pyferry::View::main()?.attach()?;
    /// let suspended = pyferry::suspend()?;
    /// suspended.resume()?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_resume")]
    pub fn resume(self) -> Result<()> {
        self.0.end()
    }
}

impl fmt::Debug for Attached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attached({})", self.0.open.ticket.number)
    }
}

impl fmt::Debug for Suspended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Suspended({})", self.0.open.ticket.number)
    }
}

/// An attachment or a suspension that has not ended, and how it does.
#[derive(Clone, Copy)]
struct Open {
    ticket: Ticket,
    end: fn(Ticket) -> Result<()>,
}

thread_local! {
    /// What was dropped before its turn had come.
    static OVERDUE: RefCell<Vec<Open>> = const { RefCell::new(Vec::new()) };
}

impl Open {
    /// Ends it, and what was waiting for that; or notes that it has to wait itself.
    fn close(self) -> Result<()> {
        let result = self.end();
        if is_early(&result) {
            // At the very end of a thread there is no such list any more, and pyferry ends all that is left.
            let _ = OVERDUE.try_with(|overdue| overdue.borrow_mut().push(self));
        } else {
            end_overdue();
        }
        result
    }

    fn end(self) -> Result<()> {
        fork::check()?;
        (self.end)(self.ticket)
    }
}

fn is_early(result: &Result<()>) -> bool {
    matches!(result, Err(error) if matches!(error.status, Status::WrongOrder | Status::NotAttached))
}

/// Ends what was dropped too early, as far as that can end now; the last one first.
pub(super) fn end_overdue() {
    // Nothing is borrowed while they end: that may run Python code, which may come back here.
    let last = || {
        let last = |list: &RefCell<Vec<Open>>| list.borrow().iter().copied().max_by_key(|open| open.ticket.number);
        OVERDUE.try_with(last).ok().flatten()
    };
    while let Some(open) = last() {
        if is_early(&open.end()) {
            return;
        }
        let _ = OVERDUE.try_with(|list| list.borrow_mut().retain(|other| other.ticket != open.ticket));
    }
}

/// The one owner of something open. It belongs to this thread.
struct Part {
    open: Open,
    _this_thread: PhantomData<*const ()>,
}

impl Part {
    fn new(ticket: Ticket, end: fn(Ticket) -> Result<()>) -> Part {
        Part { open: Open { ticket, end }, _this_thread: PhantomData }
    }

    fn end(self) -> Result<()> {
        let open = self.open;
        std::mem::forget(self);
        open.close()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // What went wrong is for `end` to tell.
        let _ = self.open.close();
    }
}
