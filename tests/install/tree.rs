//! An installed pyferry: made once for all tests, moved, and taken away.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use harness::Failed;

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

/// Where CMake finds Corrosion: where the variable says, as for CMake itself; else where Debian's package puts it.
pub fn corrosion() -> Option<PathBuf> {
    if let Some(named) = env::var_os("Corrosion_DIR") {
        return Some(named.into());
    }
    let folders = fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    folders.map(|folder| folder.join("cmake/Corrosion")).find(|folder| folder.is_dir())
}

pub fn has(tool: &str) -> bool {
    if tool == "Corrosion" {
        return corrosion().is_some();
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).chain([tools().join("bin")]).any(|directory| directory.join(tool).is_file())
}

/// This machine, as cargo names it.
pub fn host() -> Result<String, String> {
    let said = output(command("rustc").arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc names no host")?;
    Ok(host.to_owned())
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
    make_with_path(None, goal, settings)
}

/// With these folders of programs; else the machine's.
pub fn make_with_path(path: Option<&Path>, goal: &str, settings: &[(&str, &Path)]) -> Result<String, String> {
    // One at a time: the next one would find the files of the one before.
    static MAKING: Mutex<()> = Mutex::new(());
    let _making = MAKING.lock().unwrap();
    let settings = settings.iter().map(|(name, value)| format!("{name}={}", value.display()));
    let mut make = command("make");
    if let Some(path) = path {
        make.env("PATH", path);
    }
    output(make.arg("-C").arg(paths::root()).arg(goal).args(settings))
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
    let headers = files_below(&paths::include()).into_iter().map(|file| format!("include/{file}"));
    let version = format!("libpyferry.so.{VERSION}");
    let libraries = [
        "libpyferry.a",
        "libpyferry.so",
        &soname(),
        &version,
        &format!("{version}.debug"),
        "libpyferry_gilstate.so",
        "libpyferry_gilstate.so.debug",
        "pkgconfig/pyferry.pc",
        "cmake/pyferry/pyferry-config.cmake",
        "cmake/pyferry/pyferry-config-version.cmake",
    ]
    .map(|file| format!("{library_directory}/{file}"));
    let program = ["bin/pyferry-timeline".to_owned()];
    headers
        .chain(libraries)
        .chain(program)
        .chain(documents().into_iter().map(|file| format!("{DOCUMENTS}/{file}")))
        .collect()
}

/// Where they are, and the list of all that was installed.
pub const DOCUMENTS: &str = "share/doc/pyferry";
pub const LIST: &str = "share/doc/pyferry/installed-files";

/// By their places in the sources, which they keep: so they find each other.
fn documents() -> BTreeSet<String> {
    let mut documents = BTreeSet::from(
        ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "installed-files"].map(str::to_owned),
    );
    let pages = files_below(&paths::root().join("docs"));
    let pages = pages.into_iter().filter(|page| page.ends_with(".md") || page.starts_with("images/"));
    documents.extend(pages.map(|page| format!("docs/{page}")));
    documents.extend(files_below(&paths::examples()).into_iter().map(|file| format!("c_examples/{file}")));
    documents
}

pub fn compare(found: &BTreeSet<String>, expected: &BTreeSet<String>) -> Result<(), Failed> {
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
    for (link, wanted) in [("libpyferry.so", soname()), (&soname(), format!("libpyferry.so.{VERSION}"))] {
        let target = fs::read_link(prefix.join("lib").join(link))?;
        if target != Path::new(&wanted) {
            return Err(format!("{link} leads to {}", target.display()).into());
        }
    }
    Ok(())
}

/// It is asked for by one name, whether cargo built it or make installed it, and that name is there.
pub fn library_is_as_built() -> Result<(), Failed> {
    let built = paths::root().join("target/release");
    for folder in [&built, &installed()?.join("lib")] {
        let file = folder.join("libpyferry.so");
        let dynamic = output(command("readelf").arg("-dW").arg(&file))?;
        let named = format!("[{}]", soname());
        if !dynamic.lines().any(|line| line.contains("(SONAME)") && line.contains(&named)) {
            return Err(format!("{}: no SONAME {named}:\n{dynamic}", file.display()).into());
        }
        if fs::canonicalize(folder.join(soname()))? != fs::canonicalize(&file)? {
            return Err(format!("{}: is not what {} leads to", file.display(), soname()).into());
        }
        symbols::CHECKS.iter().try_for_each(|(_, check)| check(&file))?;
    }
    Ok(())
}

