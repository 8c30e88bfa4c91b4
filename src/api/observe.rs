use crate::error::Result;
#[cfg(doc)]
use crate::error::Status;
pub use crate::observe::Activity;
use crate::observe::{self, Event, Kind, Limits, Seen};
use crate::registry::fork;
use std::ffi::CStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

/// One thread or guard at one interpreter, as [`threads`] sees it.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[doc(alias = "pyferry_thread_info")]
pub struct ThreadInfo {
    /// The number by which the operating system shows the thread; of a guard, of the thread that opened it.
    pub thread_id: u32,
    /// The interpreter, as [`View::interpreter_id`](crate::View::interpreter_id) numbers it.
    pub interpreter_id: i64,
    /// What [`View::attach_labeled`](crate::View::attach_labeled) was given, or pyferry's own of what a call of its does there.
    pub label: Option<&'static CStr>,
    /// What it does there.
    pub activity: Activity,
    /// Whether CPython has the thread attached to the interpreter at this moment.
    pub is_attached: bool,
    /// The calling thread.
    pub is_caller: bool,
    /// A thread of pyferry's own.
    pub is_own: bool,
    /// How many attachments the thread is in, up to its last one to this interpreter.
    pub depth: u32,
    /// For how long it has been at that activity, in steps of a few milliseconds.
    pub elapsed: Duration,
}

impl From<&Seen> for ThreadInfo {
    fn from(seen: &Seen) -> Self {
        ThreadInfo {
            thread_id: seen.thread_id,
            interpreter_id: seen.interpreter_id,
            label: seen.label,
            activity: seen.activity,
            is_attached: seen.is_attached,
            is_caller: seen.is_caller,
            is_own: seen.is_own,
            depth: seen.depth,
            elapsed: Duration::from_micros(seen.elapsed_us),
        }
    }
}

/// Who waits for an interpreter, who is inside, what for and for how long. It never waits, whatever Python does.
///
/// ```
/// assert!(pyferry::threads().is_empty(), "nobody is anywhere");
/// ```
#[doc(alias = "pyferry_threads")]
pub fn threads() -> Vec<ThreadInfo> {
    let mut all = Vec::new();
    observe::look(|seen| all.push(ThreadInfo::from(&seen)));
    all
}

/// Writes what [`threads`] says to a file descriptor as text, in a signal handler too. Whether the file took it.
///
/// ```
/// assert!(pyferry::dump(2));
/// ```
#[doc(alias = "pyferry_dump")]
pub fn dump(fd: i32) -> bool {
    observe::dump(fd)
}

/// What a watchdog is called for: a wait or a hold has passed its limit.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[doc(alias = "pyferry_watchdog_event")]
pub struct Overdue {
    /// Whether it is a wait, rather than a hold.
    pub waits: bool,
    /// Whose it is.
    pub thread: ThreadInfo,
    /// Who is attached to that interpreter at this moment.
    pub holder: Option<ThreadInfo>,
    /// Where the holder is in Python, where that can be had without attaching.
    pub python_stack: Option<String>,
    /// Everybody.
    pub threads: Vec<ThreadInfo>,
}

impl From<&Event<'_>> for Overdue {
    fn from(event: &Event<'_>) -> Self {
        Overdue {
            waits: event.kind == Kind::Wait,
            thread: ThreadInfo::from(&event.threads[event.who]),
            holder: event.holder.map(|holder| ThreadInfo::from(&event.threads[holder])),
            python_stack: event.stack.clone(),
            threads: event.threads.iter().map(ThreadInfo::from).collect(),
        }
    }
}

/// Has `watchdog` called when a thread waits for an interpreter, or is inside, for longer than a limit (`None`: that is not
/// watched); once for each wait or stay, on a thread of pyferry's own that is never attached. There is one watchdog in the
/// process; the one before is dropped, and on return none of its calls is running, unless this is called from within one. A
/// watchdog that panics is called again for the next wait or stay.
///
/// # Errors
///
/// [`Status::NoMemory`] (no thread can be started), [`Status::Closed`] (the watchdog is set, but the interpreter this thread was
/// attached to was shut down while it waited: the thread is attached to nothing), [`Status::Forked`].
///
/// ```
/// use std::time::Duration;
///
/// pyferry::set_watchdog(Some(Duration::from_secs(1)), None, |overdue| {
///     eprintln!("thread {} waits for interpreter {}", overdue.thread.thread_id, overdue.thread.interpreter_id);
/// })?;
/// pyferry::remove_watchdog()?;
/// # Ok::<_, pyferry::Error>(())
/// ```
#[doc(alias = "pyferry_watchdog")]
pub fn set_watchdog(
    wait: Option<Duration>,
    hold: Option<Duration>,
    watchdog: impl Fn(&Overdue) + Send + Sync + 'static,
) -> Result<()> {
    fork::check()?;
    let alarm = move |event: &Event<'_>| {
        let _ = catch_unwind(AssertUnwindSafe(|| watchdog(&Overdue::from(event))));
    };
    observe::set(Some(Box::new(alarm)), Limits { wait, hold })
}

