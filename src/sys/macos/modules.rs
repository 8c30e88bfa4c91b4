//! macOS: the loaded images, and their thread-local variables.
//!
//! A thread-local variable has a descriptor in its image. Compilers rely on one thing only: the descriptor's first word is a
//! function that takes the descriptor and returns the variable's address on the calling thread. So does this code; where dyld
//! keeps the values has changed with its versions.

use crate::sys::{Module, read_word};
use std::ffi::{CStr, OsStr, c_char, c_void};
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;

/// The descriptor of a thread-local variable.
#[repr(C)]
struct Descriptor {
    here: unsafe extern "C" fn(*const Descriptor) -> *mut c_void,
    /// Private to dyld.
    private: [usize; 2],
}

/// A thread-local variable, by the address of its descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadLocal(usize);

impl ThreadLocal {
    /// Where it is on this thread.
    pub fn here(self) -> *mut usize {
        let descriptor = self.0 as *const Descriptor;
        // SAFETY: the image stays loaded; any thread may call the function, which makes the variable if need be. (It promises
        // to keep more registers than a C function does.)
        unsafe { ((*descriptor).here)(descriptor).cast() }
    }
}

/// A module's thread-local variables: the sections of descriptors, as address ranges.
pub type Locals = Vec<Range<usize>>;

/// The variables that hold `word` on this thread. The module stays loaded.
pub fn variables_that_hold(locals: &Locals, word: usize) -> Vec<ThreadLocal> {
    let sections = locals.iter().cloned();
    let all = sections.flat_map(|section| section.step_by(size_of::<Descriptor>())).map(ThreadLocal);
    let holds = |variable: &ThreadLocal| {
        let here = variable.here() as usize;
        // A variable may be smaller than a word, and the last one of its block.
        here % align_of::<usize>() == 0 && read_word(here) == Some(word)
    };
    all.filter(holds).collect()
}

/// As in mach-o/loader.h: what an image begins with.
#[repr(C)]
struct Header {
    kind: [u32; 4],
    commands: u32,
    rest: [u32; 3],
}

/// As in mach-o/loader.h: the sections of a segment, which follow its command.
#[repr(C)]
struct Section {
    names: [[c_char; 16]; 2],
    address: u64,
    size: u64,
    file: [u32; 4],
    flags: u32,
    reserved: [u32; 3],
}

/// The bits of a section's flags that are its type, and the type of a section of thread-local descriptors.
const SECTION_TYPE: u32 = 0xff;
const S_THREAD_LOCAL_VARIABLES: u32 = 0x13;

/// Every module in the process, the executable first. A module that another thread unloads meanwhile can be missed, or can
/// hide its neighbour: dyld has no call that locks its list.
pub fn modules() -> Vec<Module> {
    unsafe extern "C" {
        // As in mach-o/dyld.h. The libc crate has it as deprecated, in favour of another crate.
        fn _dyld_image_count() -> u32;
    }
    // SAFETY: takes nothing.
    let count = unsafe { _dyld_image_count() };
    (0..count).filter_map(module).collect()
}

fn module(index: u32) -> Option<Module> {
    unsafe extern "C" {
        // As above.
        fn _dyld_get_image_header(index: u32) -> *const Header;
        fn _dyld_get_image_vmaddr_slide(index: u32) -> isize;
        fn _dyld_get_image_name(index: u32) -> *const c_char;
    }
    // SAFETY: dyld answers NULL for an index that it does not have.
    let (header, name, slide) =
        unsafe { (_dyld_get_image_header(index), _dyld_get_image_name(index), _dyld_get_image_vmaddr_slide(index)) };
    if header.is_null() || name.is_null() {
        return None;
    }
    let mut module = Module::default();
    if index > 0 {
        // SAFETY: dyld's names are C strings that live as long as the image.
        module.name = OsStr::from_bytes(unsafe { CStr::from_ptr(name) }.to_bytes()).to_owned();
    }
    // SAFETY: an image's header is followed by its load commands, each of which has its own length.
    unsafe {
        let mut command = header.add(1).cast::<libc::load_command>();
        for _ in 0..(*header).commands {
            if (*command).cmd == libc::LC_SEGMENT_64 {
                add_segment(&mut module, &*command.cast(), slide);
            }
            command = command.byte_add((*command).cmdsize as usize);
        }
    }
    Some(module)
}

/// # Safety
/// `segment` is in a loaded image, and is followed by its sections.
unsafe fn add_segment(module: &mut Module, segment: &libc::segment_command_64, slide: isize) {
    let range = |address: u64, size: u64| {
        let start = (address as usize).wrapping_add_signed(slide);
        start..start.wrapping_add(size as usize)
    };
    // A segment without any rights is page 0 of an executable, which is 4 GiB long.
    if segment.initprot != 0 {
        module.segments.push(range(segment.vmaddr, segment.vmsize));
    }
    // SAFETY: as the caller says.
    let sections =
        unsafe { std::slice::from_raw_parts((&raw const *segment).add(1).cast::<Section>(), segment.nsects as usize) };
    let descriptors = sections.iter().filter(|section| section.flags & SECTION_TYPE == S_THREAD_LOCAL_VARIABLES);
    module.locals.extend(descriptors.map(|section| range(section.address, section.size)));
}
