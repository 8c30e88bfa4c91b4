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

/// Runs `f`, which leaves errno to whoever was interrupted.
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

/// Which signals a thread does not take. Those of ours take none, but while they run Python code: threads and processes that it
/// starts inherit the mask.
pub struct SignalMask(libc::sigset_t);

thread_local! {
    /// On a thread of ours, which takes no signal of itself: the mask of the host's thread that had it started.
    static GIVEN: Cell<Option<libc::sigset_t>> = const { Cell::new(None) };
}

impl SignalMask {
    /// None at all.
    fn all() -> SignalMask {
        // SAFETY: the set is valid for the call.
        unsafe {
            let mut all = std::mem::zeroed::<libc::sigset_t>();
            libc::sigfillset(&mut all);
            SignalMask(all)
        }
    }

    /// What this thread does not take; on one of ours, what the one does not that had it started.
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

    /// Makes it the mask that this thread, which is ours, was given.
    pub fn give(self) {
        GIVEN.set(Some(self.0));
    }

    /// Runs `f`, which may run Python code: on a thread of ours with the mask of the host's thread that had it started.
    pub fn as_given<R>(f: impl FnOnce() -> R) -> R {
        match GIVEN.get() {
            Some(given) => SignalMask(given).around(f),
            None => f(),
        }
    }

    fn around<R>(&self, f: impl FnOnce() -> R) -> R {
        // SAFETY: both sets are valid for the calls, and a mask is this thread's own.
        unsafe {
            let mut before = std::mem::zeroed::<libc::sigset_t>();
            libc::pthread_sigmask(libc::SIG_SETMASK, &self.0, &mut before);
            let result = f();
            libc::pthread_sigmask(libc::SIG_SETMASK, &before, std::ptr::null_mut());
            result
        }
    }
}

/// Runs `f`, in which a write to where nobody reads any more is an error to who writes, and no SIGPIPE, by which the host would end.
pub fn without_sigpipe<R>(f: impl FnOnce() -> R) -> R {
    // SAFETY: each set is valid for the calls. The signal is taken where it is pending, so `sigwait` does not wait.
    unsafe {
        let mut pipe = std::mem::zeroed::<libc::sigset_t>();
        libc::sigemptyset(&mut pipe);
        libc::sigaddset(&mut pipe, libc::SIGPIPE);
        let is_pending = || {
            let mut pending = std::mem::zeroed::<libc::sigset_t>();
            libc::sigpending(&mut pending) == 0 && libc::sigismember(&pending, libc::SIGPIPE) == 1
        };
        let was_pending = is_pending();
        let mut before = std::mem::zeroed::<libc::sigset_t>();
        libc::pthread_sigmask(libc::SIG_BLOCK, &pipe, &mut before);
        let result = f();
        if !was_pending && is_pending() {
            libc::sigwait(&pipe, &mut 0);
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, &before, std::ptr::null_mut());
        result
    }
}

/// Runs `f` with every signal blocked, so that a thread it starts never takes one meant for the host's threads.
fn with_signals_blocked<R>(f: impl FnOnce() -> R) -> R {
    SignalMask::all().around(f)
}

/// While this is there, SIGINT ends the process by a handler: what it does by default, and not seen to be the default.
/// CPython's `_signal`, when it is imported first, makes SIGINT its own where nobody has, and only there.
pub struct UndefaultedInterrupt(libc::sigaction);

impl UndefaultedInterrupt {
    /// None where the host has seen to SIGINT itself.
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
        // SAFETY: it is what the host had.
        unsafe { libc::sigaction(libc::SIGINT, &self.0, std::ptr::null_mut()) };
    }
}

/// What a thread that Python is initialised on gets for a stack, in bytes: what the system gives the first thread of a
/// program, which CPython's limits of recursion are made for, where that is more than 8 MiB, the usual.
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

/// Runs `f` so that a pthread_cancel of this thread waits until it is through.
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
    // As libc declares it, but for a start routine that may be unwound.
    fn pthread_create(
        thread: *mut libc::pthread_t,
        attributes: *const libc::pthread_attr_t,
        start: extern "C-unwind" fn(*mut c_void) -> *mut c_void,
        argument: *mut c_void,
    ) -> c_int;
}

