//! Linux: threads by number and name, the loaded modules, pthread keys.

use std::ffi::{CStr, CString, OsStr, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

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

/// Runs `f` with every signal blocked, so that a thread it starts never takes one meant for the host's threads.
pub fn with_signals_blocked<R>(f: impl FnOnce() -> R) -> R {
    // SAFETY: both sets are valid for the calls, and a mask is this thread's own.
    unsafe {
        let mut all = std::mem::zeroed::<libc::sigset_t>();
        let mut before = std::mem::zeroed::<libc::sigset_t>();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, &all, &mut before);
        let result = f();
        libc::pthread_sigmask(libc::SIG_SETMASK, &before, std::ptr::null_mut());
        result
    }
}

/// Runs `f` so that a pthread_cancel of this thread waits until it is through.
fn without_cancellation(f: impl FnOnce()) {
    unsafe extern "C" {
        // POSIX; the libc crate has neither for Linux.
        fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
    }
    const PTHREAD_CANCEL_DISABLE: c_int = 1;
    let mut before = 0;
    // SAFETY: the state is this thread's own, and `before` outlives the call.
    unsafe { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &mut before) };
    f();
    // SAFETY: as above; it is what was there before.
    unsafe { pthread_setcancelstate(before, std::ptr::null_mut()) };
}

unsafe extern "C" {
    // As libc declares it, but for a start routine that may be unwound.
    fn pthread_create(
        thread: *mut libc::pthread_t,
        attributes: *const libc::pthread_attr_t,
        start: extern "C-unwind" fn(*mut c_void) -> *mut c_void,
        argument: *mut c_void,
    ) -> c_int;
}

