//! Whether a trace is written, and which threads take part in it.

use super::buffer::Buffer;
use super::durations::{Duration, Durations, Summary};
use super::posts::Posts;
use super::writer::{HEAD, Newcomer, Order, Writer};
use crate::error::{Error, Result, fail};
use crate::sys::{Condvar, Mutex, Scale};
use crate::{registry, sys};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{MutexGuard, Once};
use std::time::{self, Instant};

/// The number of the trace that is written now; 0: none is.
static CURRENT: AtomicU32 = AtomicU32::new(0);

static SESSION: Mutex<Session> = Mutex::new(Session {
    stage: Stage::Idle,
    last: 0,
    path: None,
    is_asked_for: false,
    began: 0,
    newcomers: Vec::new(),
    unheard: 0,
    spare: Vec::new(),
    durations: Durations::new(),
    result: None,
});
static CHANGED: Condvar = Condvar::new();
static POSTS: Posts = Posts::new();

/// How often the writer writes.
const ROUND: time::Duration = time::Duration::from_millis(10);
/// How long the end of the process may wait for the writer.
const PATIENCE: time::Duration = time::Duration::from_secs(2);

/// The trace that is written or counted now, and what is kept from one to the next.
struct Session {
    stage: Stage,
    /// The number of the last trace.
    last: u32,
    /// None: only durations are counted.
    path: Option<String>,
    /// By PYFERRY_TRACE, and not by a call.
    is_asked_for: bool,
    /// When that trace began, as `sys::moment` has it.
    began: u64,
    /// The threads that the writer does not know yet.
    newcomers: Vec<Newcomer>,
    /// How many threads got no buffer.
    unheard: u64,
    /// Buffers of threads that have ended.
    spare: Vec<&'static Buffer>,
    /// Counted over all traces.
    durations: Durations,
    /// How the writing of the last trace ended.
    result: Option<io::Result<()>>,
}

impl Session {
    /// What the current trace does, as a clause of a message.
    fn what(&self) -> String {
        match &self.path {
            Some(path) => format!("a trace is written to {path}"),
            None => "waits and stays are counted".to_owned(),
        }
    }

