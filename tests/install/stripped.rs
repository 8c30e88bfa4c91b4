//! What debuggers read is in a file of its own, and what is installed is small.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use harness::Failed;

use crate::tree::{self, VERSION, command};
use harness::process::output;

/// Of the library, in bytes.
const LARGEST: u64 = 1_000_000;

pub fn apart_from_debug_information() -> Result<(), Failed> {
    let folder = tree::installed()?.join("lib");
    let library = folder.join(format!("libpyferry.so.{VERSION}"));
    let size = fs::metadata(&library)?.len();
    if size > LARGEST {
        return Err(format!("the library has {size} bytes, more than {LARGEST}").into());
    }
    for file in [&library, &folder.join("libpyferry.a")] {
        if has_debug_information(file)? {
            return Err(format!("{} has debug information", file.display()).into());
        }
    }
    // The debug information is found by what the library says of it, checksum and all, as any debugger finds it.
    let symbols = output(command("nm").args(["-D", "--defined-only"]).arg(&library))?;
    let attach = symbols.lines().find(|line| line.contains(" pyferry_attach@")).ok_or("no pyferry_attach")?;
    let address = attach.split_whitespace().next().unwrap_or_default();
    let place = output(command("addr2line").arg("-e").arg(&library).arg(address))?;
    if place.contains("src/capi/") {
        Ok(())
    } else {
        Err(format!("pyferry_attach is at {place}, not in src/capi").into())
    }
}

/// What is said of an installation without objcopy is so; and nothing else is needed than what is here.
pub fn without_objcopy() -> Result<(), Failed> {
    const COREUTILS: [&str; 19] = [
        "basename", "cp", "cut", "dirname", "echo", "id", "install", "ln", "mkdir", "od", "realpath", "rm", "rmdir",
        "sort", "tac", "tr", "uname", "wc", "ls",
    ];
    const FOUND_EVERYWHERE: [&str; 3] = ["make", "sed", "sh"];
    // With what cargo itself wants.
    const RUST: [&str; 3] = ["cargo", "rustc", "cc"];
    let programs = tree::empty("coreutils-alone")?;
    for name in [&COREUTILS[..], &FOUND_EVERYWHERE, &RUST].concat() {
        let path = output(command("sh").args(["-c", "command -v \"$0\"", name]))?;
        // Of a shell's own command, nothing but the name.
        if path.starts_with('/') {
            symlink(path.trim_end(), programs.join(name))?;
        }
    }
    let prefix = tree::empty("without-objcopy")?;
    let settings = [("PREFIX", prefix.as_path())];
    tree::make_with_path(Some(&programs), "install", &settings)?;
    let library = prefix.join("lib").join(format!("libpyferry.so.{VERSION}"));
    if !has_debug_information(&library)? {
        return Err("the library has lost its debug information".into());
    }
    if library.with_extension("0.debug").exists() {
        return Err("there is a file of debug information that nothing was put into".into());
    }
    tree::make_with_path(Some(&programs), "uninstall", &settings)?;
    tree::compare(&tree::files_below(&prefix), &Default::default())
}

/// What programs are told that they have to link is what rustc says.
pub fn static_library_needs_what_rustc_says() -> Result<(), Failed> {
    let folder = tree::empty("needs")?;
    let source = folder.join("nothing.rs");
    fs::write(&source, "")?;
    let mut rustc = command("sh");
    rustc.args(["-c", "rustc --crate-type staticlib --print native-static-libs \"$0\" --out-dir \"$1\" 2>&1"]);
    let said = output(rustc.arg(&source).arg(&folder))?;
    let line = said.lines().find_map(|line| line.split_once("native-static-libs: ")).ok_or("rustc names none")?;
    let needs: Vec<&str> = line.1.split_whitespace().collect();
    let root = harness::paths::root();
    for (file, separator) in [
        (tree::installed()?.join("lib/pkgconfig/pyferry.pc"), " "),
        (tree::installed()?.join("lib/cmake/pyferry/pyferry-config.cmake"), ";"),
        (root.join("cmake/cargo.cmake"), ";"),
    ] {
        let wanted = needs.join(separator);
        if !fs::read_to_string(&file)?.contains(&wanted) {
            return Err(format!("{} does not say {wanted}", file.display()).into());
        }
    }
    Ok(())
}

fn has_debug_information(file: &Path) -> Result<bool, String> {
    Ok(output(command("readelf").arg("-SW").arg(file))?.contains(".debug_info"))
}
