//! One program on one Python for Windows.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libtest_mimic::{Completion, Failed};

use super::wine::windows_path;
use super::{Kit, compile, mark};
use crate::case::repeat;
use crate::directives::{Directives, Mode, Variant};
use crate::program::{self, Program};
use crate::python::Python;
use crate::trial::Trial;
use crate::{environment, paths, process, verdict};

/// Wine's server and two cores less than a program on Linux has.
const SLOWDOWN: f64 = 2.0;

pub fn trials(kit: &Arc<Kit>, program: &Program, pythons: &[Arc<Python>]) -> Vec<Trial> {
    let Ok(directives) = &program.directives else { return Vec::new() };
    let trial = |variant: Option<&Variant>, python: Option<&Arc<Python>>| {
        let case = Case::new(kit, program, directives, variant, python);
        Trial::ignorable_test(case.name.clone(), move || case.try_all_runs())
    };
    let trials_of = |variant: Option<&Variant>| match directives.mode {
        Mode::Helper => Vec::new(),
        Mode::Alone => vec![trial(variant, None)],
        _ => pythons.iter().map(|python| trial(variant, Some(python))).collect(),
    };
    [None].into_iter().chain(directives.also.iter().map(Some)).flat_map(trials_of).collect()
}

struct Case {
    kit: Arc<Kit>,
    program: Program,
    directives: Directives,
    python: Option<Arc<Python>>,
    name: String,
    /// Where the program runs; emptied before each run.
    directory: PathBuf,
}

impl Case {
    fn new(
        kit: &Arc<Kit>,
        program: &Program,
        directives: &Directives,
        variant: Option<&Variant>,
        python: Option<&Arc<Python>>,
    ) -> Case {
        let on = python.map_or_else(|| format!("no python {}", mark()), |python| python.name.clone());
        let prefix = variant.map_or(String::new(), |variant| format!("{}_", variant.name));
        let name = format!("{prefix}{} on {on}", program.name);
        let mut directives = directives.clone();
        directives.env.extend(variant.map(|variant| variant.env.clone()));
        Case {
            kit: Arc::clone(kit),
            program: program.clone(),
            directives,
            python: python.cloned(),
            directory: paths::run(&name),
            name,
        }
    }

    fn try_all_runs(&self) -> Result<Completion, Failed> {
        if let Some(reason) = self.unfit() {
            return Ok(Completion::ignored_with(reason));
        }
        let built = self.build()?;
        let seed = self.directives.seeds.first().map(u32::to_string);
        let runs = repeat();
        for run in 1..=runs {
            self.run(&built, seed.as_deref()).map_err(|message| format!("run {run} of {runs}: {message}"))?;
        }
        Ok(Completion::Completed)
    }

    fn unfit(&self) -> Option<String> {
        let not = self.directives.not_on.iter().find(|(system, _)| system == "windows");
        let not = not.map(|(_, reason)| format!("not on Windows: {reason}"));
        not.or_else(|| program::unfit(&self.directives, self.python.as_ref()?))
    }

    fn build(&self) -> Result<PathBuf, String> {
        let Kit { library, builder, .. } = &*self.kit;
        let built_for = match self.directives.mode {
            Mode::Extension => self.python.as_deref(), // its python3X.dll is found where the process has it
            _ => self.program.built_for(&self.directives, self.python.as_deref()),
        };
        for name in &self.directives.libs {
            builder.make(&compile::helper(name, built_for, library))?;
        }
        let recipe = compile::program(&self.program, &self.directives, built_for, library);
        builder.make(&recipe)?;
        Ok(recipe.output)
    }

