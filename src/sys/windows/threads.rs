//! Windows: threads of our own, thread-specific indices, the end of a thread.

use crate::sys::ThreadEnd;
use std::ffi::{CStr, c_void};
use std::ops::Range;
use windows_sys::Win32::Foundation::{CloseHandle, GetLastError, HANDLE, SetLastError};
use windows_sys::Win32::System::Threading::{
    CRITICAL_SECTION, CreateThread, FLS_OUT_OF_INDEXES, FlsAlloc, FlsSetValue, GetCurrentThread, GetCurrentThreadId,
    INFINITE, STACK_SIZE_PARAM_IS_A_RESERVATION, SetThreadDescription, TEB, TLS_OUT_OF_INDEXES, TlsAlloc, TlsFree,
    TlsGetValue, TlsSetValue, WaitForSingleObject,
};

/// The number by which Python knows a thread is the system's, and not the address by which free-threaded CPythons' memory
/// allocator knows its owner.
pub(crate) const NUMBERS_ARE_ADDRESSES: bool = false;

/// Nobody keeps one (`NUMBERS_ARE_ADDRESSES`).
pub struct KeptAddress;

/// None, always.
pub fn keep_address(_address: u64) -> Option<KeptAddress> {
    None
}

/// Starts a thread that nobody waits for. Not std's: as on the other systems.
pub fn spawn<F: FnOnce() + Send + 'static>(name: &'static CStr, f: F) -> std::io::Result<()> {
    spawn_with_stack(name, 0, f)
}

/// As `spawn`, with a stack of that size in bytes; 0: as the system has it.
pub fn spawn_with_stack<F: FnOnce() + Send + 'static>(
    name: &'static CStr,
    stack_size: usize,
    f: F,
) -> std::io::Result<()> {
    spawn_joinable(name, stack_size, f).map(drop)
}

/// A thread that goes on by itself, unless it is waited for.
pub struct Joinable(HANDLE);
// SAFETY: any thread may use a handle.
unsafe impl Send for Joinable {}

impl Joinable {
    /// Waits for its end.
    pub fn join(self) {
        // SAFETY: ours, and open.
        unsafe { WaitForSingleObject(self.0, INFINITE) };
    }
}

impl Drop for Joinable {
    fn drop(&mut self) {
        // SAFETY: ours, and closed once; the thread goes on without it.
        unsafe { CloseHandle(self.0) };
    }
}

