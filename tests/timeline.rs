//! `pyferry-timeline`: what it makes of traces, on every CPython found; and that a browser shows it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use harness::{Completion, Failed, Trial};

use harness::process::output;
use harness::python::{Python, newest};
use harness::{paths, tool};

/// What Chromium is called.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

fn main() -> ExitCode {
    harness::run(|_, pythons| {
        let newest = newest(pythons.iter(), false).cloned();
        let browser = newest.map(|python| Trial::ignorable_test("timeline in a browser", move || is_shown(&python)));
        let trial = |python: Python| {
            Trial::ignorable_test(format!("timeline on {}", python.name), move || makes_pages(&python))
        };
        pythons.into_iter().map(trial).chain(browser).collect()
    })
}

fn program() -> PathBuf {
    paths::root().join("python/pyferry/timeline.py")
}

fn trace() -> PathBuf {
    paths::root().join("tests/timeline/trace.json")
}

fn folder(name: &str) -> Result<PathBuf, Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("timeline").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn makes_pages(python: &Python) -> Result<Completion, Failed> {
    if tool::current().is_some() {
        return Ok(Completion::ignored_with("the tools are for the C programs"));
    }
    let check = paths::root().join("tests/timeline/check.py");
    let mut command = Command::new(&python.executable);
    command.arg("-B").arg(check).arg(program()).arg(trace());
    output(command.current_dir(folder(&python.name)?))?;
    Ok(Completion::Completed)
}

/// The page's own program has come to its end, and says what is in the trace.
fn is_shown(python: &Python) -> Result<Completion, Failed> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).flat_map(|folder| BROWSERS.map(|name| folder.join(name)));
    let Some(browser) = found.into_iter().find(|browser| browser.is_file()) else {
        return Ok(Completion::ignored_with("needs Chromium"));
    };
    if tool::current().is_some() {
        return Ok(Completion::ignored_with("the tools are for the C programs"));
    }
    let folder = folder("browser")?;
    let page = folder.join("page.html");
    output(Command::new(&python.executable).arg("-B").arg(program()).arg(trace()).arg("-o").arg(&page))?;
    let mut command = Command::new(browser);
    command.args(["--headless=new", "--no-sandbox", "--disable-gpu", "--dump-dom"]);
    command.arg(format!("--user-data-dir={}", folder.join("profile").display()));
    let shown = output(command.arg(format!("file://{}#0,0.00008", page.display())))?;
    for part in ["game (42)", "3 threads, 100 \u{b5}s<", "interpreter 3</span>", "height: 148px"] {
        if !shown.contains(part) {
            return Err(format!("the page does not come to show {part}:\n{shown}").into());
        }
    }
    Ok(Completion::Completed)
}
