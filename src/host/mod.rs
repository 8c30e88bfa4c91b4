//! What a host and a script say to each other.

pub mod at_end;
pub mod output;
pub mod symbol;

/// What is held through a fork, so that no child finds it locked.
pub type Still = (at_end::Still, output::Still);

/// Takes the locks of this room.
pub fn hold_still() -> Still {
    (at_end::hold_still(), output::hold_still())
}
