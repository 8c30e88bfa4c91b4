//! What a C program says about itself: `harness: KEY=VALUE` lines in its comments.

use std::time::Duration;

use super::tool::Tool;

/// How a program is built and run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Linked with libpython and run once for each: built once for all, or, where it includes `Python.h`, for each.
    Host,
    /// Built once, without any Python; run once per Python, which it finds in `PYFERRY_PYTHON`.
    Runtime,
    /// Built and run once, with no Python in the environment.
    Alone,
    /// An extension module; the Python script of the same name is run by each Python.
    Extension,
    /// Built once, without any Python; run once per Python, with libpython's path as first argument.
    Dlopen,
    /// Linked with each Python's static libpython and run once for each.
    Static,
    /// No program: a shared object for those that name it with `lib=`, or a file of those that name it with `file=`.
    Helper,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threading {
    Gil,
    FreeThreaded,
}

/// One more run of the program, in another environment, as a case named `NAME_PROGRAM`.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    pub name: String,
    pub env: (String, String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Directives {
    pub mode: Mode,
    /// First and last minor version of CPython 3 that the program is for.
    pub since: Option<u32>,
    pub until: Option<u32>,
    pub only: Option<Threading>,
    pub timeout: Duration,
    /// More words for the compiler.
    pub flags: Vec<String>,
    /// Includes pybind11's headers.
    pub pybind11: bool,
    /// Imports greenlet.
    pub greenlet: bool,
    pub args: Vec<String>,
    /// Given, the program is run once for each, as its last argument; see `soak`.
    pub seeds: Vec<u32>,
    pub env: Vec<(String, String)>,
    pub also: Vec<Variant>,
    pub libs: Vec<String>,
    /// Other files of the program, which have no Python.h.
    pub files: Vec<String>,
    /// Tools that cannot watch the program, each with the reason.
    pub not_under: Vec<(Tool, String)>,
    /// Systems that it is not for, each with the reason.
    pub not_on: Vec<(String, String)>,
    /// Why memcheck has no leaks to look for, if it has not.
    pub leaks_not_checked: Option<String>,
}

impl Default for Directives {
    fn default() -> Directives {
        Directives {
            mode: Mode::Host,
            since: None,
            until: None,
            only: None,
            timeout: Duration::from_secs(60),
            flags: Vec::new(),
            pybind11: false,
            greenlet: false,
            args: Vec::new(),
            seeds: Vec::new(),
            env: Vec::new(),
            also: Vec::new(),
            libs: Vec::new(),
            files: Vec::new(),
            not_under: Vec::new(),
            not_on: Vec::new(),
            leaks_not_checked: None,
        }
    }
}

impl Directives {
    pub fn parse(source: &str) -> Result<Directives, String> {
        let mut directives = Directives::default();
        for line in source.lines() {
            let text = line.trim_start_matches(['/', '*', ' ', '\t']);
            if let Some(text) = text.strip_prefix("harness:") {
                let text = text.trim_end().trim_end_matches("*/").trim();
                directives.apply(text).ok_or_else(|| format!("not a directive of the harness: {text}"))?;
            }
        }
        Ok(directives)
    }

    fn apply(&mut self, text: &str) -> Option<()> {
        let (key, value) = text.split_once('=')?;
        match key {
            "mode" => self.mode = mode(value)?,
            "since" => self.since = Some(minor(value)?),
            "until" => self.until = Some(minor(value)?),
            "only" => self.only = Some(threading(value)?),
            "timeout" => self.timeout = Duration::from_secs(value.parse().ok()?),
            "flags" => self.flags.extend(value.split_whitespace().map(str::to_owned)),
            "with" if value == "pybind11" => self.pybind11 = true,
            "with" if value == "greenlet" => self.greenlet = true,
            "args" => self.args.extend(value.split_whitespace().map(str::to_owned)),
            "seeds" => self.seeds = value.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?,
            "env" => self.env.push(variable(value)?),
            "also" => {
                let (name, value) = value.split_once(' ')?;
                self.also.push(Variant { name: name.to_owned(), env: variable(value)? });
            }
            "lib" => self.libs.push(value.to_owned()),
            "file" => self.files.push(value.to_owned()),
            "leaks-not-checked" => self.leaks_not_checked = Some(value.to_owned()),
            "not-on" => {
                let (system, reason) = value.split_once(' ').filter(|(system, _)| *system == "windows")?;
                self.not_on.push((system.to_owned(), reason.to_owned()));
            }
            "not-under" => {
                let (tool, reason) = value.split_once(' ')?;
                self.not_under.push((Tool::named(tool)?, reason.to_owned()));
            }
            _ => return None,
        }
        Some(())
    }
}

fn variable(value: &str) -> Option<(String, String)> {
    value.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))
}

fn mode(value: &str) -> Option<Mode> {
    Some(match value {
        "host" => Mode::Host,
        "runtime" => Mode::Runtime,
        "alone" => Mode::Alone,
        "extension" => Mode::Extension,
        "dlopen" => Mode::Dlopen,
        "static" => Mode::Static,
        "helper" => Mode::Helper,
        _ => return None,
    })
}

fn minor(value: &str) -> Option<u32> {
    value.strip_prefix("3.")?.parse().ok()
}

fn threading(value: &str) -> Option<Threading> {
    match value {
        "gil" => Some(Threading::Gil),
        "freethreaded" => Some(Threading::FreeThreaded),
        _ => None,
    }
}
