//! Thread-specific keys, where a system keeps their values inside the thread, at the same distance on each.

use super::{KEY_WORDS, key_get, key_set, this_thread};
use std::ffi::c_void;

/// The distance from this_thread() to the calling thread's value of a key, where that is the same on every thread. No
/// system promises it for the key at hand: two values are looked for among `KEY_WORDS`, and a third is tried.
pub fn find_key_distance(key: u32) -> Option<usize> {
    let marks = [0usize; 3];
    let [first, second, third] = marks.each_ref().map(|mark| (&raw const *mark).cast_mut().cast::<c_void>());
    let before = key_get(key);
    let holds = |place: &usize, mark: *mut c_void| {
        // SAFETY: inside what the system keeps of the calling thread; volatile, because others write it.
        unsafe { (this_thread() as *const usize).add(*place).read_volatile() == mark as usize }
    };
    key_set(key, first);
    let mut places: Vec<usize> = KEY_WORDS.filter(|place| holds(place, first)).collect();
    key_set(key, second);
    places.retain(|place| holds(place, second));
    let distance = match places[..] {
        [place] => Some(place * size_of::<usize>()),
        _ => None,
    };
    let works = distance.is_some_and(|distance| {
        // SAFETY: a word of this thread that has held both values of the key.
        unsafe { ((this_thread() + distance) as *mut *mut c_void).write_volatile(third) };
        key_get(key) == third
    });
    key_set(key, before);
    distance.filter(|_| works)
}

/// Where this thread keeps its value of a key, by the distance that was found.
pub fn key_place(key: u32, distance: usize) -> *mut *mut c_void {
    // glibc notes with the value which of the keys that had the number over time it is for.
    key_set(key, key_get(key));
    (this_thread() + distance) as *mut *mut c_void
}

/// The word of this thread at a distance that was found.
#[allow(dead_code)] // some systems have a quicker way on some processors
#[inline(always)]
pub fn read_thread_word(distance: usize) -> usize {
    // SAFETY: reads a word of what the system keeps of this thread.
    unsafe { ((this_thread() + distance) as *const usize).read_volatile() }
}
