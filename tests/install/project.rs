//! A user's project: some programs, built by one build system against one pyferry.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use harness::Failed;

use crate::soname::soname;
use crate::tree::{self, VERSION, command};
use harness::directives::Mode;
use harness::library::Library as Built;
use harness::process::{self, output};
use harness::program::SOURCES;
use harness::python::Python;
use harness::{environment, paths, symbols, verdict};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum System {
    PkgConfig,
    CMake,
    Meson,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Library {
    Shared,
    Static,
}

#[derive(Clone, Copy, PartialEq)]
pub struct Compilers {
    pub c: &'static str,
    pub cpp: &'static str,
}

impl Compilers {
    pub const SYSTEM: Compilers = Compilers { c: "cc", cpp: "c++" };
    pub const CLANG: Compilers = Compilers { c: "clang", cpp: "clang++" };
}

/// Where the pyferry comes from.
pub enum Origin {
    Installed { prefix: PathBuf, moved: bool },
    Sources { folder: PathBuf, by: Rust },
    Archive(PathBuf),
}

/// How CMake has it built from sources.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rust {
    Cargo,
    /// For a target that is named: this machine.
    CargoForTarget,
    Corrosion,
}

/// A folder with build files and sources, and nothing that leads back to where they were copied from.
pub struct Project {
    directory: PathBuf,
    programs: Vec<PathBuf>,
    /// The programs that are c_examples'.
    examples: Vec<String>,
}

pub struct Programs {
    directory: PathBuf,
    library: Library,
    /// The directory of the installed libraries; none where pyferry is built with the programs.
    installed: Option<PathBuf>,
    examples: Vec<String>,
}

impl Project {
    /// With some of c_examples too, or no more than it takes to see that everything is found.
    pub fn new(name: &str, has_examples: bool) -> Result<Project, String> {
        let directory = tree::empty(name)?.join("project");
        fs::create_dir(&directory).map_err(|e| format!("{}: {e}", directory.display()))?;
        let own = paths::root().join("tests/install");
        let examples = if has_examples { examples() } else { Vec::new() };
        let programs: Vec<PathBuf> = paths::files(&own, &SOURCES).into_iter().chain(examples.clone()).collect();
        let build_files = ["CMakeLists.txt", "meson.build", "meson_options.txt"].map(|name| own.join(name));
        for file in programs.iter().chain(&build_files) {
            let copy = directory.join(file.file_name().unwrap_or_default());
            fs::copy(file, copy).map_err(|e| format!("{}: {e}", file.display()))?;
        }
        let programs = programs.iter().map(|file| PathBuf::from(file.file_name().unwrap_or_default())).collect();
        Ok(Project { directory, programs, examples: examples.iter().map(|file| stem(file)).collect() })
    }

    pub fn build(
        &self,
        system: System,
        library: Library,
        compilers: Compilers,
        origin: &Origin,
    ) -> Result<Programs, String> {
        let build = self.directory.with_file_name("build");
        fs::create_dir_all(&build).map_err(|e| format!("{}: {e}", build.display()))?;
        match system {
            System::PkgConfig => self.with_pkg_config(&build, library, compilers, origin)?,
            System::CMake => self.with_cmake(&build, library, compilers, origin)?,
            System::Meson => self.with_meson(&build, library, compilers, origin)?,
        }
        let installed = match origin {
            Origin::Installed { prefix, .. } => Some(prefix.join("lib")),
            _ => None,
        };
        Ok(Programs { directory: build, library, installed, examples: self.examples.clone() })
    }

    /// As README says.
    fn with_pkg_config(
        &self,
        build: &Path,
        library: Library,
        compilers: Compilers,
        origin: &Origin,
    ) -> Result<(), String> {
        let Origin::Installed { prefix, moved } = origin else { return Err("for an installed pyferry".to_owned()) };
        let mut ask = command("pkg-config");
        ask.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig")).args(["--cflags", "--libs"]);
        if *moved {
            ask.arg("--define-prefix");
        }
        if library == Library::Static {
            ask.arg("--static");
        }
        let mut words = output(ask.args(["pyferry", "=", VERSION]))?;
        match library {
            Library::Static => words = words.replace("-lpyferry", "-l:libpyferry.a"),
            Library::Shared => words += &format!(" -Wl,-rpath,{}", prefix.join("lib").display()),
        }
        let compile = |source: &Path, options: &[&str], made: &str| {
            let cpp = source.extension().is_some_and(|extension| extension == "cpp");
            let (compiler, standard) = if cpp { (compilers.cpp, "-std=c++17") } else { (compilers.c, "-std=c11") };
            let mut compile = command(compiler);
            compile.args([standard, "-Wall", "-Wextra", "-Werror", "-pthread"]).args(options);
            compile.arg(self.directory.join(source)).arg("-o").arg(build.join(made));
            output(compile.args(words.split_whitespace()).arg("-ldl")).map(drop)
        };
        compile("hello.c".as_ref(), &["-shared", "-fPIC"], PLUGIN)?;
        self.programs.iter().try_for_each(|program| compile(program, &[], &stem(program)))
    }

