//! What `make dist` makes.

use std::fs;
use std::path::Path;

use harness::Failed;

use crate::project::{Compilers, Library, Origin, Project, System};
use crate::tree::{self, VERSION, command};
use harness::paths;
use harness::process::output;
use harness::python::Python;

pub fn work(python: &Python) -> Result<(), Failed> {
    tree::make("dist", &[])?;
    let dist = paths::root().join("target/dist");
    output(command("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(&dist))?;

    let sources = format!("pyferry-{VERSION}");
    let archive = dist.join(format!("{sources}.tar.gz"));
    let project = Project::new("fetched", false)?;
    project.build(System::CMake, Library::Shared, Compilers::SYSTEM, &Origin::Archive(archive))?.check(python)?;

    let name = format!("{sources}-{}-linux-gnu", std::env::consts::ARCH);
    let place = tree::empty("unpacked")?;
    output(command("tar").arg("-xzf").arg(dist.join(format!("{name}.tar.gz"))).arg("-C").arg(&place))?;
    let prefix = place.join(name);
    documents_are_complete(&prefix)?;
    names_no_place(&prefix)?;
    for (system, library) in [(System::PkgConfig, Library::Shared), (System::CMake, Library::Static)] {
        let origin = Origin::Installed { prefix: prefix.clone(), moved: false };
        let project = Project::new(&format!("unpacked-{system:?}"), false)?;
        project.build(system, library, Compilers::SYSTEM, &origin)?.check(python)?;
    }
    Ok(())
}

/// A bill of materials with the crates that are linked in, and the licence of each.
fn documents_are_complete(prefix: &Path) -> Result<(), Failed> {
    let documents = prefix.join("share/doc/pyferry");
    let bill: serde_json::Value = serde_json::from_str(&fs::read_to_string(documents.join("pyferry.cdx.json"))?)?;
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let own = &bill["metadata"]["component"];
    if (text(&own["name"]), text(&own["version"])) != ("pyferry".to_owned(), VERSION.to_owned()) {
        return Err(format!("the bill of materials is of {own}").into());
    }
    let crates = bill["components"].as_array().filter(|crates| !crates.is_empty()).ok_or("it lists no crates")?;
    let licences = tree::files_below(&documents.join("THIRD-PARTY"));
    for name in crates.iter().map(|part| format!("{}-{}/", text(&part["name"]), text(&part["version"]))) {
        if !licences.iter().any(|file| file.starts_with(&name)) {
            return Err(format!("no licence of {name} among {licences:?}").into());
        }
    }
    Ok(())
}

/// Nothing of the machine that it was made on.
fn names_no_place(prefix: &Path) -> Result<(), Failed> {
    let home = std::env::var("HOME").unwrap_or_default();
    for file in tree::files_below(prefix) {
        let content = fs::read(prefix.join(&file))?;
        for place in [paths::root().to_string_lossy().as_ref(), &format!("{home}/.")] {
            if content.windows(place.len()).any(|window| window == place.as_bytes()) {
                return Err(format!("{file} names {place}").into());
            }
        }
    }
    Ok(())
}