/// The same, for who may wait for it.
pub fn spawn_joinable<F: FnOnce() + Send + 'static>(
    name: &'static CStr,
    stack_size: usize,
    f: F,
) -> std::io::Result<Joinable> {
    unsafe extern "system" fn start<F: FnOnce()>(work: *mut c_void) -> u32 {
        // SAFETY: `spawn` gave the box away.
        let (name, f) = *unsafe { Box::from_raw(work.cast::<(&'static CStr, F)>()) };
        let wide: Vec<u16> = name.to_string_lossy().encode_utf16().chain([0]).collect();
        // SAFETY: this thread's own name, with a 0 at its end.
        unsafe { SetThreadDescription(GetCurrentThread(), wide.as_ptr()) };
        f();
        0
    }
    let work = Box::into_raw(Box::new((name, f)));
    match create_thread(start::<F>, work.cast(), stack_size) {
        Ok(thread) => Ok(Joinable(thread)),
        Err(error) => {
            // SAFETY: there is no thread that it was given to.
            drop(unsafe { Box::from_raw(work) });
            Err(error)
        }
    }
}

/// Runs `work` on a new thread and waits for the thread. An error of the kind `Deadlock` where this one holds the loader lock
/// (DllMain): the other would not begin.
pub(in crate::sys) fn on_joined_thread(mut work: &mut dyn FnMut()) -> std::io::Result<()> {
    if holds_loader_lock() {
        return Err(std::io::ErrorKind::Deadlock.into());
    }
    unsafe extern "system" fn start(work: *mut c_void) -> u32 {
        // SAFETY: on_joined_thread waits for this thread, and does not touch the work meanwhile.
        (unsafe { &mut *work.cast::<&mut dyn FnMut()>() })();
        0
    }
    let thread = create_thread(start, (&raw mut work).cast(), 0)?;
    // SAFETY: ours; the work outlives the thread, which is waited for.
    unsafe {
        WaitForSingleObject(thread, INFINITE);
        CloseHandle(thread);
    }
    Ok(())
}

fn create_thread(
    start: unsafe extern "system" fn(*mut c_void) -> u32,
    work: *mut c_void,
    stack_size: usize,
) -> std::io::Result<HANDLE> {
    // Else the size is that of what is committed at once.
    let flags = if stack_size == 0 { 0 } else { STACK_SIZE_PARAM_IS_A_RESERVATION };
    // SAFETY: the callers keep the work until the thread has taken it.
    let thread = unsafe { CreateThread(std::ptr::null(), stack_size, Some(start), work, flags, std::ptr::null_mut()) };
    if thread.is_null() { Err(std::io::Error::last_os_error()) } else { Ok(thread) }
}

/// Key numbers (here: TLS indices) are less than this: 64 inside the thread, and 1024 more.
pub(crate) const KEYS: u32 = 64 + 1024;

/// This thread's value of a key; NULL for a key nobody made.
pub fn key_get(key: u32) -> *mut c_void {
    // TlsGetValue clears the last error of the thread, which is the host's.
    //
    // SAFETY: Windows answers NULL for an index that is out of range, and whatever the thread has there for one that
    // nobody made.
    unsafe {
        let error = GetLastError();
        let value = TlsGetValue(key);
        SetLastError(error);
        value
    }
}

/// Sets this thread's value of a key.
pub fn key_set(key: u32, value: *mut c_void) {
    // SAFETY: the key is one that was found in use.
    unsafe { TlsSetValue(key, value) };
}

/// A new key; None: the process has none left. Windows has no destructors of keys: see `make_end_key`.
pub(in crate::sys) fn make_key(_end: Option<unsafe extern "C" fn(*mut c_void)>) -> Option<u32> {
    // SAFETY: takes nothing.
    let key = unsafe { TlsAlloc() };
    (key != TLS_OUT_OF_INDEXES).then_some(key)
}

/// Frees a key that `make_key` made.
pub(in crate::sys) fn delete_key(key: u32) {
    // SAFETY: it is ours.
    unsafe { TlsFree(key) };
}

/// Where the first 64 keys' values are, in words from `this_thread`: winternl.h says so.
pub(in crate::sys) const KEY_WORDS: Range<usize> = {
    let first = std::mem::offset_of!(TEB, TlsSlots) / size_of::<usize>();
    first..first + 64
};

/// What a key's distance is counted from.
pub(in crate::sys) fn this_thread() -> usize {
    teb() as usize
}

/// What Windows keeps of the calling thread.
pub(super) fn teb() -> *mut TEB {
    let teb: *mut TEB;
    // SAFETY: reads the word in which the thread has its own address.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("mov {}, qword ptr gs:[0x30]", out(reg) teb, options(pure, readonly, nostack, preserves_flags));
    }
    // SAFETY: reads the register that Windows keeps the address in.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!("mov {}, x18", out(reg) teb, options(pure, nomem, nostack, preserves_flags));
    }
    teb
}

/// Whether this thread loads a library, or ends one: it is in DllMain, or in a constructor of a library.
pub(super) fn holds_loader_lock() -> bool {
    /// In a PEB with addresses of 64 bits, since Windows NT.
    const LOADER_LOCK: usize = 0x110;
    // SAFETY: Windows keeps the block, and the lock it names, as long as the process lives; the owner is written by its own
    // thread alone, so that this one's number is there while, and only while, this one has it.
    unsafe {
        let block = (*teb()).ProcessEnvironmentBlock.cast::<u8>();
        let lock = block.add(LOADER_LOCK).cast::<*const CRITICAL_SECTION>().read();
        let owner = (&raw const (*lock).OwningThread).read_volatile();
        owner as usize == GetCurrentThreadId() as usize
    }
}

/// How many rounds of callbacks the end of a thread has: what is asked for while it ends is not promised to come.
pub(crate) const THREAD_END_ROUNDS: u32 = 1;

#[link(name = "ntdll", kind = "raw-dylib")]
unsafe extern "system" {
    // Documented with DllMain, and in no header.
    fn RtlDllShutdownInProgress() -> u8;
}

/// An index whose values are what a thread does when it ends. None: none is left.
///
/// It is a callback of fiber-local storage. These come before DLL_THREAD_DETACH, without the loader lock (Rust's std moved
/// its own destructors there for that reason), so that it may wait for threads which load modules, as an import of
/// Python's does. From that follows:
///
/// - C++ `thread_local` objects of the host are destroyed later, at DLL_THREAD_DETACH and under the loader lock. What they
///   do with pyferry then works, and keeps nothing. (On POSIX systems they come first.)
/// - The storage is a fiber's, and a thread is one until it makes more. A host that attaches on fibers is not served.
/// - The thread that ends the process has its callbacks too, when all other threads have been stopped wherever they
///   were, locks in hand: nothing is done then, as nothing is on the other systems.
/// - Wine 8 has a lock of its own around all callbacks: while one waits, no other thread ends. Whoever it waits for may be one.
pub(in crate::sys) fn make_end_key() -> Option<u32> {
    unsafe extern "system" fn end(asked: *const c_void) {
        // SAFETY: takes nothing.
        if unsafe { RtlDllShutdownInProgress() } == 0 {
            // SAFETY: only `set_end_key` sets values of this index.
            unsafe { ThreadEnd::run(asked) };
        }
    }
    // SAFETY: the callback is a function of this library, which is never unloaded (`stay_loaded`).
    let index = unsafe { FlsAlloc(Some(end)) };
    (index != FLS_OUT_OF_INDEXES).then_some(index)
}

/// Sets this thread's value of such an index. False: no memory.
///
/// # Safety
/// `asked` is a `ThreadEnd` that stays.
pub(in crate::sys) unsafe fn set_end_key(index: u32, asked: *const c_void) -> bool {
    // SAFETY: the index is ours; its value is what the callback takes it for.
    unsafe { FlsSetValue(index, asked) != 0 }
}
