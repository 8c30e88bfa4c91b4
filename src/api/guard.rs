use super::{Attached, View};
use crate::error::Result;
#[cfg(doc)]
use crate::error::Status;
use crate::registry::fork;
use crate::sys::Label;
use crate::thread::{self, Admission, Opening};
use std::fmt;

/// A strong handle to one interpreter: while it is open the interpreter cannot finish shutting down, and
/// [`attach`](Guard::attach) always gets in. Closed when it is dropped.
///
/// Any thread may use it, several at once, and any thread may drop it. One that is leaked holds the interpreter's shutdown
/// up for ever. In a forked child, guards from before the fork hold nothing.
///
/// ```no_run
/// let guard = pyferry::View::main()?.guard()?;
/// // The work that was promised gets done, whoever begins to shut Python down meanwhile.
/// std::thread::spawn(move || {
///     let _attached = guard.attach()?;
///     pyferry::exec("save_everything()", "save.py")
/// });
/// # Ok::<_, pyferry::Error>(())
/// ```
#[must_use = "the guard is closed when it is dropped"]
#[doc(alias = "pyferry_guard")]
pub struct Guard {
    view: View,
    /// None while it is dropped.
    guard: Option<Box<thread::Guard>>,
}

impl View {
    /// Opens a guard. Only an open gate gives one: a shutdown that has begun is not held up by newcomers.
    ///
    /// # Errors
    ///
    /// [`Status::Closed`]: the interpreter is shutting down or has ended. [`Status::Forked`].
    ///
    /// ```no_run
    /// let guard = pyferry::View::main()?.guard()?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_guard_open")]
    pub fn guard(&self) -> Result<Guard> {
        fork::check()?;
        Ok(Guard {
            view: self.clone(),
            guard: Some(thread::open_guard(&self.interpreter, Opening::Open, Label::NONE)?),
        })
    }
}

impl Guard {
    /// Attaches this thread to the guarded interpreter, also while that is shutting down.
    ///
    /// # Errors
    ///
    /// [`Status::NoMemory`], [`Status::Forked`]; [`Status::Closed`] where the host gave the guard up (see
    /// [`Answer::GiveUp`](super::Answer::GiveUp)).
    ///
    /// ```no_run
    /// let guard = pyferry::View::main()?.guard()?;
    /// let _attached = guard.attach()?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_attach_guarded")]
    pub fn attach(&self) -> Result<Attached> {
        fork::check()?;
        let admission = self.guard.as_ref().map_or(Admission::Open, |guard| Admission::Guarded(guard.participant));
        thread::attach(&self.view.interpreter, admission, Label::NONE).map(Attached::new)
    }

    /// The view that the guard was opened through.
    ///
    /// ```no_run
    /// let guard = pyferry::View::main()?.guard()?;
    /// assert_eq!(guard.view().interpreter_id(), 0);
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_guard_view")]
    pub fn view(&self) -> &View {
        &self.view
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(guard) = self.guard.take() {
            thread::close_guard(guard);
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guard({})", self.view.interpreter.name())
    }
}
