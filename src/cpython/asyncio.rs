//! asyncio's event loops, used from other threads.

use super::types::PyObject;
use super::{Aside, Callback, Lent, Python, Reference};
use crate::error::{Error, Result, Status};
use crate::sys;
use std::ffi::CStr;
use std::ptr::null_mut;

/// What became of a coroutine that was given to an event loop.
pub enum Begun {
    /// The `concurrent.futures.Future` of its result.
    Future(Reference),
    /// The loop is closed.
    Closed,
    /// The loop is running on this thread.
    Here,
}

/// `begin` is deleted at the end: a function among the globals that it refers to would be a cycle, left to the garbage
/// collector.
const BEGIN: &CStr = c"
def begin(loop, coroutine, end):
    import asyncio
    if asyncio._get_running_loop() is loop:
        return 'here'
    try:
        future = asyncio.run_coroutine_threadsafe(coroutine, loop)
    except RuntimeError:
        if loop.is_closed():
            return 'closed'
        raise
    future.add_done_callback(lambda _: end())
    return future
future = begin(*given)
state = future if type(future) is str else ''
del begin, given
";

const REPORT: &CStr = c"
loop, exception, message = given
loop.call_exception_handler({'message': message, 'exception': exception})
";

impl Python {
    /// A new reference to a lent object. The caller is attached.
    pub fn refer_to(&self, object: Lent) -> Option<Reference> {
        // SAFETY: attached; the lender has a reference, and the new one is handed on.
        unsafe {
            (self.table.Py_IncRef)(object.as_ptr());
            Reference::from_ptr(object.as_ptr().cast())
        }
    }

    /// Makes an event loop call `callback` on its thread, soon. The callback is dropped after the call, or when the loop is
    /// closed. False: the loop did not take it; an exception is set, unless the loop is closed or memory is out. Attached,
    /// with no exception set.
    pub fn call_soon(&self, event_loop: Reference, callback: Callback) -> bool {
        let Ok(function) = self.callable_of(callback) else { return false };
        // SAFETY: attached; every reference is checked and given back once. The exception is set aside while the callback is
        // dropped, since that may detach for a while.
        unsafe {
            // The method writes to the loop's own pipe, whose other end another thread may just be closing.
            let call = || self.call_method(event_loop.as_ptr(), c"call_soon_threadsafe", Some(function));
            let handle = sys::without_write_signals(call);
            let raised = if handle.is_null() { self.set_exception_aside() } else { Aside::NONE };
            let is_taken = !handle.is_null();
            let is_closed = !is_taken && self.is_closed_loop(event_loop.lent());
            self.give_back(handle);
            self.give_back(function);
            self.put_exception_back(raised);
            if is_closed {
                (self.table.PyErr_Clear)();
            }
            is_taken
        }
    }

    /// Passes the exception that is set to an event loop's exception handler, and clears it. Attached.
    pub fn report_to_loop(&self, event_loop: Lent, message: &CStr) {
        // SAFETY: attached; the references are the exception's, and the tuple takes one of each that it gets.
        unsafe {
            let (kind, value) = self.normalize(self.set_exception_aside());
            let given = (self.table.PyTuple_New)(3);
            let text = (self.table.PyUnicode_FromString)(message.as_ptr());
            let is_heard = !given.is_null() && !text.is_null() && {
                for (place, object) in [event_loop.as_ptr(), value, text].into_iter().enumerate() {
                    (self.table.Py_IncRef)(object);
                    (self.table.PyTuple_SetItem)(given, place as isize, object);
                }
                self.run(REPORT, Some((c"given", given))).is_ok()
            };
            self.give_back(text);
            self.give_back(given);
            (self.table.PyErr_Clear)();
            if is_heard {
                self.give_back(kind);
                self.give_back(value);
            } else {
                self.put_exception_back(Aside::raised(kind, value));
                self.report_unraisable(&message.to_string_lossy());
            }
        }
    }

