//! Every exported function, one file per noun, in the header's order: checks arguments, calls the rooms below, and
//! turns what they return into a status. Never CPython itself.
//!
//! The `///` comments here are the C header's: they speak to C programmers. What Rust readers need is in `//`.

// C's names, and the fields that C must not touch.
#![allow(non_camel_case_types)]
// "<string>" is no tag in C.
#![allow(rustdoc::invalid_html_tags)]

// A public struct without a hole. What lies in one is anything at all where a caller fills the struct field by field, and
// `options` takes each byte that it does not know for a field: a byte of padding here is a field's there, one version on.
macro_rules! no_padding {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        const _: () = {
            const fn size_of_field<T>(_: &Option<*const T>) -> usize {
                size_of::<T>()
            }
            const fn fields(it: Option<&$name>) -> usize {
                // Never looked at: the pattern has to name every field, and each has a type.
                let mut sum = 0;
                $(
                    let field = match it {
                        Some($name { $field, .. }) => Some(&raw const *$field),
                        None => None,
                    };
                    sum += size_of_field(&field);
                )+
                if let Some($name { $($field: _),+ }) = it {}
                sum
            }
            assert!(fields(None) == size_of::<$name>(), concat!(stringify!($name), " has padding"));
        };
    };
}

mod status;
mod version;
mod output;
mod runtime;
mod report;
mod view;
mod guard;
mod attach;
mod interpreter;
mod script;
mod symbol;
mod at_end;
mod call;
mod queue;
mod asyncio;
mod release;
mod observe;
mod histograms;

pub use asyncio::{pyferry_asyncio_await, pyferry_asyncio_post};
pub use at_end::*;
pub use attach::*;
pub use call::*;
pub use guard::*;
pub use histograms::*;
pub use interpreter::*;
pub use observe::*;
pub use output::pyferry_output;
pub use queue::*;
pub use release::*;
pub use report::*;
pub use runtime::*;
pub use script::*;
pub use status::*;
pub use symbol::*;
pub use version::*;
pub use view::*;

use crate::error::{self, Error, Result, Status, fail};
use crate::interpreter::Limits;
use crate::registry::fork;
use crate::thread;
use std::ffi::{CStr, c_char, c_void};
use std::time::{Duration, Instant};

// The one place where a Result becomes a status.
#[inline]
fn answer(result: Result<()>) -> Status {
    match result {
        Ok(()) => Status::Ok,
        Err(error) => error::remember(error),
    }
}

// As `answer`, after the one question that every call asks first: whether the process is a fork Python knows nothing of.
#[inline]
fn enter(body: impl FnOnce() -> Result<()>) -> Status {
    answer(fork::check().and_then(|()| body()))
}

// An out-parameter, which is written only on success.
//
// SAFETY (of the callers): `out` is NULL or points to writable memory for a T, as the header demands.
unsafe fn out<T>(out: *mut T, name: &str) -> Result<Out<T>> {
    if out.is_null() {
        fail!(InvalidArgument, "`{name}` is NULL: there is nowhere to put the result");
    }
    Ok(Out(out))
}

struct Out<T>(*mut T);

impl<T> Out<T> {
    fn put(self, value: T) {
        // SAFETY: `out` checked for NULL, and the caller of the C function vouches for the rest.
        unsafe { self.0.write(value) };
    }
}

// A required pointer argument.
//
// SAFETY (of the callers): `pointer` is NULL or points to a live T for the length of the call, as the header demands.
unsafe fn required<'a, T>(pointer: *const T, name: &str) -> Result<&'a T> {
    // SAFETY: as the caller says.
    given(unsafe { pointer.as_ref() }, name)
}

// A required argument, of whatever kind.
fn given<T>(argument: Option<T>, name: &str) -> Result<T> {
    argument.ok_or_else(|| null(name))
}

#[cold]
fn null(name: &str) -> Error {
    Error::says(Status::InvalidArgument, format_args!("`{name}` is NULL"))
}

// A string argument: NULL is none.
//
// SAFETY (of the callers): `text` is NULL or a C string that lives for the length of the call.
unsafe fn text<'a>(text: *const c_char, name: &str) -> Result<Option<&'a CStr>> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: as the caller says.
    let text = unsafe { CStr::from_ptr(text) };
    match text.to_str() {
        Ok(_) => Ok(Some(text)),
        Err(error) => fail!(InvalidArgument, "`{name}` is not UTF-8 from byte {} on", error.valid_up_to()),
    }
}

