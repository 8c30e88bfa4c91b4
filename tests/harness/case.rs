//! One program on one Python: build it and run it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use libtest_mimic::{Completion, Failed};

use super::backtrace;
use super::build::Builder;
use super::compile;
use super::directives::{Directives, Mode, Variant};
use super::environment;
use super::library::Library;
use super::paths;
use super::process;
use super::program::{self, Program};
use super::python::Python;
use super::soak::{self, Tally};
use super::tool::{self, Tool};
use super::trial::Trial;
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
    let trials_of = |variant: Option<&Variant>| {
        let trial = |python: Option<&Arc<Python>>| {
            let mut case = Case::new(kit, program, directives, python);
            if let Some(variant) = variant {
                case.vary(variant);
            }
            Trial::ignorable_test(case.name.clone(), move || case.try_all_runs())
        };
        match directives.mode {
            Mode::Helper => Vec::new(),
            Mode::Alone => vec![trial(None)],
            _ => pythons.iter().map(|python| trial(Some(python))).collect(),
        }
    };
    [None].into_iter().chain(directives.also.iter().map(Some)).flat_map(trials_of).collect()
}

pub fn repeat() -> u32 {
    env::var(REPEAT).map_or(1, |value| value.parse().expect(REPEAT))
}

pub struct Case {
    kit: Arc<Kit>,
    program: Program,
    directives: Directives,
    python: Option<Arc<Python>>,
    name: String,
    /// Where the program runs; emptied before each run.
    directory: PathBuf,
}

impl Case {
    pub fn new(kit: &Arc<Kit>, program: &Program, directives: &Directives, python: Option<&Arc<Python>>) -> Case {
        let name = format!("{} on {}", program.name, python.map_or("no python", |python| &python.name));
        Case {
            kit: Arc::clone(kit),
            program: program.clone(),
            directives: directives.clone(),
            python: python.cloned(),
            directory: paths::run(&name),
            name,
        }
    }

    fn vary(&mut self, variant: &Variant) {
        self.name = format!("{}_{}", variant.name, self.name);
        self.directory = paths::run(&self.name);
        self.directives.env.push(variant.env.clone());
    }

    fn try_all_runs(&self) -> Result<Completion, Failed> {
        if let Some(reason) = self.unfit() {
            return Ok(Completion::ignored_with(reason));
        }
        let built = self.build()?;
        if !self.directives.seeds.is_empty() {
            return self.try_all_seeds(&built);
        }
        let runs = repeat();
        for run in 1..=runs {
            self.run(&built, None).map_err(|message| format!("run {run} of {runs}: {message}"))?;
        }
        Ok(Completion::Completed)
    }

    fn try_all_seeds(&self, built: &Path) -> Result<Completion, Failed> {
        let start = Instant::now();
        let mut tally = Tally::default();
        let mut run = |seed| {
            tally.add_counts(&self.run(built, Some(seed)).map_err(|message| format!("seed {seed}: {message}"))?);
            tally.add("runs", 1.0);
            Ok::<_, Failed>(())
        };
        let result = match soak::length() {
            Some(length) => {
                let mut seeds = soak::seeds();
                let first = seeds.next(); // however short the time is
                first.into_iter().chain(seeds.take_while(|_| start.elapsed() < length)).try_for_each(&mut run)
            }
            None => (0..repeat()).try_for_each(|_| self.directives.seeds.iter().copied().try_for_each(&mut run)),
        };
        tally.add("seconds", start.elapsed().as_secs_f64());
        tally.write(self.python.as_ref().map_or("none", |python| &python.name))?;
        result.map(|()| Completion::Completed)
    }

    fn unfit(&self) -> Option<String> {
        let on_python = self.python.as_ref().and_then(|python| program::unfit(&self.directives, python));
        on_python.or_else(|| self.unwatchable(tool::current()?))
    }

    fn unwatchable(&self, tool: Tool) -> Option<String> {
        let excluded = self.directives.not_under.iter().find(|(not, _)| *not == tool);
        let reason = excluded.map(|(_, reason)| format!("not under {}: {reason}", tool.name()));
        reason.or_else(|| tool.unfit(self.python.as_ref()?))
    }

    pub fn build(&self) -> Result<PathBuf, String> {
        let Kit { library, builder } = &*self.kit;
        let built_for = self.program.built_for(&self.directives, self.python.as_deref());
        for name in &self.directives.libs {
            builder.make(&compile::helper(name, built_for, library))?;
        }
        let recipe = compile::program(&self.program, &self.directives, built_for, library)?;
        builder.make(&recipe)?;
        Ok(recipe.output)
    }

    /// What it printed.
    pub fn run(&self, built: &Path, seed: Option<u32>) -> Result<String, String> {
        let io = |error: io::Error| format!("{}: {error}", self.directory.display());
        if self.directory.exists() {
            fs::remove_dir_all(&self.directory).map_err(io)?;
        }
        fs::create_dir_all(&self.directory).map_err(io)?;
        let (executable, mut arguments) = self.command_line(built).map_err(io)?;
        arguments.extend(seed.map(|seed| seed.to_string().into()));
        let mut variables =
            environment::variables(self.directives.mode, self.python.as_deref(), &self.kit.library, &self.directory);
        if let Some(tool) = tool::current() {
            variables.extend(tool.variables(self.python.as_deref(), self.directives.mode == Mode::Extension));
        }
        if let Some(python) = self.python.as_deref().filter(|_| self.directives.greenlet) {
            variables.push(("PYTHONPATH".to_owned(), paths::greenlet(&python.name).into()));
        }
        variables.extend(self.directives.env.iter().map(|(name, value)| (name.clone(), value.into())));
        let limit = environment::limit(self.directives.timeout, &variables);
        let mut command = Command::new(&executable);
        command.args(&arguments).current_dir(&self.directory);
        environment::replace(&mut command, &variables);

        let autopsy = |group| backtrace::of_group(group, &self.directory.join("gdb"));
        let finished = process::run(&mut command, &self.directory.join("output"), limit, autopsy)
            .map_err(|e| format!("cannot run {}: {e}", executable.display()))?;
        match verdict::of(&finished, limit) {
            Ok(()) => Ok(finished.output),
            Err(what) => {
                let again = verdict::by_hand(&command, &variables);
                let output = verdict::tail(&finished.output);
                Err(format!("{what}\nby hand: {again}\noutput:\n{output}{}", finished.autopsy))
            }
        }
    }

    fn command_line(&self, built: &Path) -> io::Result<(PathBuf, Vec<OsString>)> {
        let mut arguments: Vec<OsString> = Vec::new();
        let mut executable = built.to_owned();
        match (self.directives.mode, self.python.as_deref()) {
            (Mode::Extension, Some(python)) => {
                executable = environment::executable(python);
                // Copied under another name: beside the original, `import` of the module would find the script itself.
                let script = self.directory.join("main.py");
                fs::copy(self.program.source.with_extension("py"), &script)?;
                arguments.push(script.into());
            }
            (Mode::Dlopen, Some(python)) => arguments.extend(python.shared.clone().map(OsString::from)),
            _ => {}
        }
        arguments.extend(self.directives.args.iter().map(OsString::from));
        if let Some(tool) = tool::current() {
            let leaks = self.directives.leaks_not_checked.is_none();
            let (watcher, mut words) = tool.command_line(executable, self.python.as_deref(), leaks);
            words.append(&mut arguments);
            return Ok((watcher, words));
        }
        Ok((executable, arguments))
    }
}
