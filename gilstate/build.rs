//! Linker arguments: how programs find the library, and how it finds libpyferry.so.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        let argument = |argument: &str| println!("cargo::rustc-cdylib-link-arg=-Wl,{argument}");
        argument("-soname,libpyferry_gilstate.so");
        // CPython keeps a function of ours to call when it ends.
        argument("-z,nodelete");
        argument("-rpath,$ORIGIN");
    }
    println!("cargo::rustc-env=LIBPYFERRY={}", soname());
}

/// As libpyferry.so calls itself (the build.rs of that): a program that has it already, by whatever path, has this one.
fn soname() -> String {
    match env!("CARGO_PKG_VERSION_MAJOR") {
        "0" => concat!("libpyferry.so.0.", env!("CARGO_PKG_VERSION_MINOR")).to_owned(),
        major => format!("libpyferry.so.{major}"),
    }
}
