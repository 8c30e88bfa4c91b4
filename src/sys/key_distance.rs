//! Thread-specific keys on systems that keep their values inside the thread, at the same distance on every thread.

use super::{KEY_WORDS, key_get, key_set, this_thread};
use std::ffi::c_void;

/// The distance from `thread_pointer()` to the calling thread's value of a key, where it is the same on every thread. No system
/// promises that for a given key: so we look for two values among `KEY_WORDS`, and then try a third.
pub fn find_key_distance(key: u32) -> Option<usize> {
    let marks = [0usize; 3];
    let [first, second, third] = marks.each_ref().map(|mark| (&raw const *mark).cast_mut().cast::<c_void>());
    let before = key_get(key);
    let holds = |place: &usize, mark: *mut c_void| {
        // SAFETY: inside the system's record of the calling thread; volatile, because others write it.
        unsafe { (this_thread() as *const usize).add(*place).read_volatile() == mark as usize }
    };
    key_set(key, first);
    let mut places: Vec<usize> = KEY_WORDS.filter(|place| holds(place, first)).collect();
    key_set(key, second);
    places.retain(|place| holds(place, second));
    let distance = match places[..] {
        [place] => Some((this_thread() + place * size_of::<usize>()).wrapping_sub(thread_pointer())),
        _ => None,
    };
    let works = distance.is_some_and(|distance| {
        // SAFETY: a word of this thread that has held both values of the key.
        unsafe { place_at(distance).write_volatile(third) };
        key_get(key) == third
    });
    key_set(key, before);
    distance.filter(|_| works)
}

/// Where this thread keeps its value of a key, by the distance that was found.
pub fn key_place(key: u32, distance: usize) -> *mut *mut c_void {
    // pthread_setspecific also stores which use of the key's number the value is for; glibc ignores a value that is for an
    // earlier use.
    key_set(key, key_get(key));
    place_at(distance)
}

#[inline(always)]
fn place_at(distance: usize) -> *mut *mut c_void {
    thread_pointer().wrapping_add(distance) as *mut *mut c_void
}

/// The address that distances are counted from: on arm64 Linux what its register has, since `pthread_self` is a call there.
#[inline(always)]
fn thread_pointer() -> usize {
    #[cfg(all(target_os = "linux", target_arch = "aarch64"))]
    {
        let pointer: usize;
        // SAFETY: any thread may read this register, whose value stays the same as long as the thread lives.
        unsafe {
            std::arch::asm!("mrs {}, tpidr_el0", out(reg) pointer, options(pure, nomem, nostack, preserves_flags));
        }
        pointer
    }
    #[cfg(not(all(target_os = "linux", target_arch = "aarch64")))]
    this_thread()
}

/// The calling thread's word at a distance that `find_key_distance` found.
#[allow(dead_code)] // some systems have a quicker way on some processors
#[inline(always)]
pub fn read_thread_word(distance: usize) -> usize {
    // SAFETY: reads a word of the system's record of this thread.
    unsafe { place_at(distance).cast::<usize>().read_volatile() }
}
