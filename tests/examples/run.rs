//! Builds an example for one Python, runs it, and looks at what came of it.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use harness::build::Recipe;
use harness::case::Kit;
use harness::directives::{Directives, Mode};
use harness::program::Program;
use harness::python::Python;
use harness::{backtrace, compile, environment, paths, process, tool, verdict};

const LIMIT: Duration = Duration::from_secs(60);
/// Of Ctrl-C, as of `kill -INT`.
pub const SIGINT: i32 = 2;

pub struct Example<'a> {
    pub kit: &'a Kit,
    pub python: &'a Python,
    pub mode: Mode,
    /// Of the trial.
    pub name: String,
}

/// Ctrl-C, so long after the program has printed a text.
#[derive(Clone, Copy)]
pub struct CtrlC {
    pub after: &'static str,
    pub wait: Duration,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    Exit(i32),
    Signal(i32),
}

pub struct Outcome {
    pub end: End,
    pub output: String,
    by_hand: String,
}

impl Example<'_> {
    /// The program of a source file below `c_examples`, or the extension module.
    pub fn build(&self, source: &str) -> Result<PathBuf, String> {
        let recipe = self.recipe(source)?;
        self.kit.builder.make(&recipe)?;
        Ok(recipe.output)
    }

    /// How it is built.
    pub fn recipe(&self, source: &str) -> Result<Recipe, String> {
        let source = paths::examples().join(source);
        let folder = source.parent().expect("it is in a directory");
        // By its folder's name where it has one: many hosts are called host.c.
        let named = if folder == paths::examples() { &source } else { folder };
        let name = named.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let directives = Directives { mode: self.mode, ..Directives::default() };
        let program = Program { name, source, directives: Ok(directives.clone()) };
        compile::program(&program, &directives, self.built_for(), &self.kit.library)
    }

    /// A shared object for the program to load, from one of those sources.
    pub fn build_plugin(&self, name: &str, source: &str) -> Result<PathBuf, String> {
        let source = paths::examples().join(source);
        let recipe = compile::shared_object(name, &source, self.built_for(), &self.kit.library);
        self.kit.builder.make(&recipe)?;
        Ok(recipe.output)
    }

    /// Nobody in particular where an example has no Python.h: it is compiled once, and that binary runs on all.
    fn built_for(&self) -> Option<&Python> {
        (self.mode != Mode::Runtime).then_some(self.python)
    }

    pub fn run(&self, program: &Path, arguments: &[OsString], ctrl_c: Option<CtrlC>) -> Result<Outcome, String> {
        let directory = paths::run(&self.name);
        fs::create_dir_all(&directory).map_err(|e| format!("{}: {e}", directory.display()))?;
        let mut variables = environment::variables(self.mode, Some(self.python), &self.kit.library, &directory);
        let (mut starter, mut words) = (program.to_owned(), Vec::new());
        if let Some(tool) = tool::current() {
            variables.extend(tool.variables(Some(self.python), self.mode == Mode::Extension));
            (starter, words) = tool.command_line(starter, Some(self.python), true);
        }
        let mut command = Command::new(starter);
        command.args(words).args(arguments).current_dir(&directory);
        environment::replace(&mut command, &variables);
        let by_hand = verdict::by_hand(&command, &variables);

        let output = directory.join("output");
        let limit = environment::limit(LIMIT, &variables);
        let autopsy = |group| backtrace::of_group(group, &directory.join("gdb"));
        let mut begun = None;
        let mut sent = false;
        let meanwhile = |group: Pid| {
            let Some(CtrlC { after, wait }) = ctrl_c.filter(|_| !sent) else { return };
            if begun.is_none() && fs::read_to_string(&output).is_ok_and(|text| text.contains(after)) {
                begun = Some(Instant::now());
            }
            if begun.is_some_and(|begun| begun.elapsed() >= wait) {
                sent = kill_process_group(group, Signal::INT).is_ok();
            }
        };
        let finished = process::run_while(&mut command, &output, limit, meanwhile, autopsy)
            .map_err(|e: io::Error| format!("cannot run {}: {e}", program.display()))?;
        let mut outcome = Outcome { end: End::Exit(0), output: finished.output, by_hand };
        outcome.end = match finished.status.map(|status| (status.code(), status.signal())) {
            Some((Some(code), _)) => End::Exit(code),
            Some((None, Some(signal))) => End::Signal(signal),
            _ => return Err(outcome.failure(&format!("not finished after {limit:?}{}", finished.autopsy))),
        };
        if ctrl_c.is_some() && !sent {
            return Err(outcome.failure("it ended before Ctrl-C"));
        }
        Ok(outcome)
    }
}

impl Outcome {
    pub fn expect_end(&self, end: End) -> Result<&Outcome, String> {
        if self.end == end { Ok(self) } else { Err(self.failure(&format!("ended with {:?}, not {end:?}", self.end))) }
    }

    pub fn expect(&self, text: &str) -> Result<&Outcome, String> {
        if self.output.contains(text) { Ok(self) } else { Err(self.failure(&format!("did not print: {text}"))) }
    }

    /// The numbers right before a text, wherever it was printed; at least one.
    pub fn numbers_before(&self, text: &str) -> Result<Vec<u64>, String> {
        let before = self.output.match_indices(text).map(|(place, _)| self.output[..place].split_whitespace().last());
        let numbers: Option<Vec<u64>> = before.map(|word| word?.parse().ok()).collect();
        numbers
            .filter(|numbers| !numbers.is_empty())
            .ok_or_else(|| self.failure(&format!("printed no number before: {text}")))
    }

    pub fn failure(&self, what: &str) -> String {
        format!("{what}\nby hand: {}\noutput:\n{}", self.by_hand, verdict::tail(&self.output))
    }
}
