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

/// Python's number of a thread is the system's, and not the address by which the memory allocator of free-threaded CPythons
/// knows a block's owner.
pub(crate) const NUMBERS_ARE_ADDRESSES: bool = false;

/// Addresses are not kept here (`NUMBERS_ARE_ADDRESSES`).
pub struct KeptAddress;

/// None, always.
pub fn keep_address(_address: u64) -> Option<KeptAddress> {
    None
}

/// Starts a detached thread. Not by std::thread, as on the other systems.
pub fn spawn<F: FnOnce() + Send + 'static>(name: &'static CStr, f: F) -> std::io::Result<()> {
    spawn_with_stack(name, 0, f)
}

/// As `spawn`, with a stack of that size in bytes; 0: the system's default.
pub fn spawn_with_stack<F: FnOnce() + Send + 'static>(
    name: &'static CStr,
    stack_size: usize,
    f: F,
) -> std::io::Result<()> {
    spawn_joinable(name, stack_size, f).map(drop)
}

/// A thread that can be joined; dropped, it is detached.
pub struct Joinable(HANDLE);
// SAFETY: any thread may use a handle.
unsafe impl Send for Joinable {}

impl Joinable {
    /// Waits for the thread's end.
    pub fn join(self) {
        // SAFETY: the handle is ours, and open.
        unsafe { WaitForSingleObject(self.0, INFINITE) };
    }
}

impl Drop for Joinable {
    fn drop(&mut self) {
        // SAFETY: the handle is ours, and closed once; the thread goes on without it.
        unsafe { CloseHandle(self.0) };
    }
}

/// As `spawn_with_stack`, for a caller who may join the thread.
pub fn spawn_joinable<F: FnOnce() + Send + 'static>(
    name: &'static CStr,
    stack_size: usize,
    f: F,
) -> std::io::Result<Joinable> {
    unsafe extern "system" fn start<F: FnOnce()>(work: *mut c_void) -> u32 {
        // SAFETY: `spawn_joinable` gave the box away.
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
            // SAFETY: there is no thread that took the box.
            drop(unsafe { Box::from_raw(work) });
            Err(error)
        }
    }
}

/// Runs `work` on a new thread and joins the thread. Fails with `Deadlock` where this thread holds the loader lock (DllMain):
/// the new one could not begin.
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
    // SAFETY: the handle is ours; the work outlives the thread, which is waited for.
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
    // Without the flag the size is that of the memory committed at once.
    let flags = if stack_size == 0 { 0 } else { STACK_SIZE_PARAM_IS_A_RESERVATION };
    // SAFETY: the callers keep the work until the thread has taken it.
    let thread = unsafe { CreateThread(std::ptr::null(), stack_size, Some(start), work, flags, std::ptr::null_mut()) };
    if thread.is_null() { Err(std::io::Error::last_os_error()) } else { Ok(thread) }
}

/// Key numbers (here: TLS indices) are less than this: 64 inside the thread, and 1024 more.
pub(crate) const KEYS: u32 = 64 + 1024;

/// This thread's value of a key; NULL for a key that nobody made.
pub fn key_get(key: u32) -> *mut c_void {
    // TlsGetValue clears the thread's last error, which is the host's.
    //
    // SAFETY: Windows answers NULL for an index that is out of range, and the thread's word for one that nobody made.
    unsafe {
        let error = GetLastError();
        let value = TlsGetValue(key);
        SetLastError(error);
        value
    }
}

/// Sets this thread's value of a key.
pub fn key_set(key: u32, value: *mut c_void) {
    // SAFETY: the key was found in use, or is ours.
    unsafe { TlsSetValue(key, value) };
}

/// A new key; None: the process has none left. Keys have no destructors on Windows: see `make_end_key`.
pub(in crate::sys) fn make_key(_end: Option<unsafe extern "C" fn(*mut c_void)>) -> Option<u32> {
    // SAFETY: takes nothing.
    let key = unsafe { TlsAlloc() };
    (key != TLS_OUT_OF_INDEXES).then_some(key)
}

