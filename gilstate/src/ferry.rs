//! The functions of libpyferry.so that are needed, as include/pyferry.h declares them.

use std::ffi::{CStr, CString, c_char, c_void};
use std::mem::transmute;

/// `pyferry_status`
pub type Status = i32;
/// `PYFERRY_STATUS_OK`
pub const OK: Status = 0;
/// `PYFERRY_STATUS_CLOSED`
pub const CLOSED: Status = -4;
/// `PYFERRY_REPORT_WAIT`
pub const WAIT: i32 = 0;
/// `PYFERRY_REPORT_GIVE_UP`
pub const GIVE_UP: i32 = 1;
/// `PYFERRY_THREAD_WAITING`
const WAITING: i32 = 1;

/// `pyferry_view`
#[repr(C)]
pub struct View {
    _opaque: [u8; 0],
}

/// `pyferry_token`
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Token([u64; 2]);

impl Token {
    pub const EMPTY: Token = Token([0; 2]);
}

/// `pyferry_report`
pub type Report = extern "C-unwind" fn(text: *const c_char, data: *mut c_void) -> i32;

/// `pyferry_thread_info`, as the first version has it.
#[repr(C)]
struct ThreadInfo {
    struct_size: usize,
    thread_id: u64,
    name: [c_char; 32],
    interpreter_id: i64,
    label: *const c_char,
    state: i32,
    is_attached: bool,
    is_caller: bool,
    is_own: bool,
    is_guard: bool,
    depth: usize,
    elapsed_us: u64,
}

/// libpyferry.so.
pub struct Ferry {
    pub attach: unsafe extern "C-unwind" fn(*const View, *const c_char, *mut Token) -> Status,
    pub detach: unsafe extern "C-unwind" fn(*mut Token) -> Status,
    view_main: unsafe extern "C-unwind" fn(*mut *mut View) -> Status,
    set_report:
        unsafe extern "C-unwind" fn(Option<Report>, *mut c_void, Option<extern "C" fn(*mut c_void)>, u64) -> Status,
    threads: unsafe extern "C-unwind" fn(*mut ThreadInfo, usize) -> usize,
    last_error: unsafe extern "C-unwind" fn(*mut c_char, usize) -> usize,
    status_name: unsafe extern "C-unwind" fn(Status) -> *const c_char,
}

impl Ferry {
    /// The copy that the program has; else the file beside this library, or where the loader looks.
    pub fn load() -> Result<Ferry, String> {
        let file = CString::new(env!("LIBPYFERRY")).expect("no NUL in it");
        // SAFETY: libpyferry.so may be loaded by anybody at any time; it is never unloaded. The functions are as declared in
        // its header, which programs in use rely on.
        unsafe {
            let library = libc::dlopen(file.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL);
            if library.is_null() {
                return Err(CStr::from_ptr(libc::dlerror()).to_string_lossy().into_owned());
            }
            let function = |name: &CStr| {
                let found = libc::dlsym(library, name.as_ptr());
                if found.is_null() {
                    Err(format!("{} has no {}", env!("LIBPYFERRY"), name.to_string_lossy()))
                } else {
                    Ok(found)
                }
            };
            Ok(Ferry {
                attach: transmute::<
                    *mut c_void,
                    unsafe extern "C-unwind" fn(*const View, *const c_char, *mut Token) -> Status,
                >(function(c"pyferry_attach_labeled")?),
                detach: transmute::<*mut c_void, unsafe extern "C-unwind" fn(*mut Token) -> Status>(function(
                    c"pyferry_detach",
                )?),
                view_main: transmute::<*mut c_void, unsafe extern "C-unwind" fn(*mut *mut View) -> Status>(function(
                    c"pyferry_view_main",
                )?),
                set_report: transmute::<
                    *mut c_void,
                    unsafe extern "C-unwind" fn(
                        Option<Report>,
                        *mut c_void,
                        Option<extern "C" fn(*mut c_void)>,
                        u64,
                    ) -> Status,
                >(function(c"pyferry_set_report")?),
                threads: transmute::<*mut c_void, unsafe extern "C-unwind" fn(*mut ThreadInfo, usize) -> usize>(
                    function(c"pyferry_threads")?,
                ),
                last_error: transmute::<*mut c_void, unsafe extern "C-unwind" fn(*mut c_char, usize) -> usize>(
                    function(c"pyferry_last_error")?,
                ),
                status_name: transmute::<*mut c_void, unsafe extern "C-unwind" fn(Status) -> *const c_char>(function(
                    c"pyferry_status_name",
                )?),
            })
        }
    }

    /// A view of the main interpreter, which lasts for ever.
    pub fn view_main(&self) -> Result<*const View, String> {
        let mut view = std::ptr::null_mut();
        // SAFETY: `view` is a place for the view.
        let status = unsafe { (self.view_main)(&mut view) };
        if status == OK { Ok(view) } else { Err(self.describe(status)) }
    }

    /// Who is told, every so many milliseconds, that a shutdown waits.
    pub fn set_report(&self, report: Report, every_ms: u64) -> Result<(), String> {
        // SAFETY: a function of this library, which is never unloaded, and which takes no data.
        let status = unsafe { (self.set_report)(Some(report), std::ptr::null_mut(), None, every_ms) };
        if status == OK { Ok(()) } else { Err(self.describe(status)) }
    }

    /// Whether every thread inside came in with that label, and no guard is open.
    pub fn all_inside_have(&self, label: &'static CStr) -> bool {
        const MOST: usize = 1024;
        let mut threads: Vec<ThreadInfo> = Vec::with_capacity(MOST);
        // SAFETY: there is room for as many, and so many of them are written; the first one says how large each is.
        let known = unsafe {
            (*threads.as_mut_ptr()).struct_size = size_of::<ThreadInfo>();
            let known = (self.threads)(threads.as_mut_ptr(), MOST);
            threads.set_len(known.min(MOST));
            known
        };
        let is_inside = |thread: &&ThreadInfo| !(thread.is_caller || thread.is_own || thread.state == WAITING);
        known <= MOST
            && threads.iter().filter(is_inside).all(|thread| thread.label == label.as_ptr() && !thread.is_guard)
    }

    /// The status, and the sentence that goes with it.
    pub fn describe(&self, status: Status) -> String {
        let mut text = [0u8; 1024];
        // SAFETY: there is as much room as said, and what is written there is a string; a name is one for ever.
        unsafe {
            (self.last_error)(text.as_mut_ptr().cast(), text.len());
            let name = CStr::from_ptr((self.status_name)(status)).to_string_lossy();
            let text = CStr::from_bytes_until_nul(&text).unwrap_or_default().to_string_lossy();
            format!("{name}: {text}")
        }
    }
}