/// Removes the watchdog. As [`set_watchdog`], it returns when no call is running.
///
/// # Errors
///
/// As [`set_watchdog`].
///
/// ```
/// pyferry::remove_watchdog()?;
/// # Ok::<_, pyferry::Error>(())
/// ```
#[doc(alias = "pyferry_watchdog")]
pub fn remove_watchdog() -> Result<()> {
    fork::check()?;
    observe::set(None, Limits { wait: None, hold: None })
}

/// Begins to write down what every thread does with interpreters, as a Chrome trace: a picture for ui.perfetto.dev or
/// `pyferry-timeline`. A relative path is the host's; the file is made, or written over. It goes on until [`stop_trace`] or the
/// end of the process, and a file that is cut off loads too. An attached thread lets go until the file is open, which for a FIFO
/// takes until somebody reads it.
///
/// # Errors
///
/// [`Status::InvalidArgument`] (the file cannot be written: the message has the system's words), [`Status::WrongOrder`] (a trace is
/// written already, or begun by another thread), [`Status::NoMemory`] (no thread can be started), [`Status::Closed`] (the interpreter
/// that this thread was attached to was shut down while it waited: it is attached to nothing, and no trace has begun),
/// [`Status::Forked`].
///
/// ```
/// let path = std::env::temp_dir().join(format!("{}.json", std::process::id()));
/// pyferry::start_trace(&path)?;
/// // ... threads come and go ...
/// pyferry::stop_trace()?;
/// # std::fs::remove_file(path).expect("it is there");
/// # Ok::<_, pyferry::Error>(())
/// ```
#[doc(alias = "pyferry_trace_start")]
pub fn start_trace(path: impl AsRef<Path>) -> Result<()> {
    fork::check()?;
    observe::start_trace(Some(path.as_ref()))
}

/// Begins to count waits and stays for [`histograms`], as [`start_trace`] does, but writes no file. [`stop_trace`] ends that.
///
/// # Errors
///
/// [`Status::WrongOrder`] (they are counted already, or a trace is written), [`Status::NoMemory`] (no thread can be started),
/// [`Status::Forked`].
#[doc(alias = "pyferry_histograms_start")]
pub fn start_measuring() -> Result<()> {
    fork::check()?;
    observe::start_trace(None)
}

/// How long threads waited for one interpreter, or stayed there; all but the sum to within a hundredth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[doc(alias = "pyferry_histogram")]
pub struct Histogram {
    /// The interpreter, as [`View::interpreter_id`](crate::View::interpreter_id) numbers it.
    pub interpreter_id: i64,
    /// Whether it is of waits, rather than stays.
    pub waits: bool,
    /// How many there were.
    pub count: u64,
    /// All together.
    pub sum: Duration,
    /// The shortest.
    pub min: Duration,
    /// The longest.
    pub max: Duration,
    /// Half of them were no longer.
    pub p50: Duration,
    /// Nine of ten were no longer.
    pub p90: Duration,
    /// 99 of a hundred.
    pub p99: Duration,
    /// 999 of a thousand.
    pub p999: Duration,
    /// 9,999 of ten thousand.
    pub p9999: Duration,
}

/// How long threads waited for each interpreter and stayed there, while a trace was on ([`start_trace`], [`start_measuring`]), up to
/// some 10 ms ago, or all of it when [`stop_trace`] has returned.
///
/// ```
/// assert!(pyferry::histograms().is_empty(), "nobody was anywhere");
/// ```
#[doc(alias = "pyferry_histograms")]
pub fn histograms() -> Vec<Histogram> {
    let ns = Duration::from_nanos;
    let one = |summary: observe::Summary| {
        let [p50, p90, p99, p999, p9999] = summary.quantiles_ns.map(ns);
        let (min, max, sum) = (ns(summary.min_ns), ns(summary.max_ns), ns(summary.sum_ns));
        let waits = summary.kind == Kind::Wait;
        let (interpreter_id, count) = (summary.interpreter, summary.count);
        Histogram { interpreter_id, waits, count, sum, min, max, p50, p90, p99, p999, p9999 }
    };
    observe::summaries().into_iter().map(one).collect()
}

/// What [`histograms`] says as text, in Prometheus' format.
///
/// ```
/// assert!(pyferry::histograms_text().is_empty(), "nobody was anywhere");
/// ```
#[doc(alias = "pyferry_histograms_text")]
pub fn histograms_text() -> String {
    observe::histograms_text()
}

/// Ends the trace. On return the file is complete; a thread that is attached lets go meanwhile.
///
/// # Errors
///
/// [`Status::WrongOrder`] (no trace is written), [`Status::InvalidArgument`] (the file took no more, and has what came before),
/// [`Status::Closed`] (the file is complete, but the interpreter this thread was attached to was shut down while it waited: the
/// thread is attached to nothing), [`Status::Forked`].
///
/// ```
/// assert_eq!(pyferry::stop_trace().unwrap_err().status, pyferry::Status::WrongOrder);
/// ```
#[doc(alias = "pyferry_trace_stop")]
pub fn stop_trace() -> Result<()> {
    fork::check()?;
    observe::stop_trace()
}
