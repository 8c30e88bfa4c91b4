//! The signals of writes that fail. gilstate has this file too.

/// Runs `f` with SIGPIPE and SIGXFSZ suppressed: a write to a pipe that nobody reads, or to a file that is as large as RLIMIT_FSIZE
/// has it, fails, and does not end the host. Also in a signal handler.
pub fn without_write_signals<R>(f: impl FnOnce() -> R) -> R {
    // SAFETY: each set is valid for the calls. `sigwait` is called only where one of its signals is pending, so it does not wait.
    unsafe {
        let is_pending = |signal| {
            let mut pending = std::mem::zeroed::<libc::sigset_t>();
            libc::sigpending(&mut pending) == 0 && libc::sigismember(&pending, signal) == 1
        };
        let mut ours = std::mem::zeroed::<libc::sigset_t>();
        libc::sigemptyset(&mut ours);
        for signal in [libc::SIGPIPE, libc::SIGXFSZ] {
            // One that is pending is blocked already, and stays the host's.
            if !is_pending(signal) {
                libc::sigaddset(&mut ours, signal);
            }
        }
        let mut before = std::mem::zeroed::<libc::sigset_t>();
        libc::pthread_sigmask(libc::SIG_BLOCK, &ours, &mut before);
        let result = f();
        while [libc::SIGPIPE, libc::SIGXFSZ].into_iter().any(|s| libc::sigismember(&ours, s) == 1 && is_pending(s)) {
            libc::sigwait(&ours, &mut 0);
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, &before, std::ptr::null_mut());
        result
    }
}
