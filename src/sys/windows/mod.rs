//! Windows: threads by number and name, the clock, the barrier, this process's memory. Run under Wine, never on Windows: see
//! docs/systems.md.

mod modules;
mod per_thread;
mod threads;

pub use super::tls_block::{Locals, ThreadLocal, variables_that_hold};
pub use libloading::os::windows::Library;
pub use modules::{global_symbol, load_for_all, modules, stay_loaded, tls_address};
pub(crate) use per_thread::per_thread;
pub use per_thread::{Initial, PerThread};
pub use threads::*;

use super::Files;
use std::ffi::{CStr, OsStr, OsString};
use std::os::windows::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use windows_sys::Win32::Foundation::{CloseHandle, LocalFree};
use windows_sys::Win32::System::Diagnostics::Debug::ReadProcessMemory;
use windows_sys::Win32::System::SystemInformation::GetTickCount64;
use windows_sys::Win32::System::Threading::{
    CREATE_NO_WINDOW, FlushProcessWriteBuffers, GetCurrentProcess, GetCurrentProcessId, GetCurrentThreadId,
    GetProcessIdOfThread, GetThreadDescription, OpenThread, THREAD_QUERY_LIMITED_INFORMATION,
};

#[cfg(not(target_pointer_width = "64"))]
compile_error!("on Windows, pyferry is for 64 bits: see src/sys/windows");

/// The system's number of the calling thread.
pub fn thread_id() -> u32 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { GetCurrentThreadId() }
}

/// No program is started with more rights than its user's, and with the user's environment.
pub fn has_more_rights() -> bool {
    false
}

/// The size of the calling thread's stack in bytes; 0: unknown, and not needed (`NUMBERS_ARE_ADDRESSES`).
pub fn stack_size_here() -> usize {
    0
}

/// The name of a thread of this process; None: there is no such thread.
pub fn thread_name(id: u32) -> Option<String> {
    // SAFETY: the handle and the text are checked, used here only, and given back once.
    unsafe {
        let thread = OpenThread(THREAD_QUERY_LIMITED_INFORMATION, 0, id);
        if thread.is_null() {
            return None;
        }
        let mut text = std::ptr::null_mut();
        // By now the number may be that of another process's thread.
        let named =
            GetProcessIdOfThread(thread) == GetCurrentProcessId() && GetThreadDescription(thread, &mut text) >= 0;
        CloseHandle(thread);
        if !named || text.is_null() {
            return None;
        }
        let length = (0..).take_while(|place| *text.add(*place) != 0).count();
        let name = String::from_utf16_lossy(std::slice::from_raw_parts(text, length));
        LocalFree(text.cast());
        Some(name)
    }
}

/// The time in nanoseconds of a monotonic clock; never 0. A coarse clock (16 ms), because it is read at each attach.
#[inline]
pub fn ticks() -> u64 {
    // SAFETY: takes nothing and cannot fail.
    unsafe { GetTickCount64() }.max(1) * 1_000_000
}

/// Whether `make_all_fence` works here: since Windows Vista.
pub fn can_make_all_fence() -> bool {
    true
}

/// Makes every processor that runs a thread of this process fence, now.
pub fn make_all_fence() {
    // SAFETY: takes nothing and cannot fail.
    unsafe { FlushProcessWriteBuffers() }
}

/// Reads words of this process's memory that may not be mapped any more; returns how many could be read.
pub fn read_words(address: usize, words: &mut [usize]) -> usize {
    let mut read = 0;
    let to = words.as_mut_ptr().cast();
    // SAFETY: the kernel checks `address` and copies into `words`, which outlives the call. If only a part can be read,
    // `read` says how much.
    unsafe { ReadProcessMemory(GetCurrentProcess(), address as *const _, to, size_of_val(words), &mut read) };
    read / size_of::<usize>()
}

/// Windows has no fork.
pub fn at_fork(_prepare: extern "C" fn(), _parent: extern "C" fn(), _child: extern "C" fn()) -> bool {
    true
}

/// Windows has no signals that interrupt a thread, so no masks.
pub struct SignalMask;

impl SignalMask {
    /// Runs `f`.
    pub fn as_given<R>(f: impl FnOnce() -> R) -> R {
        f()
    }

    /// There is no mask.
    pub fn of_this_thread() -> SignalMask {
        SignalMask
    }

    /// There is no mask.
    pub fn give(self) {}
}

