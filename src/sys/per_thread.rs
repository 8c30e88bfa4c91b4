//! A value per thread that is never dropped, and that is found without a call. (Windows has its own way.)
//!
//! A library that may be dlopened finds a thread's variables by a call to the loader's `__tls_get_addr` at each use, or in
//! static TLS, of which glibc has 1664 bytes for all such libraries together, and where a module's whole block has to go. So
//! the value's address is stored as the value of a pthread key too, which glibc keeps inside the thread, at the same distance
//! on every thread.

use super::{find_key_distance, key_set, make_key, thread_word};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::thread::LocalKey;

/// A value per thread.
pub struct PerThread<T: 'static> {
    value: &'static LocalKey<ManuallyDrop<T>>,
    key: AtomicU32,
    /// 0: not known.
    distance: AtomicUsize,
}

/// Declares one: `per_thread! { static NAME: Type = constant; }`.
#[allow(unused_macros)] // tests/systems has the room by itself
macro_rules! per_thread {
    (static $name:ident: $type:ty = $initial:expr;) => {
        static $name: $crate::sys::PerThread<$type> = {
            thread_local! {
                static VALUE: std::mem::ManuallyDrop<$type> = const { std::mem::ManuallyDrop::new($initial) };
            }
            $crate::sys::PerThread::new(&VALUE)
        };
    };
}
pub(crate) use per_thread;

impl<T> PerThread<T> {
    /// `value` holds the threads' values.
    pub const fn new(value: &'static LocalKey<ManuallyDrop<T>>) -> Self {
        PerThread { value, key: AtomicU32::new(0), distance: AtomicUsize::new(0) }
    }

    /// From here on values are found without a call, if the system allows it. Call it once, before there are other threads.
    pub fn prepare(&self) {
        if let Some(key) = make_key(None)
            && let Some(distance) = find_key_distance(key)
        {
            self.key.store(key, Ordering::Relaxed);
            self.distance.store(distance, Ordering::Release);
        }
    }

    /// Gives `f` this thread's value.
    #[inline]
    pub fn with<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        f(self.at_hand().unwrap_or_else(|| self.find()))
    }

    /// This thread's value, if it can be found without a call. It must not be sent to another thread, so T is not `Sync`.
    #[inline(always)]
    pub fn at_hand(&self) -> Option<&T> {
        let distance = self.distance.load(Ordering::Acquire);
        let found = if distance == 0 { std::ptr::null() } else { thread_word(distance) as *const T };
        // SAFETY: only `find` sets values of the key: the address of this thread's value, which is never dropped and stays in
        // place until the thread is gone. (The end of a thread empties the key before that.)
        unsafe { found.as_ref() }
    }

    #[cold]
    fn find(&self) -> &T {
        let value = self.value.with(|value| &raw const **value);
        if self.distance.load(Ordering::Acquire) != 0 {
            key_set(self.key.load(Ordering::Relaxed), value.cast_mut().cast());
        }
        // SAFETY: as in `at_hand`.
        unsafe { &*value }
    }
}
