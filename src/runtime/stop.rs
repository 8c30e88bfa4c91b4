//! Takes a start back; the last one finalises Python if it runs on our thread.

use super::owner::Owner;
use super::{Stage, lock};
use crate::cpython::Python;
use crate::error::{Error, Result, Status, fail};
use crate::gate::Drained;
use crate::record::{self, Interpreter};
use crate::shutdown;
use crate::thread;
use std::sync::Arc;
use std::time::Instant;

/// Takes one start back; the last one finalises Python if it runs on our thread.
pub fn stop(deadline: Option<Instant>) -> Result<()> {
    let mut runtime = lock();
    if runtime.starts == 0 {
        fail!(WrongOrder, "pyferry_runtime_stop without a pyferry_runtime_start before it");
    }
    // A start that is at work counts when it is through.
    if runtime.starts > 1 || matches!(runtime.stage, Stage::NotOurs | Stage::Starting) {
        runtime.starts -= 1;
        return Ok(());
    }
    let python = Python::in_process()?;
    let ours = !matches!(&runtime.stage, Stage::Running(owner) | Stage::Stopping(owner) if owner.is_without_python());
    let is_inside =
        || thread::current(python).is_some() || record::all().iter().any(|interpreter| thread::is_inside(interpreter));
    if ours && is_inside() {
        fail!(
            WrongThread,
            "this thread is attached, and the last pyferry_runtime_stop would wait for it: detach first, or stop from another thread"
        );
    }
    let owner = match std::mem::replace(&mut runtime.stage, Stage::Ending) {
        Stage::Running(owner) | Stage::Stopping(owner) => owner,
        other => {
            runtime.stage = other;
            fail!(WrongOrder, "another thread is in pyferry_runtime_stop");
        }
    };
    drop(runtime);

    // First the host's threads, while Python is whole: Py_FinalizeEx begins by ending thread pools and the like. Where our
    // Python is gone, another one that runs now is not ours to close.
    let all = if ours { record::all() } else { Vec::new() };
    all.iter().for_each(|interpreter| interpreter.gate.close());
    for interpreter in &all {
        match shutdown::wait_for_the_last(interpreter, deadline) {
            Drained::Ours => interpreter.gate.unclaim(),
            Drained::Theirs => {}
            Drained::TimedOut => return Err(stop_later(owner, &all)),
        }
    }
    let _ = owner.finalize.send(());
    let flushed = match deadline {
        None => owner.finalized.recv().ok(),
        Some(deadline) => owner.finalized.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok(),
    };
    if flushed.is_none() && !owner.thread.is_finished() {
        return Err(stop_later(owner, &all));
    }
    let mut runtime = lock();
    runtime.stage = Stage::NotOurs;
    runtime.starts = 0;
    drop(runtime);
    let _ = owner.thread.join();
    if flushed == Some(false) {
        fail!(PythonError, "Python has ended, but could not flush sys.stdout or sys.stderr");
    }
    Ok(())
}

fn stop_later(owner: Owner, all: &[Arc<Interpreter>]) -> Error {
    lock().stage = Stage::Stopping(owner);
    let text = format!("Python is still in use: {}; it lets nobody new in: call again", who_is_in(all));
    Error::new(Status::Timeout, text)
}

fn who_is_in(all: &[Arc<Interpreter>]) -> String {
    let describe = |interpreter: &Arc<Interpreter>| {
        format!("{} by {}", interpreter.name(), interpreter.describe_occupants(shutdown::is_not_reported))
    };
    let occupied = all.iter().filter(|interpreter| interpreter.has_occupants(shutdown::is_not_reported));
    let parts: Vec<String> = occupied.map(describe).collect();
    if parts.is_empty() { "Python's own threads have not ended".into() } else { parts.join("; ") }
}
