use super::Attached;
use crate::cpython::{Given, Python};
use crate::error::Result;
#[cfg(doc)]
use crate::error::Status;
use crate::host::at_end;
use crate::interpreter as interpreters;
use crate::queue::release;
use crate::registry::Interpreter;
use crate::registry::fork;
use crate::sys::Label;
use crate::thread::{self, Admission};
use std::ffi::CStr;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A weak handle to one interpreter: it stays valid whatever becomes of that, and says nothing about whether it still runs:
/// [`attach`](View::attach) does.
///
/// Any number of threads may use one view, or clones of it, at once.
///
/// ```no_run
/// let view = pyferry::View::main()?;
/// let threads: Vec<_> = (0..8)
///     .map(|number| {
///         let view = view.clone();
///         std::thread::spawn(move || {
///             let _attached = view.attach()?;
///             pyferry::exec(&format!("print({number})"), "number.py")
///         })
///     })
///     .collect();
/// for thread in threads {
///     thread.join().expect("no panic")?;
/// }
/// # Ok::<_, pyferry::Error>(())
/// ```
#[derive(Clone)]
#[doc(alias = "pyferry_view")]
pub struct View {
    pub(super) interpreter: Arc<Interpreter>,
}

impl View {
    /// A view of the main interpreter. Any thread, attached or not.
    ///
    /// The first view of an interpreter registers pyferry's shutdown hook in it: from then on shutdown is safe for every
    /// thread. The first view itself is safe against a shutdown that begins at the same moment from Python 3.15 on; before,
    /// take it while nobody can be finalising Python.
    ///
    /// # Errors
    ///
    /// [`Status::NoPython`] where there is none in the process, or it is not initialised; [`Status::Unsupported`] (two
    /// Pythons, one before 3.9, two copies of pyferry), [`Status::Closed`] (Python is shutting down),
    /// [`Status::NoMemory`], [`Status::PythonError`] (registering the hook raised), [`Status::WrongOrder`] (on Windows, in
    /// DllMain), [`Status::Forked`].
    ///
    /// ```no_run
    /// let main = pyferry::View::main()?;
    /// assert_eq!(main.interpreter_id(), 0);
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_view_main")]
    pub fn main() -> Result<View> {
        fork::check()?;
        Ok(View { interpreter: interpreters::main(Python::running()?)? })
    }

    /// A view of the interpreter that this thread is attached to, by whomever: pyferry, Python itself, PyO3.
    ///
    /// # Errors
    ///
    /// [`Status::NotAttached`], and as [`View::main`].
    ///
    /// ```no_run
    /// // In a function that Python calls: which interpreter is to be called back later, from another thread?
    /// let home = pyferry::View::current()?;
    /// std::thread::spawn(move || {
    ///     let _attached = home.attach()?;
    ///     pyferry::exec("on_ready()", "callback")
    /// });
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_view_current")]
    pub fn current() -> Result<View> {
        fork::check()?;
        Ok(View { interpreter: interpreters::current()? })
    }

    /// Attaches this thread to the interpreter, until the [`Attached`] is dropped. In between it may call Python.
    ///
    /// Any thread: unknown to Python, Python's own, or attached by others; attached to this interpreter already (it nests,
    /// and costs next to nothing), to another (which is let go of meanwhile), or to none. Blocks while other threads have
    /// the interpreter, as Python threads take turns; a shutdown waits until the thread has detached.
    ///
    /// What a thread leaves in Python (`threading.local`, `contextvars`) is there again at its next attach.
    ///
    /// # Errors
    ///
    /// [`Status::Closed`]: the interpreter is shutting down or has ended; nothing was done, and it will not change.
    /// [`Status::NoMemory`], [`Status::Forked`].
    ///
    /// ```no_run
    /// # let view = pyferry::View::main()?;
    /// match view.attach() {
    ///     Ok(_attached) => pyferry::exec("tick()", "tick.py")?,
    ///     Err(error) if error.status == pyferry::Status::Closed => return Ok(()), // no Python, no ticks
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_attach")]
    pub fn attach(&self) -> Result<Attached> {
        self.enter(Label::NONE)
    }

    /// As [`attach`](View::attach), with a word for reports on what the thread does there.
    ///
    /// # Errors
    ///
    /// As [`attach`](View::attach).
    ///
    /// ```no_run
    /// let _attached = pyferry::View::main()?.attach_labeled(c"load level")?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_attach_labeled")]
    pub fn attach_labeled(&self, label: &'static CStr) -> Result<Attached> {
        self.enter(Label::new(label))
    }

