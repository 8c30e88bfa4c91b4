//! A closure as one word, for a queue's jobs, which carry words.
//!
//! The functions are safe to call by convention, as those of `cpython` are: a word comes only from `wrap`, and whoever has it
//! unwraps it once.

/// What is wrapped. The argument says whether it is to do its work.
pub type Closure = Box<dyn FnOnce(bool) + Send>;

/// Turns a closure into a word.
pub fn wrap(closure: Closure) -> u64 {
    Box::into_raw(Box::new(closure)) as usize as u64
}

/// The closure that was wrapped.
pub fn unwrap(word: u64) -> Closure {
    // SAFETY: `wrap` gave the box away, and by the convention nobody has unwrapped it.
    *unsafe { Box::from_raw(word as usize as *mut Closure) }
}