// Puts a text where C has room for it: cut at a character if need be, and always terminated; nothing, where there is none.
// Returns the whole length.
//
// SAFETY (of the callers): `buffer` is NULL or has room for `capacity` bytes.
unsafe fn put_text(text: &str, buffer: *mut c_char, capacity: usize) -> usize {
    if !buffer.is_null() && capacity > 0 {
        let fits = (0..=text.len().min(capacity - 1)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        // SAFETY: the caller gives room for `capacity` bytes; this is at most that, terminator included.
        unsafe {
            std::ptr::copy_nonoverlapping(text.as_ptr().cast(), buffer, fits);
            *buffer.add(fits) = 0;
        }
    }
    text.len()
}

// An options struct, of which the caller may know fewer fields, or more as long as those are zero.
//
// SAFETY (of the callers): `options` is NULL or starts with a size_t that says how many bytes are there.
unsafe fn options<T: Default + Copy>(options: *const T, name: &str) -> Result<T> {
    let mut known = T::default();
    if options.is_null() {
        return Ok(known);
    }
    // SAFETY: the struct starts with its size, and has that many bytes.
    let bytes = unsafe {
        let size = options.cast::<usize>().read_unaligned();
        if !is_size(size) {
            fail!(InvalidArgument, "`{name}->struct_size` is {size}: start from the PYFERRY_..._INIT macro");
        }
        std::slice::from_raw_parts(options.cast::<u8>(), size)
    };
    let ours = size_of::<T>().min(bytes.len());
    if let Some(place) = bytes[ours..].iter().position(|byte| *byte != 0) {
        fail!(
            InvalidArgument,
            "`{name}` sets a field at byte {} that this pyferry ({}) does not know: use the library the header came with, or a newer one",
            ours + place,
            env!("CARGO_PKG_VERSION")
        );
    }
    // SAFETY: at most as many bytes as both have; T is a C struct in which every bit pattern is valid.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), (&raw mut known).cast::<u8>(), ours) };
    Ok(known)
}

// Whether a struct that begins with its size can be that large. One that ended within a field would give half a pointer.
fn is_size(size: usize) -> bool {
    (size_of::<usize>()..=1 << 16).contains(&size) && size.is_multiple_of(align_of::<usize>())
}

// A time limit in milliseconds, from now; -1 is none.
fn deadline(timeout_ms: i64) -> Result<Option<Instant>> {
    from_now(timeout_ms, "timeout_ms")
}

fn from_now(milliseconds: i64, name: &str) -> Result<Option<Instant>> {
    match u64::try_from(milliseconds) {
        Ok(milliseconds) => Ok(Instant::now().checked_add(Duration::from_millis(milliseconds))),
        Err(_) if milliseconds == -1 => Ok(None),
        Err(_) => fail!(InvalidArgument, "`{name}` is {milliseconds}: milliseconds, 0 for at once, or -1 for no limit"),
    }
}

// For a time in milliseconds.
const NEVER: i64 = -1;

// What a stop may take, and when it begins to interrupt.
fn limits(patience_ms: i64, timeout_ms: i64) -> Result<Limits> {
    Ok(Limits { interrupt_from: from_now(patience_ms, "patience_ms")?, deadline: deadline(timeout_ms)? })
}

// What a host gave together with a callback, which owns this.
struct Data {
    data: *mut c_void,
    destroy: Option<unsafe extern "C" fn(*mut c_void)>,
}

// SAFETY: the data is never looked at here; the header says on which threads the callback gets it.
unsafe impl Send for Data {}
// SAFETY: as above.
unsafe impl Sync for Data {}

impl Data {
    fn new(data: *mut c_void) -> Data {
        Data { data, destroy: None }
    }

    fn get(&self) -> *mut c_void {
        self.data
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy {
            // SAFETY: the host gave the two together, and no call of the callback can come any more.
            thread::call_host(|| unsafe { destroy(self.data) });
        }
    }
}

// An array of the host's. Its first element says how large each is.
struct Places<T> {
    out: *mut T,
    size: usize,
    capacity: usize,
    count: usize,
}

impl<T> Places<T> {
    // SAFETY (of the callers): `out` is NULL or has room for `capacity` elements, while this lives.
    unsafe fn new(out: *mut T, capacity: usize) -> Places<T> {
        let capacity = if out.is_null() { 0 } else { capacity };
        let known = size_of::<T>();
        // SAFETY: as the caller says.
        let size = if capacity == 0 { known } else { unsafe { out.cast::<usize>().read_unaligned() } };
        let is_later = size > known && size <= 4096 && size % align_of::<T>() == 0;
        Places { out, size: if is_later { size } else { known }, capacity, count: 0 }
    }

    // One more, if there is room for it. It is made of its size.
    fn put(&mut self, value: impl FnOnce(usize) -> T) {
        if self.count < self.capacity {
            // SAFETY: as `new` says: each place is `size` bytes, of which this library knows the first.
            unsafe {
                let place = self.out.cast::<u8>().add(self.count * self.size);
                place.write_bytes(0, self.size);
                place.cast::<T>().write_unaligned(value(self.size));
            }
        }
        self.count += 1;
    }

    // How many there are, with those that there was no room for.
    fn count(&self) -> usize {
        self.count
    }
}
