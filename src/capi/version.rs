use std::ffi::{CStr, c_char};

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => panic!("a version has no NUL"),
};

const fn number(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let (mut value, mut place) = (0, 0);
    while place < bytes.len() {
        value = value * 10 + (bytes[place] - b'0') as u32;
        place += 1;
    }
    value
}

const VERSION_NUMBER: u32 = number(env!("CARGO_PKG_VERSION_MAJOR")) * 10000
    + number(env!("CARGO_PKG_VERSION_MINOR")) * 100
    + number(env!("CARGO_PKG_VERSION_PATCH"));

/// The version of the library that is loaded, as PYFERRY_VERSION is that of the header: "1.2.3".
///
/// Any thread, attached or not, at any time.
///
/// @return the version. Never NULL; the string is never freed.
#[unsafe(no_mangle)]
pub extern "C" fn pyferry_version() -> *const c_char {
    VERSION.as_ptr()
}

/// The version of the library that is loaded as a number, as PYFERRY_VERSION_NUMBER is that of the header: 10203 is
/// 1.2.3.
///
/// Any thread, attached or not, at any time.
///
/// @return the number
#[unsafe(no_mangle)]
pub extern "C" fn pyferry_version_number() -> u32 {
    VERSION_NUMBER
}
