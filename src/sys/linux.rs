//! Linux: threads by number and name, the clock, other processors, this process's memory, the loaded modules.

use std::ffi::{CStr, CString, OsStr, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The kernel's number of the calling thread: what `ps`, `top` and debuggers show.
pub fn thread_id() -> u32 {
    // SAFETY: gettid takes nothing and cannot fail.
    unsafe { libc::gettid() as u32 }
}

/// A thread of this process as people know it: its number and, while it lives, its name.
pub fn describe_thread(id: u32) -> String {
    match std::fs::read_to_string(format!("/proc/self/task/{id}/comm")) {
        Ok(name) => format!("thread {id} \"{}\"", name.trim_end()),
        Err(_) => format!("thread {id}"),
    }
}

/// The time in ticks of a clock that never goes back; never 0. Coarse, because it is read at each attach.
#[inline]
pub fn ticks() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the struct is valid for the call, and the clock exists.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_COARSE, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// The seconds since `ticks()` said so.
pub fn seconds_since(then: u64) -> f64 {
    ticks().saturating_sub(then) as f64 / 1e9
}

/// Whether `make_all_fence` works here.
pub fn can_make_all_fence() -> bool {
    membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)
}

/// Has every processor that runs a thread of this process fence, now.
pub fn make_all_fence() {
    if membarrier(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED) {
        return;
    }
    // A filter on system calls that came after we asked. No processor holds a store back for so long.
    std::thread::sleep(std::time::Duration::from_millis(1));
}

fn membarrier(command: c_int) -> bool {
    // SAFETY: takes two numbers and touches no memory of ours.
    unsafe { libc::syscall(libc::SYS_membarrier, command, 0) == 0 }
}

/// Reads words of this process's memory that may be gone by now; says how many there were.
pub fn read_words(address: usize, words: &mut [usize]) -> usize {
    let local = libc::iovec { iov_base: words.as_mut_ptr().cast(), iov_len: size_of_val(words) };
    let remote = libc::iovec { iov_base: address as *mut c_void, iov_len: size_of_val(words) };
    // SAFETY: the kernel checks `address` and copies into `words`, which outlives the call.
    let copied = unsafe { libc::process_vm_readv(libc::getpid(), &local, 1, &remote, 1, 0) };
    usize::try_from(copied).unwrap_or(0) / size_of::<usize>()
}

/// Reads one such word; None if it is gone.
pub fn read_word(address: usize) -> Option<usize> {
    let mut word = [0];
    (read_words(address, &mut word) == 1).then_some(word[0])
}

/// One loaded module: the executable or a shared library.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// As the loader knows it; empty for the executable.
    pub name: CString,
    /// Its loaded segments, as address ranges.
    pub segments: Vec<std::ops::Range<usize>>,
    /// Its thread-local block: where it is on the calling thread (0: not made yet), how long it is, and its number.
    pub tls: Option<Tls>,
}

/// A module's thread-local block.
#[derive(Clone, Copy, Debug)]
pub struct Tls {
    /// Where it is on the thread that asked; 0 where that thread has none yet.
    pub here: usize,
    /// In bytes.
    pub size: usize,
    /// The loader's number of the module, for `tls_address`.
    pub module: usize,
}

impl Module {
    /// The file it was loaded from.
    pub fn file(&self) -> PathBuf {
        if self.name.is_empty() {
            return std::env::current_exe().unwrap_or_default();
        }
        let path = Path::new(OsStr::from_bytes(self.name.to_bytes()));
        path.canonicalize().unwrap_or_else(|_| path.to_owned())
    }

    /// Whether an address lies in this module.
    pub fn contains(&self, address: usize) -> bool {
        self.segments.iter().any(|segment| segment.contains(&address))
    }
}

/// The file this library was loaded from; the executable's where it is linked in.
pub fn own_file() -> PathBuf {
    let here = own_file as fn() -> PathBuf as usize;
    modules().iter().find(|module| module.contains(here)).map(Module::file).unwrap_or_default()
}

/// Every module in the process, the executable first.
pub fn modules() -> Vec<Module> {
    unsafe extern "C" fn add(info: *mut libc::dl_phdr_info, size: usize, found: *mut c_void) -> c_int {
        // SAFETY: dl_iterate_phdr passes a valid description, and the vector that modules() gave it.
        let (info, found) = unsafe { (&*info, &mut *found.cast::<Vec<Module>>()) };
        let mut module = Module::default();
        if !info.dlpi_name.is_null() {
            // SAFETY: the loader's names are C strings that live as long as the module.
            module.name = unsafe { CStr::from_ptr(info.dlpi_name) }.to_owned();
        }
        // SAFETY: dlpi_phdr has dlpi_phnum entries.
        let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum as usize) };
        for header in headers {
            let start = (info.dlpi_addr as usize).wrapping_add(header.p_vaddr as usize);
            match header.p_type {
                libc::PT_LOAD => module.segments.push(start..start + header.p_memsz as usize),
                libc::PT_TLS if size >= size_of::<libc::dl_phdr_info>() => {
                    module.tls = Some(Tls {
                        here: info.dlpi_tls_data as usize,
                        size: header.p_memsz as usize,
                        module: info.dlpi_tls_modid,
                    });
                }
                _ => {}
            }
        }
        found.push(module);
        0
    }
    let mut found = Vec::<Module>::new();
    // SAFETY: the callback takes the vector it is given, and is not kept.
    unsafe { libc::dl_iterate_phdr(Some(add), (&raw mut found).cast()) };
    found
}

/// The address of a symbol in the first module that defines it, in the order in which they were loaded.
pub fn first_symbol(name: &CStr) -> Option<*mut c_void> {
    modules().into_iter().find_map(|module| {
        let path = if module.name.is_empty() { std::ptr::null() } else { module.name.as_ptr() };
        // SAFETY: the loader hands out a module that is there already, or NULL, and its symbol's address, or NULL.
        let address = unsafe {
            let handle = libc::dlopen(path, libc::RTLD_LAZY | libc::RTLD_NOLOAD);
            if handle.is_null() {
                return None;
            }
            let address = libc::dlsym(handle, name.as_ptr());
            libc::dlclose(handle);
            address
        };
        // Not one of a library that this one needs.
        module.contains(address as usize).then_some(address)
    })
}

/// The address of a thread-local variable on the calling thread: a module's number and an offset in its block.
pub fn tls_address(module: usize, offset: usize) -> *mut usize {
    #[repr(C)]
    struct Index {
        module: usize,
        offset: usize,
    }
    unsafe extern "C" {
        fn __tls_get_addr(index: *const Index) -> *mut c_void;
    }
    // SAFETY: the caller names a loaded module and an offset inside its block; the loader makes the block when needed.
    unsafe { __tls_get_addr(&Index { module, offset }).cast() }
}
