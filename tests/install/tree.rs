//! An installed pyferry: made once for all tests, moved, and taken away.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use libtest_mimic::Failed;

use crate::soname::soname;
use harness::process::output;
use harness::{paths, symbols};

pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where all that is written here goes.
pub fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("install")
}

/// What tools/setup brings.
fn tools() -> PathBuf {
    let cache = env::var_os("XDG_CACHE_HOME").filter(|cache| !cache.is_empty()).map(PathBuf::from);
    cache.unwrap_or_else(|| env::home_dir().unwrap_or_default().join(".cache")).join("pyferry-tools")
}

/// Where CMake finds Corrosion, if it is there: on no other processor would it look in that folder by itself.
pub fn corrosion() -> PathBuf {
    tools().join("corrosion/lib/x86_64-linux-gnu/cmake/Corrosion")
}

pub fn has(tool: &str) -> bool {
    if tool == "Corrosion" {
        return corrosion().is_dir();
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).chain([tools().join("bin")]).any(|directory| directory.join(tool).is_file())
}

/// cargo has its own directory of libraries, and make its own settings, in the environment of what they start.
pub fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    for name in
        ["LD_LIBRARY_PATH", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PKG_CONFIG_PATH", "CMAKE_PREFIX_PATH", "DESTDIR"]
    {
        command.env_remove(name);
    }
    command
}

pub fn make(goal: &str, settings: &[(&str, &Path)]) -> Result<String, String> {
    // One at a time: cargo-c leaves its files where the next one finds them.
    static MAKING: Mutex<()> = Mutex::new(());
    let _making = MAKING.lock().unwrap();
    let settings = settings.iter().map(|(name, value)| format!("{name}={}", value.display()));
    output(command("make").arg("-C").arg(paths::root()).arg(goal).args(settings))
}

/// The prefix of an installation that all tests use.
pub fn installed() -> Result<PathBuf, String> {
    static INSTALLED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let install = || {
        let prefix = empty("installed")?;
        make("install", &[("PREFIX", &prefix)])?;
        Ok(prefix)
    };
    INSTALLED.get_or_init(install).clone()
}

/// A copy of that in another place.
pub fn moved() -> Result<PathBuf, String> {
    let prefix = empty("moved")?.join("prefix");
    let installed = installed()?;
    output(command("cp").arg("-a").arg(&installed).arg(&prefix))?;
    for file in files_below(&prefix) {
        let text = fs::read_to_string(prefix.join(&file)).unwrap_or_default();
        if file.ends_with(".cmake") && text.contains(&*installed.to_string_lossy()) {
            return Err(format!("{file} names the place where it was installed"));
        }
    }
    Ok(prefix)
}

pub fn empty(name: &str) -> Result<PathBuf, String> {
    let directory = scratch().join(name);
    let says = |e: std::io::Error| format!("{}: {e}", directory.display());
    if directory.exists() {
        fs::remove_dir_all(&directory).map_err(says)?;
    }
    fs::create_dir_all(&directory).map_err(says)?;
    Ok(directory)
}

/// Files and links below a directory, by their paths in it.
pub fn files_below(directory: &Path) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            files.extend(files_below(&entry.path()).into_iter().map(|file| format!("{name}/{file}")));
        } else {
            files.insert(name);
        }
    }
    files
}

fn expected(library_directory: &str) -> BTreeSet<String> {
    let headers = fs::read_dir(paths::include()).into_iter().flatten().flatten();
    let headers = headers.map(|entry| format!("include/{}", entry.file_name().to_string_lossy()));
    let libraries = [
        "libpyferry.a",
        "libpyferry.so",
        &soname(),
        &format!("libpyferry.so.{VERSION}"),
        "pkgconfig/pyferry.pc",
        "cmake/pyferry/pyferry-config.cmake",
        "cmake/pyferry/pyferry-config-version.cmake",
    ]
    .map(|file| format!("{library_directory}/{file}"));
    let documents = ["share/doc/pyferry/LICENSE-APACHE", "share/doc/pyferry/LICENSE-MIT"].map(str::to_owned);
    headers.chain(libraries).chain(documents).collect()
}