    fn run(&self, built: &Path, seed: Option<&str>) -> Result<(), String> {
        let io = |error: std::io::Error| format!("{}: {error}", self.directory.display());
        if self.directory.exists() {
            fs::remove_dir_all(&self.directory).map_err(io)?;
        }
        fs::create_dir_all(&self.directory).map_err(io)?;
        let (program, mut arguments) = self.command_line(built).map_err(io)?;
        arguments.extend(seed.map(OsString::from));
        let variables = variables(&self.kit, &self.directives, self.python.as_deref(), built);
        let mut command = self.kit.wine.command(&program, &arguments);
        command.current_dir(&self.directory);
        environment::replace(&mut command, &variables);
        let limit = self.directives.timeout.mul_f64(SLOWDOWN * environment::slowdown());
        let finished = process::run(&mut command, &self.directory.join("output"), limit, |_| String::new())
            .map_err(|e| format!("cannot run {}: {e}", program.display()))?;
        verdict::of(&finished, limit).map_err(|what| {
            let again = verdict::by_hand(&command, &variables);
            format!("{what}\nby hand: {again}\noutput:\n{}", verdict::tail(&finished.output))
        })
    }

    fn command_line(&self, built: &Path) -> std::io::Result<(PathBuf, Vec<OsString>)> {
        let mut arguments: Vec<OsString> = Vec::new();
        let mut program = built.to_owned();
        match (self.directives.mode, self.python.as_deref()) {
            (Mode::Extension, Some(python)) => {
                program = python.executable.clone();
                fs::copy(self.program.source.with_extension("py"), self.directory.join("main.py"))?;
                arguments.push("main.py".into());
                // An extension module's libraries are looked for beside it, and not on PATH.
                let library = &self.kit.library.file;
                let beside = built.with_file_name(library.file_name().expect("a file has a name"));
                if fs::read_link(&beside).is_err() {
                    let _ = std::os::unix::fs::symlink(library, &beside);
                }
            }
            (Mode::Dlopen, Some(python)) => {
                arguments.extend(python.shared.as_deref().map(|shared| windows_path(shared).into()));
            }
            _ => {}
        }
        arguments.extend(self.directives.args.iter().map(OsString::from));
        Ok((program, arguments))
    }
}

/// What a program runs with.
pub fn variables(kit: &Kit, directives: &Directives, python: Option<&Python>, built: &Path) -> environment::Variables {
    let mut variables = environment::Variables::new();
    let mut set = |name: &str, value: &str| variables.push((name.to_owned(), value.into()));
    set("PYTHONDONTWRITEBYTECODE", "1");
    // Wine 8's FlushProcessWriteBuffers does nothing.
    set("PYFERRY_BARRIER", "symmetric");
    set("PYFERRY_TEST_LIBRARY", &windows_path(&kit.library.file));
    set("PYFERRY_TEST_SLOWDOWN", &(SLOWDOWN * environment::slowdown()).to_string());
    let mut path = vec![kit.library.directory().to_owned()];
    if let Some(python) = python {
        path.extend(python.executable.parent().map(Path::to_owned));
        path.extend([compile::directory(Some(python)), compile::directory(None)]);
        let executable = windows_path(&python.executable);
        set("PYFERRY_TEST_PYTHON", &executable);
        set("PYFERRY_TEST_LIBPYTHON", &windows_path(python.shared.as_deref().expect("described so")));
        if python.in_short {
            set("PYFERRY_TEST_IN_SHORT", "1");
        }
        match directives.mode {
            Mode::Runtime => set("PYFERRY_PYTHON", &executable),
            // There Python takes the host's folder for its own, and the host has to say better.
            Mode::Host | Mode::Dlopen if python.minor < 11 => {
                set("PYTHONHOME", &windows_path(python.executable.parent().expect("it is in a folder")));
            }
            Mode::Extension => set("PYTHONPATH", &windows_path(built.parent().expect("it is in a directory"))),
            _ => {}
        }
    }
    let path: Vec<String> = path.iter().map(|directory| windows_path(directory)).collect();
    set("WINEPATH", &path.join(";"));
    variables.extend(directives.env.iter().map(|(name, value)| (name.clone(), value.into())));
    variables
}
