//! The Python package, and extension modules that are built against it: installed in a new virtual environment of every
//! CPython found, with no network.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Arc, OnceLock};

use harness::{Completion, Failed, Trial};

use harness::made::{self, Made};
use harness::python::Python;
use harness::{compile, environment, paths, process, tool};

/// In bytes.
const LARGEST_LIBRARY: u64 = 1_000_000;

fn main() -> ExitCode {
    harness::run(|_, pythons| {
        let made = Arc::new(OnceLock::new());
        let trial = |name: String, test: Test| {
            let made = Arc::clone(&made);
            Trial::ignorable_test(name, move || match made.get_or_init(make) {
                Ok(Made::Whole(wheel)) => test(wheel),
                Ok(Made::No(reason)) => Ok(Completion::ignored_with(reason)),
                Err(message) => Err(message.into()),
            })
        };
        let mut trials = vec![trial("wheel carries what it has to".to_owned(), Box::new(carries_all))];
        for python in pythons {
            let name = format!("wheel on {}", python.name);
            trials.push(trial(name, Box::new(move |wheel| use_wheel(wheel, &python))));
        }
        trials
    })
}

type Test = Box<dyn FnOnce(&Path) -> Result<Completion, Failed> + Send>;

/// The source archive, and the wheel from that.
fn make() -> Result<Made<PathBuf>, String> {
    if tool::current().is_some() {
        return Ok(Made::No("the tools are for the C programs".to_owned()));
    }
    made::by_tool("tools/wheel", &[], ".whl")
}

/// One wheel for all Pythons, with the licences; nothing that is for one Python only.
fn carries_all(wheel: &Path) -> Result<Completion, Failed> {
    let name = wheel.file_name().unwrap_or_default().to_string_lossy();
    let version = env!("CARGO_PKG_VERSION");
    let tag = format!("pyferry-{version}-py3-none-manylinux_");
    if !name.starts_with(&tag) {
        return Err(format!("{name} does not begin with {tag}").into());
    }
    let listing = said_by(Command::new(tool_python()).args(["-m", "zipfile", "-l"]).arg(wheel))?;
    let mut wanted = vec![
        format!("pyferry-{version}.dist-info/licenses/LICENSE-APACHE"),
        format!("pyferry-{version}.dist-info/licenses/LICENSE-MIT"),
        "pyferry/__init__.py".to_owned(),
        "pyferry/py.typed".to_owned(),
        "pyferry/timeline.py".to_owned(),
        "pyferry/cmake/pyferry-config.cmake".to_owned(),
        "pyferry/cmake/pyferry-config-version.cmake".to_owned(),
        "pyferry/lib/libpyferry.so.".to_owned(),
    ];
    for header in paths::files(&paths::include(), &["h", "hpp"]) {
        wanted.push(format!("pyferry/include/{}", header.file_name().unwrap_or_default().to_string_lossy()));
    }
    let lacks: Vec<_> = wanted.iter().filter(|file| !listing.contains(file.as_str())).collect();
    if !lacks.is_empty() {
        return Err(format!("it lacks {lacks:?}:\n{listing}").into());
    }
    // "pyferry/lib/libpyferry.so.0.1    2026-11-28 18:14:00    796880"
    let library = listing.lines().find(|line| line.starts_with("pyferry/lib/libpyferry.so.")).unwrap_or_default();
    let size: u64 = library.split_whitespace().last().unwrap_or_default().parse()?;
    if size > LARGEST_LIBRARY {
        return Err(format!("the library has {size} bytes: it was not stripped").into());
    }
    Ok(Completion::Completed)
}

/// The Python that `tools/wheel` works with.
fn tool_python() -> PathBuf {
    paths::root().join("target/wheel-tools/bin/python")
}