/// The number by which Python knows a thread is the thread's address, by which free-threaded CPythons' memory allocator knows
/// its owner. A new thread often has the address of one that has ended.
pub(crate) const NUMBERS_ARE_ADDRESSES: bool = true;

/// Starts a thread that nobody waits for, with every signal blocked. Not std's: that leaves a destructor behind when it is
/// called among the destructors of a thread's end.
pub fn spawn(name: &'static CStr, f: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    spawn_with_stack(name, 0, f)
}

/// The same, for who may wait for it, with a stack of that size in bytes; 0: as the system has it.
pub fn spawn_joinable(
    name: &'static CStr,
    stack_size: usize,
    f: impl FnOnce() + Send + 'static,
) -> std::io::Result<Joinable> {
    spawn_boxed(stack_size, (name, SignalMask::of_this_thread(), Box::new(f)))
}

/// A thread that goes on by itself, unless it is waited for.
pub struct Joinable(libc::pthread_t);
// SAFETY: any thread may wait for another, or say that nobody does.
unsafe impl Send for Joinable {}

impl Joinable {
    /// Waits for its end.
    pub fn join(self) {
        let thread = std::mem::ManuallyDrop::new(self);
        // SAFETY: nobody has waited for it, nor will.
        unsafe { libc::pthread_join(thread.0, std::ptr::null_mut()) };
    }
}

impl Drop for Joinable {
    fn drop(&mut self) {
        // SAFETY: nobody has waited for it, nor will.
        unsafe { libc::pthread_detach(self.0) };
    }
}

/// As `spawn`, with such a stack.
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
    // SAFETY: the box is the new thread's, or ours again if there is none; a thread that was made is the caller's; the
    // attributes are destroyed once.
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

/// Runs `work` on a new thread, with every signal blocked, and waits for the thread.
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

/// Whether other threads than this one can load libraries: not while this one is in a constructor of a library that is
/// being loaded, or is waited for by one that is, because the dynamic loader holds its lock through that. Another thread
/// may hold the lock for a while; so it is given `patience`.
pub fn others_can_load(patience: Duration) -> bool {
    // No channel: std's keeps something for each thread that has a destructor, and glibc takes the lock to register one.
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
        // SAFETY: names the program itself, which is loaded; nothing is run. All that is wanted is the lock.
        unsafe { libc::dlopen(std::ptr::null(), RTLD_LAZY | libc::RTLD_NOLOAD) };
        tell(&told, |progress| progress.done = true);
    });
    if spawned.is_err() {
        return true;
    }
    let (lock, changed) = &*progress;
    // However long a new thread takes to come to it: the time counts from there.
    let progress = changed.wait_while(lock.lock(), |progress| !progress.begun);
    changed.wait_while_within(progress, Some(patience), |progress| !progress.done).done
}

impl Module {
    /// A reference to it, to look symbols up in.
    pub fn open(&self) -> Option<Library> {
        if self.name.is_empty() {
            return Some(Library::this());
        }
        // SAFETY: RTLD_NOLOAD runs no initialisers; it only takes a reference to what is loaded.
        unsafe { Library::open(Some(&self.name), libc::RTLD_NOLOAD | RTLD_LAZY) }.ok()
    }
}

/// The address of a symbol as most modules see it: the executable's, where that has one or a copy.
pub fn global_symbol(name: &CStr) -> Option<NonNull<c_void>> {
    // SAFETY: only the address is used.
    let found = unsafe { Library::this().get::<*mut c_void>(name) }.ok()?.as_raw_ptr();
    NonNull::new(found.cast())
}

/// Loads a library, or opens one that the host loaded for itself alone, with its symbols for everybody.
///
/// # Safety
/// The library's initialisers do nothing that is unsound now.
pub unsafe fn load_for_all(path: &Path) -> Result<Library, libloading::Error> {
    // SAFETY: as the caller says.
    unsafe { Library::open(Some(path), RTLD_NOW | RTLD_GLOBAL) }
}

