//! A value per thread that is never dropped, and found without a call: a variable in the library's thread-local block, as
//! compilers make one of `__declspec(thread)`. Each thread has the block until the very end, when no code of any library runs on
//! it any more.
//!
//! Not by `thread_local!`: for mingw's tools that is a box on the heap, which std frees while host and Python still call in.

use super::tls_address;
use std::cell::UnsafeCell;
use std::mem::ManuallyDrop;

/// What each thread's value is at first. Nobody uses this one: Windows copies it for each thread.
#[repr(transparent)]
pub struct Initial<T>(UnsafeCell<ManuallyDrop<T>>);

// SAFETY: it is only copied, by the system.
unsafe impl<T> Sync for Initial<T> {}

impl<T> Initial<T> {
    /// In a static of section `.tls$`, which `per_thread` declares.
    pub const fn new(value: T) -> Initial<T> {
        Initial(UnsafeCell::new(ManuallyDrop::new(value)))
    }
}

/// One such value.
pub struct PerThread<T: 'static> {
    initial: &'static Initial<T>,
}

/// Declares one: `per_thread! { static NAME: Type = constant; }`.
#[allow(unused_macros)] // tests/systems has the room by itself
macro_rules! per_thread {
    (static $name:ident: $type:ty = $initial:expr;) => {
        static $name: $crate::sys::PerThread<$type> = {
            // Linkers sort by what is behind the "$"; what comes after "ZZZ" is no more in the block.
            #[unsafe(link_section = ".tls$PYFERRY")]
            static INITIAL: $crate::sys::Initial<$type> = $crate::sys::Initial::new($initial);
            // SAFETY: it is in that section.
            unsafe { $crate::sys::PerThread::new(&INITIAL) }
        };
    };
}
pub(crate) use per_thread;

unsafe extern "C" {
    // The runtime library of the compiler has both: the number of this library's block, and what is first in it.
    static _tls_index: u32;
    static _tls_start: u8;
}

impl<T> PerThread<T> {
    /// # Safety
    /// `initial` is a static in a section `.tls$...`.
    pub const unsafe fn new(initial: &'static Initial<T>) -> Self {
        PerThread { initial }
    }

    /// Nothing is to be prepared.
    pub fn prepare(&self) {}

    /// This thread's.
    #[inline(always)]
    pub fn with<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        f(self.here())
    }

    /// The same: it always is at hand. It must not be sent to another thread, so T is not `Sync`.
    #[inline(always)]
    pub fn at_hand(&self) -> Option<&T> {
        Some(self.here())
    }

    #[inline(always)]
    fn here(&self) -> &T {
        let offset = (&raw const *self.initial as usize).wrapping_sub(&raw const _tls_start as usize);
        // SAFETY: the library's block has the value there, from before the thread's first step until after its last.
        unsafe { &*tls_address(_tls_index as usize, offset).cast::<T>() }
    }
}