/// Frees a key that `make_key` made.
pub(in crate::sys) fn delete_key(key: u32) {
    // SAFETY: the key is ours.
    unsafe { TlsFree(key) };
}

/// Where the values of the first 64 keys are, in words from `this_thread`: see winternl.h.
pub(in crate::sys) const KEY_WORDS: Range<usize> = {
    let first = std::mem::offset_of!(TEB, TlsSlots) / size_of::<usize>();
    first..first + 64
};

/// The address that a key's distance is counted from.
pub(in crate::sys) fn this_thread() -> usize {
    teb() as usize
}

/// The calling thread's TEB, Windows' record of the thread.
pub(super) fn teb() -> *mut TEB {
    let teb: *mut TEB;
    // SAFETY: reads the word that holds the TEB's own address.
    #[cfg(target_arch = "x86_64")]
    unsafe {
        std::arch::asm!("mov {}, qword ptr gs:[0x30]", out(reg) teb, options(pure, readonly, nostack, preserves_flags));
    }
    // SAFETY: reads the register that holds the TEB's address on Windows.
    #[cfg(target_arch = "aarch64")]
    unsafe {
        std::arch::asm!("mov {}, x18", out(reg) teb, options(pure, nomem, nostack, preserves_flags));
    }
    teb
}

/// Whether this thread is loading or unloading a library: it is in DllMain, or in a constructor of a library.
pub(super) fn holds_loader_lock() -> bool {
    /// The lock's offset in a 64-bit PEB, unchanged since Windows NT.
    const LOADER_LOCK: usize = 0x110;
    // SAFETY: the PEB, and the lock it names, live as long as the process. A thread writes only its own number as the lock's
    // owner, so this thread's number is there exactly while it has the lock.
    unsafe {
        let block = (*teb()).ProcessEnvironmentBlock.cast::<u8>();
        let lock = block.add(LOADER_LOCK).cast::<*const CRITICAL_SECTION>().read();
        let owner = (&raw const (*lock).OwningThread).read_volatile();
        owner as usize == GetCurrentThreadId() as usize
    }
}

/// How many rounds of callbacks the end of a thread has. A callback that is asked for meanwhile may not come.
pub(crate) const THREAD_END_ROUNDS: u32 = 1;

#[link(name = "ntdll", kind = "raw-dylib")]
unsafe extern "system" {
    // Documented with DllMain, and in no header.
    fn RtlDllShutdownInProgress() -> u8;
}

/// An index whose callback is `ThreadEnd::run`. None: no index is left.
///
/// It is a callback of fiber-local storage. These run before DLL_THREAD_DETACH and without the loader lock (Rust's std moved
/// its own destructors there for that reason), so the callback may wait for threads that load modules, as an import in Python
/// does. It follows that:
///
/// - C++ `thread_local` objects of the host are destroyed later, at DLL_THREAD_DETACH and under the loader lock. Their
///   destructors may use pyferry, which then keeps no state. (On POSIX systems they come first.)
/// - The storage belongs to a fiber, and a thread is one fiber until it makes more. A host that attaches on fibers is not
///   supported.
/// - The thread that ends the process gets its callbacks too, when all other threads have been stopped wherever they were,
///   perhaps with locks held. Nothing is done then, as on the other systems.
/// - Wine 8 holds one lock around all callbacks: while a callback waits, no other thread can end, not even the one waited
///   for.
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

/// Sets this thread's value of an index that `make_end_key` made. False: no memory.
///
/// # Safety
/// `asked` is a static `ThreadEnd`.
pub(in crate::sys) unsafe fn set_end_key(index: u32, asked: *const c_void) -> bool {
    // SAFETY: the index is ours, and the value is what its callback expects.
    unsafe { FlsSetValue(index, asked) != 0 }
}