/// The file that a path leads to.
pub fn real_path(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Programs have no windows here of themselves.
pub fn without_window(_command: &mut std::process::Command) {}

/// A text as the system has it: any bytes.
pub fn native_text(text: &CStr) -> Option<OsString> {
    Some(OsStr::from_bytes(text.to_bytes()).to_owned())
}

/// A text of the system's as wide characters with a 0 at the end, which `decode` makes of its bytes; None if they are none.
pub fn wide(text: &OsStr, decode: impl FnOnce(&CStr) -> Option<Vec<libc::wchar_t>>) -> Option<Vec<libc::wchar_t>> {
    decode(&CString::new(text.as_bytes()).ok()?)
}

/// Has `child` run in every forked child, first of all on its only thread; `prepare` and `parent` in the parent, before
/// and after.
pub fn at_fork(prepare: extern "C" fn(), parent: extern "C" fn(), child: extern "C" fn()) -> bool {
    // SAFETY: the handlers are functions of this library, which is never unloaded (`stay_loaded`).
    unsafe { libc::pthread_atfork(Some(prepare), Some(parent), Some(child)) == 0 }
}

/// This thread's value of a pthread key; NULL for a key nobody made.
pub fn key_get(key: u32) -> *mut c_void {
    // SAFETY: glibc and musl answer NULL for a key that was not made; macOS reads a word of the thread for each below `KEYS`.
    unsafe { libc::pthread_getspecific(key as libc::pthread_key_t) }
}

/// Sets this thread's value of a pthread key.
pub fn key_set(key: u32, value: *mut c_void) {
    // SAFETY: the key is one that was found in use.
    unsafe { libc::pthread_setspecific(key as libc::pthread_key_t, value) };
}

/// The address of no thread, kept from the next ones.
pub struct KeptAddress(Option<NonNull<c_void>>);

/// What a page has at least, on every system.
const PAGE: usize = 4096;

/// Keeps an address that a thread had which has ended. None: it may be a thread's, or the next one's.
pub fn keep_address(address: u64) -> Option<KeptAddress> {
    let page = (address as usize & !(PAGE - 1)) as *mut c_void;
    // SAFETY: without MAP_FIXED the address is a wish, which is granted where nothing is mapped; else the mapping is undone.
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
    // Other memory is there now: before the next thread is, that has to go, and the thread to come about.
    (!may_be_thread(address as usize)).then_some(KeptAddress(None))
}

impl Drop for KeptAddress {
    fn drop(&mut self) {
        if let Some(page) = self.0 {
            // SAFETY: it was mapped for this, and nobody uses it.
            unsafe { libc::munmap(page.as_ptr(), PAGE) };
        }
    }
}

/// What a key's distance is counted from.
pub(super) fn this_thread() -> usize {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::pthread_self() as usize }
}

/// A key whose values are what a thread does when it ends: after its C++ thread_local destructors, among those of pthread
/// keys, which come in rounds; not on the thread that ends the process by returning from `main`. None: no key is left.
pub(super) fn make_end_key() -> Option<u32> {
    unsafe extern "C" fn end(asked: *mut c_void) {
        // CPython waits for its GIL at a cancellation point, with a mutex locked.
        //
        // SAFETY: only `set_end_key` sets values of this key.
        without_cancellation(|| unsafe { ThreadEnd::run(asked) });
    }
    make_key(Some(end))
}

/// Sets this thread's value of such a key. False: no memory.
///
/// # Safety
/// `asked` is a `ThreadEnd` that stays.
pub(super) unsafe fn set_end_key(key: u32, asked: *const c_void) -> bool {
    // SAFETY: the key is ours; its value is what the destructor takes it for.
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
    // SAFETY: it is ours.
    unsafe { libc::pthread_key_delete(key as libc::pthread_key_t) };
}

/// Nothing needs doing for a CPython to take itself to be started by the program that its configuration names.
pub struct Launched;

impl Launched {
    /// By this program.
    pub fn by(_program: &Path) -> Launched {
        Launched
    }
}
