//! Whom a shutdown tells that it waits.

use std::ffi::{CStr, CString};
use std::sync::Arc;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

/// Hears who is waited for, and answers whether to give them up.
type Listener = Arc<dyn Fn(&CStr) -> bool + Send + Sync>;

/// Whom to tell, and when.
pub struct Report {
    listener: Option<Listener>,
    interval: Duration,
}

const SILENT: Duration = Duration::from_secs(5);

/// What is held through a fork, so that no child finds it locked.
pub type Still = MutexGuard<'static, Report>;

static REPORT: Mutex<Report> = Mutex::new(Report { listener: None, interval: SILENT });

/// Holds it still.
pub fn hold_still() -> Still {
    lock()
}

fn lock() -> MutexGuard<'static, Report> {
    REPORT.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// From here on the host hears of it every so often; it must not panic.
pub fn listen(listener: impl Fn(&CStr) -> bool + Send + Sync + 'static, interval: Option<Duration>) {
    *lock() = Report { listener: Some(Arc::new(listener)), interval: interval.unwrap_or(SILENT) };
}

/// How long a shutdown waits before it says so.
pub fn interval() -> Duration {
    lock().interval
}

/// Tells the host who is waited for. True: it gives them up. The caller is not attached.
pub fn give_up(text: &str) -> bool {
    let listener = lock().listener.clone();
    listener.is_some_and(|listener| listener(&CString::new(text).unwrap_or_default()))
}
