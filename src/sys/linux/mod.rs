//! Linux: threads by number and name, the clock, membarrier, this process's memory, where keys are.

mod copy;
mod modules;

pub use super::tls_block::{Locals, ThreadLocal, variables_that_hold};
pub use copy::text_from_copy;
pub(super) use libc::__errno_location as errno_location;
pub use modules::{modules, tls_address};

use super::Files;
use std::ffi::{CStr, c_int, c_void};
use std::ops::Range;

/// The kernel's number of the calling thread: what `ps`, `top` and debuggers show.
pub fn thread_id() -> u32 {
    // SAFETY: gettid takes nothing and cannot fail.
    unsafe { libc::gettid() as u32 }
}

/// Whether the program was given rights when it was started that its user has not: another user's or group's, or capabilities.
pub fn has_more_rights() -> bool {
    // SAFETY: a question about the process, with no effect.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

/// The size of the calling thread's stack in bytes; 0: unknown.
pub fn stack_size_here() -> usize {
    // SAFETY: the attributes are filled in and destroyed once.
    unsafe {
        let mut attributes = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) != 0 {
            return 0;
        }
        let mut size = 0;
        libc::pthread_attr_getstacksize(&attributes, &mut size);
        libc::pthread_attr_destroy(&mut attributes);
        size
    }
}

/// Whether the memory at a thread's address may be that of a thread: of the same one, of another, or of the next one (glibc
/// keeps stacks for reuse). On x86-64, glibc and musl store a thread's address at that address.
pub(super) fn may_be_thread(address: usize) -> bool {
    cfg!(not(target_arch = "x86_64")) || super::read_word(address) == Some(address)
}

/// The name of a thread of this process; None: there is no such thread.
pub fn thread_name(id: u32) -> Option<String> {
    // Bytes: a name that the system has cut off after 15 of them may end within a character.
    let name = std::fs::read(format!("/proc/self/task/{id}/comm")).ok()?;
    Some(String::from_utf8_lossy(&name).trim_end().to_owned())
}

/// As `thread_name`, into memory of the caller's and by what a signal handler may do; returns the number of bytes.
pub fn copy_thread_name(id: u32, name: &mut [u8]) -> usize {
    let mut path = *b"/proc/self/task/0000000000/comm\0";
    // Without leading zeros, which /proc does not know.
    let mut digits = [0; 10];
    let (mut rest, mut count) = (id, 0);
    while rest > 0 || count == 0 {
        digits[count] = b'0' + (rest % 10) as u8;
        (rest, count) = (rest / 10, count + 1);
    }
    const NUMBER: usize = b"/proc/self/task/".len();
    for (place, digit) in digits[..count].iter().rev().enumerate() {
        path[NUMBER + place] = *digit;
    }
    path[NUMBER + count..][..6].copy_from_slice(b"/comm\0");
    // SAFETY: the path is a C string, the memory is the caller's, and the file is ours.
    let read = unsafe {
        let file = libc::open(path.as_ptr().cast(), libc::O_RDONLY | libc::O_CLOEXEC);
        if file < 0 {
            return 0;
        }
        let read = libc::read(file, name.as_mut_ptr().cast(), name.len());
        libc::close(file);
        read
    };
    let read = usize::try_from(read).unwrap_or(0);
    if name[..read].last() == Some(&b'\n') { read - 1 } else { read }
}

/// Names the calling thread. The name has less than 16 bytes.
pub(super) fn name_this_thread(name: &CStr) {
    // SAFETY: this thread's own name, a C string.
    unsafe { libc::pthread_setname_np(libc::pthread_self(), name.as_ptr()) };
}

/// The time in nanoseconds of a monotonic clock; never 0. A coarse clock, because it is read at each attach.
#[inline]
pub fn ticks() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the struct is valid for the call, and the clock exists.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_COARSE, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Whether `make_all_fence` works here.
pub fn can_make_all_fence() -> bool {
    membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)
}

/// Makes every processor that runs a thread of this process fence, now.
pub fn make_all_fence() {
    if membarrier(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED) {
        return;
    }
    // A filter on system calls was installed since `can_make_all_fence`. No processor holds a store back for so long.
    std::thread::sleep(std::time::Duration::from_millis(1));
}

