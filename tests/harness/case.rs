//! One program on one Python: build it and run it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use libtest_mimic::{Completion, Failed, Trial};

use super::backtrace;
use super::build::Builder;
use super::compile;
use super::directives::{Directives, Mode};
use super::environment;
use super::library::Library;
use super::paths;
use super::process;
use super::program::{self, Program};
use super::python::Python;
use super::verdict;

/// Runs every case so many times.
const REPEAT: &str = "PYFERRY_TEST_REPEAT";

/// What all cases share.
pub struct Kit {
    pub library: Library,
    pub builder: Builder,
}

pub fn trials(kit: &Arc<Kit>, program: &Program, pythons: &[Arc<Python>]) -> Vec<Trial> {
    let directives = match &program.directives {
        Ok(directives) => directives,
        Err(message) => {
            let message = message.clone();
            return vec![Trial::test(program.name.clone(), move || Err(message.into()))];
        }
    };
    let trial = |python: Option<&Arc<Python>>| {
        let name = format!("{} on {}", program.name, python.map_or("no python", |python| &python.name));
        let case = Case {
            kit: Arc::clone(kit),
            program: program.clone(),
            directives: directives.clone(),
            python: python.cloned(),
            directory: paths::run(&name),
        };
        Trial::ignorable_test(name, move || case.try_all_runs())
    };
    match directives.mode {
        Mode::Helper => Vec::new(),
        Mode::Alone => vec![trial(None)],
        _ => pythons.iter().map(|python| trial(Some(python))).collect(),
    }
}

struct Case {
    kit: Arc<Kit>,
    program: Program,
    directives: Directives,
    python: Option<Arc<Python>>,
    /// Where the program runs; emptied before each run.
    directory: PathBuf,
}

impl Case {
    fn try_all_runs(&self) -> Result<Completion, Failed> {
        if let Some(reason) = self.python.as_ref().and_then(|python| program::unfit(&self.directives, python)) {
            return Ok(Completion::ignored_with(reason));
        }
        let built = self.build()?;
        let runs: u32 = env::var(REPEAT).map_or(1, |value| value.parse().expect(REPEAT));
        for run in 1..=runs {
            self.run(&built).map_err(|message| format!("run {run} of {runs}: {message}"))?;
        }
        Ok(Completion::Completed)
    }

    /// The Python to build for; `None` where one build serves them all.
    fn built_for(&self) -> Option<&Python> {
        match self.directives.mode {
            Mode::Runtime | Mode::Dlopen => None,
            _ => self.python.as_deref(),
        }
    }

    fn build(&self) -> Result<PathBuf, String> {
        let Kit { library, builder } = &*self.kit;
        for name in &self.directives.libs {
            builder.make(&compile::helper(name, self.built_for(), library))?;
        }
        let recipe = compile::program(&self.program, self.directives.mode, self.built_for(), library);
        builder.make(&recipe)?;
        Ok(recipe.output)
    }

    fn run(&self, built: &Path) -> Result<(), String> {
        let io = |error: io::Error| format!("{}: {error}", self.directory.display());
        if self.directory.exists() {
            fs::remove_dir_all(&self.directory).map_err(io)?;
        }
        fs::create_dir_all(&self.directory).map_err(io)?;
        let (executable, arguments) = self.command_line(built).map_err(io)?;
        let mut variables =
            environment::variables(self.directives.mode, self.python.as_deref(), &self.kit.library, &self.directory);
        variables.extend(self.directives.env.iter().map(|(name, value)| (name.clone(), value.into())));
        let mut command = Command::new(&executable);
        command.args(&arguments).current_dir(&self.directory);
        environment::replace(&mut command, &variables);

        let autopsy = |group| backtrace::of_group(group, &self.directory.join("gdb"));
        let finished = process::run(&mut command, &self.directory.join("output"), self.directives.timeout, autopsy)
            .map_err(|e| format!("cannot run {}: {e}", executable.display()))?;
        verdict::of(&finished, self.directives.timeout).map_err(|what| {
            let again = verdict::by_hand(&command, &variables);
            format!("{what}\nby hand: {again}\noutput:\n{}{}", verdict::tail(&finished.output), finished.autopsy)
        })
    }

    fn command_line(&self, built: &Path) -> io::Result<(PathBuf, Vec<OsString>)> {
        let mut arguments: Vec<OsString> = Vec::new();
        let mut executable = built.to_owned();
        match (self.directives.mode, self.python.as_deref()) {
            (Mode::Extension, Some(python)) => {
                executable = python.executable.clone();
                // Copied under another name: beside the original, `import` of the module would find the script itself.
                let script = self.directory.join("main.py");
                fs::copy(self.program.source.with_extension("py"), &script)?;
                arguments.push(script.into());
            }
            (Mode::Dlopen, Some(python)) => arguments.extend(python.shared.clone().map(OsString::from)),
            _ => {}
        }
        arguments.extend(self.directives.args.iter().map(OsString::from));
        Ok((executable, arguments))
    }
}