    fn enter(&self, label: Label) -> Result<Attached> {
        fork::check()?;
        thread::attach(&self.interpreter, Admission::Open, label).map(Attached::new)
    }

    /// Whether this thread is attached to this interpreter now, by whomever. No side effect.
    ///
    /// ```no_run
    /// let view = pyferry::View::main()?;
    /// let attached = view.attach()?;
    /// assert!(view.is_attached());
    /// drop(attached);
    /// assert!(!view.is_attached());
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_is_attached")]
    pub fn is_attached(&self) -> bool {
        interpreters::is_attached(Some(&self.interpreter))
    }

    /// Raises `KeyboardInterrupt` in every thread that is attached to the interpreter, in Python code: stops a script that
    /// runs away. A thread inside native code gets it when it is back in Python.
    ///
    /// Any thread, attached or not; also while the interpreter is shutting down and waits for such a thread.
    ///
    /// # Errors
    ///
    /// [`Status::Closed`] (the interpreter has ended; or the one that this thread was attached to was shut down meanwhile, and
    /// the thread is attached to nothing), [`Status::NoMemory`], [`Status::Forked`]. That nobody is inside is no error.
    ///
    /// ```no_run
    /// let view = pyferry::View::main()?;
    /// let there = view.clone();
    /// let script = std::thread::spawn(move || {
    ///     let _attached = there.attach()?;
    ///     pyferry::exec("while True: pass", "runaway.py")
    /// });
    /// std::thread::sleep(std::time::Duration::from_secs(1));
    /// view.interrupt()?;
    /// let error = script.join().expect("no panic").unwrap_err();
    /// assert!(error.message.contains("KeyboardInterrupt"));
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_interpreter_interrupt")]
    pub fn interrupt(&self) -> Result<()> {
        fork::check()?;
        interpreters::interrupt(&self.interpreter)
    }

    /// Has a function called when the interpreter ends, whoever ends it: on the thread that does, which is attached to it, when
    /// all others are out, and before its modules go. The last that was registered comes first. Where the interpreter does not
    /// come to its end, because the process exits without finalising Python, the function is dropped at most.
    ///
    /// # Errors
    ///
    /// [`Status::Closed`]: the interpreter is shutting down or has ended, and the function is dropped. [`Status::Forked`].
    ///
    /// ```no_run
    /// pyferry::View::main()?.at_end(|| {
    ///     let _ = pyferry::exec("save_everything()", "save.py");
    /// })?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_at_end")]
    pub fn at_end(&self, function: impl FnOnce() + Send + 'static) -> Result<()> {
        fork::check()?;
        // CPython calls it, through which no panic may go.
        let call = move || drop(catch_unwind(AssertUnwindSafe(function)));
        at_end::register(&self.interpreter, Box::new(call))
    }

    /// Drops a reference to an object of the interpreter's, from any thread, attached or not: before, while and after it shuts
    /// down. It never waits: a thread that is attached to the interpreter drops it at once, for others a thread of pyferry's does
    /// within moments, or else whoever shuts the interpreter down.
    ///
    /// # Errors
    ///
    /// [`Status::Closed`]: the interpreter has ended. The reference was not touched, and is counted by
    /// [`left_behind`](crate::left_behind). [`Status::Forked`].
    ///
    /// ```no_run
    /// # fn f(view: &pyferry::View, object: *mut std::ffi::c_void) -> pyferry::Result<()> {
    /// // SAFETY: the reference is ours, from `Py::into_ptr` of PyO3's, say.
    /// if let Some(given) = unsafe { pyferry::Given::from_ptr(object) } {
    ///     view.release_later(given)?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "pyferry_release_later")]
    pub fn release_later(&self, reference: Given) -> Result<()> {
        fork::check()?;
        release::later(&self.interpreter, reference.into_reference())
    }

    /// The number CPython gave the interpreter; 0 is main, again after each start of Python: the number alone does not tell
    /// one run from the next.
    ///
    /// ```no_run
    /// println!("in interpreter {}", pyferry::View::current()?.interpreter_id());
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_view_interpreter_id")]
    pub fn interpreter_id(&self) -> i64 {
        self.interpreter.id
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "View({})", self.interpreter.name())
    }
}
