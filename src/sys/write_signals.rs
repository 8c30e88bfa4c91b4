//! The signals of writes that fail. gilstate has this file too.

/// Runs `f` with SIGPIPE and SIGXFSZ suppressed: a write to a pipe that nobody reads, or to a file that is as large as RLIMIT_FSIZE
/// has it, fails, and does not end the host. Also in a signal handler.
pub fn without_write_signals<R>(f: impl FnOnce() -> R) -> R {
    let _suppressed = Suppressed::begin();
    f()
}

struct Suppressed {
    /// The signals that were not pending before: one that was is blocked already, and stays the host's.
    ours: libc::sigset_t,
    before: libc::sigset_t,
}

const SIGNALS: [libc::c_int; 2] = [libc::SIGPIPE, libc::SIGXFSZ];

impl Suppressed {
    #[inline(never)]
    fn begin() -> Suppressed {
        // SAFETY: each set is valid for the calls.
        unsafe {
            let [mut ours, mut before] = std::mem::zeroed::<[libc::sigset_t; 2]>();
            libc::sigemptyset(&mut ours);
            for signal in SIGNALS.into_iter().filter(|signal| !is_pending(*signal)) {
                libc::sigaddset(&mut ours, signal);
            }
            libc::pthread_sigmask(libc::SIG_BLOCK, &ours, &mut before);
            Suppressed { ours, before }
        }
    }
}

impl Drop for Suppressed {
    #[inline(never)]
    fn drop(&mut self) {
        // SAFETY: each set is valid for the calls. `sigwait` is called only where one of its signals is pending, so it does not wait.
        unsafe {
            while SIGNALS.into_iter().any(|signal| libc::sigismember(&self.ours, signal) == 1 && is_pending(signal)) {
                libc::sigwait(&self.ours, &mut 0);
            }
            libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, std::ptr::null_mut());
        }
    }
}

fn is_pending(signal: libc::c_int) -> bool {
    // SAFETY: the set is valid for the calls.
    unsafe {
        let mut pending = std::mem::zeroed::<libc::sigset_t>();
        libc::sigpending(&mut pending) == 0 && libc::sigismember(&pending, signal) == 1
    }
}
