//! Wine: its folder, its server, and how a program is started.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::{FlockOperation, flock};

const LOADER: &str = "/usr/lib/wine/wine64";
const SERVER: &str = "/usr/lib/wine/wineserver64";

pub struct Wine {
    prefix: PathBuf,
    /// Locked by each who uses the server.
    users: File,
}

impl Wine {
    /// Starts its server and its services, with no pipe of a program's: they outlive the programs.
    pub fn begin(prefix: &Path) -> Result<Wine, String> {
        let says = |error: std::io::Error| format!("{}: {error}", prefix.display());
        std::fs::create_dir_all(prefix).map_err(says)?;
        let users = File::create(prefix.join("users")).map_err(says)?;
        flock(&users, FlockOperation::LockShared).map_err(|error| says(error.into()))?;
        let wine = Wine { prefix: prefix.to_owned(), users };
        // Seconds after the last program: the services are not started again for each.
        wine.quietly(SERVER, "-p20")?;
        wine.quietly(LOADER, "wineboot")?;
        Ok(wine)
    }

    /// Ends all that is left, unless another test or benchmark has programs there.
    pub fn end(&self) {
        if flock(&self.users, FlockOperation::NonBlockingLockExclusive).is_ok() {
            let _ = self.quietly(SERVER, "-k");
        }
    }

    /// A command that runs a program: with pipes for its standard handles, because with plain files Python does not start.
    pub fn command(&self, program: &Path, arguments: &[OsString]) -> Command {
        let mut command = Command::new("bash");
        command.args(["-c", "true | \"$@\" 2>&1 | cat; exit ${PIPESTATUS[1]}", "wine", LOADER]);
        command.arg(program).args(arguments).envs(self.variables());
        command
    }

    fn quietly(&self, program: &str, argument: &str) -> Result<(), String> {
        let mut command = Command::new(program);
        command.arg(argument).envs(self.variables()).env_remove("LD_LIBRARY_PATH");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().map(drop).map_err(|e| format!("cannot run {program}: {e}"))
    }

    pub fn variables(&self) -> [(&'static str, OsString); 3] {
        let overrides = "mscoree,mshtml,winedbg.exe=";
        [
            ("WINEPREFIX", self.prefix.clone().into()),
            ("WINEDEBUG", "-all".into()),
            ("WINEDLLOVERRIDES", overrides.into()),
        ]
    }
}

/// The words that start a program whose standard input and output are pipes: standard error has to be one too.
pub fn talking(program: &Path) -> Vec<OsString> {
    let words = ["bash", "-c", "exec \"$@\" 2> >(cat >&2)", "wine", LOADER].map(OsString::from);
    words.into_iter().chain([program.into()]).collect()
}

/// A path as programs for Windows have it.
pub fn windows_path(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', "\\")
}