    /// Gives a coroutine to an event loop, and has `ended` called when its result is known. Attached.
    pub fn begin_coroutine(&self, event_loop: Lent, coroutine: Lent, ended: Callback) -> Result<Begun> {
        let mut begun = None;
        // SAFETY: attached; every reference is checked and given back once, and the tuple takes one of each that it gets.
        unsafe {
            let end = self.callable_of(ended)?;
            let given = (self.table.PyTuple_New)(3);
            if given.is_null() {
                self.give_back(end);
                return Err(self.take_error());
            }
            for object in [event_loop, coroutine] {
                (self.table.Py_IncRef)(object.as_ptr());
            }
            for (place, object) in [event_loop.as_ptr(), coroutine.as_ptr(), end].into_iter().enumerate() {
                (self.table.PyTuple_SetItem)(given, place as isize, object);
            }
            // As in `call_soon`.
            let result = sys::without_write_signals(|| {
                self.run_in_new_namespace(BEGIN, Some((c"given", given)), |globals| {
                    begun = self.begun(globals);
                    Ok(())
                })
            });
            self.give_back(given);
            result?;
        }
        begun.ok_or_else(|| Error::new(Status::Internal, "a coroutine was begun and is not there"))
    }

    /// What `BEGIN` left in its globals.
    ///
    /// # Safety
    /// Attached; `globals` is a dict.
    unsafe fn begun(&self, globals: *mut PyObject) -> Option<Begun> {
        match self.text_of_variable(globals, c"state").as_str() {
            "closed" => Some(Begun::Closed),
            "here" => Some(Begun::Here),
            // SAFETY: as the caller says. The dict's reference becomes ours, and the dict drops the future, whose callbacks
            // refer to the dict.
            _ => unsafe {
                let future = (self.table.PyDict_GetItemString)(globals, c"future".as_ptr());
                (self.table.Py_IncRef)(future);
                (self.table.PyDict_DelItemString)(globals, c"future".as_ptr());
                (self.table.PyErr_Clear)();
                Reference::from_ptr(future.cast()).map(Begun::Future)
            },
        }
    }

    /// Cancels the coroutine of a future. False: it has ended already. Attached, with no exception set.
    pub fn cancel_future(&self, future: Reference) -> bool {
        // As in `call_soon`: the future tells its loop.
        // SAFETY: attached; the value is given back.
        sys::without_write_signals(|| unsafe { self.truth(self.call_method(future.as_ptr(), c"cancel", None)) })
    }

    /// The result of a future that is done; None, with an exception set, if it raised, or was cancelled by others. Attached,
    /// with none set.
    pub fn result_of(&self, future: Reference) -> Option<Reference> {
        // SAFETY: attached; the reference is handed on.
        unsafe { Reference::from_ptr(self.call_method(future.as_ptr(), c"result", None).cast()) }
    }

    /// Whether an event loop is closed. Attached, with no exception set.
    pub fn is_closed_loop(&self, event_loop: Lent) -> bool {
        // SAFETY: attached; the value is given back.
        unsafe { self.truth(self.call_method(event_loop.as_ptr(), c"is_closed", None)) }
    }

    /// Whether a value is true; false for NULL, and if `bool()` raises. Clears what was raised.
    ///
    /// # Safety
    /// Attached; `value` is NULL or a reference, which is given back.
    unsafe fn truth(&self, value: *mut PyObject) -> bool {
        // SAFETY: as the caller says.
        unsafe {
            let is_true = !value.is_null() && (self.table.PyObject_IsTrue)(value) == 1;
            self.give_back(value);
            (self.table.PyErr_Clear)();
            is_true
        }
    }

    /// Calls a method with one argument or none. The result is a new reference; NULL, with an exception set, if it raised.
    ///
    /// # Safety
    /// Attached, with no exception set; the objects are alive.
    unsafe fn call_method(&self, object: *mut PyObject, name: &CStr, argument: Option<*mut PyObject>) -> *mut PyObject {
        // SAFETY: as the caller says; every reference is checked and given back once, and the tuple takes one.
        unsafe {
            let method = (self.table.PyObject_GetAttrString)(object, name.as_ptr());
            if method.is_null() {
                return null_mut();
            }
            let arguments = (self.table.PyTuple_New)(argument.iter().count() as isize);
            if let Some(argument) = argument
                && !arguments.is_null()
            {
                (self.table.Py_IncRef)(argument);
                (self.table.PyTuple_SetItem)(arguments, 0, argument);
            }
            let value =
                if arguments.is_null() { null_mut() } else { (self.table.PyObject_CallObject)(method, arguments) };
            self.give_back(arguments);
            self.give_back(method);
            value
        }
    }
}
