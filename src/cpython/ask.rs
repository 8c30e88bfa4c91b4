//! Asks a program which Python it is.
//!
//! By running it once, which also shows that it can start in this environment: a start in our own process that fails half way
//! cannot be repeated. The run has to end also where the program is not Python, or uses this library itself.

use super::Config;
use crate::error::{Error, Result, Status, fail};
use crate::sys::{self, FILES, channel};
use std::ffi::{CString, OsString};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The environment variable that names a Python.
pub(super) const ENVIRONMENT: &str = "PYFERRY_PYTHON";

/// What an interpreter on disk says of itself.
pub struct Installation {
    /// The program, which becomes Python's program name: Python finds its prefix, virtual environment and packages by it.
    pub program: Option<PathBuf>,
    /// Its shared library.
    pub library: PathBuf,
}

/// Prints `ANSWERS`. On all systems but Windows they are in the module that sysconfig reads, whose name is made here as
/// sysconfig makes it (3.9 to 3.15). sysconfig itself also imports threading since 3.12, and takes as long as half of the
/// program's start. The answers are written as bytes, since file names need not be text in any encoding. Nothing is imported
/// from the working directory, where `-c` looks first: the files in there are not the host's. It ends at once, for to take Python
/// down is a fifth of all, and nobody needs it.
const QUESTION: &str = "
import sys
sys.path[:] = [path for path in sys.path if path]
import os
try:
    multiarch = getattr(sys.implementation, '_multiarch', '')
    v = __import__(f'_sysconfigdata_{sys.abiflags}_{sys.platform}_{multiarch}').build_time_vars.get
except (ImportError, AttributeError):
    import sysconfig
    v = sysconfig.get_config_var
answers = (sys.executable, sys.version_info[0], sys.version_info[1], v('Py_ENABLE_SHARED'), v('LIBDIR'), v('INSTSONAME'),
           v('LDLIBRARY'), sys.base_prefix, v('LDVERSION'), v('MULTIARCH'), 't' if v('Py_GIL_DISABLED') else '',
           'pyferry: answered')
os.write(1, b''.join(os.fsencode('' if x is None else str(x)) + b'\\n' for x in answers))
os._exit(0)
";

/// The words in braces in `FILES`, in the order of the answers.
const ANSWERS: [&str; 11] = [
    "executable",
    "major",
    "minor",
    "shared",
    "libdir",
    "instsoname",
    "ldlibrary",
    "base_prefix",
    "ldversion",
    "multiarch",
    "t",
];

/// What is written after the answers.
const ANSWERED: &str = "pyferry: answered";
/// What this library writes when it is used in a program that is asked.
const USES_US: &str = "pyferry: this program uses pyferry itself";
/// Set in the environment of a program that is asked.
const ASKED: &str = "PYFERRY_PRIVATE_ASKED";

/// Asks a program. `said_by` says for the message who named it.
pub fn ask(program: &Path, said_by: &str, config: &Config) -> Result<Installation> {
    if std::env::var_os(ASKED).is_some() {
        // The asker waits for this line, and the program may not end for a long time. To ask another program would go on
        // without end.
        let mut out = std::io::stdout();
        let _ = writeln!(out, "{USES_US}").and_then(|()| out.flush());
        fail!(
            NoPython,
            "pyferry started this process to ask which Python it is, and it is a program that uses pyferry itself: name a python3 in {ENVIRONMENT} or in the option `python`"
        );
    }
    let cannot_run = |error: std::io::Error| {
        let status = match error.kind() {
            // No process can be had, which says nothing of the program.
            ErrorKind::WouldBlock | ErrorKind::OutOfMemory => Status::NoMemory,
            _ => Status::NoPython,
        };
        Error::says(status, format_args!("cannot run {} ({said_by}): {error}", program.display()))
    };
    let mut command = Command::new(program);
    sys::without_window(&mut command);
    let mut child = command
        .args(config.flags())
        .args(["-c", QUESTION])
        .env(ASKED, "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(cannot_run)?;
    // Read stderr on another thread: a program that writes more than a pipe holds would wait for us.
    let (send, complaints) = channel();
    let stderr = child.stderr.take();
    let reader = sys::spawn(c"pyferry-ask", move || {
        let mut text = Vec::new();
        let _ = stderr.map(|mut stderr| stderr.read_to_end(&mut text));
        let _ = send.send(text);
    });
    if let Err(error) = reader {
        let _ = child.kill();
        let _ = child.wait();
        return Err(Error::no_thread("that asks ", &program.display().to_string(), &error));
    }
    let Some(lines) = answers(&mut child) else {
        let _ = child.kill();
        let _ = child.wait();
        fail!(NoPython, "{} ({said_by}) is a program that uses pyferry itself, and not a python3", program.display());
    };
    // If the host ignores SIGCHLD, or waits for any child, the status is lost.
    let how = child.wait().map_or_else(|_| "it has ended".to_owned(), |status| status.to_string());
    // A sitecustomize may have printed something first.
    let lines = &lines[lines.len().saturating_sub(ANSWERS.len())..];
    if lines.len() < ANSWERS.len() {
        let complaints = complaints.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
        let complaints = String::from_utf8_lossy(&complaints);
        fail!(NoPython, "{} ({said_by}) did not start ({how}): {}", program.display(), complaints.trim_end());
    }
    let fill = |text: &str| {
        let mut filled = OsString::new();
        for part in text.split(['{', '}']) {
            match ANSWERS.iter().position(|word| *word == part) {
                Some(place) => filled.push(&lines[place]),
                None => filled.push(part),
            }
        }
        filled
    };
    let library = FILES
        .folders
        .iter()
        .flat_map(|folder| FILES.libraries.iter().map(move |name| Path::new(&fill(folder)).join(fill(name))))
        .find(|path| FILES.is_library(&path.to_string_lossy()) && path.is_file());
    let executable = Path::new(&lines[0]);
    let Some(library) = library else {
        fail!(NoPython, "{} ({said_by}) {}", executable.display(), fill(FILES.advice).display())
    };
    Ok(Installation { program: Some(executable.into()), library })
}

/// What a program writes, up to the last answer: processes that it leaves running may keep the pipe open. None: it uses this
/// library.
fn answers(child: &mut Child) -> Option<Vec<OsString>> {
    let mut lines = Vec::new();
    for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(|stdout| stdout.split(b'\n')).flatten() {
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if line == ANSWERED.as_bytes() {
            break;
        }
        if line == USES_US.as_bytes() {
            return None;
        }
        lines.push(CString::new(line).ok().and_then(|line| sys::native_text(&line)).unwrap_or_default());
    }
    Some(lines)
}
