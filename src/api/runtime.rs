use super::deadline;
use super::output::{Stream, output};
use crate::error::{Error, Result, Status};
use crate::interpreter::Limits;
use crate::process::runtime;
use crate::registry::fork;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// One start of Python, for hosts and plug-ins that do not start it themselves. Where Python runs already, it is joined.
///
/// Starts are counted, by the process and over both languages: each wants its [`stop`](Runtime::stop), and the last one
/// finalises Python. Dropping a `Runtime` stops nothing: its start goes on to count, and Python runs to the process's end.
///
/// ```no_run
/// use std::time::Duration;
///
/// let mut runtime = pyferry::Runtime::start()?;
/// {
///     let _attached = pyferry::View::main()?.attach()?;
///     pyferry::exec("print('hello')", "hello.py")?;
/// }
/// runtime.stop(Some(Duration::from_secs(5)))?;
/// # Ok::<_, pyferry::Error>(())
/// ```
#[derive(Debug)]
pub struct Runtime {
    counts: bool,
}

/// How Python is to be started: see [`Runtime::options`].
#[derive(Debug, Default)]
#[must_use = "nothing is started before `start` is called"]
#[doc(alias = "pyferry_runtime_options")]
pub struct RuntimeOptions {
    setup: runtime::Options,
}

/// What Python runs in this process, and what it can do: see [`Runtime::info`].
#[derive(Clone, Debug)]
#[non_exhaustive]
#[doc(alias = "pyferry_runtime_info")]
pub struct RuntimeInfo {
    /// As `sys.version` has it: `3.14.0 (main, ...`.
    pub version: String,
    /// `(3, 14)`
    pub version_number: (u32, u32),
    /// The libpython, or the program that has Python inside.
    pub libpython: PathBuf,
    /// `sys.executable`; may be empty.
    pub executable: PathBuf,
    /// Built without the GIL.
    pub free_threaded: bool,
    /// A debug build.
    pub debug: bool,
    /// Interpreters can have a GIL of their own.
    pub own_gil: bool,
    /// Why thread states are not kept from one attach to the next; None when they are.
    pub cache_off_reason: Option<String>,
}

impl Runtime {
    /// Starts the Python that the environment variable `PYFERRY_PYTHON` names, else the one that `python3` on `PATH` is,
    /// unless there is one in the process already.
    ///
    /// It is initialised on a thread of pyferry's own, so that no thread of the host belongs to Python. Installs no signal
    /// handlers, and that thread takes no signals.
    ///
    /// # Errors
    ///
    /// [`Status::NoPython`] (none found, or it does not start: the message says which were looked at and what brings one),
    /// [`Status::Unsupported`] (two Pythons in the process, one before 3.9, two copies of pyferry), [`Status::Closed`] (a
    /// stop is at work, or somebody else initialises or finalises Python at this moment: start again),
    /// [`Status::NoMemory`], [`Status::PythonError`], [`Status::Forked`].
    ///
    /// ```no_run
    /// let mut runtime = pyferry::Runtime::start()?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_runtime_start")]
    pub fn start() -> Result<Runtime> {
        Runtime::options().start()
    }

