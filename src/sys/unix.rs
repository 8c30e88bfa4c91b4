//! POSIX: signals, threads of our own, forks, pthread keys, libraries by dlopen.

use super::lock::{Condvar, Mutex};
use super::{CANCEL_DISABLE, Module, ThreadEnd, errno_location, may_be_thread, name_this_thread};
pub use libloading::os::unix::Library;
use libloading::os::unix::{RTLD_GLOBAL, RTLD_LAZY, RTLD_NOW};
use std::cell::Cell;
use std::ffi::{CStr, CString, OsStr, OsString, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;
use std::sync::Arc;
use std::time::Duration;

/// Runs `f`, and restores errno afterwards, for the code that a signal interrupted.
pub fn keeping_errno<R>(f: impl FnOnce() -> R) -> R {
    // SAFETY: this thread's own.
    unsafe {
        let errno = errno_location();
        let before = *errno;
        let result = f();
        *errno = before;
        result
    }
}

/// A thread's signal mask. Our own threads block every signal, except while they run Python code: threads and processes that
/// Python code starts inherit the mask.
pub struct SignalMask(libc::sigset_t);

thread_local! {
    /// On a thread of ours: the mask of the host's thread that had it started.
    static GIVEN: Cell<Option<libc::sigset_t>> = const { Cell::new(None) };
}

impl SignalMask {
    /// Blocks every signal.
    fn all() -> SignalMask {
        // SAFETY: the set is valid for the call.
        unsafe {
            let mut all = std::mem::zeroed::<libc::sigset_t>();
            libc::sigfillset(&mut all);
            SignalMask(all)
        }
    }

    /// This thread's mask; on a thread of ours, that of the host's thread that had it started.
    pub fn of_this_thread() -> SignalMask {
        if let Some(mask) = GIVEN.get() {
            return SignalMask(mask);
        }
        // SAFETY: the set is valid for the call, which only reads this thread's mask.
        unsafe {
            let mut mask = std::mem::zeroed::<libc::sigset_t>();
            libc::pthread_sigmask(libc::SIG_SETMASK, std::ptr::null(), &mut mask);
            SignalMask(mask)
        }
    }

    /// Makes it the mask that `as_given` uses on this thread, which is ours.
    pub fn give(self) {
        GIVEN.set(Some(self.0));
    }

    /// Runs `f`, which may run Python code; on a thread of ours, with the mask of the host's thread that had it started.
    pub fn as_given<R>(f: impl FnOnce() -> R) -> R {
        match GIVEN.get() {
            Some(given) => SignalMask(given).around(f),
            None => f(),
        }
    }

    fn around<R>(&self, f: impl FnOnce() -> R) -> R {
        // SAFETY: both sets are valid for the calls, and a mask is the calling thread's own.
        unsafe {
            let mut before = std::mem::zeroed::<libc::sigset_t>();
            libc::pthread_sigmask(libc::SIG_SETMASK, &self.0, &mut before);
            let result = f();
            libc::pthread_sigmask(libc::SIG_SETMASK, &before, std::ptr::null_mut());
            result
        }
    }
}

/// Runs `f` with every signal blocked, so that a thread it starts never takes one meant for the host's threads.
fn with_signals_blocked<R>(f: impl FnOnce() -> R) -> R {
    SignalMask::all().around(f)
}

/// While this exists, SIGINT has a handler that ends the process as the default action does. CPython's `_signal`, when it is
/// first imported, installs Python's handler only where SIGINT has the default action.
pub struct UndefaultedInterrupt(libc::sigaction);

impl UndefaultedInterrupt {
    /// None: the host has set an action for SIGINT itself.
    pub fn begin() -> Option<UndefaultedInterrupt> {
        extern "C" fn end(signal: c_int) {
            // SIGINT is at its default again (SA_RESETHAND), and not blocked (SA_NODEFER).
            //
            // SAFETY: raise may be called in a handler.
            unsafe { libc::raise(signal) };
        }
        // SAFETY: both structs are valid for the calls, and the handler is a function of this library, which stays loaded.
        unsafe {
            let mut before = std::mem::zeroed::<libc::sigaction>();
            if libc::sigaction(libc::SIGINT, std::ptr::null(), &mut before) != 0 || before.sa_sigaction != libc::SIG_DFL
            {
                return None;
            }
            let mut action = std::mem::zeroed::<libc::sigaction>();
            action.sa_sigaction = end as extern "C" fn(c_int) as usize;
            action.sa_flags = libc::SA_RESETHAND | libc::SA_NODEFER;
            libc::sigaction(libc::SIGINT, &action, std::ptr::null_mut());
            Some(UndefaultedInterrupt(before))
        }
    }
}

impl Drop for UndefaultedInterrupt {
    fn drop(&mut self) {
        // SAFETY: the action is the one that the host had.
        unsafe { libc::sigaction(libc::SIGINT, &self.0, std::ptr::null_mut()) };
    }
}

/// The stack size, in bytes, of a thread that Python is initialised on: RLIMIT_STACK, as the first thread of a program has
/// it, since CPython's recursion limits are made for that; but at least 8 MiB, the usual limit.
pub fn stack_size() -> usize {
    const USUAL: usize = 8 << 20;
    // SAFETY: the struct is valid for the call.
    let limit = unsafe {
        let mut limit = std::mem::zeroed::<libc::rlimit>();
        if libc::getrlimit(libc::RLIMIT_STACK, &mut limit) != 0 || limit.rlim_cur == libc::RLIM_INFINITY {
            return USUAL;
        }
        limit.rlim_cur
    };
    usize::try_from(limit).unwrap_or(USUAL).max(USUAL)
}

/// Runs `f`, and delays a pthread_cancel of this thread until it returns.
fn without_cancellation(f: impl FnOnce()) {
    unsafe extern "C" {
        // POSIX; the libc crate does not have it everywhere.
        fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
    }
    let mut before = 0;
    // SAFETY: the state is this thread's own, and `before` outlives the call.
    unsafe { pthread_setcancelstate(CANCEL_DISABLE, &mut before) };
    f();
    // SAFETY: as above; it is what was there before.
    unsafe { pthread_setcancelstate(before, std::ptr::null_mut()) };
}

unsafe extern "C" {
    // As the libc crate declares it, but for a start routine that may be unwound.
    fn pthread_create(
        thread: *mut libc::pthread_t,
        attributes: *const libc::pthread_attr_t,
        start: extern "C-unwind" fn(*mut c_void) -> *mut c_void,
        argument: *mut c_void,
    ) -> c_int;
}

/// Python's number of a thread is the address of the thread, by which the memory allocator of free-threaded CPythons knows a
/// block's owner. A new thread often gets the address of one that has ended.
pub(crate) const NUMBERS_ARE_ADDRESSES: bool = true;

/// Starts a detached thread, with every signal blocked. Not by std::thread: that registers a thread-local destructor, which
/// never runs if the caller is among the last destructors of a thread itself.
pub fn spawn(name: &'static CStr, f: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    spawn_with_stack(name, 0, f)
}

/// As `spawn_with_stack`, for a caller who may join the thread.
pub fn spawn_joinable(
    name: &'static CStr,
    stack_size: usize,
    f: impl FnOnce() + Send + 'static,
) -> std::io::Result<Joinable> {
    spawn_boxed(stack_size, (name, SignalMask::of_this_thread(), Box::new(f)))
}

/// A thread that can be joined; dropped, it is detached.
pub struct Joinable(libc::pthread_t);
// SAFETY: any thread may join or detach another.
unsafe impl Send for Joinable {}

impl Joinable {
    /// Waits for the thread's end.
    pub fn join(self) {
        let thread = std::mem::ManuallyDrop::new(self);
        // SAFETY: the thread was not joined or detached before, nor will be.
        unsafe { libc::pthread_join(thread.0, std::ptr::null_mut()) };
    }
}

impl Drop for Joinable {
    fn drop(&mut self) {
        // SAFETY: the thread was not joined or detached before, nor will be.
        unsafe { libc::pthread_detach(self.0) };
    }
}

/// As `spawn`, with a stack of that size in bytes; 0: the system's default.
pub fn spawn_with_stack(
    name: &'static CStr,
    stack_size: usize,
    f: impl FnOnce() + Send + 'static,
) -> std::io::Result<()> {
    spawn_joinable(name, stack_size, f).map(drop)
}

type Work = (&'static CStr, SignalMask, Box<dyn FnOnce() + Send>);

fn spawn_boxed(stack_size: usize, work: Work) -> std::io::Result<Joinable> {
    extern "C-unwind" fn start(work: *mut c_void) -> *mut c_void {
        // SAFETY: `spawn_boxed` gave the box away.
        let (name, mask, f) = *unsafe { Box::from_raw(work.cast::<Work>()) };
        name_this_thread(name);
        mask.give();
        f();
        std::ptr::null_mut()
    }
    let work = Box::into_raw(Box::new(work));
    // SAFETY: the box is the new thread's, or ours again if there is no thread; a thread that was made is the caller's to
    // join; the attributes are destroyed once.
    unsafe {
        let mut thread = std::mem::zeroed();
        let mut attributes = std::mem::zeroed();
        let mut failed = libc::pthread_attr_init(&mut attributes);
        if failed == 0 {
            if stack_size != 0 {
                libc::pthread_attr_setstacksize(&mut attributes, stack_size);
            }
            failed = with_signals_blocked(|| pthread_create(&mut thread, &attributes, start, work.cast()));
            libc::pthread_attr_destroy(&mut attributes);
        }
        if failed != 0 {
            drop(Box::from_raw(work));
            return Err(std::io::Error::from_raw_os_error(failed));
        }
        Ok(Joinable(thread))
    }
}

/// Runs `work` on a new thread, with every signal blocked, and joins the thread.
pub(super) fn on_joined_thread(mut work: &mut dyn FnMut()) -> std::io::Result<()> {
    extern "C-unwind" fn start(work: *mut c_void) -> *mut c_void {
        // SAFETY: on_joined_thread waits for this thread, and does not touch the work meanwhile.
        (unsafe { &mut *work.cast::<&mut dyn FnMut()>() })();
        std::ptr::null_mut()
    }
    // SAFETY: the work outlives the thread, which is joined.
    unsafe {
        let mut thread = std::mem::zeroed();
        let failed =
            with_signals_blocked(|| pthread_create(&mut thread, std::ptr::null(), start, (&raw mut work).cast()));
        if failed != 0 {
            return Err(std::io::Error::from_raw_os_error(failed));
        }
        libc::pthread_join(thread, std::ptr::null_mut());
    }
    Ok(())
}

/// Whether other threads can load libraries. They cannot while this thread runs the constructor of a library that is being
/// loaded, or while such a constructor waits for this thread: the dynamic loader holds its lock meanwhile. Another thread may
/// hold the lock for a while; hence `patience`.
pub fn others_can_load(patience: Duration) -> bool {
    // Not std's channel: it has a thread-local with a destructor, and glibc takes the loader's lock to register one.
    #[derive(Default)]
    struct Progress {
        begun: bool,
        done: bool,
    }
    fn tell(progress: &(Mutex<Progress>, Condvar), step: impl FnOnce(&mut Progress)) {
        step(&mut progress.0.lock());
        progress.1.notify_all();
    }
    let progress = Arc::new((Mutex::new(Progress::default()), Condvar::new()));
    let told = Arc::clone(&progress);
    let spawned = spawn(c"pyferry-loader", move || {
        tell(&told, |progress| progress.begun = true);
        // SAFETY: names the program itself, which is loaded, so nothing is run. The call is for its lock alone.
        unsafe { libc::dlopen(std::ptr::null(), RTLD_LAZY | libc::RTLD_NOLOAD) };
        tell(&told, |progress| progress.done = true);
    });
    if spawned.is_err() {
        return true;
    }
    let (lock, changed) = &*progress;
    // The time counts from when the new thread runs, however long that takes.
    let progress = changed.wait_while(lock.lock(), |progress| !progress.begun);
    changed.wait_while_within(progress, Some(patience), |progress| !progress.done).done
}

impl Module {
    /// A handle to it, to look symbols up in.
    pub fn open(&self) -> Option<Library> {
        if self.name.is_empty() {
            return Some(Library::this());
        }
        // SAFETY: RTLD_NOLOAD runs no initialisers; it only takes a reference to a loaded module.
        unsafe { Library::open(Some(&self.name), libc::RTLD_NOLOAD | RTLD_LAZY) }.ok()
    }
}

/// The address of a symbol as most modules see it: the executable's, if it defines the symbol or has a copy of it.
pub fn global_symbol(name: &CStr) -> Option<NonNull<c_void>> {
    // SAFETY: only the address is used.
    let found = unsafe { Library::this().get::<*mut c_void>(name) }.ok()?.as_raw_ptr();
    NonNull::new(found.cast())
}

/// Loads a library with its symbols visible to all modules, also where the host has loaded it with RTLD_LOCAL.
///
/// # Safety
/// The library's initialisers do nothing unsound at this moment.
pub unsafe fn load_for_all(path: &Path) -> Result<Library, libloading::Error> {
    // SAFETY: as the caller says.
    unsafe { Library::open(Some(path), RTLD_NOW | RTLD_GLOBAL) }
}

/// The file that a path leads to.
pub fn real_path(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Programs do not open windows by themselves here.
pub fn without_window(_command: &mut std::process::Command) {}

/// A text as the system takes it: any bytes.
pub fn native_text(text: &CStr) -> Option<OsString> {
    Some(OsStr::from_bytes(text.to_bytes()).to_owned())
}

/// A text of the system's as wide characters with a 0 at the end, decoded from its bytes by `decode`; None if that fails.
pub fn wide(text: &OsStr, decode: impl FnOnce(&CStr) -> Option<Vec<libc::wchar_t>>) -> Option<Vec<libc::wchar_t>> {
    decode(&CString::new(text.as_bytes()).ok()?)
}

/// Registers fork handlers: `prepare` and `parent` run in the parent, before and after the fork, and `child` on the only
/// thread of the child.
pub fn at_fork(prepare: extern "C" fn(), parent: extern "C" fn(), child: extern "C" fn()) -> bool {
    // SAFETY: the handlers are functions of this library, which is never unloaded (`stay_loaded`).
    unsafe { libc::pthread_atfork(Some(prepare), Some(parent), Some(child)) == 0 }
}

/// This thread's value of a pthread key; NULL for a key that nobody made.
pub fn key_get(key: u32) -> *mut c_void {
    // SAFETY: glibc and musl answer NULL for a key that was not made; macOS reads a word of the thread for each number below
    // `KEYS`.
    unsafe { libc::pthread_getspecific(key as libc::pthread_key_t) }
}

/// Sets this thread's value of a pthread key.
pub fn key_set(key: u32, value: *mut c_void) {
    // SAFETY: the key was found in use, or is ours.
    unsafe { libc::pthread_setspecific(key as libc::pthread_key_t, value) };
}

/// An address that no thread has and no new thread gets while this exists.
pub struct KeptAddress(Option<NonNull<c_void>>);

/// No system has smaller pages.
const PAGE: usize = 4096;

/// Keeps the address of a thread that has ended from new threads. None: a thread may have it still, or again.
pub fn keep_address(address: u64) -> Option<KeptAddress> {
    let page = (address as usize & !(PAGE - 1)) as *mut c_void;
    // SAFETY: without MAP_FIXED the address is a hint, which is taken where nothing is mapped; elsewhere the mapping is
    // undone.
    unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE;
        let got = libc::mmap(page, PAGE, libc::PROT_NONE, flags, -1, 0);
        if got == page {
            return Some(KeptAddress(NonNull::new(got)));
        }
        if got != libc::MAP_FAILED {
            libc::munmap(got, PAGE);
        }
    }
    // Other memory is mapped there now: it has to be unmapped, and a thread made, before a thread can have this address.
    (!may_be_thread(address as usize)).then_some(KeptAddress(None))
}

impl Drop for KeptAddress {
    fn drop(&mut self) {
        if let Some(page) = self.0 {
            // SAFETY: the page was mapped for this, and nobody uses it.
            unsafe { libc::munmap(page.as_ptr(), PAGE) };
        }
    }
}

/// The address that a key's distance is counted from.
pub(super) fn this_thread() -> usize {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::pthread_self() as usize }
}

/// A key whose destructor is `ThreadEnd::run`. It comes after the thread's C++ thread_local destructors, among those of
/// pthread keys, which are called in rounds; it does not come on the thread that ends the process by returning from `main`.
/// None: no key is left.
pub(super) fn make_end_key() -> Option<u32> {
    unsafe extern "C" fn end(asked: *mut c_void) {
        // CPython waits for its GIL at a cancellation point, with a mutex locked.
        //
        // SAFETY: only `set_end_key` sets values of this key.
        without_cancellation(|| unsafe { ThreadEnd::run(asked) });
    }
    make_key(Some(end))
}

/// Sets this thread's value of a key that `make_end_key` made. False: no memory.
///
/// # Safety
/// `asked` is a static `ThreadEnd`.
pub(super) unsafe fn set_end_key(key: u32, asked: *const c_void) -> bool {
    // SAFETY: the key is ours, and the value is what its destructor expects.
    unsafe { libc::pthread_setspecific(key as libc::pthread_key_t, asked) == 0 }
}

/// A new pthread key; None: the process has none left.
pub(super) fn make_key(end: Option<unsafe extern "C" fn(*mut c_void)>) -> Option<u32> {
    let mut key: libc::pthread_key_t = 0;
    // SAFETY: `key` outlives the call; a destructor is a function of this library, which is never unloaded.
    (unsafe { libc::pthread_key_create(&mut key, end) } == 0).then_some(key as u32)
}

/// Deletes a key that `make_key` made.
pub(super) fn delete_key(key: u32) {
    // SAFETY: the key is ours.
    unsafe { libc::pthread_key_delete(key as libc::pthread_key_t) };
}

/// A CPython here believes its configuration about the program that it was started by: nothing has to be done.
pub struct Launched;

impl Launched {
    /// By this program.
    pub fn by(_program: &Path) -> Launched {
        Launched
    }
}
