//! A value per thread that is never dropped, and that is found without a call: a variable in the library's thread-local
//! block, as compilers make for `__declspec(thread)`. A thread has the block until no code of any library runs on it any
//! more.
//!
//! Not by `thread_local!`: mingw's tools put that on the heap, where std frees it while host and Python still call in.

use super::tls_address;
use std::cell::UnsafeCell;
use std::mem::ManuallyDrop;

/// The initial value of each thread's. Nobody uses this one: Windows copies it for each thread.
#[repr(transparent)]
pub struct Initial<T>(UnsafeCell<ManuallyDrop<T>>);

// SAFETY: only the system reads it, to copy it.
unsafe impl<T> Sync for Initial<T> {}

impl<T> Initial<T> {
    /// For a static in a section `.tls$...`, which `per_thread` declares.
    pub const fn new(value: T) -> Initial<T> {
        Initial(UnsafeCell::new(ManuallyDrop::new(value)))
    }
}

/// A value per thread.
pub struct PerThread<T: 'static> {
    initial: &'static Initial<T>,
}

/// Declares one: `per_thread! { static NAME: Type = constant; }`.
#[allow(unused_macros)] // tests/systems has the room by itself
macro_rules! per_thread {
    (static $name:ident: $type:ty = $initial:expr;) => {
        static $name: $crate::sys::PerThread<$type> = {
            // Linkers sort by the part after the "$"; after "ZZZ" the block has ended.
            #[unsafe(link_section = ".tls$PYFERRY")]
            static INITIAL: $crate::sys::Initial<$type> = $crate::sys::Initial::new($initial);
            // SAFETY: the static is in that section.
            unsafe { $crate::sys::PerThread::new(&INITIAL) }
        };
    };
}
pub(crate) use per_thread;

unsafe extern "C" {
    // From the compiler's runtime library: the index of this library's block, and the block's first byte.
    static _tls_index: u32;
    static _tls_start: u8;
}

impl<T> PerThread<T> {
    /// # Safety
    /// `initial` is a static in a section `.tls$...`.
    pub const unsafe fn new(initial: &'static Initial<T>) -> Self {
        PerThread { initial }
    }

    /// There is nothing to prepare.
    pub fn prepare(&self) {}

    /// Gives `f` this thread's value.
    #[inline(always)]
    pub fn with<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        f(self.here())
    }

    /// This thread's value, which is always found without a call. It must not be sent to another thread, so T is not `Sync`.
    #[inline(always)]
    pub fn at_hand(&self) -> Option<&T> {
        Some(self.here())
    }

    #[inline(always)]
    fn here(&self) -> &T {
        let offset = (&raw const *self.initial as usize).wrapping_sub(&raw const _tls_start as usize);
        // SAFETY: the library's block has the value at this offset, as long as code runs on the thread.
        unsafe { &*tls_address(_tls_index as usize, offset).cast::<T>() }
    }
}
