//! Linker arguments of the shared library.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // The code must outlive every thread that carries our thread-local destructor, and the hooks Python holds: never unload.
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
        // Where another copy of the library is loaded, calls among our own functions must not end up in that one.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-Bsymbolic");
        // cargo-c, which sets this feature, gives the versioned name. Without any, a program that is linked by the library's
        // path (CMake does) looks for it at that path for ever.
        if std::env::var_os("CARGO_FEATURE_CAPI").is_none() {
            println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libpyferry.so");
        }
    }
}
