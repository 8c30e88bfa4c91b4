//! What is asked of the operating system: a room for each, with the same functions, and here what is the same in all.
//!
//! `linux` is the one that is tested. `windows` was run under Wine, `macos` compiled: see docs/systems.md.

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

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(target_os = "macos")]
use macos as system;
#[cfg(windows)]
use windows as system;

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
compile_error!("src/sys has no room for this system yet: see docs/systems.md");

pub use channel::{Receiver, Sender, channel};
pub use clock::{Pace, STEP, Scale, Still, hold_clock_still, let_go_of_clock, moment};
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

/// Has a function run when the library is loaded, before any other of it is called.
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

/// A word that each copy of this library exports by that name, in the copy that was loaded first; `own` is that of this copy.
pub fn first_word(
    name: &std::ffi::CStr,
    own: &'static std::sync::atomic::AtomicU32,
) -> &'static std::sync::atomic::AtomicU32 {
    // SAFETY: the name is this library's, which is never unloaded, and every copy has such a word there.
    first_symbol(name).map_or(own, |first| unsafe { &*first.cast() })
}

/// A thread of this process as people know it: its number and, while it lives, its name.
pub fn describe_thread(id: u32) -> String {
    match thread_name(id) {
        Some(name) if !name.is_empty() => format!("thread {id} \"{name}\""),
        _ => format!("thread {id}"),
    }
}

/// Runs `f` on a new thread that nothing was done on before, and waits for it. None: the thread was ended from within
/// (CPython up to 3.13.7 does that to a thread that comes too late), so it must not be a Rust thread, which would abort the
/// process then.
pub fn on_fresh_thread<R>(f: impl FnOnce() -> R) -> std::io::Result<Option<R>> {
    let (mut f, mut result) = (Some(f), None);
    on_joined_thread(&mut || result = f.take().map(|f| f()))?;
    Ok(result)
}

/// Makes keys until no number below that one is free; gives them.
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

/// Gives such keys back.
pub fn give_keys_back(taken: Vec<u32>) {
    taken.into_iter().for_each(delete_key);
}

/// Writes all of it to a file descriptor; in a signal handler too. False: the file takes no more.
pub fn write_all(fd: i32, mut bytes: &[u8]) -> bool {
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
}

/// Has a function run when the process ends by exit or the return of main. It has to expect anything.
pub fn at_exit(function: extern "C" fn()) {
    // SAFETY: a function of this library, which is never unloaded.
    unsafe { libc::atexit(function) };
}

/// The milliseconds since `ticks()` said so.
pub fn milliseconds_since(then: u64) -> u64 {
    ticks().saturating_sub(then) / 1_000_000
}

/// Reads one word of this process's memory that may be gone by now; None if it is.
pub fn read_word(address: usize) -> Option<usize> {
    let mut word = [0];
    (read_words(address, &mut word) == 1).then_some(word[0])
}

/// Goes through a list of things that may come and go meanwhile, until `more` says no: each has the address of the next one at
/// an offset. None: it leads to where no memory is, or in a circle, as one does that is gone, where an allocator links what is free.
pub fn each_linked(first: usize, offset: usize, mut more: impl FnMut(usize) -> bool) -> Option<()> {
    let (mut here, mut steps, mut mark) = (first, 0usize, 0);
    loop {
        if here == 0 || !more(here) {
            return Some(());
        }
        // Brent's way to find a circle: who goes round in it comes back to a mark that is set ever more seldom.
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
