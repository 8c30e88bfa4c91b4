//! macOS: threads by number and name, the clock, this process's memory, where keys are. Never run: see docs/systems.md.

mod modules;

pub(super) use super::key_distance::read_thread_word as thread_word;
pub(super) use libc::__error as errno_location;
pub use modules::{Locals, ThreadLocal, modules, variables_that_hold};

use super::Files;
use std::ffi::{CStr, c_int};
use std::ops::Range;

/// The system's number of the calling thread: what `sample` and debuggers show. It has 64 bits and counts up from the start
/// of the machine; the lower 32 bits tell threads apart.
pub fn thread_id() -> u32 {
    let mut id = 0;
    // SAFETY: `id` outlives the call; 0 is the calling thread.
    unsafe { libc::pthread_threadid_np(0, &mut id) };
    id as u32
}

/// Whether the program was given the rights of another user or group when it was started.
pub fn has_more_rights() -> bool {
    unsafe extern "C" {
        fn issetugid() -> c_int;
    }
    // SAFETY: a question about the process, with no effect.
    unsafe { issetugid() != 0 }
}

/// The size of the calling thread's stack in bytes.
pub fn stack_size_here() -> usize {
    // SAFETY: asks about the calling thread.
    unsafe { libc::pthread_get_stacksize_np(libc::pthread_self()) }
}

/// Whether the memory at a thread's address may be that of a thread: unknown here.
pub(super) fn may_be_thread(_address: usize) -> bool {
    true
}

/// The name of a thread of this process; None: there is no such thread.
pub fn thread_name(id: u32) -> Option<String> {
    /// Takes a thread's number as `thread_id` gives it. (The libc crate has only PROC_PIDTHREADINFO, which takes another.)
    const PROC_PIDTHREADID64INFO: c_int = 15;
    // SAFETY: the struct is plain numbers and bytes.
    let mut info = unsafe { std::mem::zeroed::<libc::proc_threadinfo>() };
    let size = size_of_val(&info) as c_int;
    // SAFETY: the system fills in at most `size` bytes of the struct, which outlives the call.
    let filled =
        unsafe { libc::proc_pidinfo(libc::getpid(), PROC_PIDTHREADID64INFO, id.into(), (&raw mut info).cast(), size) };
    // SAFETY: bytes of the struct, whatever their sign.
    let name = unsafe { std::slice::from_raw_parts(info.pth_name.as_ptr().cast::<u8>(), info.pth_name.len()) };
    let name = CStr::from_bytes_until_nul(name).ok().filter(|_| filled == size)?;
    Some(name.to_string_lossy().into_owned())
}

/// As `thread_name`, by what a signal handler may do: no call here is.
pub fn copy_thread_name(_id: u32, _name: &mut [u8]) -> usize {
    0
}

/// Copies of a process are not made here.
pub fn text_from_copy(_patience: std::time::Duration, _f: impl FnOnce(c_int)) -> Option<String> {
    None
}

/// Names the calling thread. The name has less than 64 bytes.
pub(super) fn name_this_thread(name: &CStr) {
    // SAFETY: a C string; the call can name no other thread.
    unsafe { libc::pthread_setname_np(name.as_ptr()) };
}

/// The time in nanoseconds of a monotonic clock; never 0. A coarse clock, because it is read at each attach: the system
/// updates it when it switches between threads.
#[inline]
pub fn ticks() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the struct is valid for the call, and the clock exists since macOS 10.12.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_RAW_APPROX, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// macOS has no call that makes other processors fence: both sides of the gate fence themselves.
pub fn can_make_all_fence() -> bool {
    false
}

/// Never called: `can_make_all_fence` answers false.
pub fn make_all_fence() {
    unreachable!("the gate fences by itself on macOS");
}

/// Reads words of this process's memory that may not be mapped any more; returns how many could be read.
pub fn read_words(address: usize, words: &mut [usize]) -> usize {
    unsafe extern "C" {
        // As in mach/mach_vm.h and mach/mach_init.h; the libc crate lacks the function, and has the variable as deprecated.
        fn mach_vm_read_overwrite(task: libc::mach_port_t, address: u64, size: u64, data: u64, read: *mut u64)
        -> c_int;
        static mach_task_self_: libc::mach_port_t;
    }
    let mut read = 0;
    // SAFETY: the kernel checks `address` and copies into `words`, which outlives the call; the port is set before main.
    let result = unsafe {
        let (size, to) = (size_of_val(words) as u64, words.as_mut_ptr() as u64);
        mach_vm_read_overwrite(mach_task_self_, address as u64, size, to, &mut read)
    };
    // The call copies all of it, or nothing.
    if result == libc::KERN_SUCCESS { read as usize / size_of::<usize>() } else { 0 }
}

/// Keeps this library loaded for ever, since threads run code of it when they end. macOS has no linker argument for that.
pub fn stay_loaded() {
    // SAFETY: dladdr only looks the address up, and RTLD_NOLOAD runs no initialisers. The reference is never given back. An
    // executable that contains this code may be unknown to dlopen by its name, but is never unloaded.
    unsafe {
        let mut found = std::mem::zeroed::<libc::Dl_info>();
        if libc::dladdr(stay_loaded as *const _, &mut found) != 0 {
            libc::dlopen(found.dli_fname, libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE);
        }
    }
}

/// Key numbers are less than this: the system's own are below 256, and PTHREAD_KEYS_MAX (512) others follow. A thread has a
/// word for each.
pub(crate) const KEYS: u32 = 768;

/// Values are not looked for: their place inside the thread is known, but was never tried, and a wrong address may not be
/// mapped.
pub(super) const KEY_WORDS: Range<usize> = 0..0;

/// How many rounds of destructors the end of a thread has (PTHREAD_DESTRUCTOR_ITERATIONS).
pub(crate) const THREAD_END_ROUNDS: u32 = 4;

/// What pthread_setcancelstate takes for "not now". (Not what Linux takes.)
pub(super) const CANCEL_DISABLE: c_int = 0;

/// What the files of a Python are called. The library of a framework is called Python, without a suffix.
pub(crate) const FILES: Files = Files {
    command: "python3",
    programs: &["bin/python3", "bin/{name}"],
    prefixes: &[2, 1],
    library_marks: &[".dylib", "Python"],
    libraries: &["{instsoname}", "{ldlibrary}", "libpython{ldversion}.dylib", "Python"],
    folders: &["{base_prefix}", "{libdir}", "{base_prefix}/lib"],
    advice: "has no libpython{ldversion}.dylib in {libdir}, and is no framework: a Python built from source needs --enable-shared",
};
