//! macOS: threads by number and name, the clock, this process's memory, where keys are. Never run: see docs/systems.md.

mod modules;

pub(super) use super::key_distance::read_thread_word as thread_word;
pub(super) use libc::__error as errno_location;
pub use modules::{Locals, ThreadLocal, modules, variables_that_hold};

use super::Files;
use std::ffi::{CStr, c_int};
use std::ops::Range;

/// The system's number of the calling thread: what `sample` and debuggers show. It has 64 bits and counts up from the
/// start of the machine; the lower ones tell threads apart.
pub fn thread_id() -> u32 {
    let mut id = 0;
    // SAFETY: `id` outlives the call; 0 is the calling thread.
    unsafe { libc::pthread_threadid_np(0, &mut id) };
    id as u32
}

/// The size of the calling thread's stack in bytes.
pub fn stack_size_here() -> usize {
    // SAFETY: asks of the calling thread.
    unsafe { libc::pthread_get_stacksize_np(libc::pthread_self()) }
}

/// Whether the memory at an address that a thread had may be a thread's again: nobody knows.
pub(super) fn may_be_thread(_address: usize) -> bool {
    true
}

/// The name of a thread of this process; None: it is gone.
pub fn thread_name(id: u32) -> Option<String> {
    /// Takes the number of a thread, as `thread_id` has it. (The libc crate has only PROC_PIDTHREADINFO, which does not.)
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

/// As `thread_name`, with nothing that a signal handler may not do: nothing is, here.
pub fn copy_thread_name(_id: u32, _name: &mut [u8]) -> usize {
    0
}

/// What `f` writes in a copy of this process: there are none here.
pub fn text_from_copy(_patience: std::time::Duration, _f: impl FnOnce(c_int)) -> Option<String> {
    None
}

/// Names the calling thread, in less than 64 bytes.
pub(super) fn name_this_thread(name: &CStr) {
    // SAFETY: a C string; there is no other thread that could be named.
    unsafe { libc::pthread_setname_np(name.as_ptr()) };
}

/// The time in nanoseconds of a clock that never goes back; never 0. Coarse, because it is read at each attach: what the
/// system wrote down at its last switch between threads.
#[inline]
pub fn ticks() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the struct is valid for the call, and the clock exists since macOS 10.12.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_RAW_APPROX, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// macOS has no call that makes other processors fence: each side of the gate fences for itself.
pub fn can_make_all_fence() -> bool {
    false
}

/// Not called, since it cannot be done.
pub fn make_all_fence() {
    unreachable!("the gate fences by itself on macOS");
}

/// Reads words of this process's memory that may be gone by now; says how many there were.
pub fn read_words(address: usize, words: &mut [usize]) -> usize {
    unsafe extern "C" {
        // As in mach/mach_vm.h and mach/mach_init.h; the libc crate has the first not at all, and calls the second
        // deprecated.
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
    // All or nothing.
    if result == libc::KERN_SUCCESS { read as usize / size_of::<usize>() } else { 0 }
}

/// Keeps this library loaded for ever: threads that end run code of it. macOS has no linker argument for that.
pub fn stay_loaded() {
    // SAFETY: dladdr looks the address up only, and RTLD_NOLOAD runs no initialisers. The reference is never given back; an
    // executable that has this code inside, which dlopen may not know by its name, is never unloaded.
    unsafe {
        let mut found = std::mem::zeroed::<libc::Dl_info>();
        if libc::dladdr(stay_loaded as *const _, &mut found) != 0 {
            libc::dlopen(found.dli_fname, libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE);
        }
    }
}

/// Key numbers are less than this: those below 256 are the system's own, and 512 (PTHREAD_KEYS_MAX) follow. A thread has a
/// word for each.
pub(crate) const KEYS: u32 = 768;

/// Not looked for: it is known where they are inside the thread, but it was never tried, and what is read there by mistake
/// may not be memory.
pub(super) const KEY_WORDS: Range<usize> = 0..0;

/// How many rounds of destructors the end of a thread has (PTHREAD_DESTRUCTOR_ITERATIONS).
pub(crate) const THREAD_END_ROUNDS: u32 = 4;

/// What pthread_setcancelstate takes for "not now". (Not what Linux takes.)
pub(super) const CANCEL_DISABLE: c_int = 0;

/// What the files of a Python are called. That of a framework is called Python, without an end.
pub(crate) const FILES: Files = Files {
    command: "python3",
    programs: &["bin/python3", "bin/{name}"],
    prefixes: &[2, 1],
    library_marks: &[".dylib", "Python"],
    libraries: &["{instsoname}", "{ldlibrary}", "libpython{ldversion}.dylib", "Python"],
    folders: &["{base_prefix}", "{libdir}", "{base_prefix}/lib"],
    advice: "has no libpython{ldversion}.dylib in {libdir}, and is no framework: a Python built from source needs --enable-shared",
};