/// Windows has no signals of writes that fail.
pub fn without_write_signals<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// Not done on Windows yet: CPython's `_signal` takes Ctrl-C there.
pub struct UndefaultedInterrupt;

impl UndefaultedInterrupt {
    /// None.
    pub fn begin() -> Option<UndefaultedInterrupt> {
        None
    }
}

/// Whether other threads can load libraries. They cannot while this thread is in DllMain, or in the constructor of a library
/// that is being loaded.
pub fn others_can_load(_patience: std::time::Duration) -> bool {
    !threads::holds_loader_lock()
}

/// While this exists, a CPython up to 3.10 that is initialised believes that it was started by a certain program. Whatever it
/// is configured to, it takes the process's executable, unless the launcher of a virtual environment names another
/// (`Modules/getpathp.c`).
pub struct Launched(Option<Library>);

/// The launcher's environment variable. Python reads that of its own C library.
const LAUNCHER: &[u16] = &{
    let (name, mut wide, mut place) = (b"__PYVENV_LAUNCHER__\0", [0; 20], 0);
    while place < wide.len() {
        wide[place] = name[place] as u16;
        place += 1;
    }
    wide
};

impl Launched {
    /// By this program.
    pub fn by(program: &Path) -> Launched {
        let launched = Launched(Library::open_already_loaded("ucrtbase.dll").ok());
        launched.set(program.as_os_str());
        launched
    }

    fn set(&self, value: &OsStr) {
        let Some(library) = &self.0 else { return };
        let value: Vec<u16> = value.encode_wide().chain([0]).collect();
        // SAFETY: the signature is that of ucrt/stdlib.h; both texts end in a 0, and the function copies them.
        unsafe {
            if let Ok(put) = library.get::<unsafe extern "C" fn(*const u16, *const u16) -> i32>(b"_wputenv_s\0") {
                put(LAUNCHER.as_ptr(), value.as_ptr());
            }
        }
    }
}

impl Drop for Launched {
    /// Clears the variable. Python does so itself when it has read it.
    fn drop(&mut self) {
        self.set(OsStr::new(""));
    }
}

/// The stack size, in bytes, of a thread that Python is initialised on: CPython's recursion limits are made for this.
pub fn stack_size() -> usize {
    8 << 20
}

/// The path unchanged: `canonicalize` would put `\\?\` in front, which Python would take over into its own paths.
pub fn real_path(path: &Path) -> PathBuf {
    path.to_owned()
}

/// Keeps a console program from opening a window, which Windows does where the parent has no console.
pub fn without_window(command: &mut std::process::Command) {
    use std::os::windows::process::CommandExt;
    command.creation_flags(CREATE_NO_WINDOW);
}

/// A text as the system takes it; None: it is not UTF-8.
pub fn native_text(text: &CStr) -> Option<OsString> {
    text.to_str().ok().map(OsString::from)
}

/// A text of the system's, which is in wide characters already, with a 0 at the end.
pub fn wide(text: &OsStr, _decode: impl FnOnce(&CStr) -> Option<Vec<libc::wchar_t>>) -> Option<Vec<libc::wchar_t>> {
    Some(text.encode_wide().chain([0]).collect())
}

/// What the files of a Python are called. A virtual environment has the program, but not the library.
pub(crate) const FILES: Files = Files {
    command: "python",
    programs: &["python.exe", r"Scripts\python.exe"],
    prefixes: &[1],
    library_marks: &[".dll"],
    libraries: &["python{major}{minor}{t}.dll"],
    folders: &["{base_prefix}"],
    advice: "has no python{major}{minor}{t}.dll in {base_prefix}: install Python for this processor, from python.org or by winget",
};

/// As `thread_name`. There are no signal handlers on Windows that it would have to be safe in.
pub fn copy_thread_name(id: u32, name: &mut [u8]) -> usize {
    let text = thread_name(id).unwrap_or_default();
    let mut length = text.len().min(name.len());
    while !text.is_char_boundary(length) {
        length -= 1;
    }
    name[..length].copy_from_slice(&text.as_bytes()[..length]);
    length
}

/// Runs `f`: no signal handler interrupts other code.
pub fn keeping_errno<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// Copies of a process are not made here.
pub fn text_from_copy(_patience: std::time::Duration, _f: impl FnOnce(std::ffi::c_int)) -> Option<String> {
    None
}