/// As by sudo, which may have no cargo on its path.
pub fn installs_what_was_built_before() -> Result<(), Failed> {
    installed()?; // so it is built
    let prefix = empty("without-cargo")?;
    make("install", &[("PREFIX", &prefix), ("CARGO", Path::new("/nonexistent/cargo"))])?;
    compare(&files_below(&prefix), &expected("lib"))
}

/// The folders that were there, what others put in between, and nothing else.
pub fn uninstalls_what_it_installed_and_no_more() -> Result<(), Failed> {
    let prefix = empty("uninstalled")?;
    let settings = [("PREFIX", prefix.as_path())];
    let kept = [("lib/pkgconfig/others.pc", ""), ("lib/cmake/pyferry/others.cmake", "")];
    for folder in ["include", "lib/pkgconfig"] {
        fs::create_dir_all(prefix.join(folder))?;
    }
    make("install", &settings)?;
    for (file, text) in kept {
        fs::write(prefix.join(file), text)?;
    }
    // As of an earlier version: of another name, and no part of what is installed over it.
    let earlier = prefix.join("lib/libpyferry.so.0.0.9");
    fs::write(&earlier, "")?;
    let list = prefix.join(LIST);
    fs::write(&list, format!("{}{}\n", fs::read_to_string(&list)?, earlier.display()))?;
    make("install", &settings)?;
    make("uninstall", &settings)?;
    compare(&files_below(&prefix), &kept.map(|(file, _)| file.to_owned()).into())?;
    let folders = |path: &Path| path.is_dir().then(|| path.display().to_string());
    if folders(&prefix.join("include")).is_none() {
        return Err("a folder is gone that was there before".into());
    }
    if let Some(left) = folders(&prefix.join("share")) {
        return Err(format!("{left} is left").into());
    }
    match make("uninstall", &settings) {
        Err(why) if why.contains("nothing was installed there") => Ok(()),
        other => Err(format!("make uninstall where nothing is installed: {other:?}").into()),
    }
}

/// find_package takes this version for requests that are for its SONAME, and for no others.
pub fn cmake_is_told_the_version() -> Result<(), Failed> {
    let folder = empty("versions")?;
    let package = installed()?.join("lib/cmake/pyferry/pyferry-config-version.cmake");
    let numbers: Vec<u32> = VERSION.split('.').filter_map(|part| part.parse().ok()).collect();
    let &[major, minor, patch] = numbers.as_slice() else { return Err("not a release version".into()) };
    let next_series = if major == 0 { format!("0.{}", minor + 1) } else { format!("{}.0", major + 1) };
    let next_patch = format!("{major}.{minor}.{}", patch + 1);
    let requests = [
        (VERSION.to_owned(), String::new(), "TRUE", "TRUE"),
        (format!("{major}.{minor}"), String::new(), "TRUE", if patch == 0 { "TRUE" } else { "" }),
        (next_patch.clone(), String::new(), "", ""),
        (next_series.clone(), String::new(), "", ""),
        (format!("{}", major + 1), String::new(), "", ""),
        (VERSION.to_owned(), format!("{next_series} EXCLUDE"), "TRUE", "TRUE"),
        (VERSION.to_owned(), format!("{VERSION} EXCLUDE"), "FALSE", "TRUE"),
    ];
    for (wanted, to, compatible, exact) in requests {
        let range = to.split_once(' ').map_or(String::new(), |(to, end)| {
            format!(
                "set(PACKAGE_FIND_VERSION_RANGE ON)\nset(PACKAGE_FIND_VERSION_MAX {to})\nset(PACKAGE_FIND_VERSION_RANGE_MAX {end})\n"
            )
        });
        let script = folder.join("ask.cmake");
        let text = format!(
            "cmake_minimum_required(VERSION 3.20)\nset(PACKAGE_FIND_VERSION {wanted})\n{range}include(\"{}\")\n\
             message(\"<${{PACKAGE_VERSION}} ${{PACKAGE_VERSION_COMPATIBLE}}|${{PACKAGE_VERSION_EXACT}}>\")\n",
            package.display()
        );
        fs::write(&script, text)?;
        let said = output(command("sh").arg("-c").arg("cmake -P \"$0\" 2>&1").arg(&script))?;
        let right = format!("<{VERSION} {compatible}|{exact}>");
        if !said.contains(&right) {
            return Err(format!("asked for {wanted} {to}: {said}instead of {right}").into());
        }
    }
    Ok(())
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
    make("uninstall", &settings)?;
    compare(&files_below(&stage), &BTreeSet::new())
}

/// What would be taken apart at its spaces, or be below wherever make is run.
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
