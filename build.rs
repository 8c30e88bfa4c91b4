//! Linker arguments of the shared library, and the name by which programs look for it.

use std::env;
use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let argument = |argument: &str| println!("cargo::rustc-cdylib-link-arg=-Wl,{argument}");
    match env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux") => {
            // The code must outlive every thread that carries our thread-local destructor, and the hooks Python holds:
            // never unload. (On other systems it sees to that itself: `sys::stay_loaded`.)
            argument("-z,nodelete");
            // Where another copy of the library is loaded, calls among our own functions must not end up in that one.
            argument("-Bsymbolic");
            // Every symbol gets a version, named as the library is, so that a program finds its own where two libraries
            // (libpyferry.so.0.1 and .0.2) are in a process, and a function may have a second version one day. Only GNU ld
            // has the option. A version script of ours cannot stand beside rustc's, which names no version: GNU ld refuses
            // the two, and LLD 22 takes both and versions nothing.
            println!("cargo::rustc-cdylib-link-arg=-fuse-ld=bfd");
            argument("--default-symver");
            argument(&format!("-soname,{}", soname()));
            link_by_soname();
        }
        // Without a name of its own, a program that is linked by the library's path (CMake does) looks for it there for ever.
        Ok("macos") => argument("-install_name,@rpath/libpyferry.dylib"),
        // Windows has no name in the library that could be wrong.
        _ => {}
    }
}

/// With the part of the version that says what may change: below 1.0 each minor version is another library.
fn soname() -> String {
    match env!("CARGO_PKG_VERSION_MAJOR") {
        "0" => concat!("libpyferry.so.0.", env!("CARGO_PKG_VERSION_MINOR")).to_owned(),
        major => format!("libpyferry.so.{major}"),
    }
}

/// A program that is linked with `target/release/libpyferry.so` looks for the SONAME, and cargo makes no file of that name: so
/// a symbolic link, beside what cargo is about to make. It is outside of OUT_DIR, which build scripts ought to keep to, but
/// without it what plain `cargo build` makes could be linked with and not run with. Where cargo's folders are laid out in
/// another way (`build.build-dir`) there is no link, and `make` makes it.
fn link_by_soname() {
    let out = env::var_os("OUT_DIR").unwrap_or_default();
    // PROFILE/build/pyferry-HASH/out
    let mut above = Path::new(&out).ancestors().skip(2);
    let (Some(build), Some(profile)) = (above.next(), above.next()) else { return };
    #[cfg(unix)]
    if build.file_name().is_some_and(|name| name == "build") {
        // There already, as a rule; and a folder that cannot be written to is no reason to build nothing.
        let _ = std::os::unix::fs::symlink("libpyferry.so", profile.join(soname()));
    }
    #[cfg(not(unix))]
    let _ = (build, profile);
}
