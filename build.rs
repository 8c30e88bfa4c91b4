//! Linker arguments of the shared library.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let argument = |argument: &str| println!("cargo::rustc-cdylib-link-arg=-Wl,{argument}");
    // cargo-c, which sets this feature, gives the versioned name. Without any, a program that is linked by the library's
    // path (CMake does) looks for it at that path for ever.
    let named_by_others = std::env::var_os("CARGO_FEATURE_CAPI").is_some();
    match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("linux") => {
            // The code must outlive every thread that carries our thread-local destructor, and the hooks Python holds:
            // never unload. (On other systems it sees to that itself: `sys::stay_loaded`.)
            argument("-z,nodelete");
            // Where another copy of the library is loaded, calls among our own functions must not end up in that one.
            argument("-Bsymbolic");
            if !named_by_others {
                argument("-soname,libpyferry.so");
            }
        }
        Ok("macos") if !named_by_others => argument("-install_name,@rpath/libpyferry.dylib"),
        // Windows has no name in the library that could be wrong.
        _ => {}
    }
}