/// Starts a thread that nobody waits for, with every signal blocked. Not std's: that leaves a destructor behind when it is
/// called among the destructors of a thread's end.
pub fn spawn<F: FnOnce() + Send + 'static>(name: &'static CStr, f: F) -> std::io::Result<()> {
    extern "C-unwind" fn start<F: FnOnce()>(work: *mut c_void) -> *mut c_void {
        // SAFETY: `spawn` gave the box away.
        let (name, f) = *unsafe { Box::from_raw(work.cast::<(&'static CStr, F)>()) };
        // SAFETY: this thread's own name, shorter than the 16 bytes that there are.
        unsafe { libc::pthread_setname_np(libc::pthread_self(), name.as_ptr()) };
        f();
        std::ptr::null_mut()
    }
    let work = Box::into_raw(Box::new((name, f)));
    // SAFETY: the box is the new thread's, or ours again if there is none; a thread that was made is detached once.
    unsafe {
        let mut thread = std::mem::zeroed();
        let failed = with_signals_blocked(|| pthread_create(&mut thread, std::ptr::null(), start::<F>, work.cast()));
        if failed != 0 {
            drop(Box::from_raw(work));
            return Err(std::io::Error::from_raw_os_error(failed));
        }
        libc::pthread_detach(thread);
    }
    Ok(())
}

/// Runs `f` on a new thread that nothing was done on before, with every signal blocked, and waits for it. None: the
/// thread was ended from within (CPython up to 3.13.7 does that to a thread that comes too late), so it must not be a
/// Rust thread, which would abort the process then.
pub fn on_fresh_thread<R>(f: impl FnOnce() -> R) -> std::io::Result<Option<R>> {
    struct Work<F, R> {
        f: Option<F>,
        result: Option<R>,
    }
    extern "C-unwind" fn start<F: FnOnce() -> R, R>(work: *mut c_void) -> *mut c_void {
        // SAFETY: on_fresh_thread waits for this thread, and does not touch the work meanwhile.
        let work = unsafe { &mut *work.cast::<Work<F, R>>() };
        work.result = work.f.take().map(|f| f());
        std::ptr::null_mut()
    }
    fn run<F: FnOnce() -> R, R>(work: &mut Work<F, R>) -> std::io::Result<()> {
        // SAFETY: the work outlives the thread, which is joined.
        unsafe {
            let mut thread = std::mem::zeroed();
            let argument = (&raw mut *work).cast();
            let failed =
                with_signals_blocked(|| pthread_create(&mut thread, std::ptr::null(), start::<F, R>, argument));
            if failed != 0 {
                return Err(std::io::Error::from_raw_os_error(failed));
            }
            libc::pthread_join(thread, std::ptr::null_mut());
        }
        Ok(())
    }
    let mut work = Work { f: Some(f), result: None };
    run(&mut work)?;
    Ok(work.result)
}

/// Reads one word of this process's memory that may be gone by now; None if it is.
pub fn read_word(address: usize) -> Option<usize> {
    let mut word = 0usize;
    let local = libc::iovec { iov_base: (&raw mut word).cast(), iov_len: size_of::<usize>() };
    let remote = libc::iovec { iov_base: address as *mut c_void, iov_len: size_of::<usize>() };
    // SAFETY: the kernel checks `address` and copies into `word`, which outlives the call.
    let copied = unsafe { libc::process_vm_readv(libc::getpid(), &local, 1, &remote, 1, 0) };
    (copied == size_of::<usize>() as isize).then_some(word)
}

/// Has `child` run in every forked child, first of all on its only thread; `prepare` and `parent` in the parent, before
/// and after.
pub fn at_fork(prepare: extern "C" fn(), parent: extern "C" fn(), child: extern "C" fn()) -> bool {
    // SAFETY: the handlers are functions of this library, which is never unloaded (-z nodelete).
    unsafe { libc::pthread_atfork(Some(prepare), Some(parent), Some(child)) == 0 }
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

/// How many pthread keys a process can have.
pub(crate) const KEYS: u32 = 1024;

/// This thread's value of a pthread key; NULL for a key nobody made.
pub fn key_get(key: u32) -> *mut c_void {
    // SAFETY: glibc and musl answer NULL for a key that is out of range or was not made.
    unsafe { libc::pthread_getspecific(key as libc::pthread_key_t) }
}

/// Sets this thread's value of a pthread key.
pub fn key_set(key: u32, value: *mut c_void) {
    // SAFETY: the key is one that was found in use.
    unsafe { libc::pthread_setspecific(key as libc::pthread_key_t, value) };
}

/// How many rounds of destructors the end of a thread has: POSIX promises this many, and Linux has no more.
pub(crate) const THREAD_END_ROUNDS: u32 = 4;

/// Something to do when a thread ends that asked for it: after its C++ thread_local destructors, among those of pthread
/// keys, which come in rounds. Asked for again meanwhile, it is done again in the next round, of `THREAD_END_ROUNDS` at most. It is
/// not done on the thread that ends the process by returning from `main`.
pub struct ThreadEnd {
    run: fn(),
    key: OnceLock<Option<u32>>,
}

impl ThreadEnd {
    /// `run` is what to do.
    pub const fn new(run: fn()) -> ThreadEnd {
        ThreadEnd { run, key: OnceLock::new() }
    }

    /// Makes the key now, rather than when it is first asked for.
    pub fn prepare(&'static self) {
        self.key.get_or_init(make_key);
    }

    /// Has it done at the end of this thread. False: the process has no key left.
    pub fn ask(&'static self) -> bool {
        let Some(key) = *self.key.get_or_init(make_key) else { return false };
        // SAFETY: the key is ours; its value is what the destructor below takes it for.
        unsafe { libc::pthread_setspecific(key, (&raw const *self).cast()) == 0 }
    }
}

fn make_key() -> Option<u32> {
    unsafe extern "C" fn end(asked: *mut c_void) {
        // SAFETY: only `ask` sets values of this key.
        let asked = unsafe { &*asked.cast::<ThreadEnd>() };
        // CPython waits for its GIL at a cancellation point, with a mutex locked.
        without_cancellation(|| (asked.run)());
    }
    let mut key = 0;
    // SAFETY: `key` outlives the call; the destructor is a function of this library, which is never unloaded.
    (unsafe { libc::pthread_key_create(&mut key, Some(end)) } == 0).then_some(key)
}
