//! What Python prints for an exception, as text.
//!
//! Python's own `traceback` is not used: to import it takes up to half a second, just when a script has failed. CPython's C
//! code imports too: all of `traceback` from 3.13 on, and `io` from 3.14 on merely to write the frames. So this does what
//! `traceback.TracebackException` does, with its limits and words, except for the marks below a frame's line and the
//! suggestions of other names.

use super::Python;
use super::types::PyObject;
use crate::error::{Error, Status};
use std::collections::HashSet;
use std::ffi::CStr;
use std::fmt::Write as _;
use std::fs;
use std::hash::{BuildHasherDefault, Hasher};
use std::ptr::null_mut;

const HEADER: &str = "Traceback (most recent call last):\n";
const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";
const MAX_GROUP_WIDTH: usize = 15;
const MAX_GROUP_DEPTH: usize = 10;
/// Of exceptions, from when on no more groups are looked into: groups in groups have so many members that nobody could wait for
/// them all, of which a script needs to make only a few.
const MAX_LOOKED_INTO: usize = 1000;
const MAX_REPEATED: usize = 3;
/// How much is written of a text that there is no memory for, in bytes.
const MAX_BEGINNING: usize = 4096;
/// The largest file that is read for the lines of its code, in bytes.
const MAX_SOURCE: u64 = 16 << 20;

impl Python {
    /// Turns the exception that is set into an error whose message is the traceback, and clears it.
    pub(super) fn take_error(&self) -> Error {
        let raised = self.set_exception_aside();
        if raised.is_none() {
            return Error::new(Status::PythonError, "a Python call failed and raised nothing");
        }
        // SAFETY: attached, with none set; the references are the exception's.
        let text = unsafe {
            let (kind, value) = self.normalize(raised);
            let mut text = Text {
                python: self,
                shown: Vec::new(),
                met: HashSet::default(),
                out: String::new(),
                depth: 0,
                needs_close: false,
            };
            text.gather(value);
            text.chain(0);
            text.give_back();
            let mut out = text.out;
            if out.is_empty() {
                // Memory is out, or the interpreter is nearly gone.
                out = format!("{}: {}", self.text(kind), self.text(value));
            }
            self.give_back(kind);
            self.give_back(value);
            out.truncate(out.trim_end().len());
            out
        };
        Error::new(Status::PythonError, text)
    }

    /// An attribute as a new reference; NULL if there is none, or if it is None.
    ///
    /// # Safety
    /// Attached, with no exception set; `object` is alive.
    #[inline(never)]
    unsafe fn attribute(&self, object: *mut PyObject, name: &CStr) -> *mut PyObject {
        // SAFETY: as the caller says.
        unsafe {
            let found = (self.table.PyObject_GetAttrString)(object, name.as_ptr());
            if found.is_null() {
                (self.table.PyErr_Clear)();
                return null_mut();
            }
            if found == self.objects.none {
                self.give_back(found);
                return null_mut();
            }
            found
        }
    }

    /// Whether an object is an instance of a class. False for NULL, which is a class that this CPython lacks.
    ///
    /// # Safety
    /// As for `attribute`; the class is one of `Objects`.
    unsafe fn is_instance(&self, object: *mut PyObject, class: *mut PyObject) -> bool {
        // SAFETY: as the caller says.
        unsafe {
            let is_one = !class.is_null() && (self.table.PyObject_IsInstance)(object, class) == 1;
            (self.table.PyErr_Clear)();
            is_one
        }
    }

    /// # Safety
    /// As for `attribute`.
    #[inline(never)]
    unsafe fn text_attribute(&self, object: *mut PyObject, name: &CStr) -> Option<String> {
        // SAFETY: as the caller says; the reference is given back.
        unsafe {
            let found = self.attribute(object, name);
            let text = (!found.is_null()).then(|| self.text(found));
            self.give_back(found);
            text
        }
    }

    /// # Safety
    /// As for `attribute`.
    unsafe fn number_attribute(&self, object: *mut PyObject, name: &CStr) -> Option<usize> {
        // SAFETY: as the caller says.
        unsafe { self.text_attribute(object, name)?.parse().ok() }
    }
}