    fn with_cmake(&self, build: &Path, library: Library, compilers: Compilers, origin: &Origin) -> Result<(), String> {
        let target = match library {
            Library::Shared => "pyferry::pyferry",
            Library::Static => "pyferry::static",
        };
        let set = |name: &str, value: &dyn AsRef<Path>| format!("-D{name}={}", value.as_ref().display());
        let mut configure = command("cmake");
        configure.arg("-S").arg(&self.directory).arg("-B").arg(build);
        configure.arg(set("CMAKE_C_COMPILER", &compilers.c)).arg(set("CMAKE_CXX_COMPILER", &compilers.cpp));
        configure.arg(set("TARGET", &target)).arg(set("VERSION", &VERSION));
        let by = match origin {
            Origin::Installed { prefix, .. } => {
                configure.arg(set("CMAKE_PREFIX_PATH", prefix));
                None
            }
            Origin::Sources { folder, by } => {
                configure.arg(set("SOURCE", folder));
                Some(*by)
            }
            Origin::Archive(archive) => {
                configure.arg(set("ARCHIVE", archive));
                Some(Rust::Cargo)
            }
        };
        let said_of = match by {
            None => "",
            Some(Rust::Cargo) => {
                configure.arg("-DCMAKE_DISABLE_FIND_PACKAGE_Corrosion=ON");
                "pyferry: built by"
            }
            Some(Rust::CargoForTarget) => {
                configure.arg("-DCMAKE_DISABLE_FIND_PACKAGE_Corrosion=ON").env("CARGO_BUILD_TARGET", tree::host()?);
                "pyferry: built by"
            }
            Some(Rust::Corrosion) => {
                configure.arg(set("Corrosion_DIR", &tree::corrosion().ok_or("no Corrosion")?));
                "pyferry: built through Corrosion"
            }
        };
        let said = output(offline(&mut configure))?;
        if !said.contains(said_of) {
            return Err(format!("cmake did not say {said_of:?}:\n{said}"));
        }
        let mut compile = command("cmake");
        // As it is for somebody whose own crates are for another system.
        compile.env("CARGO_BUILD_TARGET", "wasm32-unknown-unknown");
        // Where the library is built anew: in less than half the time, and fast enough for what is done with it here. The
        // profile's own variables are not heeded for a package that the profile names.
        compile.env("RUSTFLAGS", "-Copt-level=0 -Ccodegen-units=16 -Cdebuginfo=0");
        output(offline(compile.arg("--build").arg(build).args(["--parallel", "2"])))?;
        let of_target = build.join("pyferry/cargo").join(tree::host()?).join("release");
        if by == Some(Rust::CargoForTarget) && !of_target.is_dir() {
            return Err(format!("no {}", of_target.display()));
        }
        Ok(())
    }

    fn with_meson(&self, build: &Path, library: Library, compilers: Compilers, origin: &Origin) -> Result<(), String> {
        let Origin::Installed { prefix, .. } = origin else { return Err("for an installed pyferry".to_owned()) };
        let programs: Vec<String> = self.programs.iter().map(|program| program.display().to_string()).collect();
        let mut setup = command("meson");
        setup.args(["setup"]).arg(build).arg(&self.directory).env("CC", compilers.c).env("CXX", compilers.cpp);
        setup.arg(format!("-Dpkg_config_path={}", prefix.join("lib/pkgconfig").display()));
        setup.arg(format!("-Dprefer_static={}", library == Library::Static));
        setup.arg(format!("-Dversion={VERSION}")).arg(format!("-Dprograms={}", programs.join(",")));
        output(&mut setup)?;
        output(command("meson").args(["compile", "-C"]).arg(build))?;
        Ok(())
    }
}

