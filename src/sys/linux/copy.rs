//! A copy of this process, for work that may crash.

use std::ffi::c_int;
use std::time::{Duration, Instant};

/// Runs `f` in a copy of this process that has only this thread, and returns what `f` writes to the file descriptor it gets,
/// as far as it came in time. None: no copy could be made.
///
/// The host does not notice the copy: its end sends no SIGCHLD, a plain waitpid does not find it, and no handler of
/// pthread_atfork runs. As in a signal handler, any lock may be held by a thread that the copy does not have. If `f` crashes
/// or hangs, only the copy goes.
pub fn text_from_copy(patience: Duration, f: impl FnOnce(c_int)) -> Option<String> {
    let mut ends = [0; 2];
    // SAFETY: the array has room for two.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } != 0 {
        return None;
    }
    let [from, to] = ends;
    // SAFETY: as fork(2), without a signal at the copy's end; what `f` does harms only the copy.
    let copy = unsafe { libc::syscall(libc::SYS_clone, 0, 0, 0, 0, 0) };
    if copy == 0 {
        die_quietly();
        f(to);
        // SAFETY: ends the copy, and runs nothing of the host's.
        unsafe { libc::_exit(0) };
    }
    // SAFETY: the descriptor is ours, and not used again.
    unsafe { libc::close(to) };
    let text = (copy > 0).then(|| read_until(from, Instant::now() + patience));
    // SAFETY: as above; nobody else waits for the copy.
    unsafe {
        libc::close(from);
        if copy > 0 {
            let copy = copy as libc::pid_t;
            libc::kill(copy, libc::SIGKILL);
            while libc::waitpid(copy, std::ptr::null_mut(), libc::__WALL) < 0
                && std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted
            {}
        }
    }
    text.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// So that a crash of the copy runs no signal handler of the host's, and leaves no core file.
fn die_quietly() {
    // SAFETY: changes only the copy, which has one thread.
    unsafe {
        let nothing = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        libc::setrlimit(libc::RLIMIT_CORE, &nothing);
        libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0);
        for signal in
            [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGABRT, libc::SIGTRAP, libc::SIGSYS]
        {
            libc::signal(signal, libc::SIG_DFL);
        }
    }
}

fn read_until(from: c_int, deadline: Instant) -> Vec<u8> {
    let mut text = Vec::new();
    let mut part = [0; 4096];
    loop {
        let left = deadline.saturating_duration_since(Instant::now()).as_millis() as c_int;
        let mut wanted = libc::pollfd { fd: from, events: libc::POLLIN, revents: 0 };
        // SAFETY: both are valid for the calls.
        let read = unsafe {
            if libc::poll(&mut wanted, 1, left) <= 0 {
                return text;
            }
            libc::read(from, part.as_mut_ptr().cast(), part.len())
        };
        match usize::try_from(read) {
            Ok(read) if read > 0 => text.extend_from_slice(&part[..read]),
            _ => return text,
        }
    }
}
