//! The installed drop-in, preloaded into python3.

use std::fs;

use harness::Failed;
use harness::process::output;
use harness::python::Python;

use crate::tree::{self, command};

pub fn into_python(python: &Python) -> Result<(), Failed> {
    let library = tree::installed()?.join("lib/libpyferry_gilstate.so");
    let log = tree::empty("preloaded")?.join("log");
    let mut program = command(&python.executable.to_string_lossy());
    program.env("LD_PRELOAD", &library).env("PYFERRY_GILSTATE_LOG", &log);
    output(program.args(["-I", "-c", "pass"]))?;
    let said = fs::read_to_string(&log)?;
    // The libpyferry.so beside it was found; or python3 has Python inside, as Debian's, and is out of reach.
    if said.contains("has started Python: ") || said.contains("has Python inside, ") {
        Ok(())
    } else {
        Err(format!("{} says: {said}", library.display()).into())
    }
}
