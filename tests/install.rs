//! pyferry installs like any C library, and programs are built against what was installed: with pkg-config, CMake and Meson,
//! with the shared and the static library, by GCC and Clang; and by CMake from its sources. The release archives work.

#[path = "install/archives.rs"]
mod archives;
#[path = "install/project.rs"]
mod project;
#[path = "abi/soname.rs"]
mod soname;
#[path = "install/tree.rs"]
mod tree;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Completion, Failed, Trial};

use harness::python::Python;
use project::{Compilers, Library, Origin, Project, System};

const INSTALL: [&str; 3] = ["make", "cargo-cinstall", "cmake"];

fn main() -> ExitCode {
    // How it is installed does not depend on the Python: any will do. The examples take least time on the newest.
    harness::run(|_, pythons| trials(pythons.into_iter().rfind(|python| python.shared.is_some())))
}

fn trials(python: Option<Python>) -> Vec<Trial> {
    let python = Arc::new(python);
    let trial = |name: &str, tools: &[&'static str], test: Test| {
        let (python, tools) = (Arc::clone(&python), tools.to_vec());
        Trial::ignorable_test(name, move || {
            let missing = tools.iter().find(|tool| !tree::has(tool));
            match (missing, &*python) {
                (Some(tool), _) => {
                    Ok(Completion::ignored_with(format!("no {tool} (tools/setup install release brings the tools)")))
                }
                (None, None) => Err("no Python with a shared libpython".into()),
                (None, Some(python)) => test(python).map(|()| Completion::Completed),
            }
        })
    };
    // An archive is made of a commit.
    let git = if harness::paths::root().join(".git").exists() { "git" } else { "git clone" };
    let mut trials = vec![
        trial("installed files", &INSTALL, Box::new(|_| tree::files_are_complete())),
        trial("installed library", &INSTALL, Box::new(|_| tree::library_is_as_built())),
        trial("staged and uninstalled", &INSTALL, Box::new(|_| tree::stages_and_uninstalls())),
        trial("refused paths", &["make"], Box::new(|_| tree::refuses_what_is_no_plain_path())),
        trial("moved", &[&INSTALL[..], &["pkg-config"]].concat(), Box::new(moved)),
        trial("in a CMake project", &["cmake", "Corrosion"], Box::new(in_a_project)),
        trial(
            "archives",
            &[&INSTALL[..], &["pkg-config", git, "cargo-cyclonedx", "Corrosion"]].concat(),
            Box::new(archives::work),
        ),
    ];
    if harness::paths::root().join("c_examples/CMakeLists.txt").exists() {
        let test = |python: &Python| project::build_examples(&tree::installed()?, python);
        trials.push(trial("c_examples with CMake", &INSTALL, Box::new(test)));
    }
    for (system, tools) in [
        (System::PkgConfig, &["pkg-config"][..]),
        (System::CMake, &[]),
        (System::Meson, &["meson", "ninja", "pkg-config"]),
    ] {
        for library in [Library::Shared, Library::Static] {
            for compilers in [Compilers::SYSTEM, Compilers::CLANG] {
                let name = format!("{system:?} {library:?} {}", compilers.c);
                let tools = [&INSTALL[..], tools, &[compilers.c, compilers.cpp]].concat();
                // Long programs, so not with each.
                let examples = compilers == Compilers::SYSTEM
                    && matches!(
                        (system, library),
                        (System::PkgConfig, Library::Shared) | (System::CMake, Library::Static)
                    );
                let test = move |python: &Python| {
                    let origin = Origin::Installed { prefix: tree::installed()?, moved: false };
                    let built = Project::new(&name_of(system, library, compilers))?
                        .build(system, library, compilers, &origin)?;
                    built.check(python)?;
                    if examples { built.run_examples(python) } else { Ok(()) }
                };
                trials.push(trial(&name, &tools, Box::new(test)));
            }
        }
    }
    trials
}

type Test = Box<dyn FnOnce(&Python) -> Result<(), Failed> + Send>;

fn name_of(system: System, library: Library, compilers: Compilers) -> String {
    format!("{system:?}-{library:?}-{}", compilers.c)
}

/// The installed tree works wherever it is put.
fn moved(python: &Python) -> Result<(), Failed> {
    let prefix = tree::moved()?;
    for system in [System::PkgConfig, System::CMake] {
        for library in [Library::Shared, Library::Static] {
            let origin = Origin::Installed { prefix: prefix.clone(), moved: true };
            let project = Project::new(&format!("moved-{system:?}-{library:?}"))?;
            project.build(system, library, Compilers::SYSTEM, &origin)?.check(python)?;
        }
    }
    Ok(())
}

/// By add_subdirectory, from these sources, through Corrosion.
fn in_a_project(python: &Python) -> Result<(), Failed> {
    let project = Project::new("subdirectory")?;
    for library in [Library::Shared, Library::Static] {
        let origin = Origin::Sources(harness::paths::root().to_owned());
        project.build(System::CMake, library, Compilers::SYSTEM, &origin)?.check(python)?;
    }
    Ok(())
}
