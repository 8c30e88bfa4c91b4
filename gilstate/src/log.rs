//! What is told to those who ask: complaints as they come, and counts when the process exits. Nothing is counted otherwise, so
//! that threads share no cache line.

use crate::settings;
use crate::write_signals::without_write_signals;
use std::ffi::OsString;
use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The file for those who ask, and what was counted.
pub struct Log {
    file: PathBuf,
    counts: [AtomicU64; 4],
}

/// What is counted.
#[derive(Clone, Copy)]
pub enum Count {
    /// Came in by way of pyferry.
    Ferried,
    /// Was left to CPython: nested, on a thread that Python knows, or because there is no view.
    Left,
    /// A thread came too late, and stays where it is.
    Parked,
    /// A shutdown gave up those inside.
    GivenUp,
}

/// Somebody asks. Every call looks at this.
static COUNTS: AtomicBool = AtomicBool::new(false);

/// Counts, where somebody asks.
#[inline]
pub fn count(what: Count) {
    if COUNTS.load(Ordering::Relaxed)
        && let Some(log) = &settings::get().log
    {
        log.counts[what as usize].fetch_add(1, Ordering::Relaxed);
    }
}

/// Writes a line into the log, where somebody asks.
pub fn say(text: fmt::Arguments<'_>) {
    if let Some(log) = &settings::get().log {
        log.say(text);
    }
}

impl Log {
    /// A log into that file, by its absolute path: the program may change its directory later.
    pub fn to(file: OsString) -> Log {
        let file = std::path::absolute(&file).unwrap_or(file.into());
        Log { file, counts: [const { AtomicU64::new(0) }; 4] }
    }

    /// Begins to count; `program` names an executable that has Python inside.
    pub fn open(&self, program: impl FnOnce() -> Option<String>) {
        // SAFETY: functions of this library, which is never unloaded.
        unsafe {
            libc::atexit(say_counts);
            libc::pthread_atfork(None, None, Some(forget_counts));
        }
        COUNTS.store(true, Ordering::Relaxed);
        if settings::get().off {
            self.say(format_args!("off: every call is CPython's"));
        } else if let Some(program) = program() {
            self.say(format_args!(
                "{program} has Python inside, and is asked before this library: its calls, and those of its extension modules, are CPython's"
            ));
        }
    }

    /// Writes a line, in one write, so that the lines of several processes stay whole.
    pub fn say(&self, text: fmt::Arguments<'_>) {
        let line = format!("pyferry_gilstate[{}]: {text}\n", std::process::id());
        // Without a wait: nobody may read a FIFO, or whoever did may have stopped.
        let file = OpenOptions::new().append(true).create(true).custom_flags(libc::O_NONBLOCK).open(&self.file);
        if let Ok(mut file) = file {
            // There is nobody else to tell of a failure.
            let _ = without_write_signals(|| file.write_all(line.as_bytes()));
        }
    }

    fn counted(&self, what: Count) -> u64 {
        self.counts[what as usize].load(Ordering::Relaxed)
    }
}

extern "C" fn say_counts() {
    if let Some(log) = &settings::get().log {
        log.say(format_args!(
            "ferried {}, left to CPython {}, parked {}, given up {}",
            log.counted(Count::Ferried),
            log.counted(Count::Left),
            log.counted(Count::Parked),
            log.counted(Count::GivenUp)
        ));
    }
}

/// A forked child counts its own.
extern "C" fn forget_counts() {
    if let Some(log) = &settings::get().log {
        log.counts.iter().for_each(|count| count.store(0, Ordering::Relaxed));
    }
}
