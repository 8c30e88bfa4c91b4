//! What the environment says.

use crate::log::Log;
use std::env;
use std::sync::OnceLock;

/// What the environment said when the library was loaded.
pub struct Settings {
    /// `PYFERRY_GILSTATE=off`: every call is CPython's.
    pub off: bool,
    /// `PYFERRY_GILSTATE_PATIENCE_MS`: how long a shutdown waits for those inside; None: for ever.
    pub patience_ms: Option<u64>,
    /// `PYFERRY_GILSTATE_LOG`: a file for counts and complaints.
    pub log: Option<Log>,
}

/// How long a shutdown waits where the environment does not say.
const PATIENCE_MS: i64 = 3000;

/// The settings, which the first call reads.
#[inline]
pub fn get() -> &'static Settings {
    static SETTINGS: OnceLock<Settings> = OnceLock::new();
    SETTINGS.get_or_init(read)
}

fn read() -> Settings {
    // SAFETY: a question about the process, with no effect.
    let has_more_rights = unsafe { libc::getauxval(libc::AT_SECURE) } != 0; // than its user, whose files it writes
    let log = env::var_os("PYFERRY_GILSTATE_LOG").filter(|name| !name.is_empty() && !has_more_rights).map(Log::to);
    let said = env::var("PYFERRY_GILSTATE_PATIENCE_MS").ok();
    let patience = said.as_deref().map(|said| said.trim().parse());
    if let (Some(log), Some(said), Some(Err(_))) = (&log, &said, &patience) {
        log.say(format_args!("PYFERRY_GILSTATE_PATIENCE_MS is no number: {said:?}; it is {PATIENCE_MS}"));
    }
    let patience: i64 = patience.and_then(Result::ok).unwrap_or(PATIENCE_MS);
    Settings {
        off: env::var_os("PYFERRY_GILSTATE").is_some_and(|said| said == "off"),
        patience_ms: patience.try_into().ok(),
        log,
    }
}
