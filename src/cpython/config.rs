//! How CPython is initialised: configured as `python3` configures itself (PEP 587), with a status for each failure, and
//! without touching what the host decides: its signal handlers, its locale, its C streams.
//!
//! `Py_InitializeEx` would do it in a line, but ends the process if Python cannot start. `PyInitConfig` (3.14) needs no
//! struct, but cannot do it: it begins like `python3 -I`, with the settings decided that `python3` reads from its
//! environment, and refuses the -1 that would reopen them, so PYTHONHASHSEED, PYTHONDEVMODE, PYTHONTRACEMALLOC and others
//! would do nothing. And its strings have to be UTF-8, which file names need not be, while `PyConfig_SetArgv` takes the
//! surrogates that `Py_DecodeLocale` makes of other bytes. `tests/c/config_layout.c` notices when either changes.

use super::types::{PyConfig, PyPreConfig, PyStatus};
use super::{Python, State};
use crate::error::{Result, fail};
use crate::sys;
use std::ffi::{CStr, CString, OsString};
use std::path::{Path, PathBuf};

/// How a host configures the Python that it starts.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// As `python -I`: no PYTHON* variables, and no packages of the user's own.
    pub isolated: bool,
    /// As `python -S`.
    pub no_site: bool,
    /// Python handles SIGINT, and ignores SIGPIPE.
    pub python_signals: bool,
    /// `sys.argv`; empty: `['']`.
    pub arguments: Vec<OsString>,
    /// Put in front of `sys.path`, in each interpreter that we make.
    pub search_paths: Vec<OsString>,
}

impl Config {
    /// Without the user's environment, packages and site code.
    pub(super) fn bare() -> Config {
        Config { isolated: true, no_site: true, ..Config::default() }
    }

    /// The options of `python3` that mean the same.
    pub(super) fn flags(&self) -> impl Iterator<Item = &'static str> {
        self.isolated.then_some("-I").into_iter().chain(self.no_site.then_some("-S"))
    }
}

/// How Python was started.
#[derive(Clone)]
pub struct Start {
    program: Option<PathBuf>,
    config: Config,
    /// The values of PYTHONHOME and PYTHONPATH.
    variables: [Option<OsString>; 2],
}

impl Start {
    fn new(program: Option<&Path>, config: &Config) -> Start {
        let variables = ["PYTHONHOME", "PYTHONPATH"].map(std::env::var_os);
        Start { program: program.map(Path::to_owned), config: config.clone(), variables }
    }

    /// Whether Python would find the same paths.
    fn is_as(&self, other: &Start) -> bool {
        self.program == other.program
            && self.config.isolated == other.config.isolated
            && self.variables == other.variables
    }
}

/// The ints that `PyConfig_InitPythonConfig` sets to 1 and `PyConfig_InitIsolatedConfig` to 0, in the order in which every
/// `PyConfig` from 3.9 to 3.15 declares them. Their offsets differ between versions, and in debug and free-threaded builds:
/// so we compare what the two functions fill in.
enum Switch {
    InstallSignalHandlers = 1,
    ConfigureCStdio = 4,
    PathconfigWarnings = 5,
}

/// use_environment, install_signal_handlers, parse_argv, user_site_directory, configure_c_stdio, pathconfig_warnings
const SWITCHES: usize = 6;

impl Python {
    /// Fails if an earlier start failed half way: CPython can neither go on from there nor go back.
    pub fn check_startable(&self) -> Result<()> {
        match self.failed_start.get() {
            None => Ok(()),
            Some(why) => fail!(
                NoPython,
                "{} failed to start in this process before, half way, and CPython cannot be started again after that: {why}; put that right and start a new process",
                self.path.display()
            ),
        }
    }

    /// Initialises Python on this thread, which is then attached to the main interpreter. Python believes that it was started
    /// by `program`: it finds its prefix, its virtual environment and its packages from there. `prepare` runs when Python is
    /// preinitialised, but not yet initialised.
    pub fn initialize(&self, program: Option<&Path>, config: &Config, prepare: impl FnOnce()) -> Result<()> {
        let here = self.thread_ident();
        if self.failed_on.lock().is_some_and(|there| there != here) {
            fail!(
                NoPython,
                "{} failed to start before on another thread (or before this process was forked), and CPython takes that one for its main thread ever since: start Python on that thread, or in a new process",
                self.path.display()
            );
        }
        self.forget_paths(program, config);
        // During the whole initialisation: site code may import `signal` too.
        let interrupt = if config.python_signals { None } else { sys::UndefaultedInterrupt::begin() };
        let started = self.preinitialize(config).and_then(|()| {
            prepare();
            self.initialize_main(program, config)
        });
        *self.failed_on.lock() = started.is_err().then_some(here);
        let Err(status) = started else {
            let leaves = if interrupt.is_some() { self.leave_interrupt_to_host() } else { Ok(()) };
            self.be_main_thread_for_threading();
            return leaves.and_then(|()| self.put_search_paths_first()).inspect_err(|_| _ = self.finalize());
        };
        let why = self.describe_failure(&status);
        if self.main_interpreter().is_some() {
            let _ = self.failed_start.set(why.clone());
        }
        fail!(NoPython, "{} cannot start: {why}", self.path.display())
    }

