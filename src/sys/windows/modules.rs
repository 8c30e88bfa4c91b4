//! Windows: the loaded modules, and where each has its thread-local variables.

use super::threads::teb;
use crate::sys::Module;
use crate::sys::tls_block::Block;
use libloading::os::windows::{LOAD_WITH_ALTERED_SEARCH_PATH, Library};
use std::ffi::{CStr, OsString, c_void};
use std::os::windows::ffi::OsStringExt;
use std::path::Path;
use std::ptr::NonNull;
use windows_sys::Win32::Foundation::HMODULE;
use windows_sys::Win32::System::Diagnostics::Debug::{IMAGE_DIRECTORY_ENTRY_TLS, IMAGE_NT_HEADERS64};
use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleFileNameW, GetModuleHandleExW,
};
use windows_sys::Win32::System::ProcessStatus::K32EnumProcessModules;
use windows_sys::Win32::System::SystemServices::{IMAGE_DOS_HEADER, IMAGE_TLS_DIRECTORY64};
use windows_sys::Win32::System::Threading::GetCurrentProcess;

/// Every module in the process, the executable first.
pub fn modules() -> Vec<Module> {
    let mut handles = vec![std::ptr::null_mut(); 256];
    loop {
        let have = size_of_val(&handles[..]) as u32;
        let mut needed = 0;
        // SAFETY: the system writes at most `have` bytes of the vector, which outlives the call.
        if unsafe { K32EnumProcessModules(GetCurrentProcess(), handles.as_mut_ptr(), have, &mut needed) } == 0 {
            return Vec::new();
        }
        let there = needed as usize / size_of::<HMODULE>();
        let all = there <= handles.len();
        handles.resize(there, std::ptr::null_mut());
        if all {
            break;
        }
    }
    handles.into_iter().enumerate().filter_map(|(index, handle)| describe(handle as usize, index == 0)).collect()
}

fn describe(base: usize, executable: bool) -> Option<Module> {
    // Another thread may be unloading it.
    let kept = keep(base)?;
    let mut module = Module::default();
    if !executable {
        module.name = name(base as HMODULE);
    }
    // SAFETY: a module that is kept loaded begins with its headers, which the loader has checked.
    let headers = unsafe {
        let dos = base as *const IMAGE_DOS_HEADER;
        &*((base + (*dos).e_lfanew as usize) as *const IMAGE_NT_HEADERS64)
    };
    module.segments.push(base..base + headers.OptionalHeader.SizeOfImage as usize);
    let tls = headers.OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_TLS as usize];
    if tls.VirtualAddress != 0 {
        // SAFETY: the directory is where the headers say; the loader has relocated its addresses, and assigned its index.
        module.locals = unsafe {
            let directory = &*((base + tls.VirtualAddress as usize) as *const IMAGE_TLS_DIRECTORY64);
            let index = *(directory.AddressOfIndex as *const u32) as usize;
            let initialised = directory.EndAddressOfRawData - directory.StartAddressOfRawData;
            let size = initialised as usize + directory.SizeOfZeroFill as usize;
            Some(Block { here: tls_address(index, 0) as usize, size, module: index })
        };
    }
    drop(kept);
    Some(module)
}

fn name(module: HMODULE) -> OsString {
    let mut text = vec![0; 260];
    loop {
        // SAFETY: the system writes at most as many characters as the vector has.
        let length = unsafe { GetModuleFileNameW(module, text.as_mut_ptr(), text.len() as u32) } as usize;
        if length < text.len() {
            return OsString::from_wide(&text[..length]);
        }
        text.resize(2 * length, 0);
    }
}

/// A reference to the module that contains an address; None: there is none.
fn keep(address: usize) -> Option<Library> {
    let mut module = std::ptr::null_mut();
    // SAFETY: with this flag the argument is an address, and not a name; the handle is counted, and the library gives it
    // back.
    unsafe {
        let found = GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, address as *const u16, &mut module);
        (found != 0).then(|| Library::from_raw(module as _))
    }
}

impl Module {
    /// A handle to it, to look symbols up in.
    pub fn open(&self) -> Option<Library> {
        keep(self.segments.first()?.start)
    }
}

/// The executable's copy of a library's symbol: Windows has no such copies.
pub fn global_symbol(_name: &CStr) -> Option<NonNull<c_void>> {
    None
}

/// Loads a library, and what it needs from its own folder. All symbols are visible to everybody here: extension modules link
/// to the library by its name.
///
/// # Safety
/// The library's initialisers do nothing unsound at this moment.
pub unsafe fn load_for_all(path: &Path) -> Result<Library, libloading::Error> {
    // SAFETY: as the caller says.
    unsafe { Library::load_with_flags(path, LOAD_WITH_ALTERED_SEARCH_PATH) }
}

/// Keeps this library loaded for ever, since threads run code of it when they end.
pub fn stay_loaded() {
    let flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN;
    let mut module = std::ptr::null_mut();
    // SAFETY: with these flags the argument is an address, and not a name. The call loads nothing, so it may be made while
    // the library is being loaded.
    unsafe { GetModuleHandleExW(flags, (stay_loaded as *const c_void).cast(), &mut module) };
}

/// The address of a thread-local variable on the calling thread, from its module's index and its offset in the module's
/// block: the code that compilers generate for `__declspec(thread)`.
#[inline]
pub fn tls_address(module: usize, offset: usize) -> *mut usize {
    // SAFETY: ThreadLocalStoragePointer, the twelfth word, points to the calling thread's own blocks, one for each module
    // with an index, and the caller names a loaded module.
    unsafe {
        let blocks = (*teb()).Reserved1[11].cast::<*mut c_void>();
        if blocks.is_null() {
            return std::ptr::null_mut();
        }
        (*blocks.add(module)).byte_add(offset).cast()
    }
}
