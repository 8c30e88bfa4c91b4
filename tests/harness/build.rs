//! Runs the compiler when, and only when, something it reads has changed.

use std::collections::HashMap;
use std::env;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::SystemTime;

use rustix::fs::{FlockOperation, flock};
use tempfile::NamedTempFile;

/// One file to make.
pub struct Recipe {
    pub compiler: String,
    pub arguments: Vec<String>,
    /// What is linked in and therefore not among the dependencies that the compiler reports.
    pub linked: Vec<PathBuf>,
    /// What has to be made first.
    pub needed: Vec<Recipe>,
    pub output: PathBuf,
}

type Made = Result<(), String>;

/// Makes each output at most once per run, however many cases need it.
#[derive(Default)]
pub struct Builder {
    outputs: Mutex<HashMap<PathBuf, Arc<OnceLock<Made>>>>,
}

impl Builder {
    pub fn make(&self, recipe: &Recipe) -> Made {
        recipe.needed.iter().try_for_each(|needed| self.make(needed))?;
        let made = Arc::clone(self.outputs.lock().unwrap().entry(recipe.output.clone()).or_default());
        made.get_or_init(|| recipe.bring_up_to_date()).clone()
    }
}

impl Recipe {
    /// One run at a time: another, of the same or another test, may want the same file.
    pub fn bring_up_to_date(&self) -> Made {
        let says = |error: io::Error| format!("{}: {error}", self.output.display());
        let directory = self.output.parent().expect("an output is in a directory");
        fs::create_dir_all(directory).map_err(says)?;
        let lock = File::create(with_suffix(&self.output, ".lock")).map_err(says)?;
        flock(&lock, FlockOperation::LockExclusive).map_err(|error| says(error.into()))?;
        if self.is_current() { Ok(()) } else { self.compile() }
    }

    /// The record of an output: the command that made it and, after an empty line, the files it was made from, each with its
    /// time. Equal and not merely older: an unpacked archive or a checkout brings back old times.
    fn record(&self) -> PathBuf {
        with_suffix(&self.output, ".record")
    }

    fn command_text(&self) -> String {
        format!("{} {}", self.compiler, self.arguments.join(" "))
    }

    fn is_current(&self) -> bool {
        let Ok(record) = fs::read_to_string(self.record()) else { return false };
        let Some((command, files)) = record.split_once("\n\n") else { return false };
        let unchanged = |line: &str| line.split_once(' ').is_some_and(|(_, file)| line == dated(file));
        self.output.exists() && command == self.command_text() && files.lines().all(unchanged)
    }

    fn compile(&self) -> Made {
        let says = |what: &str, error: io::Error| format!("{what} {}: {error}", self.output.display());
        // Under another name until it is complete: an interrupted compiler leaves nothing that looks ready.
        let unfinished = with_suffix(&self.output, &format!(".{}", process::id()));
        let dependencies = with_suffix(&unfinished, ".d");
        let mut command = Command::new(&self.compiler);
        command.args(&self.arguments);
        command.args(["-MD".as_ref(), "-MF".as_ref(), dependencies.as_os_str(), "-o".as_ref(), unfinished.as_os_str()]);
        let output =
            super::process::outcome(&mut command, "").map_err(|e| format!("cannot run {}: {e}", self.compiler))?;
        if !output.status.success() {
            let messages = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{}\n{}\n{messages}", output.status, self.command_text()));
        }
        let read = fs::read_to_string(&dependencies).map_err(|e| says("no dependencies of", e))?;
        let others = self
            .linked
            .iter()
            .chain(&on_path(&self.compiler))
            .map(|path| path.display().to_string())
            .collect::<Vec<_>>();
        let files: Vec<String> = compiled_from(&read).chain(others.iter().map(String::as_str)).map(dated).collect();
        let record = format!("{}\n\n{}\n", self.command_text(), files.join("\n"));
        fs::remove_file(&dependencies).map_err(|e| says("cannot clean up after", e))?;
        if self.arguments.iter().any(|argument| argument == "-fsyntax-only") {
            File::create(&unfinished).map_err(|e| says("cannot make", e))?;
        }
        fs::rename(&unfinished, &self.output).map_err(|e| says("cannot rename to", e))?;
        fs::write(self.record(), record).map_err(|e| says("cannot write the record of", e))
    }
}

/// Writes the file only if it is another than last time, so that what is made of it is not made again. Whoever reads the file
/// meanwhile, as cases beside this one do, finds all of it.
pub fn write_if_new(file: &Path, text: &str) -> Result<(), String> {
    let says = |error: io::Error| format!("{}: {error}", file.display());
    if fs::read_to_string(file).is_ok_and(|there| there == text) {
        return Ok(());
    }
    let directory = file.parent().expect("a file is in a directory");
    fs::create_dir_all(directory).map_err(says)?;
    let mut unfinished = NamedTempFile::new_in(directory).map_err(says)?;
    unfinished.write_all(text.as_bytes()).map_err(says)?;
    unfinished.persist(file).map(drop).map_err(|refused| says(refused.error))
}

/// The files of a make rule `target: file file \`. Paths with spaces are cut in two and
/// then not watched.
fn compiled_from(rule: &str) -> impl Iterator<Item = &str> {
    let files = rule.split_once(": ").map_or("", |(_, files)| files);
    files.split_whitespace().filter(|word| *word != "\\")
}

/// A compiler that was exchanged compiles anew.
fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|directory| directory.join(program)).find(|file| file.is_file())
}

fn dated(file: &str) -> String {
    let modified = fs::metadata(file).and_then(|metadata| metadata.modified()).ok();
    let since_epoch = modified.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    format!("{} {file}", since_epoch.unwrap_or_default().as_nanos())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut text = path.as_os_str().to_owned();
    text.push(suffix);
    text.into()
}