    /// How to start Python, where [`start`](Runtime::start) will not do.
    ///
    /// ```no_run
    /// let runtime = pyferry::Runtime::options().python("/opt/game/python").start()?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    pub fn options() -> RuntimeOptions {
        RuntimeOptions::default()
    }

    /// Takes the start back. The last one lets nobody new into any interpreter, waits for the threads inside, ends the
    /// interpreters that pyferry made, and finalises Python. If somebody else initialised Python it is left alone.
    ///
    /// Any thread; the last one, a thread that is not attached. None waits for ever.
    ///
    /// # Errors
    ///
    /// [`Status::Timeout`]: the message says who is still inside; nobody new gets in, and the start still counts: call
    /// again. [`Status::WrongThread`] (this thread is attached), [`Status::WrongOrder`] (it was stopped before, or a stop
    /// is at work already), [`Status::PythonError`] (stopped, but Python could not flush its output), [`Status::NoMemory`]
    /// (no thread can be started: call again, as after a timeout), [`Status::Forked`].
    ///
    /// ```no_run
    /// # let mut runtime = pyferry::Runtime::start()?;
    /// if let Err(error) = runtime.stop(Some(std::time::Duration::from_secs(5))) {
    ///     eprintln!("{error}"); // ... waits for thread 4711 "worker" [load level], in for 5.012 s
    /// }
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_runtime_stop")]
    pub fn stop(&mut self, timeout: Option<Duration>) -> Result<()> {
        self.stop_with(None, timeout)
    }

    /// Takes the start back as [`stop`](Runtime::stop) does, where scripts may not want to stop: after `patience` it raises
    /// KeyboardInterrupt in those inside and in Python's own threads, in every interpreter, again and again, since a script
    /// may catch one. None: it never does, or waits for ever.
    ///
    /// # Errors
    ///
    /// As [`stop`](Runtime::stop).
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// let mut runtime = pyferry::Runtime::start()?;
    /// runtime.stop_with(Some(Duration::from_secs(1)), Some(Duration::from_secs(5)))?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_runtime_stop_with")]
    pub fn stop_with(&mut self, patience: Option<Duration>, timeout: Option<Duration>) -> Result<()> {
        fork::check()?;
        if !self.counts {
            return Err(Error::new(Status::WrongOrder, "this start of Python was taken back already"));
        }
        let result = runtime::stop(&Limits { deadline: deadline(timeout), interrupt_from: deadline(patience) });
        self.counts = matches!(&result, Err(error) if error.status != Status::PythonError);
        result
    }

    /// Runs what Python's main thread has to run, where that is the host's ([`RuntimeOptions::on_this_thread`]): pending calls,
    /// and the Python handlers of signals that came. On that thread, not attached.
    ///
    /// # Errors
    ///
    /// [`Status::PythonError`]: what a call or a handler raised, with its traceback. [`Status::WrongThread`],
    /// [`Status::WrongOrder`] (this thread is attached, or Python was not started so), [`Status::NoPython`],
    /// [`Status::Closed`] (a stop is at work), [`Status::Forked`].
    ///
    /// ```no_run
    /// let mut runtime = pyferry::Runtime::options().on_this_thread().start()?;
    /// pyferry::Runtime::pump()?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_runtime_pump")]
    pub fn pump() -> Result<()> {
        fork::check()?;
        runtime::pump()
    }

    /// Tells which Python this is and what it can do, whoever started it. Any thread, while Python is initialised.
    ///
    /// # Errors
    ///
    /// As [`View::main`](super::View::main).
    ///
    /// ```no_run
    /// let info = pyferry::Runtime::info()?;
    /// if info.version_number < (3, 12) {
    ///     println!("{} has one GIL for all interpreters", info.libpython.display());
    /// }
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_runtime_get_info")]
    pub fn info() -> Result<RuntimeInfo> {
        fork::check()?;
        let (python, main) = runtime::facts()?;
        let text = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
        Ok(RuntimeInfo {
            version: text(python.version_text),
            version_number: python.version,
            libpython: python.path.clone(),
            executable: text(&main.facts.executable).into(),
            free_threaded: python.free_threaded,
            debug: main.facts.debug,
            own_gil: python.has_own_gil(),
            cache_off_reason: main.slot.why_missing().map(text),
        })
    }
}