impl Programs {
    /// The right library is in, it is the right version, and it works.
    pub fn check(&self, python: &Python) -> Result<(), Failed> {
        self.linked_right()?;
        let said = self.run("hello", &[], python)?;
        let number = |part: &str| part.parse::<u32>().expect("a release version");
        let number = VERSION.split('.').map(number).fold(0, |number, part| number * 100 + part);
        let expected = format!("header {VERSION} {number}\nlibrary {VERSION} {number}\nhello\n");
        if said != expected {
            return Err(format!("hello said:\n{said}instead of:\n{expected}").into());
        }
        self.run("hello_cpp", &[], python)?;
        let libpython = python.shared.as_deref().expect("chosen for it");
        self.run("at_load", &[libpython], python)?;
        Ok(())
    }

    pub fn run_examples(&self, python: &Python) -> Result<(), Failed> {
        // One says how long it is to take, in seconds: else ten.
        let words = |example: &str| if example == "quickstart" { vec![Path::new("1")] } else { Vec::new() };
        self.examples.iter().try_for_each(|example| self.run(example, &words(example), python).map(drop))
    }

    fn linked_right(&self) -> Result<(), Failed> {
        let program = self.directory.join("hello");
        let dynamic = output(command("readelf").arg("-dW").arg(&program))?;
        let needed = |line: &&str| line.contains("(NEEDED)") && line.contains("libpyferry");
        let needed: Vec<&str> = dynamic.lines().filter(needed).collect();
        let right = match self.library {
            Library::Static => needed.is_empty(),
            Library::Shared => needed.len() == 1 && needed[0].contains(&format!("[{}]", soname())),
        };
        if !right {
            return Err(format!("{:?} was wanted, and hello is linked so:\n{dynamic}", self.library).into());
        }
        if self.library == Library::Static {
            symbols::is_never_unloaded(&self.directory.join(PLUGIN))?;
        }
        let Some(directory) = self.installed.as_ref().filter(|_| self.library == Library::Shared) else {
            return Ok(());
        };
        let loaded = output(command("ldd").arg(&program))?;
        let from = format!("=> {}/", directory.display());
        if loaded.lines().any(|line| line.contains("libpyferry") && line.contains(&from)) {
            Ok(())
        } else {
            Err(format!("libpyferry is not found in {}:\n{loaded}", directory.display()).into())
        }
    }

    fn run(&self, name: &str, arguments: &[&Path], python: &Python) -> Result<String, Failed> {
        let limit = Duration::from_secs(300).mul_f64(environment::slowdown());
        let mut command = Command::new(self.directory.join(name));
        let unused = Built { file: PathBuf::new() };
        let variables = environment::variables(Mode::Runtime, Some(python), &unused, &self.directory);
        environment::replace(command.args(arguments).current_dir(&self.directory), &variables);
        let log = self.directory.join(format!("{name}.log"));
        let finished = process::run(&mut command, &log, limit, |_| String::new())?;
        verdict::of(&finished, limit).map_err(|e| {
            format!("{e}\n{}\n{}", verdict::by_hand(&command, &variables), verdict::tail(&finished.output))
        })?;
        Ok(finished.output)
    }
}

/// c_examples with its own build file, and with what is for one Python.
pub fn build_examples(prefix: &Path, python: &Python) -> Result<(), Failed> {
    let directory = tree::empty("examples")?;
    output(command("cp").arg("-a").arg(paths::root().join("c_examples")).arg(directory.join("project")))?;
    let mut configure = command("cmake");
    configure.arg("-S").arg(directory.join("project")).arg("-B").arg(directory.join("build"));
    configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
    configure.arg(format!("-DPython_EXECUTABLE={}", python.executable.display()));
    output(&mut configure)?;
    output(command("cmake").arg("--build").arg(directory.join("build")).args(["--parallel", "2"]))?;
    Ok(())
}

/// There is no network, but what cargo has got before.
fn offline(command: &mut Command) -> &mut Command {
    const NOBODY: &str = "http://127.0.0.1:9";
    command.env("CARGO_NET_OFFLINE", "true").envs(["http_proxy", "https_proxy", "all_proxy"].map(|name| (name, NOBODY)))
}

/// hello.c as something that a host loads and unloads.
const PLUGIN: &str = "libplugin.so";

/// Those for any Python: how a program gets its Python.h is not pyferry's business.
fn examples() -> Vec<PathBuf> {
    let all = paths::files(&paths::root().join("c_examples"), &SOURCES);
    let alone = |file: &PathBuf| fs::read_to_string(file).is_ok_and(|text| !text.contains("<Python.h>"));
    all.into_iter().filter(alone).collect()
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
