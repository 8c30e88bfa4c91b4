use super::output::{Stream, output};
use super::{View, deadline};
use crate::cpython::Python;
use crate::error::Result;
#[cfg(doc)]
use crate::error::Status;
use crate::host::output::Output;
use crate::interpreter::{self as interpreters, Gil, Limits};
use crate::registry::fork;
use std::time::Duration;

/// An interpreter of one's own, beside the main one.
///
/// Dropping it does not end it: [`end`](Interpreter::end) does, which can wait, and fail; and Python's shutdown does.
///
/// ```no_run
/// use std::time::Duration;
///
/// let interpreter = pyferry::Interpreter::new()?;
/// {
///     let _attached = interpreter.view().attach()?;
///     pyferry::exec("import json", "setup.py")?;
/// }
/// interpreter.end(Some(Duration::from_secs(5)))?;
/// # Ok::<_, pyferry::Error>(())
/// ```
#[derive(Debug)]
pub struct Interpreter {
    view: View,
}

/// How an interpreter is to be made: see [`Interpreter::options`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is made before `make` is called"]
#[doc(alias = "pyferry_interpreter_options")]
pub struct InterpreterOptions {
    gil: Gil,
    output: Option<Output>,
}

impl Interpreter {
    /// Makes an interpreter, isolated and with a GIL of its own where there is one (3.12 and later). The thread is not
    /// attached to it on return.
    ///
    /// # Errors
    ///
    /// [`Status::NoPython`], [`Status::Closed`] (Python is shutting down), [`Status::PythonError`] (CPython could not make
    /// it), [`Status::Unsupported`] (up to 3.11 while tracemalloc is on; two Pythons, one before 3.9, two copies of pyferry),
    /// [`Status::NoMemory`], [`Status::Forked`].
    ///
    /// ```no_run
    /// let interpreter = pyferry::Interpreter::new()?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_interpreter_new")]
    pub fn new() -> Result<Interpreter> {
        Interpreter::options().make()
    }

    /// How to make an interpreter, where [`new`](Interpreter::new) will not do.
    ///
    /// ```no_run
    /// // One that takes NumPy, and other extension modules that know of no isolated interpreters.
    /// let interpreter = pyferry::Interpreter::options().gil(pyferry::Gil::Shared).make()?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    pub fn options() -> InterpreterOptions {
        InterpreterOptions::default()
    }

    /// The view of it, to attach with and to clone for other threads.
    ///
    /// ```no_run
    /// let interpreter = pyferry::Interpreter::new()?;
    /// let view = interpreter.view().clone();
    /// std::thread::spawn(move || view.attach().map(drop));
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Ends the interpreter: lets nobody new in, waits for those inside and for the Python threads it started, and ends it.
    /// Views of it stay valid, and answer [`Status::Closed`].
    ///
    /// Any thread that is not inside it. None waits for ever. While it waits the thread is attached to nothing. Ending
    /// itself runs the interpreter's `atexit` functions and finalisers, which may take longer.
    ///
    /// # Errors
    ///
    /// [`Status::Timeout`]: the message says who is still inside; nobody new gets in: call again. [`Status::WrongThread`]
    /// (this thread is inside), [`Status::Closed`] (it has ended already, or another thread or Python's shutdown ends it; or the
    /// interpreter that this thread was attached to was shut down while it waited), [`Status::NoMemory`], [`Status::Forked`].
    ///
    /// ```no_run
    /// use pyferry::Status;
    /// use std::time::Duration;
    ///
    /// # let interpreter = pyferry::Interpreter::new()?;
    /// while let Err(error) = interpreter.end(Some(Duration::from_secs(1))) {
    ///     match error.status {
    ///         Status::Timeout => interpreter.view().interrupt()?,
    ///         _ => return Err(error),
    ///     }
    /// }
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_interpreter_end")]
    pub fn end(&self, timeout: Option<Duration>) -> Result<()> {
        fork::check()?;
        interpreters::stop(&self.view.interpreter, &Limits { deadline: deadline(timeout), interrupt_from: None })
    }

    /// Ends the interpreter as [`end`](Interpreter::end) does, where scripts may not want to stop: after `patience` it raises
    /// KeyboardInterrupt in those inside and in every Python thread of the interpreter, again and again, since a script may
    /// catch one. None: it never does, or waits for ever.
    ///
    /// # Errors
    ///
    /// As [`end`](Interpreter::end). [`Status::Timeout`]: the message says who stays; nobody is interrupted any more.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// let interpreter = pyferry::Interpreter::new()?;
    /// interpreter.stop(Some(Duration::from_millis(500)), Some(Duration::from_secs(5)))?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_interpreter_stop")]
    pub fn stop(&self, patience: Option<Duration>, timeout: Option<Duration>) -> Result<()> {
        fork::check()?;
        let limits = Limits { deadline: deadline(timeout), interrupt_from: deadline(patience) };
        interpreters::stop(&self.view.interpreter, &limits)
    }

    /// Stops the scripts that run in it: [`View::interrupt`].
    ///
    /// # Errors
    ///
    /// As [`View::interrupt`].
    ///
    /// ```no_run
    /// let interpreter = pyferry::Interpreter::new()?;
    /// interpreter.interrupt()?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_interpreter_interrupt")]
    pub fn interrupt(&self) -> Result<()> {
        self.view.interrupt()
    }
}

impl InterpreterOptions {
    /// Which GIL it is to have. `Gil::OwnIfPossible` unless said otherwise.
    ///
    /// ```no_run
    /// let interpreter = pyferry::Interpreter::options().gil(pyferry::Gil::Own).make()?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    pub fn gil(self, gil: Gil) -> Self {
        InterpreterOptions { gil, ..self }
    }

    /// Where what scripts print goes, rather than where the runtime's does: the interpreter's number, the stream, and UTF-8.
    /// Called on the thread that writes, attached; what panics is not heard, and the script goes on. See `pyferry_output` in the
    /// C header for what is heard and what is not.
    ///
    /// ```no_run
    /// use std::io::Write;
    ///
    /// let log = |_: i64, _: pyferry::Stream, text: &[u8]| drop(std::io::stderr().write_all(text));
    /// let interpreter = pyferry::Interpreter::options().output(log).make()?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_output")]
    pub fn output(self, hear: impl Fn(i64, Stream, &[u8]) + Send + Sync + 'static) -> Self {
        InterpreterOptions { output: Some(output(hear)), ..self }
    }

    /// Makes the interpreter.
    ///
    /// # Errors
    ///
    /// As [`Interpreter::new`]; [`Status::Unsupported`] for [`Gil::Own`] also up to Python 3.11, and while tracemalloc is on.
    ///
    /// ```no_run
    /// let interpreter = pyferry::Interpreter::options().make()?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    pub fn make(self) -> Result<Interpreter> {
        fork::check()?;
        Ok(Interpreter { view: View { interpreter: interpreters::create(Python::running()?, self.gil, self.output)? } })
    }
}