impl RuntimeOptions {
    /// Which Python, where the process has none yet: a `python3` program (of a virtual environment too), a libpython, or the
    /// prefix both are installed under.
    ///
    /// ```no_run
    /// let runtime = pyferry::Runtime::options().python("/usr/bin/python3").start()?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    pub fn python(self, python: impl Into<String>) -> Self {
        self.set_up(|setup| setup.python = Some(python.into()))
    }

    fn set_up(mut self, f: impl FnOnce(&mut runtime::Options)) -> Self {
        f(&mut self.setup);
        self
    }

    /// As `python -I`: no `PYTHON*` environment variables, and no packages of the user's own.
    ///
    /// ```
    /// let options = pyferry::Runtime::options().isolated().no_site();
    /// ```
    #[doc(alias = "PYFERRY_RUNTIME_ISOLATED")]
    pub fn isolated(self) -> Self {
        self.set_up(|setup| setup.config.isolated = true)
    }

    /// As `python -S`: no `site`, so no site-packages, no `.pth` files and no `sitecustomize`.
    ///
    /// ```
    /// let options = pyferry::Runtime::options().no_site();
    /// ```
    #[doc(alias = "PYFERRY_RUNTIME_NO_SITE")]
    pub fn no_site(self) -> Self {
        self.set_up(|setup| setup.config.no_site = true)
    }

    /// Python's signal handling, which is otherwise the host's: SIGINT, where it is at its default, raises
    /// `KeyboardInterrupt` on the thread that Python is initialised on, and SIGPIPE and SIGXFSZ are ignored, when Python has
    /// ended too.
    ///
    /// ```
    /// let options = pyferry::Runtime::options().python_signals();
    /// ```
    #[doc(alias = "PYFERRY_RUNTIME_PYTHON_SIGNALS")]
    pub fn python_signals(self) -> Self {
        self.set_up(|setup| setup.config.python_signals = true)
    }

    /// On the thread that starts it, rather than on one of pyferry's own. That thread calls [`Runtime::pump`] now and then, and
    /// the last [`stop`](Runtime::stop), which runs Py_FinalizeEx on it.
    ///
    /// ```
    /// let options = pyferry::Runtime::options().on_this_thread();
    /// ```
    #[doc(alias = "PYFERRY_RUNTIME_ON_THIS_THREAD")]
    pub fn on_this_thread(self) -> Self {
        self.set_up(|setup| setup.on_this_thread = true)
    }

    /// `sys.argv`. No option for Python is read from here.
    ///
    /// ```
    /// let options = pyferry::Runtime::options().arguments(std::env::args_os());
    /// ```
    pub fn arguments(self, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.set_up(|setup| setup.config.arguments = arguments.into_iter().map(Into::into).collect())
    }

    /// What is put in front of `sys.path`, in this order, once `site` has run: in the main interpreter and in each that
    /// pyferry makes.
    ///
    /// ```
    /// let options = pyferry::Runtime::options().search_paths(["/opt/game/scripts", "/opt/game/scripts.zip"]);
    /// ```
    pub fn search_paths(self, paths: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.set_up(|setup| setup.config.search_paths = paths.into_iter().map(Into::into).collect())
    }

    /// How much stack, in bytes, the thread gets that Python is initialised on, and site code and `atexit` functions run on.
    /// Unless said otherwise, what `RLIMIT_STACK` says, at least 8 MiB; never less than 512 KiB.
    ///
    /// ```
    /// let options = pyferry::Runtime::options().stack_size(64 << 20);
    /// ```
    pub fn stack_size(self, bytes: usize) -> Self {
        self.set_up(|setup| setup.stack_size = Some(bytes.max(runtime::LEAST_STACK)))
    }

    /// Where what scripts print goes, in each interpreter that has no output of its own, if Python is not running yet: the
    /// interpreter's number, the stream, and UTF-8. Called on the thread that writes, attached; what panics is not heard, and the
    /// script goes on. See `pyferry_output` in the C header for what is heard and what is not.
    ///
    /// ```no_run
    /// use std::io::Write;
    ///
    /// let log = |_: i64, _: pyferry::Stream, text: &[u8]| drop(std::io::stderr().write_all(text));
    /// let mut runtime = pyferry::Runtime::options().output(log).start()?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    #[doc(alias = "pyferry_output")]
    pub fn output(self, hear: impl Fn(i64, Stream, &[u8]) + Send + Sync + 'static) -> Self {
        self.set_up(|setup| setup.output = Some(output(hear)))
    }

    /// Starts Python.
    ///
    /// # Errors
    ///
    /// As [`Runtime::start`].
    ///
    /// ```no_run
    /// let mut runtime = pyferry::Runtime::options().start()?;
    /// # Ok::<_, pyferry::Error>(())
    /// ```
    pub fn start(self) -> Result<Runtime> {
        fork::check()?;
        runtime::start(self.setup)?;
        Ok(Runtime { counts: true })
    }
}