fn membarrier(command: c_int) -> bool {
    // SAFETY: takes two numbers and touches no memory of ours.
    unsafe { libc::syscall(libc::SYS_membarrier, command, 0) == 0 }
}

/// Reads words of this process's memory that may not be mapped any more; returns how many could be read.
pub fn read_words(address: usize, words: &mut [usize]) -> usize {
    let local = libc::iovec { iov_base: words.as_mut_ptr().cast(), iov_len: size_of_val(words) };
    let remote = libc::iovec { iov_base: address as *mut c_void, iov_len: size_of_val(words) };
    // SAFETY: the kernel checks `address` and copies into `words`, which outlives the call.
    let copied = unsafe { libc::process_vm_readv(libc::getpid(), &local, 1, &remote, 1, 0) };
    // SAFETY: this thread's own.
    let is_refused = || unsafe { *errno_location() != libc::EFAULT };
    let copied = if copied < 0 && is_refused() { read_by_file(address, words) } else { copied };
    usize::try_from(copied).unwrap_or(0) / size_of::<usize>()
}

/// The same where a sandbox or an emulator lacks that call. By plain system calls, which are no cancellation points.
#[cold]
fn read_by_file(address: usize, words: &mut [usize]) -> isize {
    // SAFETY: the path is a C string, `words` outlives the calls, the kernel checks `address`, and the file is ours.
    unsafe {
        let path = c"/proc/self/mem".as_ptr();
        let file = libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path, libc::O_RDONLY | libc::O_CLOEXEC);
        if file < 0 {
            return -1;
        }
        let read = libc::syscall(libc::SYS_pread64, file, words.as_mut_ptr(), size_of_val(words), address);
        libc::syscall(libc::SYS_close, file);
        read as isize
    }
}

/// The library stays loaded by itself: it is linked with -z nodelete.
pub fn stay_loaded() {}

/// Key numbers begin at 0 and are less than this (PTHREAD_KEYS_MAX). For a greater one musl would read beyond its array.
pub(crate) const KEYS: u32 = if cfg!(target_env = "musl") { 128 } else { 1024 };

/// Where a key's value can be, in words from pthread_self(): glibc has the values of the first 32 keys inside the thread, and
/// its `struct pthread` is larger than this on any 64-bit system (288 words on x86-64). Other C libraries have them
/// elsewhere.
pub(super) const KEY_WORDS: Range<usize> = if cfg!(target_env = "gnu") { 0..192 } else { 0..0 };

/// The calling thread's word at a distance that `find_key_distance` found.
#[inline(always)]
pub(super) fn thread_word(distance: usize) -> usize {
    #[cfg(all(target_arch = "x86_64", target_env = "gnu"))]
    {
        let word: usize;
        // On x86-64 the thread pointer is pthread_self().
        //
        // SAFETY: reads a word of this thread's `struct pthread`.
        unsafe {
            std::arch::asm!("mov {}, qword ptr fs:[{}]", out(reg) word, in(reg) distance, options(readonly, nostack, preserves_flags));
        }
        word
    }
    #[cfg(not(all(target_arch = "x86_64", target_env = "gnu")))]
    super::key_distance::read_thread_word(distance)
}

/// How many rounds of destructors the end of a thread has: POSIX promises this many, and Linux has no more.
pub(crate) const THREAD_END_ROUNDS: u32 = 4;

/// What pthread_setcancelstate takes for "not now".
pub(super) const CANCEL_DISABLE: c_int = 1;

/// What the files of a Python are called.
pub(crate) const FILES: Files = Files {
    command: "python3",
    programs: &["bin/python3", "bin/{name}"],
    prefixes: &[2],
    library_marks: &[".so"],
    libraries: &["{instsoname}", "{ldlibrary}", "libpython{ldversion}.so.1.0", "libpython{ldversion}.so"],
    folders: &["{libdir}", "{base_prefix}/lib", "{base_prefix}/lib/{multiarch}", "/usr/lib/{multiarch}", "/usr/lib64"],
    advice: "has no shared library libpython{ldversion}.so in {libdir}: Debian and Ubuntu bring it in the package \
             libpython{major}.{minor}, Fedora in python{major}.{minor}-libs; a Python built from source needs --enable-shared",
};