fn compare(found: &BTreeSet<String>, expected: &BTreeSet<String>) -> Result<(), Failed> {
    let missing: Vec<_> = expected.difference(found).collect();
    let unexpected: Vec<_> = found.difference(expected).collect();
    if missing.is_empty() && unexpected.is_empty() {
        Ok(())
    } else {
        Err(format!("missing: {missing:?}, unexpected: {unexpected:?}").into())
    }
}

pub fn files_are_complete() -> Result<(), Failed> {
    let prefix = installed()?;
    compare(&files_below(&prefix), &expected("lib"))?;
    for link in ["libpyferry.so", &soname()] {
        let target = fs::read_link(prefix.join("lib").join(link))?;
        if target != Path::new(&format!("libpyferry.so.{VERSION}")) {
            return Err(format!("{link} leads to {}", target.display()).into());
        }
    }
    Ok(())
}

pub fn library_is_as_built() -> Result<(), Failed> {
    let file = installed()?.join("lib/libpyferry.so");
    let dynamic = output(command("readelf").arg("-dW").arg(&file))?;
    let soname = format!("[{}]", soname());
    if !dynamic.lines().any(|line| line.contains("(SONAME)") && line.contains(&soname)) {
        return Err(format!("no SONAME {soname}:\n{dynamic}").into());
    }
    symbols::CHECKS.iter().try_for_each(|(_, check)| check(&file))
}

/// As a distribution's package is made.
pub fn stages_and_uninstalls() -> Result<(), Failed> {
    let stage = empty("stage")?;
    let libraries = Path::new("/usr/lib/x86_64-linux-gnu");
    let settings = [("PREFIX", Path::new("/usr")), ("LIBDIR", libraries), ("DESTDIR", &stage)];
    make("install", &settings)?;
    compare(&files_below(&stage.join("usr")), &expected("lib/x86_64-linux-gnu"))?;
    for file in files_below(&stage).iter().filter(|file| file.ends_with(".pc") || file.ends_with(".cmake")) {
        if fs::read_to_string(stage.join(file))?.contains(&*stage.to_string_lossy()) {
            return Err(format!("{file} names the stage").into());
        }
    }
    let pc = fs::read_to_string(stage.join("usr/lib/x86_64-linux-gnu/pkgconfig/pyferry.pc"))?;
    for line in ["prefix=/usr", "libdir=${prefix}/lib/x86_64-linux-gnu", "includedir=${prefix}/include"] {
        if !pc.lines().any(|said| said == line) {
            return Err(format!("no line {line} in:\n{pc}").into());
        }
    }
    // Another version's, which programs still use.
    let other = "usr/lib/x86_64-linux-gnu/libpyferry.so.0.0.9";
    fs::write(stage.join(other), "")?;
    make("uninstall", &settings)?;
    compare(&files_below(&stage), &BTreeSet::from([other.to_owned()]))
}

/// What `rm -rf` would be given in pieces, or below wherever make is run.
pub fn refuses_what_is_no_plain_path() -> Result<(), Failed> {
    for goal in ["install", "uninstall"] {
        for (name, value) in [
            ("PREFIX", ""),
            ("PREFIX", "relative"),
            ("PREFIX", "/with space"),
            ("LIBDIR", "relative"),
            ("INCLUDEDIR", "/with\ttab"),
            ("DESTDIR", "/with space"),
        ] {
            // Should it not be refused, nothing is done all the same.
            let mut make = command("make");
            make.args(["--dry-run", "-C"]).arg(paths::root()).arg(goal).arg(format!("{name}={value}"));
            let made = output(&mut make);
            if !made.as_ref().is_err_and(|why| why.contains(&format!("{name} is \"{value}\""))) {
                return Err(format!("make {goal} {name}=\"{value}\": {made:?}").into());
            }
        }
    }
    Ok(())
}
