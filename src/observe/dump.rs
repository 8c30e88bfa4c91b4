//! The table as text, for a signal handler and a debugger: nothing here allocates or takes a lock.

use super::table::{Activity, Seen, look};
use crate::sys;
use std::fmt::{self, Write};

/// Text on its way to a file descriptor.
struct Lines {
    fd: i32,
    text: [u8; 512],
    used: usize,
    failed: bool,
}

impl Lines {
    fn flush(&mut self) {
        self.failed |= !sys::write_all(self.fd, &self.text[..self.used]);
        self.used = 0;
    }
}

impl Write for Lines {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            if self.used == self.text.len() {
                self.flush();
            }
            let fits = rest.len().min(self.text.len() - self.used);
            self.text[self.used..self.used + fits].copy_from_slice(&rest[..fits]);
            self.used += fits;
            rest = &rest[fits..];
        }
        Ok(())
    }
}

/// Writes which threads wait and which are inside, interpreter by interpreter. False: the file takes nothing.
pub fn dump(fd: i32) -> bool {
    sys::keeping_errno(|| {
        let mut lines = Lines { fd, text: [0; 512], used: 0, failed: false };
        // Writing to `Lines` never fails: what the file says is in `failed`.
        let _ = write_all(&mut lines);
        lines.flush();
        !lines.failed
    })
}

fn write_all(out: &mut impl Write) -> fmt::Result {
    let mut last = None;
    while let Some(interpreter) = next_interpreter(last) {
        write_interpreter(out, interpreter)?;
        last = Some(interpreter);
    }
    if last.is_none() {
        writeln!(out, "pyferry: no thread waits for Python, and none is inside")?;
    }
    Ok(())
}

/// The next interpreter by id, without memory for a list.
fn next_interpreter(last: Option<i64>) -> Option<i64> {
    let mut next = None::<i64>;
    look(|seen| {
        let id = seen.interpreter_id;
        if last.is_none_or(|last| id > last) && next.is_none_or(|next| id < next) {
            next = Some(id);
        }
    });
    next
}

fn write_interpreter(out: &mut impl Write, id: i64) -> fmt::Result {
    let (mut waiting, mut inside, mut others) = (0, 0, 0);
    look(|seen| {
        if seen.interpreter_id == id {
            match seen.activity {
                Activity::Waiting => waiting += 1,
                Activity::Inside => inside += 1,
                _ => others += 1,
            }
        }
    });
    let main = if id == 0 { " (main)" } else { "" };
    writeln!(out, "pyferry: interpreter {id}{main}: {inside} inside, {waiting} waiting, {others} others")?;
    let mut result = Ok(());
    look(|seen| {
        if seen.interpreter_id == id && result.is_ok() {
            result = write_line(out, &seen);
        }
    });
    result
}

fn write_line(out: &mut impl Write, seen: &Seen) -> fmt::Result {
    out.write_str(if seen.activity == Activity::Guarding { "  a guard of thread " } else { "  thread " })?;
    write!(out, "{}", seen.thread_id)?;
    let mut name = [0; 64];
    let length = sys::copy_thread_name(seen.thread_id, &mut name);
    if length > 0 {
        out.write_str(" \"")?;
        write_bytes(out, &name[..length])?;
        out.write_str("\"")?;
    }
    if let Some(label) = seen.label {
        out.write_str(" [")?;
        write_bytes(out, label.to_bytes())?;
        out.write_str("]")?;
    }
    out.write_str(match seen.activity {
        Activity::Waiting => ": waiting for ",
        Activity::Inside if seen.is_attached => ": inside, attached, for ",
        Activity::Inside => ": inside, and let go at the moment, for ",
        Activity::Suspended => ": suspended for ",
        Activity::Elsewhere => ": in another interpreter for ",
        Activity::Guarding => ": open for ",
    })?;
    let ms = seen.elapsed_us / 1000;
    write!(out, "{}.{:03} s", ms / 1000, ms % 1000)?;
    if seen.depth > 1 {
        write!(out, ", {} deep", seen.depth)?;
    }
    out.write_str(if seen.is_caller { ", this thread\n" } else { "\n" })
}

/// Writes text that may not be UTF-8.
fn write_bytes(out: &mut impl Write, bytes: &[u8]) -> fmt::Result {
    as_utf8(bytes).try_for_each(|part| out.write_str(part))
}

/// The parts of a text that may not be UTF-8, with "?" for what is not: no longer than it, and nothing is allocated.
pub fn as_utf8(bytes: &[u8]) -> impl Iterator<Item = &str> {
    bytes.utf8_chunks().flat_map(|chunk| [chunk.valid(), if chunk.invalid().is_empty() { "" } else { "?" }])
}