    /// The paths that Python found in its last run stay in `_Py_path_config`, and the next run takes them for paths that the
    /// host has set. So they are cleared if Python is started in another way. (If it is started in the same way they stay,
    /// for a host that has set its paths itself.)
    fn forget_paths(&self, program: Option<&Path>, config: &Config) {
        let start = Start::new(program, config);
        let last = self.last_start.lock().replace(start.clone());
        let stays = match last {
            // From 3.14 on, the prefix of a virtual environment stays too, and is taken for that of the standard library.
            Some(last) => {
                last.is_as(&start) && !(self.version >= (3, 14) && program.is_some_and(is_in_virtual_environment))
            }
            None => program.is_none() || !self.others_have_found_paths(),
        };
        if !stays && let Some(set_path) = self.table.Py_SetPath {
            // SAFETY: Python is not initialised, and nobody initialises it at this moment; NULL clears the paths.
            unsafe { set_path(std::ptr::null()) };
        }
    }

    /// Whether another copy of this library, or the host, has run Python in this process before. (In 3.9 Py_GetPrefix would
    /// compute the paths.)
    fn others_have_found_paths(&self) -> bool {
        // SAFETY: from 3.10 on Py_GetPrefix only reads the paths; Python is not initialised, and nobody initialises it now.
        self.version >= (3, 10) && self.table.Py_GetPrefix.is_some_and(|prefix| !unsafe { prefix() }.is_null())
    }

    /// Puts the host's search paths first in `sys.path` of the attached interpreter. Each interpreter gets a new list, and
    /// only main's comes from the configuration.
    pub fn put_search_paths_first(&self) -> Result<()> {
        let paths = self.last_start.lock().as_ref().map_or_else(Vec::new, |start| start.config.search_paths.clone());
        for (place, path) in paths.iter().enumerate() {
            let text = CString::new(path.as_encoded_bytes()).unwrap_or_default();
            // SAFETY: attached; `sys.path` is borrowed, and the text is given back.
            unsafe {
                let text = (self.table.PyUnicode_DecodeFSDefault)(text.as_ptr());
                let list = (self.table.PySys_GetObject)(c"path".as_ptr());
                let failed =
                    text.is_null() || list.is_null() || (self.table.PyList_Insert)(list, place as isize, text) != 0;
                self.give_back(text);
                if failed {
                    return Err(self.take_error());
                }
            }
        }
        Ok(())
    }

    /// Makes `_signal` look at SIGINT now, when it finds a handler that it leaves alone, and then tells it that SIGINT has
    /// its default action. So no later import takes SIGINT over, and `signal.getsignal` tells the truth.
    fn leave_interrupt_to_host(&self) -> Result<()> {
        self.run(c"import _signal\n_signal.signal(_signal.SIGINT, _signal.SIG_DFL)", None)
    }

    /// Sets up memory allocators, and the encoding of file names.
    fn preinitialize(&self, config: &Config) -> std::result::Result<(), PyStatus> {
        let mut pre = PyPreConfig::default();
        // SAFETY: the struct is CPython's PyPreConfig; nothing else initialises Python at this moment.
        unsafe {
            (self.table.PyPreConfig_InitPythonConfig)(&mut pre);
            pre.parse_argv = 0;
            pre.isolated = config.isolated.into();
            pre.use_environment = (!config.isolated).into();
            // setlocale, and LC_CTYPE in the environment, concern the whole process. If the host has left its locale at "C",
            // Python uses its UTF-8 mode (PEP 540), and does not ask the locale.
            pre.configure_locale = 0;
            pre.coerce_c_locale = 0;
            pre.coerce_c_locale_warn = 0;
            (self.table.Py_PreInitialize)(&pre)
        }
        .check()
    }

