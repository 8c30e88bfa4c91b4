//! One CPython: what it says about itself.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Clone, Debug)]
pub struct Python {
    /// Short name, for example `3.14t`; `t` is free-threaded, `d` a debug build.
    pub name: String,
    /// For example `3.14.5`.
    pub release: String,
    pub minor: u32,
    pub free_threaded: bool,
    pub executable: PathBuf,
    /// The shared libpython, where there is one.
    pub shared: Option<PathBuf>,
    /// The static libpython, where there is one.
    pub archive: Option<PathBuf>,
    /// The directories of `Python.h` and of `pyconfig.h`; none where the headers are not installed.
    pub include: Vec<PathBuf>,
    /// What the file name of an extension module ends in.
    pub extension_suffix: String,
    /// What an executable with a static libpython is linked with.
    pub static_link: Vec<String>,
    /// A part of what takes long will do: others have the whole.
    pub in_short: bool,
}

/// The newest, with the GIL or without; of two builds of one version the plain one.
pub fn newest<'a>(pythons: impl Iterator<Item = &'a Python>, free_threaded: bool) -> Option<&'a Python> {
    let of_kind = pythons.filter(|python| python.free_threaded == free_threaded && python.shared.is_some());
    // The plain build has the shortest name.
    of_kind.max_by_key(|python| (python.minor, Reverse(python.name.len())))
}

/// Leaves the whole of what takes long to the oldest and to the newest, with the GIL and without.
pub fn shorten(pythons: &mut [Python]) {
    let newest = [false, true].map(|free_threaded| newest(pythons.iter(), free_threaded));
    let whole = pythons.first().into_iter().chain(newest.into_iter().flatten());
    let whole: Vec<String> = whole.map(|python| python.name.clone()).collect();
    for python in pythons {
        python.in_short = !whole.contains(&python.name);
    }
}

impl Python {
    /// Asks the candidate itself: a pyenv shim, a wrapper or a symlink says nothing by its path. `None`: not a CPython that
    /// pyferry is for, or no Python at all.
    pub fn ask(candidate: &Path) -> Option<Python> {
        let output = Command::new(candidate)
            .args(["-I", "-c", include_str!("describe.py")])
            .env_remove("LD_LIBRARY_PATH")
            .stdin(Stdio::null())
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let said: HashMap<&str, &str> = text.lines().filter_map(|line| line.split_once('=')).collect();
        let file = |key| said.get(key).filter(|path| !path.is_empty()).map(PathBuf::from);
        let minor = said.get("minor")?.parse().ok()?;
        if !output.status.success() || said.get("implementation") != Some(&"cpython") || !(9..=15).contains(&minor) {
            return None;
        }
        Some(Python {
            name: said.get("name")?.to_string(),
            release: said.get("release")?.to_string(),
            minor,
            free_threaded: said.get("free_threaded") == Some(&"1"),
            executable: file("executable")?,
            shared: file("shared"),
            archive: file("archive"),
            include: match file("include") {
                Some(include) => vec![include, file("platform_include")?],
                None => Vec::new(),
            },
            extension_suffix: said.get("extension_suffix")?.to_string(),
            static_link: said.get("static_link")?.split_whitespace().map(str::to_owned).collect(),
            in_short: false,
        })
    }

    /// For the system's compiler.
    pub fn header_words(&self) -> impl Iterator<Item = String> {
        // Debian's debug builds have links to the headers of the plain ones, beside a pyconfig.h of their own. GCC takes what a link of
        // the system's leads to for the header, and looks for pyconfig.h beside that.
        let are_links = self.include.first().is_some_and(|folder| folder.join("Python.h").is_symlink());
        let as_named = are_links.then(|| "-fno-canonical-system-headers".to_owned());
        self.include.iter().flat_map(|folder| ["-isystem".to_owned(), folder.display().to_string()]).chain(as_named)
    }

    pub fn describe(&self) -> String {
        let Python { name, release, .. } = self;
        let lacks = if self.shared.is_none() { ", no shared libpython" } else { "" };
        format!("{name}: {release}, {}{lacks}", self.executable.display())
    }
}
