//! One case: a name, and what is done to try it.

use libtest_mimic::{Completion, Failed};

pub struct Trial {
    pub name: String,
    pub run: Box<dyn FnOnce() -> Result<Completion, Failed> + Send>,
}

impl Trial {
    pub fn test(name: impl Into<String>, run: impl FnOnce() -> Result<(), Failed> + Send + 'static) -> Trial {
        Trial::ignorable_test(name, || run().map(|()| Completion::Completed))
    }

    /// It may find that it has nothing to try here, and say why.
    pub fn ignorable_test(
        name: impl Into<String>,
        run: impl FnOnce() -> Result<Completion, Failed> + Send + 'static,
    ) -> Trial {
        Trial { name: name.into(), run: Box::new(run) }
    }
}
