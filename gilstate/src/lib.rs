//! `libpyferry_gilstate.so`: programs that know nothing of pyferry, made faster and safer by one line.
//!
//! ```sh
//! LD_PRELOAD=libpyferry_gilstate.so ./host
//! ```
//!
//! The library has CPython's names `PyGILState_Ensure`, `PyGILState_Release` and `Py_Initialize...`, and is asked first where it is
//! preloaded, or linked before libpython. `Py_Initialize...` calls CPython's, and then takes a view of the main interpreter: never
//! in a callback, whose thread may hold an import lock. From then on a thread that Python does not know goes in and out by way of
//! pyferry, which keeps its thread state, waits for it at shutdown, and refuses it later. Everything else is CPython's as it was:
//! nested calls, threads of Python's own, threads in sub-interpreters. docs/dropin.md has what that comes to.
//!
//! The calls go by the C API of libpyferry.so, which is loaded when Python starts, and not by the crate: a host that uses
//! libpyferry.so itself then has one copy of pyferry in its process and not two, of which one would be refused; and a process
//! that never starts Python, such as any child that inherits `LD_PRELOAD`, loads nothing.

#![cfg(target_os = "linux")]

mod caller;
mod cpython;
mod entry;
mod ferry;
mod life;
mod log;
mod settings;
#[path = "../../src/sys/write_signals.rs"]
mod write_signals;

use cpython::{PyStatus, State};
use std::ffi::{c_int, c_void};

/// CPython's, by way of pyferry where the thread is none that Python knows.
///
/// Any thread. At shutdown a late thread stays in here for ever, as it does in CPython from 3.13.8 on; but for the main
/// thread, which goes CPython's way.
#[unsafe(no_mangle)]
#[cfg_attr(any(target_arch = "x86_64", target_arch = "aarch64"), unsafe(naked))]
pub extern "C-unwind" fn PyGILState_Ensure() -> State {
    // It jumps, with the address that the call returns to.
    #[cfg(target_arch = "x86_64")]
    std::arch::naked_asm!("mov rdi, [rsp]", "jmp {}", sym entry::ensure);
    #[cfg(target_arch = "aarch64")]
    std::arch::naked_asm!("mov x0, x30", "b {}", sym entry::ensure);
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    entry::ensure(0)
}

/// CPython's; ends what `PyGILState_Ensure` began.
///
/// The thread that called that, attached as that left it.
#[unsafe(no_mangle)]
#[cfg_attr(any(target_arch = "x86_64", target_arch = "aarch64"), unsafe(naked))]
pub extern "C-unwind" fn PyGILState_Release(state: State) {
    #[cfg(target_arch = "x86_64")]
    std::arch::naked_asm!("mov rsi, [rsp]", "jmp {}", sym entry::release);
    #[cfg(target_arch = "aarch64")]
    std::arch::naked_asm!("mov x1, x30", "b {}", sym entry::release);
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    entry::release(state, 0)
}

/// CPython's, and the view is taken.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn Py_Initialize() {
    life::initialize(c"Py_Initialize", (), |next| {
        // SAFETY: the function of that name takes nothing and returns nothing.
        let next: extern "C-unwind" fn() = unsafe { std::mem::transmute(next) };
        next()
    })
}

/// CPython's, and the view is taken.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn Py_InitializeEx(signals: c_int) {
    life::initialize(c"Py_InitializeEx", (), |next| {
        // SAFETY: the function of that name has this signature.
        let next: extern "C-unwind" fn(c_int) = unsafe { std::mem::transmute(next) };
        next(signals)
    })
}

/// CPython's, and the view is taken.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn Py_InitializeFromConfig(config: *const c_void) -> PyStatus {
    life::initialize(c"Py_InitializeFromConfig", PyStatus::NOT_FOUND, |next| {
        // SAFETY: the function of that name has this signature; the struct it returns is the same from 3.8 on.
        let next: extern "C-unwind" fn(*const c_void) -> PyStatus = unsafe { std::mem::transmute(next) };
        next(config)
    })
}

/// CPython's (3.14 and later), and the view is taken.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn Py_InitializeFromInitConfig(config: *mut c_void) -> c_int {
    life::initialize(c"Py_InitializeFromInitConfig", -1, |next| {
        // SAFETY: the function of that name has this signature.
        let next: extern "C-unwind" fn(*mut c_void) -> c_int = unsafe { std::mem::transmute(next) };
        next(config)
    })
}

/// When the library is loaded: before the program changes its environment.
#[used]
#[unsafe(link_section = ".init_array")]
static LOADED: extern "C" fn() = {
    extern "C" fn loaded() {
        if let Some(log) = &settings::get().log {
            log.open(cpython::program_with_python);
        }
    }
    loaded
};
