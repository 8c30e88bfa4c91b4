use crate::error::Result;
#[cfg(doc)]
use crate::error::Status;
use crate::interpreter::report;
use crate::registry::fork;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// What a host answers when it hears that a shutdown waits for somebody.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// let patience = AtomicU32::new(3);
/// pyferry::set_report(std::time::Duration::from_secs(1), move |who| {
///     eprintln!("{who}");
///     if patience.fetch_sub(1, Ordering::Relaxed) == 0 { pyferry::Answer::GiveUp } else { pyferry::Answer::Wait }
/// })?;
/// # Ok::<_, pyferry::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Wait on.
    #[doc(alias = "PYFERRY_REPORT_WAIT")]
    Wait,
    /// Wait no longer for those named: the shutdown goes on without them. They are never let into Python again, and find
    /// their attachments closed. One that then goes back into Python by other means is in CPython's hands, which ends or
    /// hangs it; and up to 3.13 CPython cannot end a sub-interpreter with a thread inside: there the shutdown waits on.
    #[doc(alias = "PYFERRY_REPORT_GIVE_UP")]
    GiveUp,
}

/// Sets who hears which threads hold a shutdown up: thread, label, and for how long; any shutdown, whoever begins it and
/// whoever started Python. There is one in the process, and it stays until another one is set or it is removed.
///
/// `report` is called every so often (zero: five seconds) on the thread that shuts Python or an interpreter down, which is not
/// attached meanwhile. If it panics, the shutdown waits on. The one that was set before is dropped, and on return none of its
/// calls is running: so a call must not wait for a thread that may be in here. Only from within a call of a report this does
/// not wait, and what it replaces is dropped when its last call has returned.
///
/// # Errors
///
/// [`Status::Closed`] (it is set, but the interpreter this thread was attached to was shut down while it waited: the thread
/// is attached to nothing), [`Status::Forked`].
///
/// ```
/// pyferry::set_report(std::time::Duration::from_secs(1), |who| {
///     eprintln!("{who}");
///     pyferry::Answer::Wait
/// })?;
/// pyferry::remove_report()?;
/// # Ok::<_, pyferry::Error>(())
/// ```
#[doc(alias = "pyferry_report")]
#[doc(alias = "pyferry_set_report")]
pub fn set_report(every: Duration, report: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Result<()> {
    fork::check()?;
    // The shutdown that calls this may be in a call of CPython's, through which no panic may go.
    let hear = move |who: &str| catch_unwind(AssertUnwindSafe(|| report(who)));
    let listener = move |who: &std::ffi::CStr| matches!(hear(&who.to_string_lossy()), Ok(Answer::GiveUp));
    report::set(Some(Box::new(listener)), (!every.is_zero()).then_some(every))
}

/// Has nobody hear it any more. As [`set_report`], it returns when no call is running.
///
/// # Errors
///
/// As [`set_report`].
///
/// ```
/// pyferry::remove_report()?;
/// # Ok::<_, pyferry::Error>(())
/// ```
#[doc(alias = "pyferry_set_report")]
pub fn remove_report() -> Result<()> {
    fork::check()?;
    report::set(None, None)
}
