//! What `make bench-windows` measures: programs of `benches` on CPythons for Windows, under Wine.

use std::path::{Path, PathBuf};

use super::wine::windows_path;
use super::{Kit, compile, prepare};
use crate::paths;
use crate::python::Python;

pub struct Bench {
    kit: Kit,
    pub pythons: Vec<Python>,
}

impl Bench {
    pub fn begin() -> Result<Bench, String> {
        let (kit, pythons) = prepare()?;
        Ok(Bench { kit, pythons })
    }

    /// What the program prints, with that barrier.
    pub fn run(
        &self,
        source: &Path,
        beside: &[PathBuf],
        arguments: &[&str],
        barrier: &str,
        python: &Python,
    ) -> Result<String, String> {
        let Kit { library, builder, .. } = &self.kit;
        let recipe = compile::measured(source, beside, python, library);
        builder.make(&recipe)?;
        let directory = paths::run(&format!("bench on {}", python.name));
        std::fs::create_dir_all(&directory).map_err(|e| format!("{}: {e}", directory.display()))?;
        let home = windows_path(python.executable.parent().expect("it is in a folder"));
        let path = format!("{};{home}", windows_path(library.directory()));
        let mut variables = vec![("WINEPATH", path), ("PYFERRY_BARRIER", barrier.to_owned())];
        // There Python takes the host's folder for its own, and the host has to say better.
        variables.extend((python.minor < 11).then_some(("PYTHONHOME", home)));
        self.kit.run(&recipe.output, arguments, &directory, &variables)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.kit.wine.end();
    }
}