/// An exception that is to be written.
struct Shown {
    /// A reference of ours, but for the first.
    value: *mut PyObject,
    /// In how many exception groups it is, counted as `Text::depth` is.
    depth: usize,
    /// The exception that led to this one, and how.
    before: Option<(usize, &'static str)>,
    /// A group's members, as far as they are written, and how many there are.
    members: Option<(Vec<usize>, usize)>,
}

/// For addresses of objects, which nobody chooses to collide; the hasher of std is some kilobytes of code.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_usize(usize::from(*byte)));
    }

    fn write_usize(&mut self, address: usize) {
        self.0 = (self.0 ^ address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        // Fibonacci hashing: the upper bits are those that all of the address goes into, and a table begins with the lower ones.
        self.0.rotate_left(32)
    }
}

/// The text being written, and the current depth in exception groups.
struct Text<'a> {
    python: &'a Python,
    shown: Vec<Shown>,
    /// The exceptions of `shown`. A script that tries again and again can make a long chain of them, and no interrupt reaches who
    /// writes it.
    met: HashSet<usize, BuildHasherDefault<AddressHasher>>,
    out: String,
    depth: usize,
    /// The last exception of a group is next: it closes the group, unless it is a group itself.
    needs_close: bool,
}

// SAFETY (of the callers of all unsafe functions): attached, with no exception set, and the objects alive.
impl Text<'_> {
    /// Finds what is to be written, in the order of Python's `TracebackException`, which has one `_seen` for all of it: so a
    /// member of a group that has the group itself as its cause or context does not show it again. What is not written, for
    /// its depth or the width of its group, is not looked into.
    unsafe fn gather(&mut self, value: *mut PyObject) {
        let python = self.python;
        let mut left = vec![self.add(value, 0)];
        // SAFETY: as the caller says; the references are kept in `shown`, or given back.
        unsafe {
            while let Some(place) = left.pop() {
                let Shown { value, depth, .. } = self.shown[place];
                let (before, why) = self.led_to(value);
                if !before.is_null() {
                    let before = self.add(before, depth);
                    self.shown[place].before = Some((before, why));
                    left.push(before);
                }
                let grouped = self.grouped(value);
                if grouped.is_null() {
                    continue;
                }
                let count = usize::try_from((python.table.PySequence_Size)(grouped)).unwrap_or(0);
                let is_left_out = depth > MAX_GROUP_DEPTH || self.shown.len() > MAX_LOOKED_INTO;
                let looked_into = if is_left_out { 0 } else { count.min(MAX_GROUP_WIDTH) };
                let mut members = Vec::new();
                for member in 0..looked_into {
                    let member = (python.table.PySequence_GetItem)(grouped, member as isize);
                    if !member.is_null() {
                        members.push(self.add(member, depth.max(1) + 1));
                    }
                }
                (python.table.PyErr_Clear)();
                python.give_back(grouped);
                left.extend(&members);
                self.shown[place].members = Some((members, count));
            }
        }
    }

    fn add(&mut self, value: *mut PyObject, depth: usize) -> usize {
        self.met.insert(value.addr());
        self.shown.push(Shown { value, depth, before: None, members: None });
        self.shown.len() - 1
    }

    unsafe fn give_back(&mut self) {
        for shown in self.shown.drain(..).skip(1) {
            // SAFETY: as the caller says; the reference is ours.
            unsafe { self.python.give_back(shown.value) };
        }
    }

    /// Writes an exception, after those that led to it.
    unsafe fn chain(&mut self, place: usize) {
        let mut chain = vec![(place, "")];
        let mut exception = place;
        while let Some((before, why)) = self.shown[exception].before {
            if let Some(last) = chain.last_mut() {
                last.1 = why;
            }
            chain.push((before, ""));
            exception = before;
        }
        for (exception, why) in chain.into_iter().rev() {
            self.emit(why, '|');
            // SAFETY: as the caller says.
            unsafe { self.exception(exception) };
        }
    }

    /// The exception that led to this one, as a reference, and how; NULL if there is none, or it was met already.
    unsafe fn led_to(&self, exception: *mut PyObject) -> (*mut PyObject, &'static str) {
        let python = self.python;
        // SAFETY: as the caller says; what is not handed on is given back.
        unsafe {
            for (name, why) in [(c"__cause__", CAUSE), (c"__context__", CONTEXT)] {
                if why == CONTEXT
                    && python.text_attribute(exception, c"__suppress_context__").as_deref() == Some("True")
                {
                    break;
                }
                let before = python.attribute(exception, name);
                if !before.is_null() && !self.met.contains(&before.addr()) {
                    return (before, why);
                }
                python.give_back(before);
            }
        }
        (null_mut(), "")
    }

    /// Writes one exception, with its frames and, if it is a group, its members.
    unsafe fn exception(&mut self, place: usize) {
        let python = self.python;
        let value = self.shown[place].value;
        let members = self.shown[place].members.take();
        if members.is_some() && self.depth > MAX_GROUP_DEPTH {
            return self.emit(&format!("... (max_group_depth is {MAX_GROUP_DEPTH})\n"), '|');
        }
        let is_outermost = members.is_some() && self.depth == 0;
        if is_outermost {
            self.depth = 1;
        }
        // SAFETY: as the caller says; `frames` gives the reference back.
        unsafe {
            let traceback = python.attribute(value, c"__traceback__");
            if !traceback.is_null() && members.is_none() {
                self.emit(HEADER, '|');
            } else if !traceback.is_null() {
                self.emit(&format!("Exception Group {HEADER}"), if is_outermost { '+' } else { '|' });
            }
            let frames = self.frames(traceback);
            self.emit(&frames, '|');
            let last = self.last_lines(value);
            self.emit(&last, '|');
            if let Some((members, count)) = members {
                self.group(&members, count);
            }
        }
        if is_outermost {
            self.depth = 0;
        }
    }

    /// The frames of a traceback, with their source lines if the file can be read. Gives the reference to the traceback back.
    unsafe fn frames(&self, mut traceback: *mut PyObject) -> String {
        let python = self.python;
        let (mut out, mut files) = (String::new(), Files::default());
        let (mut last, mut count) = (None, 0);
        // SAFETY: as the caller says; all references are given back.
        unsafe {
            while !traceback.is_null() {
                let frame = python.attribute(traceback, c"tb_frame");
                let code = if frame.is_null() { null_mut() } else { python.attribute(frame, c"f_code") };
                if !code.is_null() {
                    let file = python.text_attribute(code, c"co_filename").unwrap_or_default();
                    let line = python.number_attribute(traceback, c"tb_lineno").unwrap_or(0);
                    let this = Some((file, line, python.text_attribute(code, c"co_name").unwrap_or_default()));
                    if this != last {
                        say_repeated(&mut out, count);
                        (last, count) = (this, 0);
                    }
                    count += 1;
                    if count <= MAX_REPEATED
                        && let Some((file, line, name)) = &last
                    {
                        append_all(&mut out, &["  File \"", file, "\", line ", &line.to_string(), ", in ", name, "\n"]);
                        if let Some(source) = files.line(file, *line) {
                            append_all(&mut out, &["    ", source, "\n"]);
                        }
                    }
                }
                python.give_back(code);
                python.give_back(frame);
                let next = python.attribute(traceback, c"tb_next");
                python.give_back(traceback);
                traceback = next;
            }
        }
        say_repeated(&mut out, count);
        out
    }

    /// The tuple of a group's exceptions, as a reference; NULL if the exception is no group.
    unsafe fn grouped(&self, value: *mut PyObject) -> *mut PyObject {
        let python = self.python;
        // SAFETY: as the caller says.
        unsafe {
            if !python.is_instance(value, python.objects.base_exception_group) {
                return null_mut();
            }
            python.attribute(value, c"exceptions")
        }
    }

    /// Writes the members of a group, which has `count`.
    unsafe fn group(&mut self, members: &[usize], count: usize) {
        let more = count - members.len();
        let parts = members.len() + usize::from(more > 0);
        self.needs_close = false;
        for place in 0..parts {
            let is_last = place + 1 == parts;
            self.needs_close |= is_last;
            let member = members.get(place);
            let title = if member.is_some() { (place + 1).to_string() } else { "...".to_owned() };
            self.indent();
            let start = if place == 0 { "+-" } else { "  " };
            append_all(&mut self.out, &[start, "+---------------- ", &title, " ----------------\n"]);
            self.depth += 1;
            match member {
                // SAFETY: as the caller says.
                Some(member) => unsafe { self.chain(*member) },
                None => self.emit(&format!("and {more} more exception{}\n", if more > 1 { "s" } else { "" }), '|'),
            }
            if is_last && self.needs_close {
                self.indent();
                self.out += "+------------------------------------\n";
                self.needs_close = false;
            }
            self.depth -= 1;
        }
    }

    /// The last lines: where a syntax error is, the exception's class and `str()`, and its notes.
    unsafe fn last_lines(&self, value: *mut PyObject) -> String {
        let python = self.python;
        // SAFETY: as the caller says; the references are given back.
        unsafe {
            let class = python.attribute(value, c"__class__");
            let name = if class.is_null() { String::new() } else { self.class_name(class) };
            python.give_back(class);
            let mut lines = String::new();
            match self.syntax_error(value) {
                Some((place, what)) => append_all(&mut lines, &[&place, &name, ": ", &what, "\n"]),
                None => match self.safe_string(value, "exception") {
                    text if text.is_empty() => append_all(&mut lines, &[&name, "\n"]),
                    text => append_all(&mut lines, &[&name, ": ", &text, "\n"]),
                },
            }
            // Up to 3.10 Python does not print notes.
            if python.version >= (3, 11) {
                let notes = python.attribute(value, c"__notes__");
                if !notes.is_null() {
                    self.notes(notes, &mut lines);
                }
                python.give_back(notes);
            }
            lines
        }
    }

    /// `str(object)`, or Python's words where that fails; `what` says what the object is.
    unsafe fn safe_string(&self, object: *mut PyObject, what: &str) -> String {
        // SAFETY: as the caller says.
        unsafe {
            let text = self.python.str_of(object);
            (self.python.table.PyErr_Clear)();
            text.unwrap_or_else(|| format!("<{what} str() failed>"))
        }
    }

    unsafe fn class_name(&self, class: *mut PyObject) -> String {
        // SAFETY: as the caller says.
        let (name, mut module) = unsafe {
            (
                self.python.text_attribute(class, c"__qualname__").unwrap_or_default(),
                self.python.text_attribute(class, c"__module__").unwrap_or_else(|| "<unknown>".into()),
            )
        };
        if module == "builtins" || module == "__main__" {
            return name;
        }
        append_all(&mut module, &[".", &name]);
        module
    }

    unsafe fn notes(&self, notes: *mut PyObject, lines: &mut String) {
        let python = self.python;
        // SAFETY: as the caller says; the references are given back.
        unsafe {
            // A string is a sequence too, but not one of notes.
            let is_text = python.is_instance(notes, python.objects.str_type)
                || python.is_instance(notes, python.objects.bytes_type);
            let count = if !is_text { (python.table.PySequence_Size)(notes) } else { -1 };
            (python.table.PyErr_Clear)();
            for place in 0..count {
                let note = (python.table.PySequence_GetItem)(notes, place);
                if note.is_null() {
                    (python.table.PyErr_Clear)();
                    continue;
                }
                append_all(lines, &[&self.safe_string(note, "note"), "\n"]);
                python.give_back(note);
            }
            if count < 0 {
                let shown = (python.table.PyObject_Repr)(notes);
                (python.table.PyErr_Clear)();
                append_all(lines, &[&python.text(shown), "\n"]);
                python.give_back(shown);
            }
        }
    }

    /// For a SyntaxError: the lines that show where it is, and its message.
    unsafe fn syntax_error(&self, value: *mut PyObject) -> Option<(String, String)> {
        let python = self.python;
        // SAFETY: as the caller says.
        unsafe {
            if !python.is_instance(value, python.objects.syntax_error) {
                return None;
            }
            let line = python.number_attribute(value, c"lineno");
            let filename = python.text_attribute(value, c"filename");
            let mut what = python.text_attribute(value, c"msg").unwrap_or_else(|| "<no detail available>".into());
            let mut place = String::new();
            match (line, &filename) {
                (Some(line), _) => {
                    let file = filename.as_deref().unwrap_or("<string>");
                    append_all(&mut place, &["  File \"", file, "\", line ", &line.to_string(), "\n"]);
                }
                (None, Some(filename)) => append_all(&mut what, &[" (", filename, ")"]),
                (None, None) => {}
            }
            if let (Some(_), Some(text)) = (line, python.text_attribute(value, c"text")) {
                let offset = python.number_attribute(value, c"offset");
                let end_line = python.number_attribute(value, c"end_lineno");
                let end = python.number_attribute(value, c"end_offset");
                let goes_on = python.version >= (3, 13) && end_line != line;
                show_line(&mut place, &text, offset, if goes_on { Some(usize::MAX) } else { end });
            }
            Some((place, what))
        }
    }

    /// Writes lines behind the margin of the exception groups around them.
    fn emit(&mut self, text: &str, margin: char) {
        for line in text.split_inclusive('\n') {
            self.indent();
            if self.depth > 0 {
                append_all(&mut self.out, &[margin.encode_utf8(&mut [0; 4]), " "]);
            }
            append(&mut self.out, line);
        }
    }

    fn indent(&mut self) {
        append(&mut self.out, &" ".repeat(2 * self.depth));
    }
}

