//! Thread-local variables on systems where a module has all of them in one block per thread: ELF and Windows.

use super::tls_address;

/// A thread-local variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadLocal {
    module: usize,
    offset: usize,
}

impl ThreadLocal {
    /// Where it is on this thread.
    pub fn here(self) -> *mut usize {
        tls_address(self.module, self.offset)
    }
}

/// A module's thread-local block.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// Where it is on the thread that called `modules`; 0 where that thread has none yet.
    pub here: usize,
    /// In bytes.
    pub size: usize,
    /// The loader's number of the module, for `tls_address`.
    pub module: usize,
}

/// A module's thread-local variables: none, or one block.
pub type Locals = Option<Block>;

/// The variables that hold `word` on this thread, which is the one that called `modules`.
pub fn variables_that_hold(locals: &Locals, word: usize) -> Vec<ThreadLocal> {
    let Some(block) = locals.filter(|block| block.here != 0) else { return Vec::new() };
    let words = block.size / size_of::<usize>();
    // SAFETY: the loader says where this thread's block of the module is and how long; it lives as long as the thread.
    let content = unsafe { std::slice::from_raw_parts(block.here as *const usize, words) };
    let places = (0..words).filter(|place| content[*place] == word);
    places.map(|place| ThreadLocal { module: block.module, offset: place * size_of::<usize>() }).collect()
}
