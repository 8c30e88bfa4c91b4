//! What there is once in a process: the Python that pyferry starts, other copies of the library, and what is done at a fork.

mod copies;
mod fork;
pub mod runtime;
