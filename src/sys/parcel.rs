//! A closure as one word, for what carries words: a job of a queue.
//!
//! Its functions can be safe to call by a bargain, as those of `cpython`: a word comes only from `wrap`, and whoever has it unwraps
//! it once.

/// What is wrapped. It is told whether it is to do its work.
pub type Closure = Box<dyn FnOnce(bool) + Send>;

/// Gives a closure away as a word.
pub fn wrap(closure: Closure) -> u64 {
    Box::into_raw(Box::new(closure)) as usize as u64
}

/// The closure that was wrapped.
pub fn unwrap(word: u64) -> Closure {
    // SAFETY: `wrap` gave the box away, and by the bargain nobody has unwrapped it.
    *unsafe { Box::from_raw(word as usize as *mut Closure) }
}