fn use_wheel(wheel: &Path, python: &Python) -> Result<Completion, Failed> {
    if python.include.is_empty() {
        return Ok(Completion::ignored_with(format!("{} has no headers", python.executable.display())));
    }
    let directory = paths::run(&format!("wheel_on_{}", python.name));
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory)?;
    let home = directory.join("venv");
    // By our own pip: some Pythons are built without one.
    said_by(Command::new(&python.executable).args(["-m", "venv", "--without-pip"]).arg(&home))?;
    let installed = Installed { python: home.join("bin/python"), directory };
    let mut install = Command::new(tool_python());
    let mut timeline = Command::new(home.join("bin/pyferry-timeline"));
    if python.in_short {
        // As pip does, which takes most of the time and puts the same files there whatever the Python.
        let ask = "import sysconfig; print(sysconfig.get_path('purelib'))";
        let packages = said_by(&mut installed.python(&["-c", ask]))?;
        install.args(["-m", "zipfile", "-e"]).arg(wheel).arg(packages.trim_end());
        timeline = installed.python(&["-m", "pyferry.timeline"]);
    } else {
        install.args(["-m", "pip", "--python"]).arg(&home).args(["install", "--quiet", "--no-index"]).arg(wheel);
    }
    said_by(&mut install)?;

    let trace = paths::root().join("tests/timeline/trace.json");
    let page = said_by(timeline.args(["-o", "-"]).arg(trace))?;
    if !page.ends_with("</html>\n") {
        return Err(format!("pyferry-timeline makes no page: {page}").into());
    }
    let source = paths::root().join("tests/wheel");
    installed.build_by_compiler("one", &source, python)?;
    installed.build_by_compiler("two", &source, python)?;
    let mut modules = "one,two".to_owned();
    let cmake = Command::new("cmake").arg("--version").output().is_ok();
    // What it finds is the same file for every Python, and that the compilers work it finds out anew each time.
    if cmake && !python.in_short {
        installed.build_by_cmake("by_cmake", &source, python)?;
        modules += ",by_cmake";
    }
    fs::copy(source.join("use.py"), installed.directory.join("use.py"))?;
    said_by(&mut installed.python(&["use.py", &modules]))?;
    if cmake {
        Ok(Completion::Completed)
    } else {
        Ok(Completion::ignored_with("the compiler's part went well; for the other, cmake is missing"))
    }
}

/// A virtual environment that has the wheel, and where modules are built: beside it, not in it.
struct Installed {
    python: PathBuf,
    directory: PathBuf,
}

impl Installed {
    fn python(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.python);
        command.args(arguments).current_dir(&self.directory);
        command
    }

    fn ask(&self, options: &[&str]) -> Result<String, Failed> {
        Ok(said_by(self.python(&["-m", "pyferry"]).args(options))?.trim_end().to_owned())
    }

    fn build_by_compiler(&self, module: &str, source: &Path, python: &Python) -> Result<(), Failed> {
        let output = self.directory.join(format!("{module}{}", python.extension_suffix));
        let mut command = Command::new(compile::compiler("CC"));
        command.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-pthread"]);
        command.arg(format!("-DMODULE={module}")).arg(source.join("extension.c")).arg("-o").arg(output);
        command.args(python.header_words());
        command.args(self.ask(&["--cflags", "--libs"])?.split_whitespace());
        said_by(&mut command)?;
        Ok(())
    }

    fn build_by_cmake(&self, module: &str, source: &Path, python: &Python) -> Result<(), Failed> {
        let build = self.directory.join("build");
        let includes: Vec<_> = python.include.iter().map(|include| include.display().to_string()).collect();
        let mut configure = Command::new("cmake");
        configure.arg("-S").arg(source).arg("-B").arg(&build);
        configure.arg(format!("-Dpyferry_DIR={}", self.ask(&["--cmake-dir"])?));
        configure.arg(format!("-DWANTED={}", env!("CARGO_PKG_VERSION")));
        configure.arg(format!("-DPYTHON_INCLUDES={}", includes.join(";")));
        said_by(&mut configure)?;
        said_by(Command::new("cmake").arg("--build").arg(&build))?;
        let output = self.directory.join(format!("{module}{}", python.extension_suffix));
        fs::copy(build.join(format!("{module}.so")), output)?;
        Ok(())
    }
}

/// What a command that has to succeed writes to standard output.
fn said_by(command: &mut Command) -> Result<String, String> {
    environment::replace(command, &environment::Variables::new());
    process::output(command)
}
