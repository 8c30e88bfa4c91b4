//! What a host and a script say to each other.

pub mod symbol;
