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
            // Every symbol gets a version, named as the library is, so that a program finds its own where two libraries
            // (libpyferry.so.0.1 and .0.2) are in a process, and a function may have a second version one day. Only GNU ld
            // has the option. A version script of ours cannot stand beside rustc's, which names no version: GNU ld refuses
            // the two, and LLD 22 takes both and versions nothing.
            println!("cargo::rustc-cdylib-link-arg=-fuse-ld=bfd");
            argument("--default-symver");
            if !named_by_others {
                argument("-soname,libpyferry.so");
            }
        }
        Ok("macos") if !named_by_others => argument("-install_name,@rpath/libpyferry.dylib"),
        // Windows has no name in the library that could be wrong.
        _ => {}
    }
}