/// Adds a text, or its beginning where there is no memory for the whole: a script can raise what has a text of any length, and that
/// must not end the host.
#[inline(never)]
fn append(out: &mut String, text: &str) {
    // The first asks for more than is needed now.
    if out.try_reserve(text.len()).is_ok() || out.try_reserve_exact(text.len()).is_ok() {
        out.push_str(text);
    } else if text.len() > MAX_BEGINNING {
        let beginning: String = text.chars().take(MAX_BEGINNING / 4).collect();
        append_all(out, &[&beginning, "...\n"]);
    }
}

#[inline(never)]
fn append_all(out: &mut String, texts: &[&str]) {
    texts.iter().for_each(|text| append(out, text));
}

fn say_repeated(out: &mut String, count: usize) {
    if count > MAX_REPEATED {
        let more = count - MAX_REPEATED;
        _ = writeln!(out, "  [Previous line repeated {more} more time{}]", if more > 1 { "s" } else { "" });
    }
}

/// The source files of frames, each read once.
#[derive(Default)]
struct Files(Vec<(String, Option<String>)>);

impl Files {
    /// A line, counted from 1, without its indentation; None if there is no file, or the line is empty.
    fn line(&mut self, file: &str, number: usize) -> Option<&str> {
        if file.len() > MAX_BEGINNING {
            return None; // it is no path, and may be too long for another copy
        }
        let place = self.0.iter().position(|(name, _)| name == file).unwrap_or_else(|| {
            let text = source(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            self.0.push((file.to_owned(), text));
            self.0.len() - 1
        });
        let text = self.0[place].1.as_ref()?;
        let line = text.lines().nth(number.checked_sub(1)?)?.trim();
        (!line.is_empty()).then_some(line)
    }
}

/// What is in a file. None: it is no file, or none of source. Code is called what its maker likes: to read a FIFO, or the host's own
/// stdin, would wait with the interpreter held, and some devices have no end.
fn source(file: &str) -> Option<Vec<u8>> {
    let is_source = fs::metadata(file).is_ok_and(|about| about.is_file() && about.len() <= MAX_SOURCE);
    if is_source { fs::read(file).ok() } else { None }
}

/// Writes the line of a syntax error without its indentation, and carets under the columns `from` to `to`, counted from 1. Whoever
/// makes such an error may say what columns they like: those behind the line are one.
fn show_line(out: &mut String, text: &str, from: Option<usize>, to: Option<usize>) {
    let line = text.trim_end_matches('\n');
    let stripped = line.trim_start_matches([' ', '\n', '\x0c']);
    let (length, end) = (stripped.chars().count(), line.chars().count() + 1);
    append_all(out, &["    ", stripped, "\n"]);
    let Some(from) = from.map(|from| from.min(end)) else { return };
    let to = to.filter(|to| *to > 0).map_or(from, |to| to.min(end));
    let to = if to == from { from + 1 } else { to };
    let Some(column) = from.checked_sub(end - length) else { return };
    let marks = to.saturating_sub(from);
    if out.try_reserve("    \n".len() + 4 * column + marks).is_ok() {
        out.push_str("    ");
        // Tabs stay, so that the carets are aligned.
        out.extend(stripped.chars().take(column).map(|c| if c.is_whitespace() { c } else { ' ' }));
        out.extend(std::iter::repeat_n('^', marks));
        out.push('\n');
    }
}
