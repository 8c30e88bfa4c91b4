//! Compiles where the signatures of `src/cpython/table.rs` are those of pyo3-ffi, for the Python that pyo3-ffi is built for.

#![allow(deprecated, unused_imports)]

use pyo3_ffi::*;
use std::ffi::{c_char, c_int, c_longlong, c_uint, c_ulong, c_ulonglong, c_void};

/// A row is `Name = "symbol" | "older symbol"(arguments) -> result;`. All are called with unwinding allowed, which is no part of
/// what CPython says of them.
macro_rules! judge {
    ($($field:ident $mark:tt $($symbol:literal)|+ ($($argument:ty),*) $(-> $result:ty)?;)*) => {
        $(const _: unsafe extern "C" fn($($argument),*) $(-> $result)? = pyo3_ffi::$field;)*
    };
}

include!(concat!(env!("OUT_DIR"), "/rows.rs"));