    fn initialize_main(&self, program: Option<&Path>, config: &Config) -> std::result::Result<(), PyStatus> {
        let (mut python, mut isolated) = (PyConfig::ZERO, PyConfig::ZERO);
        // SAFETY: both are larger than any PyConfig.
        unsafe {
            (self.table.PyConfig_InitPythonConfig)(&mut python);
            (self.table.PyConfig_InitIsolatedConfig)(&mut isolated);
        }
        let switches: Vec<usize> = (0..python.0.len()).filter(|i| (python.0[*i], isolated.0[*i]) == (1, 0)).collect();
        if switches.len() != SWITCHES {
            return Err(PyStatus::error(
                c"pyferry",
                c"this build has a PyConfig unlike that of any CPython from 3.9 to 3.15",
            ));
        }
        let mut set = |switch: Switch, value: bool| python.0[switches[switch as usize]] = value.into();
        set(Switch::InstallSignalHandlers, config.python_signals);
        // This would replace the host's buffers of stdin, stdout and stderr if PYTHONUNBUFFERED is set.
        set(Switch::ConfigureCStdio, false);
        // These would go to stderr.
        set(Switch::PathconfigWarnings, false);

        let words: Vec<Vec<libc::wchar_t>> =
            command_line(program, config).iter().filter_map(|word| sys::wide(word, |word| self.decode(word))).collect();
        let _launched = program.filter(|_| self.version < (3, 11)).map(sys::Launched::by);
        let pointers: Vec<*const libc::wchar_t> = words.iter().map(|word| word.as_ptr()).collect();
        // SAFETY: the words outlive the calls, which copy them; each initialised config is cleared once. CPython does not end
        // this thread in here, where values need dropping: nobody finalises Python while it is initialised.
        unsafe {
            let mut status = (self.table.PyConfig_SetArgv)(&mut python, pointers.len() as isize, pointers.as_ptr());
            if status.kind == 0 {
                status = (self.table.Py_InitializeFromConfig)(&python);
            }
            (self.table.PyConfig_Clear)(&mut python);
            (self.table.PyConfig_Clear)(&mut isolated);
            status.check()
        }
    }

    /// Decodes bytes as Python decodes file names. None: they cannot be decoded, or memory is out.
    fn decode(&self, text: &CStr) -> Option<Vec<libc::wchar_t>> {
        let mut length = 0;
        // SAFETY: Python is preinitialised, as the call needs; its result is copied, and freed.
        unsafe {
            let decoded = (self.table.Py_DecodeLocale)(text.as_ptr(), &mut length);
            if decoded.is_null() {
                return None;
            }
            let wide = std::slice::from_raw_parts(decoded, length + 1).to_vec();
            (self.table.PyMem_RawFree)(decoded.cast());
            Some(wide)
        }
    }

    /// What CPython says of the failure, and the exception that was raised. Detaches from an interpreter that was half made.
    fn describe_failure(&self, status: &PyStatus) -> String {
        let mut text = status.describe();
        // SAFETY: any thread may ask. If there is a state now, this thread made it and is attached through it.
        unsafe {
            if State::from_ptr((self.table.PyThreadState_GetUnchecked)()).is_some() {
                if let Some(raised) = self.take_raised() {
                    text += &format!(" ({raised})");
                }
                (self.table.PyEval_SaveThread)();
            }
        }
        text
    }
}

/// As in PEP 405: there is a pyvenv.cfg beside the program, or one folder above.
fn is_in_virtual_environment(program: &Path) -> bool {
    program.ancestors().skip(1).take(2).any(|folder| folder.join("pyvenv.cfg").exists())
}

/// The command line of `python3` that means the same. The host's arguments follow "--", so that none is taken for an option.
fn command_line(program: Option<&Path>, config: &Config) -> Vec<OsString> {
    let mut words = vec![program.map(Path::as_os_str).unwrap_or_default().to_owned()];
    words.extend(config.flags().map(OsString::from));
    if !config.arguments.is_empty() {
        words.push("--".into());
        words.extend(config.arguments.iter().cloned());
    }
    words
}

impl PyStatus {
    fn error(function: &'static CStr, message: &'static CStr) -> PyStatus {
        PyStatus { kind: 1, function: function.as_ptr(), message: message.as_ptr(), exit_code: 0 }
    }

    fn check(self) -> std::result::Result<(), PyStatus> {
        if self.kind == 0 { Ok(()) } else { Err(self) }
    }

    /// "preconfig_init_utf8_mode: invalid PYTHONUTF8 environment variable value"
    fn describe(&self) -> String {
        // SAFETY: a PyStatus names static strings of CPython's, or NULL.
        let text = |text| unsafe { CStr::from_ptr(text) }.to_string_lossy();
        match (self.function.is_null(), self.message.is_null()) {
            (_, true) => format!("it exits with {}", self.exit_code),
            (true, false) => text(self.message).into_owned(),
            (false, false) => format!("{}: {}", text(self.function), text(self.message)),
        }
    }
}
