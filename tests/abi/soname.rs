//! Shared by the tests of the binary interface and of the installation.

/// The name by which programs in use ask for the library: below 1.0 each minor version is another one.
pub fn soname() -> String {
    match env!("CARGO_PKG_VERSION_MAJOR") {
        "0" => concat!("libpyferry.so.0.", env!("CARGO_PKG_VERSION_MINOR")).to_owned(),
        major => format!("libpyferry.so.{major}"),
    }
}
