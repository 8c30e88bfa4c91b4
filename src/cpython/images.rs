//! Programs and plug-ins that include pyferry_python.h ("images"). Each has a table of CPython's functions and variables,
//! which is filled as soon as Python is found.

use super::symbols::Symbols;
use super::{PYTHON, locate};
use crate::sys::Mutex;
use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::null_mut;
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicPtr, Ordering};

/// A table, and the names of its entries: lists of strings, each ended by an empty string, and the lists by NULL. The image
/// owns both, and removes itself from the list before it is unloaded.
struct Image {
    table: usize,
    names: usize,
    filled: bool,
}

/// Locked for moments only, and never while another lock is waited for: images come and go while the loader's lock is held,
/// which looking a symbol up takes.
static IMAGES: Mutex<Vec<Image>> = Mutex::new(Vec::new());

/// What is held through a fork.
pub struct Still(#[allow(dead_code)] MutexGuard<'static, Vec<Image>>);

pub(super) fn hold_still() -> Still {
    Still(IMAGES.lock())
}

/// Fills an image's table now if there is a Python, or else when Python is found.
///
/// # Safety
/// Both pointers are an image's, as in pyferry_python.h, and the image is not unloaded before `unbind`.
pub unsafe fn bind(table: *mut c_void, names: *const *const c_char) {
    let image = Image { table: table as usize, names: names as usize, filled: false };
    {
        let mut images = IMAGES.lock();
        if images.iter().any(|other| other.table == image.table) {
            return; // by another file of the same program
        }
        images.push(image);
    }
    // From here on a thread that finds Python fills this table too. If Python has been found already, none may come to do so.
    if let Some(python) = PYTHON.get() {
        fill_all(&python.symbols);
    } else if let Ok(Some(located)) = locate::in_process() {
        fill_all(&Symbols::new(located.library, located.function));
    }
}

/// Forgets an image that is about to be unloaded.
pub fn unbind(table: *mut c_void) {
    IMAGES.lock().retain(|image| image.table != table as usize);
}

/// Fills the tables that are not filled yet.
pub(super) fn fill_all(symbols: &Symbols) {
    loop {
        let next = {
            let images = IMAGES.lock();
            let Some(image) = images.iter().find(|image| !image.filled) else { return };
            // SAFETY: an image on the list is loaded.
            (image.table, unsafe { names_of(image.names as *const *const c_char) })
        };
        let (table, names) = next;
        let addresses: Vec<*mut c_void> = names
            .iter()
            .map(|names| {
                let found = names.split(|byte| *byte == b'|').find_map(|name| symbols.find(&CString::new(name).ok()?));
                found.map_or(null_mut(), |address| address.as_ptr())
            })
            .collect();
        let mut images = IMAGES.lock();
        // The image may have been unloaded meanwhile.
        if let Some(image) = images.iter_mut().find(|image| image.table == table) {
            let entries = image.table as *const AtomicPtr<c_void>;
            for (place, address) in addresses.into_iter().enumerate() {
                // SAFETY: the image is loaded, and its table has an entry for each name.
                unsafe { &*entries.add(place) }.store(address, Ordering::Release);
            }
            image.filled = true;
        }
    }
}

/// # Safety
/// The lists are as `Image` says.
unsafe fn names_of(mut lists: *const *const c_char) -> Vec<Vec<u8>> {
    let mut names = Vec::new();
    // SAFETY: as the caller says.
    unsafe {
        while !(*lists).is_null() {
            let mut name = *lists;
            while *name != 0 {
                let text = CStr::from_ptr(name).to_bytes();
                names.push(text.to_owned());
                name = name.add(text.len() + 1);
            }
            lists = lists.add(1);
        }
    }
    names
}
