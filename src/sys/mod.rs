//! What we ask of the operating system: one room per system, with the same functions, and here what all systems share.
//!
//! Only `linux` is tested. `windows` was run under Wine, `macos` only compiled: see docs/systems.md.

mod channel;
mod clock;
mod files;
mod key_distance;
mod label;
mod lock;
mod modules;
pub mod parcel;
#[cfg(unix)]
mod per_thread;
mod thread_end;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(not(target_os = "macos"))]
mod tls_block;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;
#[cfg(unix)]
mod write_signals;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(target_os = "macos")]
use macos as system;
#[cfg(windows)]
use windows as system;

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
compile_error!("src/sys has no room for this system yet: see docs/systems.md");

pub use channel::{Receiver, Sender, channel};
pub use clock::{STEP, Scale, Still, hold_clock_still, let_go_of_clock, moment, now};
pub use files::Files;
pub use key_distance::{find_key_distance, key_place};
pub use label::{Label, LabelCell};
pub use lock::{Condvar, Mutex};
pub use modules::{Module, first_symbol, own_file};
#[cfg(unix)]
pub use per_thread::PerThread;
#[cfg(unix)]
#[allow(unused_imports)] // tests/systems has the room by itself
pub(crate) use per_thread::per_thread;
#[cfg(windows)]
#[allow(unused_imports)]
pub(crate) use system::per_thread;
pub use system::*;
pub use thread_end::ThreadEnd;
#[cfg(unix)]
pub use unix::*;
#[cfg(unix)]
pub use write_signals::without_write_signals;

/// Runs a function when the library is loaded, before any other function of it is called.
macro_rules! at_load {
    ($function:path) => {
        #[used]
        #[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array"))]
        #[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
        #[cfg_attr(windows, unsafe(link_section = ".CRT$XCU"))]
        static AT_LOAD: extern "C" fn() = $function;
    };
}
pub(crate) use at_load;

/// An environment variable that names what to load or to write, if it is set and not empty. As for the dynamic loader's own, the
/// user's word does not count in a program that has rights which the user has not.
pub fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty() && !has_more_rights())
}

/// A word that each copy of this library exports by that name: the one in the copy that was loaded first. `own` is this
/// copy's.
pub fn first_word(
    name: &std::ffi::CStr,
    own: &'static std::sync::atomic::AtomicU32,
) -> &'static std::sync::atomic::AtomicU32 {
    // SAFETY: the name is this library's, which is never unloaded, and every copy has a word of this type there.
    first_symbol(name).map_or(own, |first| unsafe { &*first.cast() })
}

/// A thread of this process for messages: its number and, while it lives, its name.
pub fn describe_thread(id: u32) -> String {
    match thread_name(id) {
        Some(name) if !name.is_empty() => format!("thread {id} \"{name}\""),
        _ => format!("thread {id}"),
    }
}

/// Runs `f` on a new thread that CPython never saw, and waits for it. None: the thread was ended from within, as CPython up
/// to 3.13.7 does with a thread that comes too late. So it must not be a Rust thread: that would abort the process.
pub fn on_fresh_thread<R>(f: impl FnOnce() -> R) -> std::io::Result<Option<R>> {
    let (mut f, mut result) = (Some(f), None);
    on_joined_thread(&mut || result = f.take().map(|f| f()))?;
    Ok(result)
}

/// Makes keys until no number below `key` is free, and returns them.
pub fn take_keys_below(key: u32) -> Vec<u32> {
    let mut taken = Vec::new();
    while let Some(made) = make_key(None) {
        if made > key {
            delete_key(made);
            break;
        }
        taken.push(made);
    }
    taken
}

/// Deletes the keys that `take_keys_below` made.
pub fn give_keys_back(taken: Vec<u32>) {
    taken.into_iter().for_each(delete_key);
}

/// Writes all bytes to a file descriptor; for signal handlers too. False: the file takes no more.
pub fn write_all(fd: i32, mut bytes: &[u8]) -> bool {
    without_write_signals(|| {
        while !bytes.is_empty() {
            // SAFETY: the bytes are there for the length of the call.
            let written = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len() as _) };
            match usize::try_from(written) {
                Ok(written) if written > 0 => bytes = &bytes[written..],
                Err(_) if std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted => {}
                _ => return false,
            }
        }
        true
    })
}

/// Runs a function when the process ends by exit or by the return of main. By then anything may be gone.
pub fn at_exit(function: extern "C" fn()) {
    // SAFETY: a function of this library, which is never unloaded.
    unsafe { libc::atexit(function) };
}

/// The milliseconds since `ticks()` was `then`.
pub fn milliseconds_since(then: u64) -> u64 {
    ticks().saturating_sub(then) / 1_000_000
}

/// Reads one word of this process's memory; None if the memory is no longer mapped.
pub fn read_word(address: usize) -> Option<usize> {
    let mut word = [0];
    (read_words(address, &mut word) == 1).then_some(word[0])
}

/// Walks a linked list whose items may come and go meanwhile, until `more` answers false; each item has the address of the
/// next one at `offset`. None: the walk came to memory that is not mapped, or goes in a circle, as it can through freed
/// items, in which an allocator links its free blocks.
pub fn each_linked(first: usize, offset: usize, mut more: impl FnMut(usize) -> bool) -> Option<()> {
    let (mut here, mut steps, mut mark) = (first, 0usize, 0);
    loop {
        if here == 0 || !more(here) {
            return Some(());
        }
        // Brent's cycle detection: a walk in a circle comes back to the mark, which is moved ever more rarely.
        steps += 1;
        if steps.is_power_of_two() {
            mark = here;
        }
        here = read_word(here.wrapping_add(offset))?;
        if here == mark {
            return None;
        }
    }
}
