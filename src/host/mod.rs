//! What a host and a script say to each other.

pub mod at_end;
pub mod symbol;