    fn cut_off(&self, error: &io::Error) -> String {
        let path = self.path.as_deref().unwrap_or_default();
        format!("the trace {path} took no more, and has what came before: {error}")
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Idle,
    /// A thread opens the file.
    Opens,
    Runs,
    Ends,
}

/// Held through a fork, so that no child finds it locked.
pub struct Still(MutexGuard<'static, Session>);

pub fn hold_still() -> Still {
    Still(SESSION.lock())
}

impl Still {
    /// In a forked child nobody writes: the file is the parent's.
    pub fn forget(&mut self) {
        CURRENT.store(0, Ordering::Relaxed);
        self.0.stage = Stage::Idle;
        // Leaks the buffers of threads that do not exist in the child.
        self.0.newcomers.clear();
        self.0.durations.clear();
    }
}

/// Whether a trace is written.
#[inline(always)]
pub fn is_on() -> bool {
    current() != 0
}

/// The number of the current trace; 0: none is written.
#[inline(always)]
pub(super) fn current() -> u32 {
    CURRENT.load(Ordering::Relaxed)
}

/// The file that PYFERRY_TRACE has a trace written to; the first time only.
pub fn asked_for() -> Option<PathBuf> {
    static IS_ANSWERED: AtomicBool = AtomicBool::new(false);
    if IS_ANSWERED.load(Ordering::Relaxed) || IS_ANSWERED.swap(true, Ordering::Relaxed) {
        return None;
    }
    let path = sys::variable("PYFERRY_TRACE")?;
    Some(path.to_string_lossy().replace("%p", &std::process::id().to_string()).into())
}

/// Says what is wrong with the trace that PYFERRY_TRACE asks for. On stderr: whoever set the variable looks there, and no caller gets
/// the error.
pub fn complain(what: &str) {
    sys::write_all(2, format!("pyferry: PYFERRY_TRACE: {what}\n").as_bytes());
}

/// The file takes no more. Said at once: the end of the process may be far, or never come here.
fn tell_of_failure(error: &io::Error) {
    let told = {
        let session = SESSION.lock();
        session.is_asked_for.then(|| session.cut_off(error))
    };
    told.iter().for_each(|what| complain(what));
}

/// A trace that is about to begin; nobody else begins one meanwhile. Dropped, it has not begun.
pub struct Opened(Option<File>);

/// Opens the file of a trace; without a path, only durations are counted. To open a file takes as long as the system takes, for
/// a FIFO until somebody reads it: no lock is held meanwhile. `is_asked_for`: by PYFERRY_TRACE, and not by a call.
pub fn open(path: Option<&Path>, is_asked_for: bool) -> Result<Opened> {
    let mut session = SESSION.lock();
    match session.stage {
        Stage::Idle => {}
        Stage::Opens => fail!(WrongOrder, "{} as soon as another thread has begun that", session.what()),
        Stage::Runs | Stage::Ends => {
            fail!(WrongOrder, "{} already: stop that first (pyferry_trace_stop)", session.what())
        }
    }
    (session.stage, session.path) = (Stage::Opens, path.map(|path| path.display().to_string()));
    session.is_asked_for = is_asked_for;
    drop(session);
    let mut opened = Opened(None);
    let create = |path: &Path| {
        let mut file = File::create(path)?;
        // On the caller's thread; the writer's blocks every signal.
        sys::without_write_signals(|| file.write_all(HEAD)).map(|()| file)
    };
    if let Some(path) = path {
        match create(path) {
            Ok(file) => opened.0 = Some(file),
            Err(error) => fail!(InvalidArgument, "the trace {} cannot be written: {error}", path.display()),
        }
    }
    Ok(opened)
}

impl Opened {
    /// Begins the trace.
    pub fn begin(mut self) -> Result<()> {
        let file = self.0.take();
        let mut session = SESSION.lock();
        POSTS.clear();
        let scale = Scale::begin();
        let began = scale.moment();
        if let Err(error) = sys::spawn(c"pyferry-trace", move || work(file, scale)) {
            return Err(Error::no_thread("by which ", &session.what(), &error));
        }
        static AT_EXIT: Once = Once::new();
        AT_EXIT.call_once(|| sys::at_exit(stop_at_exit));
        (session.stage, session.began, session.unheard) = (Stage::Runs, began, 0);
        session.last += 1;
        CURRENT.store(session.last, Ordering::Relaxed);
        registry::observe(true);
        std::mem::forget(self);
        Ok(())
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        SESSION.lock().stage = Stage::Idle;
    }
}

/// Ends the trace; on return the file is complete.
pub fn stop() -> Result<()> {
    let mut session = SESSION.lock();
    if session.stage != Stage::Runs {
        fail!(WrongOrder, "no trace is written: pyferry_trace_start comes first");
    }
    session = complete(session, None);
    match session.result.take() {
        Some(Err(error)) => {
            fail!(InvalidArgument, "{}", session.cut_off(&error))
        }
        _ => Ok(()),
    }
}

/// Has the writer complete the file, and waits for that, for `limit` at most.
fn complete(mut session: MutexGuard<'static, Session>, limit: Option<time::Duration>) -> MutexGuard<'static, Session> {
    session.stage = Stage::Ends;
    let number = session.last;
    CURRENT.store(0, Ordering::Relaxed);
    registry::observe(false);
    CHANGED.notify_all();
    let ends = |session: &mut Session| session.stage == Stage::Ends && session.last == number;
    CHANGED.wait_while_within(session, limit, ends)
}

/// The process ends: other threads may be in the middle of anything, and on Windows the writer is gone.
extern "C" fn stop_at_exit() {
    let until = Instant::now() + PATIENCE;
    while is_on() && Instant::now() < until {
        match SESSION.try_lock() {
            Some(session) if session.stage == Stage::Runs => drop(complete(session, Some(PATIENCE))),
            _ => std::thread::sleep(time::Duration::from_millis(1)),
        }
    }
}

/// Notes that this thread posted a job to that interpreter, at that moment. Also in a signal handler.
#[cold]
pub fn note_post(when: u64, interpreter: i64) {
    POSTS.put(when, interpreter);
}

/// The calling thread takes part, with its own buffer if it has one. Returns the trace's number, its beginning, and the buffer.
pub(super) fn join(own: Option<&'static Buffer>) -> Option<(u32, u64, &'static Buffer)> {
    let thread_id = sys::thread_id();
    let name = sys::thread_name(thread_id).unwrap_or_default();
    let mut session = SESSION.lock();
    if session.stage != Stage::Runs {
        return None;
    }
    let Some(buffer) = own.or_else(|| session.spare.pop()).or_else(Buffer::new) else {
        session.unheard += 1;
        return None;
    };
    buffer.clear();
    session.newcomers.push(Newcomer { buffer, thread_id, name });
    Some((session.last, session.began, buffer))
}

/// A thread that took part in that trace ends, and gives its buffer back.
pub(super) fn leave(trace: u32, buffer: &'static Buffer) {
    let mut session = SESSION.lock();
    if matches!(session.stage, Stage::Runs | Stage::Ends) && session.last == trace {
        buffer.end();
    } else {
        session.spare.push(buffer);
    }
}

/// Statistics of the waits and holds so far.
pub fn summaries() -> Vec<Summary> {
    SESSION.lock().durations.summaries()
}

/// The same in Prometheus' text format.
pub fn text() -> String {
    SESSION.lock().durations.text()
}

/// What the writer has to do next. It hands over what it is done with: buffers of threads that have ended (`over`), and durations.
fn wait_for_order(hurries: bool, over: &mut Vec<&'static Buffer>, durations: &[Duration]) -> Order {
    let mut session = SESSION.lock();
    session.spare.append(over);
    durations.iter().for_each(|duration| session.durations.add(duration));
    if !hurries {
        session = CHANGED.wait_while_within(session, Some(ROUND), |session| session.stage == Stage::Runs);
    }
    Order {
        newcomers: std::mem::take(&mut session.newcomers),
        ends: session.stage != Stage::Runs,
        unheard: session.unheard,
    }
}

/// The writer is done, with that result. `buffers` are those that it still had.
fn finish(result: io::Result<()>, buffers: impl Iterator<Item = &'static Buffer>, durations: &[Duration]) {
    let mut session = SESSION.lock();
    durations.iter().for_each(|duration| session.durations.add(duration));
    session.spare.extend(buffers.filter(|buffer| buffer.has_ended()));
    session.result = Some(result);
    session.stage = Stage::Idle;
    drop(session);
    CHANGED.notify_all();
}

/// The writer's thread.
fn work(file: Option<File>, scale: Scale) {
    let mut writer = Writer::new(file, scale, &POSTS, tell_of_failure);
    let (mut hurries, mut over) = (false, Vec::new());
    loop {
        let order = wait_for_order(hurries, &mut over, &writer.durations());
        let ends = order.ends;
        hurries = writer.write(order, &mut over);
        if ends {
            break;
        }
    }
    let durations = writer.durations();
    let (result, buffers) = writer.end();
    finish(result, buffers.into_iter().chain(over), &durations);
}
