//! `threading._active` has a `_DummyThread` for each thread that `threading` did not start but was asked about, by the
//! thread's number. Up to 3.12 nobody removes it when its thread ends, and the next thread with that number inherits it, with
//! its name. From 3.13 on it goes when the thread state is cleared; with a GIL, the next thread may come in before that is
//! done.

use super::Python;
use super::types::PyObject;
use crate::sys;
use std::ffi::c_ulonglong;
use std::ptr::null_mut;

impl Python {
    /// For a thread that has ended, or is about to: removes its `_DummyThread`, where CPython does not, if `goes` accepts the
    /// kernel's number of the dummy's thread. May run destructors.
    pub fn drop_dummy_thread(&self, ident: u64, goes: impl Fn(u32) -> bool) {
        if self.version < (3, 13) {
            self.take_dummy_thread_out(ident, goes);
        }
    }

    /// For a thread that has attached for the first time: removes the `_DummyThread` of an earlier thread with the same
    /// number. On free-threaded builds there is none: no thread gets a number while there is a state of an earlier thread
    /// with that number (`stand_ins`).
    pub fn drop_dummy_thread_of_another(&self) {
        if !self.free_threaded {
            self.take_dummy_thread_out(self.thread_ident(), |thread_id| thread_id != sys::thread_id());
        }
    }

    /// Removes the `_DummyThread`, if `threading` is imported in the attached interpreter and has one.
    #[cold]
    fn take_dummy_thread_out(&self, ident: u64, goes: impl Fn(u32) -> bool) {
        // SAFETY: attached; each reference is borrowed from an object that is kept meanwhile, or given back once. The dict
        // functions answer NULL for an object that is no dict.
        unsafe {
            let pending = self.set_exception_aside();
            // Not by an import, which could wait.
            let modules = (self.table.PySys_GetObject)(c"modules".as_ptr());
            let module = self.item(modules, c"threading");
            let globals = if module.is_null() { null_mut() } else { (self.table.PyModule_GetDict)(module) };
            let (active, kind) = (self.item(globals, c"_active"), self.item(globals, c"_DummyThread"));
            if !active.is_null() && !kind.is_null() {
                let key = (self.table.PyLong_FromUnsignedLongLong)(ident as c_ulonglong);
                let dummy = if key.is_null() { key } else { (self.table.PyDict_GetItem)(active, key) };
                if !dummy.is_null() && self.is_dummy_of(dummy, kind, goes) {
                    (self.table.PyDict_DelItem)(active, key);
                }
                self.give_back(key);
            }
            (self.table.PyErr_Clear)();
            self.put_exception_back(pending);
        }
    }

    // SAFETY (of the callers): attached; the objects are alive.
    unsafe fn is_dummy_of(&self, dummy: *mut PyObject, kind: *mut PyObject, goes: impl Fn(u32) -> bool) -> bool {
        // SAFETY: as the caller says; the references are given back.
        unsafe {
            (self.table.Py_IncRef)(dummy);
            let its = (self.table.PyObject_Type)(dummy);
            let mut is_it = its == kind;
            self.give_back(its);
            if is_it {
                let number = (self.table.PyObject_GetAttrString)(dummy, c"_native_id".as_ptr());
                // Some systems have no such numbers: there threads cannot be told apart.
                is_it = number.is_null() || goes((self.table.PyLong_AsUnsignedLongLongMask)(number) as u32);
                self.give_back(number);
            }
            (self.table.Py_DecRef)(dummy);
            is_it
        }
    }

    // SAFETY (of the callers): attached; NULL or an object that is alive. The result is borrowed.
    unsafe fn item(&self, dict: *mut PyObject, name: &std::ffi::CStr) -> *mut PyObject {
        if dict.is_null() {
            return dict;
        }
        // SAFETY: as the caller says.
        unsafe { (self.table.PyDict_GetItemString)(dict, name.as_ptr()) }
    }
}
