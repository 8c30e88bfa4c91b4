//! Linux: the loaded modules, from the dynamic loader.

use crate::sys::Module;
use crate::sys::tls_block::Block;
use std::ffi::{CStr, OsStr, c_int, c_void};
use std::os::unix::ffi::OsStrExt;

/// Every module in the process. The executable is the first, and has no name.
pub fn modules() -> Vec<Module> {
    unsafe extern "C" fn add(info: *mut libc::dl_phdr_info, size: usize, found: *mut c_void) -> c_int {
        // SAFETY: dl_iterate_phdr passes a valid description, and the vector that modules() gave it.
        let (info, found) = unsafe { (&*info, &mut *found.cast::<Vec<Module>>()) };
        let mut module = Module::default();
        // glibc has no name for the executable; musl has one, but none for the kernel's module (vdso).
        let is_executable = found.is_empty();
        if !is_executable && !info.dlpi_name.is_null() {
            // SAFETY: the loader's names are C strings that live as long as the module.
            let name = unsafe { CStr::from_ptr(info.dlpi_name) };
            module.name = OsStr::from_bytes(name.to_bytes()).to_owned();
        }
        // SAFETY: dlpi_phdr has dlpi_phnum entries.
        let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum as usize) };
        for header in headers {
            let start = (info.dlpi_addr as usize).wrapping_add(header.p_vaddr as usize);
            match header.p_type {
                libc::PT_LOAD => module.segments.push(start..start + header.p_memsz as usize),
                libc::PT_TLS if size >= size_of::<libc::dl_phdr_info>() => {
                    module.locals = Some(Block {
                        here: info.dlpi_tls_data as usize,
                        size: header.p_memsz as usize,
                        module: info.dlpi_tls_modid,
                    });
                }
                _ => {}
            }
        }
        if is_executable || !module.name.is_empty() {
            found.push(module);
        }
        0
    }
    let mut found = Vec::<Module>::new();
    // SAFETY: the callback takes the vector it is given, and does not keep it.
    unsafe { libc::dl_iterate_phdr(Some(add), (&raw mut found).cast()) };
    found
}

/// The address of a thread-local variable on the calling thread, from its module's number and its offset in the module's
/// block.
pub fn tls_address(module: usize, offset: usize) -> *mut usize {
    #[repr(C)]
    struct Index {
        module: usize,
        offset: usize,
    }
    unsafe extern "C" {
        fn __tls_get_addr(index: *const Index) -> *mut c_void;
    }
    // SAFETY: the caller names a loaded module and an offset inside its block; the loader makes the block when needed.
    unsafe { __tls_get_addr(&Index { module, offset }).cast() }
}
