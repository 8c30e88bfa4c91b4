//! What `threading` keeps of threads that it did not start, in `threading._active`, by the thread's number: a `_DummyThread`. Up to
//! 3.12 nobody takes it out when its thread ends, and the next thread that is given the same number inherits it, with its name.
//! From 3.13 on it goes while the state is cleared; with a GIL, the next thread may come in before that is done.

use super::Python;
use super::types::PyObject;
use crate::sys;
use std::ffi::c_ulonglong;
use std::ptr::null_mut;

impl Python {
    /// For a thread that has ended, or is about to: takes its `_DummyThread` out, where CPython does not, if `goes` says so of the
    /// kernel's number of the thread that has this number. May run destructors.
    pub fn drop_dummy_thread(&self, ident: u64, goes: impl Fn(u32) -> bool) {
        if self.version < (3, 13) {
            self.take_dummy_thread_out(ident, goes);
        }
    }

    /// For a thread that has come in for the first time: takes out that of a thread before, which had the same number. Free-threaded
    /// there is none: no thread is given a number while the state of another one is there that had it (`stand_ins`).
    pub fn drop_dummy_thread_of_another(&self) {
        if !self.free_threaded {
            self.take_dummy_thread_out(self.thread_ident(), |thread_id| thread_id != sys::thread_id());
        }
    }

    /// Does so if `threading` is imported in the attached interpreter and has one.
    #[cold]
    fn take_dummy_thread_out(&self, ident: u64, goes: impl Fn(u32) -> bool) {
        // SAFETY: attached; each reference is borrowed from what is kept meanwhile, or given back once. Functions of dicts answer
        // NULL for what is none.
        unsafe {
            let pending = self.set_exception_aside();
            // Not imported: that could wait.
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

    // SAFETY (of the callers): attached; the objects live.
    unsafe fn is_dummy_of(&self, dummy: *mut PyObject, kind: *mut PyObject, goes: impl Fn(u32) -> bool) -> bool {
        // SAFETY: as the caller says; the references are given back.
        unsafe {
            (self.table.Py_IncRef)(dummy);
            let its = (self.table.PyObject_Type)(dummy);
            let mut is_it = its == kind;
            self.give_back(its);
            if is_it {
                let number = (self.table.PyObject_GetAttrString)(dummy, c"_native_id".as_ptr());
                // Systems without such numbers have none to tell threads apart by.
                is_it = number.is_null() || goes((self.table.PyLong_AsUnsignedLongLongMask)(number) as u32);
                self.give_back(number);
            }
            (self.table.Py_DecRef)(dummy);
            is_it
        }
    }

    // SAFETY (of the callers): attached; NULL or an object that lives. The result is borrowed.
    unsafe fn item(&self, dict: *mut PyObject, name: &std::ffi::CStr) -> *mut PyObject {
        if dict.is_null() {
            return dict;
        }
        // SAFETY: as the caller says.
        unsafe { (self.table.PyDict_GetItemString)(dict, name.as_ptr()) }
    }
}
