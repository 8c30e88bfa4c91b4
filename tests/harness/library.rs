//! The shared library under test.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Library {
    /// For example `target/release/libpyferry.so`.
    pub file: PathBuf,
}

impl Library {
    /// Builds the library as `cargo build` does. `cargo test` alone would not do: it leaves a cdylib only in `deps/`, beside
    /// the older copy that the last `cargo build` put where users take it from.
    pub fn build() -> Result<Library, String> {
        let executable = env::current_exe().map_err(|e| format!("cannot find the test executable: {e}"))?;
        let place = Place::of(&executable)?;
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.current_dir(super::paths::root()).args(["build", "--quiet", "--lib", "--profile", &place.profile]);
        command.arg("--target-dir").arg(&place.target_directory);
        if let Some(triple) = &place.triple {
            command.args(["--target", triple]);
        }
        // Set by cargo for this process; it would make the programs, and cargo's own children, find other libraries.
        command.env_remove("LD_LIBRARY_PATH");
        let status = command.status().map_err(|e| format!("cannot run {command:?}: {e}"))?;
        if !status.success() {
            return Err(format!("{command:?}: {status}"));
        }
        let name = format!("{}pyferry{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
        let file = place.directory.join(name);
        if file.exists() { Ok(Library { file }) } else { Err(format!("{command:?} made no {}", file.display())) }
    }

    pub fn directory(&self) -> &Path {
        self.file.parent().expect("the library is in a directory")
    }
}

/// What the test executable's own path, `TARGET/[TRIPLE/]PROFILE/deps/c-HASH`, tells about how it was built.
struct Place {
    target_directory: PathBuf,
    triple: Option<String>,
    profile: String,
    directory: PathBuf,
}

impl Place {
    fn of(executable: &Path) -> Result<Place, String> {
        let odd = || format!("{} is not in a cargo target directory", executable.display());
        let directory = executable.ancestors().nth(2).ok_or_else(odd)?;
        let target_directory = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().ok_or_else(odd)?;
        let inside = directory.strip_prefix(target_directory).map_err(|_| odd())?;
        let mut parts = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect::<Vec<_>>();
        let profile = match parts.pop().ok_or_else(odd)?.as_str() {
            "debug" => "dev".to_owned(),
            other => other.to_owned(),
        };
        Ok(Place {
            target_directory: target_directory.to_owned(),
            triple: parts.pop(),
            profile,
            directory: directory.to_owned(),
        })
    }
}
