//! pyferry installs like any C library, and programs are built against what was installed: with pkg-config, CMake and Meson,
//! with the shared and the static library, by GCC and Clang; and by CMake from its sources. The release archives work. What of
//! this needs a tool that the machine lacks is skipped, and says so.

#[path = "install/archives.rs"]
mod archives;
#[path = "install/preloaded.rs"]
mod preloaded;
#[path = "install/project.rs"]
mod project;
#[path = "abi/soname.rs"]
mod soname;
#[path = "install/stripped.rs"]
mod stripped;
#[path = "install/tree.rs"]
mod tree;

use std::process::ExitCode;
use std::sync::Arc;

use harness::{Completion, Failed, Trial};

use harness::python::Python;
use project::{Compilers, Library, Origin, Project, Rust, System};

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
                    Ok(Completion::ignored_with(format!("no {tool} (tools/setup test release brings what can be had)")))
                }
                (None, None) => Err("no Python with a shared libpython".into()),
                (None, Some(python)) => test(python).map(|()| Completion::Completed),
            }
        })
    };
    // An archive is made of a commit.
    let git = if harness::paths::root().join(".git").exists() { "git" } else { "git clone" };
    let mut trials = vec![
        trial("installed files", &["make"], Box::new(|_| tree::files_are_complete())),
        trial("installed library", &["make"], Box::new(|_| tree::library_is_as_built())),
        trial("stripped", &["make", "objcopy", "addr2line"], Box::new(|_| stripped::apart_from_debug_information())),
        trial("static library's needs", &["make"], Box::new(|_| stripped::static_library_needs_what_rustc_says())),
        trial("by cargo and coreutils alone", &["make"], Box::new(|_| stripped::without_objcopy())),
        trial("without cargo", &["make"], Box::new(|_| tree::installs_what_was_built_before())),
        trial("preloaded", &["make"], Box::new(preloaded::into_python)),
        trial("staged and uninstalled", &["make"], Box::new(|_| tree::stages_and_uninstalls())),
        trial("uninstalled exactly", &["make"], Box::new(|_| tree::uninstalls_what_it_installed_and_no_more())),
        trial("refused paths", &["make"], Box::new(|_| tree::refuses_what_is_no_plain_path())),
        trial("versions for CMake", &["make", "cmake"], Box::new(|_| tree::cmake_is_told_the_version())),
        trial("moved", &["make", "cmake", "pkg-config"], Box::new(moved)),
        trial("archives", &["make", "cmake", "pkg-config", git, "cargo-cyclonedx"], Box::new(archives::work)),
    ];
    for (name, by, tools) in [
        ("in a CMake project", Rust::Cargo, &["cmake"][..]),
        ("in a CMake project for a target", Rust::CargoForTarget, &["cmake"]),
        ("in a CMake project with Corrosion", Rust::Corrosion, &["cmake", "Corrosion"]),
    ] {
        trials.push(trial(name, tools, Box::new(move |python| in_a_project(by, python))));
    }
    if harness::paths::root().join("c_examples/CMakeLists.txt").exists() {
        let test = |python: &Python| project::build_examples(&tree::installed()?, python);
        trials.push(trial("c_examples with CMake", &["make", "cmake"], Box::new(test)));
    }
    for (system, tools) in [
        (System::PkgConfig, &["pkg-config"][..]),
        (System::CMake, &["cmake"]),
        (System::Meson, &["meson", "ninja", "pkg-config"]),
    ] {
        for library in [Library::Shared, Library::Static] {
            for compilers in [Compilers::SYSTEM, Compilers::CLANG] {
                let name = format!("{system:?} {library:?} {}", compilers.c);
                let tools = [&["make"], tools, &[compilers.c, compilers.cpp]].concat();
                // Long programs, so not with each; and what one compiler makes of them runs as what the other does.
                let examples = matches!(
                    (system, library),
                    (System::PkgConfig, Library::Shared) | (System::CMake, Library::Static)
                );
                let run_examples = examples && compilers == Compilers::SYSTEM;
                let test = move |python: &Python| {
                    let origin = Origin::Installed { prefix: tree::installed()?, moved: false };
                    let built = Project::new(&name_of(system, library, compilers), examples)?
                        .build(system, library, compilers, &origin)?;
                    built.check(python)?;
                    if run_examples { built.run_examples(python) } else { Ok(()) }
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
            let project = Project::new(&format!("moved-{system:?}-{library:?}"), false)?;
            project.build(system, library, Compilers::SYSTEM, &origin)?.check(python)?;
        }
    }
    Ok(())
}

/// By add_subdirectory, from these sources. To build for a named target makes no difference between the two libraries.
fn in_a_project(by: Rust, python: &Python) -> Result<(), Failed> {
    let project = Project::new(&format!("subdirectory-{by:?}"), false)?;
    let libraries: &[Library] =
        if by == Rust::CargoForTarget { &[Library::Shared] } else { &[Library::Shared, Library::Static] };
    for library in libraries.iter().copied() {
        let origin = Origin::Sources { folder: harness::paths::root().to_owned(), by };
        project.build(System::CMake, library, Compilers::SYSTEM, &origin)?.check(python)?;
    }
    Ok(())
}
