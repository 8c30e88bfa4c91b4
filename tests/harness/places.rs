//! How many cases run at once: of all tests, where several run side by side.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};

/// A FIFO with a byte for each case that may run: whoever has taken one out runs, and puts it back.
const FIFO: &str = "PYFERRY_TEST_PLACES";

pub struct Places(Option<File>);

pub struct Place<'places>(&'places Places);

impl Places {
    pub fn shared() -> Result<Places, String> {
        let Some(path) = env::var_os(FIFO) else { return Ok(Places(None)) };
        // To write as well: with nobody who could, a read of none would be the end of the file.
        let fifo = OpenOptions::new().read(true).write(true).open(&path);
        fifo.map(|fifo| Places(Some(fifo))).map_err(|e| format!("{FIFO}: {}: {e}", path.display()))
    }

    pub fn are_shared(&self) -> bool {
        self.0.is_some()
    }

    /// Waits until there is one.
    pub fn take(&self) -> Place<'_> {
        if let Some(mut fifo) = self.0.as_ref() {
            fifo.read_exact(&mut [0]).expect("it was opened to be read");
        }
        Place(self)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(mut fifo) = self.0.0.as_ref() {
            fifo.write_all(b".").expect("it was opened to be written");
        }
    }
}
