//! Who calls.
//!
//! cffi keeps the state of a thread by itself: where a callback of its own is the first to come in, it makes CPython's count of
//! `PyGILState_Ensure` one too many, and deletes the state when the thread has ended. And up to 2.0 a callback that finds a state
//! counts without that function, and only leaves by `PyGILState_Release`. So its calls are CPython's, all of them, and never count as
//! those of the code around them.

use std::ffi::{CStr, c_int, c_void};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The module that all callbacks of cffi go through.
const CFFI: &[u8] = b"_cffi_backend";

/// Answers: the address that a call returns to, and in the last bit whether that is in cffi.
static KNOWN: [AtomicUsize; 64] = [const { AtomicUsize::new(0) }; 64];

/// Whether the call that returns to that address is cffi's. 0: not known, so no.
pub fn is_cffi(caller: usize) -> bool {
    let known = &KNOWN[(caller ^ caller >> 6) % KNOWN.len()];
    let seen = known.load(Ordering::Relaxed);
    if seen >> 1 == caller {
        return seen & 1 != 0;
    }
    let is_cffi = look(caller);
    known.store(caller << 1 | usize::from(is_cffi), Ordering::Relaxed);
    is_cffi
}

/// Not by `dladdr`, which waits for constructors of libraries that are being loaded, and these may wait for Python.
#[cold]
fn look(caller: usize) -> bool {
    struct Asked {
        caller: usize,
        is_cffi: bool,
    }
    unsafe extern "C" fn of(object: *mut libc::dl_phdr_info, _size: usize, asked: *mut c_void) -> c_int {
        // SAFETY: the loader hands out an object with its headers and name, and `look` its own variable.
        unsafe {
            let (object, asked) = (&*object, &mut *asked.cast::<Asked>());
            let headers = std::slice::from_raw_parts(object.dlpi_phdr, object.dlpi_phnum.into());
            let is_in = headers.iter().any(|header| {
                let offset = asked.caller.wrapping_sub(object.dlpi_addr as usize).wrapping_sub(header.p_vaddr as usize);
                header.p_type == libc::PT_LOAD && offset < header.p_memsz as usize
            });
            if object.dlpi_name.is_null() || !is_in {
                return 0;
            }
            let path = CStr::from_ptr(object.dlpi_name).to_bytes();
            asked.is_cffi = path.rsplit(|byte| *byte == b'/').next().is_some_and(|name| name.starts_with(CFFI));
            1
        }
    }
    let mut asked = Asked { caller, is_cffi: false };
    // SAFETY: the callback fits what it is given, and `asked` lasts.
    unsafe { libc::dl_iterate_phdr(Some(of), (&raw mut asked).cast()) };
    asked.is_cffi
}
