//! Finds libpython: the one in the process, or the one that belongs to a Python on disk.

use super::Config;
use super::ask::{ENVIRONMENT, Installation, ask};
use crate::error::{Error, Result, Status, fail};
use crate::sys::{self, FILES, Library};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// A libpython in this process.
pub struct Located {
    /// For looking symbols up; never closed.
    pub library: Library,
    /// The address of one of CPython's functions, which is in the module that has all of them.
    pub function: usize,
    /// The shared library, or the executable that has Python inside.
    pub path: PathBuf,
}

/// Looks for CPython among the loaded modules, whether it is linked, inside the executable, or dlopened with RTLD_GLOBAL or
/// RTLD_LOCAL. Refuses a process that has two.
pub fn in_process() -> Result<Option<Located>> {
    let modules = sys::modules();
    let mut found: Vec<(usize, Library, usize)> = Vec::new();
    for module in &modules {
        let Some(library) = module.open() else { continue };
        // SAFETY: only the symbol's address is used.
        let Ok(symbol) = (unsafe { library.get::<unsafe extern "C" fn()>("Py_GetVersion") }) else { continue };
        let address = *symbol as usize;
        // A module also finds symbols of the libraries that it links to: only the one that contains the code counts.
        let Some(holder) = modules.iter().position(|module| module.contains(address)) else { continue };
        // On Windows python3.dll finds only a part of Python: so open the module that contains the code.
        if !found.iter().any(|(other, ..)| *other == holder)
            && let Some(library) = modules[holder].open()
        {
            found.push((holder, library, address));
        }
    }
    if let [(first, ..), (second, ..), ..] = &found[..] {
        fail!(
            Unsupported,
            "this process has two Pythons, {} and {}: they cannot share it; link or load only one of them",
            modules[*first].file().display(),
            modules[*second].file().display()
        );
    }
    Ok(found.pop().map(|(holder, library, function)| Located { library, function, path: modules[holder].file() }))
}

/// Chooses the Python to load: what the caller names, else what the environment names, else `python3` on PATH.
pub fn choose(named: Option<&str>, config: &Config) -> Result<Installation> {
    if let Some(named) = named {
        return examine(Path::new(named), "the option `python`", config);
    }
    match sys::variable(ENVIRONMENT) {
        Some(named) => examine(Path::new(&named), "the environment variable PYFERRY_PYTHON", config),
        None => ask(Path::new(FILES.command), &format!("`{}` on PATH", FILES.command), config).map_err(|mut error| {
            error.message += "; name a python3 or a libpython in the option `python`";
            error.message += match sys::has_more_rights() {
                false => " or in PYFERRY_PYTHON",
                true => ": PYFERRY_PYTHON does not count in a program that has more rights than its user",
            };
            error
        }),
    }
}

/// `named` can be a program, a shared library, or the prefix under which both are installed.
fn examine(named: &Path, said_by: &str, config: &Config) -> Result<Installation> {
    if named.is_dir() {
        let programs: Vec<PathBuf> = FILES.programs.iter().map(|program| named.join(program)).collect();
        return ask(programs.iter().find(|program| program.is_file()).unwrap_or(&programs[0]), said_by, config);
    }
    let file_name = named.file_name().unwrap_or_default().to_string_lossy();
    if FILES.is_library(&file_name) {
        if !named.is_file() {
            fail!(NoPython, "{said_by} names {}, which is not there", named.display());
        }
        return Ok(Installation { program: program_of(named, config)?, library: named.to_owned() });
    }
    ask(named, said_by, config)
}

/// The program that belongs to a libpython: the one that the environment names, PREFIX/bin/python3 for
/// PREFIX/lib/libpython3.X.so, or one on PATH. None: Python looks for its files by itself. An error: there is such a program,
/// but it does not start in this environment.
fn program_of(library: &Path, config: &Config) -> Result<Option<PathBuf>> {
    let library = sys::real_path(library);
    let Some(name) = library.file_name().and_then(OsStr::to_str) else { return Ok(None) };
    let name = FILES.stem(name);
    let named = sys::variable(ENVIRONMENT).map(PathBuf::from);
    let beside = FILES
        .prefixes
        .iter()
        .filter_map(|above| library.ancestors().nth(*above))
        .flat_map(|prefix| FILES.programs.iter().map(|program| prefix.join(program.replace("{name}", name))));
    let on_path = [PathBuf::from(name), PathBuf::from(FILES.command)];
    let is_its = |answer: &Installation| same_file(&answer.library, &library);
    for program in named.into_iter().chain(beside).chain(on_path) {
        match ask(&program, "the program of this libpython", config) {
            Ok(answer) if is_its(&answer) => return Ok(answer.program),
            Ok(_) => {}
            // Started without the user's environment, it may still say which libpython it belongs to.
            Err(error) => {
                if ask(&program, "", &Config::bare()).is_ok_and(|answer| is_its(&answer)) {
                    return Err(error);
                }
            }
        }
    }
    Ok(None)
}

/// The program by which to start a libpython that the host has loaded but not initialised. A program named by the host must
/// belong to that libpython.
pub fn program_for(library: &Path, named: Option<&str>, config: &Config) -> Result<Option<PathBuf>> {
    let wanted = match named {
        Some(named) => examine(Path::new(named), "the option `python`", config)?,
        None => return program_of(library, config),
    };
    if !same_file(&wanted.library, library) {
        fail!(
            Unsupported,
            "this process has loaded {}, and the option `python` names {}: it cannot use both",
            library.display(),
            wanted.library.display()
        );
    }
    Ok(wanted.program)
}

fn same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Loads a libpython with its symbols visible to all modules, also where the host has loaded it with RTLD_LOCAL: extension
/// modules do not link to libpython, but expect its symbols in the process.
pub fn load(path: &Path) -> Result<Located> {
    // SAFETY: libpython's initialisers do nothing but prepare the library.
    let library = unsafe { sys::load_for_all(path) }
        .map_err(|error| Error::says(Status::NoPython, format_args!("cannot load {}: {error}", path.display())))?;
    // SAFETY: only the address is used.
    let function = unsafe { library.get::<unsafe extern "C" fn()>("Py_GetVersion") }.map_or(0, |found| *found as usize);
    Ok(Located { library, function, path: sys::real_path(path) })
}
